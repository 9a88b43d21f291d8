/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/answer.h"

#include "base/error.h"

#include <string.h>

/* Called with the text of each element that ends, and with NULL for each that begins. */
typedef void (*element_function)(gpointer data, const char *name, const char *text);

struct reading {
    element_function take;
    gpointer data;
    GString *text; /* since the last tag */
};

static void begin_element(GMarkupParseContext *context, const char *name, const char **names,
                          const char **values, gpointer data, GError **error)
{
    struct reading *reading = data;
    (void)context, (void)names, (void)values, (void)error;
    g_string_truncate(reading->text, 0);
    reading->take(reading->data, name, NULL);
}

static void end_element(GMarkupParseContext *context, const char *name, gpointer data,
                        GError **error)
{
    struct reading *reading = data;
    (void)context, (void)error;
    reading->take(reading->data, name, reading->text->str);
    g_string_truncate(reading->text, 0);
}

static void add_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                     GError **error)
{
    struct reading *reading = data;
    (void)context, (void)error;
    g_string_append_len(reading->text, text, (gssize)length);
}

static bool read_xml(const GByteArray *body, element_function take, gpointer data, GError **error)
{
    static const GMarkupParser parser = {
        .start_element = begin_element, .end_element = end_element, .text = add_text};
    g_autoptr(GString) text = g_string_new(NULL);
    struct reading reading = {take, data, text};
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &reading, NULL);
    g_autoptr(GError) failure = NULL;
    /* What ceph and some proxies end a document with. */
    gsize length = body->len;
    while (length > 0 && strchr(" \r\n\t", body->data[length - 1]))
        length--;
    if (length > 0 &&
        g_markup_parse_context_parse(context, (const char *)body->data, (gssize)length, &failure) &&
        g_markup_parse_context_end_parse(context, &failure))
        return true;
    error_set(error, ERROR_DATA, "the server's answer can't be read: %s",
              failure ? failure->message : "it is empty");
    return false;
}

/* The first one that is met is kept. */
static void keep(char **place, const char *text)
{
    if (!*place)
        *place = g_strdup(text);
}

struct error_reading {
    struct s3_error *out;
    bool is_error;
    guint depth;
};

static void take_error(gpointer data, const char *name, const char *text)
{
    struct error_reading *reading = data;
    if (!text) {
        reading->is_error = reading->is_error || (reading->depth == 0 && !strcmp(name, "Error"));
        reading->depth++;
        return;
    }
    reading->depth--;
    if (!reading->is_error)
        return;
    if (strcmp(name, "Code") == 0)
        keep(&reading->out->code, text);
    else if (strcmp(name, "Message") == 0)
        keep(&reading->out->message, text);
    else if (strcmp(name, "Region") == 0)
        keep(&reading->out->region, text);
}

void s3_error_read(const GByteArray *body, struct s3_error *out)
{
    g_autoptr(GError) ignored = NULL;
    *out = (struct s3_error){.code = NULL};
    struct error_reading reading = {.out = out};
    if (!read_xml(body, take_error, &reading, &ignored))
        s3_error_clear(out);
}

void s3_error_clear(struct s3_error *error)
{
    g_clear_pointer(&error->code, g_free);
    g_clear_pointer(&error->message, g_free);
    g_clear_pointer(&error->region, g_free);
}

static void entry_free(gpointer data)
{
    struct s3_entry *entry = data;
    g_free(entry->key);
    g_free(entry->etag);
    g_free(entry->time);
    g_free(entry->upload_id);
    g_free(entry);
}

/* What encoding-type=url makes of a key: as of a form, '+' is a space. */
static char *decode_key(const char *text)
{
    g_autofree char *plus = g_strdup(text);
    g_strdelimit(plus, "+", ' ');
    char *key = g_uri_unescape_string(plus, NULL);
    return key ? key : g_strdup(text);
}

struct page_reading {
    struct s3_page *out;
    struct s3_entry *entry; /* the one that is being read, or NULL */
    bool decodes;           /* EncodingType was url */
    bool next_is_key;       /* and encoded as one */
};

static bool begins_entry(const char *name)
{
    return strcmp(name, "Contents") == 0 || strcmp(name, "Upload") == 0 ||
           strcmp(name, "Bucket") == 0;
}

static void take_entry(struct s3_entry *entry, const char *name, const char *text)
{
    if (strcmp(name, "Key") == 0 || strcmp(name, "Name") == 0)
        keep(&entry->key, text);
    else if (strcmp(name, "ETag") == 0)
        keep(&entry->etag, text);
    else if (strcmp(name, "Size") == 0)
        entry->size = g_ascii_strtoll(text, NULL, 10);
    else if (strcmp(name, "UploadId") == 0)
        keep(&entry->upload_id, text);
    else if (strcmp(name, "LastModified") == 0 || strcmp(name, "Initiated") == 0 ||
             strcmp(name, "CreationDate") == 0)
        keep(&entry->time, text);
}

static void take_page(struct page_reading *reading, const char *name, const char *text)
{
    struct s3_page *out = reading->out;
    reading->next_is_key |= strcmp(name, "NextKeyMarker") == 0;
    if (strcmp(name, "IsTruncated") == 0)
        out->is_truncated = strcmp(text, "true") == 0;
    else if (strcmp(name, "NextContinuationToken") == 0 || strcmp(name, "NextKeyMarker") == 0)
        keep(&out->next, text);
    else if (strcmp(name, "NextUploadIdMarker") == 0)
        keep(&out->next_upload, text);
    else if (strcmp(name, "EncodingType") == 0)
        reading->decodes = strcmp(text, "url") == 0;
}

/* <Bucket> is an entry of the account's list, and a text in that of uploads. */
static void end_entry(struct page_reading *reading)
{
    if (reading->entry->key)
        g_ptr_array_add(reading->out->entries, reading->entry);
    else
        entry_free(reading->entry);
    reading->entry = NULL;
}

static void take_listed(gpointer data, const char *name, const char *text)
{
    struct page_reading *reading = data;
    if (!text && !reading->entry && begins_entry(name)) {
        reading->entry = g_new0(struct s3_entry, 1);
        return;
    }
    if (!text)
        return;
    if (reading->entry && begins_entry(name))
        end_entry(reading);
    else if (reading->entry)
        take_entry(reading->entry, name, text);
    else
        take_page(reading, name, text);
}

/* The encoding may be named behind the keys. */
static void decode_keys(struct s3_page *page, bool next_is_key)
{
    if (next_is_key) {
        g_autofree char *encoded = page->next;
        page->next = decode_key(encoded);
    }
    for (guint i = 0; i < page->entries->len; i++) {
        struct s3_entry *entry = g_ptr_array_index(page->entries, i);
        g_autofree char *encoded = entry->key;
        entry->key = decode_key(encoded);
    }
}

bool s3_page_read(const GByteArray *body, struct s3_page *out, GError **error)
{
    struct s3_page page = {.entries = g_ptr_array_new_with_free_func(entry_free)};
    struct page_reading reading = {.out = &page};
    const bool is_read = read_xml(body, take_listed, &reading, error);
    if (reading.entry)
        entry_free(reading.entry);
    if (!is_read) {
        s3_page_clear(&page);
        return false;
    }
    if (reading.decodes)
        decode_keys(&page, reading.next_is_key && page.next);
    *out = page;
    return true;
}

void s3_page_clear(struct s3_page *page)
{
    g_clear_pointer(&page->entries, g_ptr_array_unref);
    g_clear_pointer(&page->next, g_free);
    g_clear_pointer(&page->next_upload, g_free);
}

struct search {
    const char *name;
    char *found;
};

static void take_wanted(gpointer data, const char *name, const char *text)
{
    struct search *search = data;
    if (text && strcmp(name, search->name) == 0)
        keep(&search->found, text);
}

char *s3_element_read(const GByteArray *body, const char *name)
{
    g_autoptr(GError) ignored = NULL;
    struct search search = {.name = name};
    if (read_xml(body, take_wanted, &search, &ignored))
        return search.found;
    g_free(search.found);
    return NULL;
}
