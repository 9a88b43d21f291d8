/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/pages.h"

#include "connect/http/address.h"
#include "connect/http/sha256.h"

#include <string.h>

/* More than anybody wants: an API that has no end. */
enum { MOST_PAGES = 100 * 1000 };

struct pages {
    struct api *api;
    const struct paging *paging;
    char *next;
    gint64 limit;          /* of pages; 0: not said */
    gint64 count;          /* of pages that came */
    gint64 records;        /* of all of them */
    GHashTable *addresses; /* that were asked for */
    GHashTable *contents;  /* of counted pages, as hashes */
};

/* How one kind of pagination goes on. */
struct paging {
    const char *type;
    /* By us, and the option that says how the count is sent: a server that doesn't know it gives
     * the first page always. NULL: not counted. */
    const char *parameter;
    char *(*first)(const struct pages *pages);
    /* *out_next NULL: this was the last. */
    bool (*advance)(const struct pages *pages, const struct page *page, char **out_next,
                    GError **error);
};

/* What an option of pagination is when it isn't given: they are no defaults of the table, since a
 * given one tells the type. */
static const char *say(const struct pages *pages, const char *option)
{
    static const struct {
        const char *option;
        const char *text;
    } presets[] = {
        {"pagination.page_param", "page"},     {"pagination.size_param", "limit"},
        {"pagination.offset_param", "offset"}, {"pagination.cursor_param", "cursor"},
        {"pagination.next_path", "next"},      {"pagination.first_page", "1"},
    };
    const char *text = api_option(pages->api, option);
    for (gsize i = 0; i < G_N_ELEMENTS(presets) && !text; i++)
        if (strcmp(presets[i].option, option) == 0)
            text = presets[i].text;
    return text;
}

static gint64 first_number(const struct pages *pages)
{
    return g_ascii_strtoll(say(pages, "pagination.first_page"), NULL, 10);
}

static char *with_number(const struct pages *pages, const char *address, const char *option,
                         gint64 number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    return address_with(address, say(pages, option), text);
}

/* The address with the size of pages, when it is said. */
static char *with_size(const struct pages *pages)
{
    const char *size = api_option(pages->api, "pagination.page_size");
    const char *address = pages->api->address;
    return size ? address_with(address, say(pages, "pagination.size_param"), size)
                : g_strdup(address);
}

static char *page_address(const struct pages *pages, gint64 number)
{
    g_autofree char *address = with_size(pages);
    return with_number(pages, address, "pagination.page_param", number);
}

static char *first_page(const struct pages *pages)
{
    return page_address(pages, first_number(pages));
}

static char *offset_address(const struct pages *pages, gint64 offset)
{
    g_autofree char *address = with_size(pages);
    return with_number(pages, address, "pagination.offset_param", offset);
}

static char *first_offset(const struct pages *pages)
{
    return offset_address(pages, 0);
}

/* The API tells how many records there are, and they have come. */
static bool has_all(const struct pages *pages, const struct page *page)
{
    const char *path = api_option(pages->api, "pagination.total_path");
    struct json_piece total;
    if (!path || !page->root.text || !json_find(page->root, path, &total))
        return false;
    g_autofree char *text = json_text(total);
    gint64 number = 0;
    return g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &number, NULL) &&
           pages->records >= number;
}

/* An empty page is the end, a short one isn't: servers have limits of their own. */
static bool advance_page(const struct pages *pages, const struct page *page, char **out_next,
                         GError **error)
{
    (void)error;
    *out_next = page->records == 0 || has_all(pages, page)
                    ? NULL
                    : page_address(pages, first_number(pages) + pages->count);
    return true;
}

static bool advance_offset(const struct pages *pages, const struct page *page, char **out_next,
                           GError **error)
{
    (void)error;
    *out_next =
        page->records == 0 || has_all(pages, page) ? NULL : offset_address(pages, pages->records);
    return true;
}

/* A path that isn't even on the first page may be a wrong one. */
static bool find_next(const struct pages *pages, const struct page *page, const char *option,
                      struct json_piece *out)
{
    const char *path = say(pages, option);
    const bool found = page->root.text && json_find(page->root, path, out);
    if (!found && pages->count == 1)
        pages->api->host->note(pages->api->context,
                               "the first page has no '%s' (%s): it is taken for the only one",
                               path, option);
    return found && json_is_something(*out);
}

static bool says_no_more(const struct pages *pages, const struct page *page)
{
    const char *path = api_option(pages->api, "pagination.more_path");
    struct json_piece more;
    return path && page->root.text && json_find(page->root, path, &more) &&
           !json_is_something(more);
}

static bool follow_link(const struct pages *pages, const char *link, char **out_next,
                        GError **error)
{
    *out_next = address_resolve(pages->next, link);
    if (*out_next &&
        (g_str_has_prefix(*out_next, "http://") || g_str_has_prefix(*out_next, "https://")) &&
        !address_is_downgrade(pages->next, *out_next))
        return true;
    g_clear_pointer(out_next, g_free);
    error_set(error, ERROR_DATA,
              "page %" G_GINT64_FORMAT " leads to something that can't be followed", pages->count);
    return false;
}

static bool advance_json_link(const struct pages *pages, const struct page *page, char **out_next,
                              GError **error)
{
    struct json_piece link;
    *out_next = NULL;
    if (says_no_more(pages, page) || !find_next(pages, page, "pagination.next_path", &link))
        return true;
    g_autofree char *text = json_text(link);
    return follow_link(pages, text, out_next, error);
}

/* `<https://..>; rel="next"`: the address, or NULL. */
static char *next_of_link(const char *value)
{
    for (const char *at = strchr(value, '<'); at; at = strchr(at, '<')) {
        const char *end = strchr(at, '>');
        if (!end)
            return NULL;
        const char *rest = end + 1;
        const gsize length = strcspn(rest, "<");
        g_autofree char *parameters = g_ascii_strdown(rest, (gssize)length);
        g_strdelimit(parameters, "\"', ", ';');
        g_auto(GStrv) words = g_strsplit(parameters, ";", -1);
        const bool is_next =
            g_strv_contains((const char *const *)words, "rel=next") ||
            (strstr(parameters, "rel=") && g_strv_contains((const char *const *)words, "next"));
        if (is_next)
            return g_strndup(at + 1, (gsize)(end - at) - 1);
        at = rest;
    }
    return NULL;
}

static bool advance_header_link(const struct pages *pages, const struct page *page, char **out_next,
                                GError **error)
{
    const struct http_headers *headers = page->response->headers;
    *out_next = NULL;
    for (guint i = 0; i < http_headers_count(headers); i++) {
        const char *name = NULL, *value = NULL;
        http_headers_at(headers, i, &name, &value);
        g_autofree char *link = g_ascii_strcasecmp(name, "Link") == 0 ? next_of_link(value) : NULL;
        if (link)
            return follow_link(pages, link, out_next, error);
    }
    return true;
}

static bool advance_cursor(const struct pages *pages, const struct page *page, char **out_next,
                           GError **error)
{
    struct json_piece cursor;
    (void)error;
    *out_next = NULL;
    if (says_no_more(pages, page) || !find_next(pages, page, "pagination.cursor_path", &cursor))
        return true;
    g_autofree char *text = json_text(cursor);
    g_autofree char *address = with_size(pages);
    *out_next = address_with(address, say(pages, "pagination.cursor_param"), text);
    return true;
}

static bool advance_none(const struct pages *pages, const struct page *page, char **out_next,
                         GError **error)
{
    (void)pages;
    (void)page;
    (void)error;
    *out_next = NULL;
    return true;
}

static const struct paging pagings[] = {
    {"none", NULL, with_size, advance_none},
    {"page_number", "pagination.page_param", first_page, advance_page},
    {"offset", "pagination.offset_param", first_offset, advance_offset},
    {"json_link", NULL, with_size, advance_json_link},
    {"header_link", NULL, with_size, advance_header_link},
    {"cursor", NULL, with_size, advance_cursor},
};

/* Which options belong to which types; without a type the first that is given tells it. */
static const struct {
    const char *option;
    const char *types[4];
} uses[] = {
    {"pagination.cursor_path", {"cursor"}},
    {"pagination.cursor_param", {"cursor"}},
    {"pagination.next_path", {"json_link"}},
    {"pagination.offset_param", {"offset"}},
    {"pagination.page_param", {"page_number"}},
    {"pagination.first_page", {"page_number"}},
    {"pagination.total_path", {"page_number", "offset"}},
    {"pagination.more_path", {"cursor", "json_link"}},
};

static const char *type_of(const struct api *api)
{
    const char *type = api_option(api, "pagination.type");
    for (gsize i = 0; i < G_N_ELEMENTS(uses) && !type; i++)
        if (api_option(api, uses[i].option))
            type = uses[i].types[0];
    if (type)
        return type;
    return api_option(api, "pagination.page_size") ? "page_number" : "none";
}

/* No option is passed over without a word. */
static bool check_options(const struct api *api, const char *type, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(uses); i++)
        if (api_option(api, uses[i].option) && !g_strv_contains(uses[i].types, type)) {
            error_set(error, ERROR_USAGE, "'%s' has no effect on pagination of type %s",
                      uses[i].option, type);
            return false;
        }
    const bool is_none = strcmp(type, "none") == 0;
    if (is_none && (api_option(api, "pagination.page_size") || api_option(api, "max_pages")))
        error_set(error, ERROR_USAGE, "'%s' has no effect without a pagination.type",
                  api_option(api, "max_pages") ? "max_pages" : "pagination.page_size");
    else if (strcmp(type, "cursor") == 0 && !api_option(api, "pagination.cursor_path"))
        error_set(error, ERROR_USAGE, "pagination of type cursor needs 'pagination.cursor_path'");
    else
        return true;
    return false;
}

struct pages *pages_new(struct api *api, GError **error)
{
    const char *type = type_of(api);
    const char *limit = api_option(api, "max_pages");
    if (!check_options(api, type, error))
        return NULL;
    struct pages *pages = g_new0(struct pages, 1);
    pages->api = api;
    for (gsize i = 0; i < G_N_ELEMENTS(pagings); i++)
        if (strcmp(pagings[i].type, type) == 0)
            pages->paging = &pagings[i];
    pages->limit = limit ? g_ascii_strtoll(limit, NULL, 10) : 0;
    pages->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    pages->contents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    pages->next = pages->paging->first(pages);
    return pages;
}

void pages_free(struct pages *pages)
{
    if (!pages)
        return;
    g_free(pages->next);
    g_hash_table_unref(pages->addresses);
    g_hash_table_unref(pages->contents);
    g_free(pages);
}

const char *pages_next(const struct pages *pages)
{
    return pages->next;
}

bool pages_is_new(struct pages *pages, const struct page *page, bool *out_new, GError **error)
{
    pages->count++;
    *out_new = true;
    if (!pages->paging->parameter || page->records == 0)
        return true;
    char *hash = sha256_hex(page->data.text, page->data.length);
    if (g_hash_table_add(pages->contents, hash))
        return true;
    *out_new = false;
    if (api_option(pages->api, "pagination.total_path") && !has_all(pages, page)) {
        error_set(error, ERROR_DATA,
                  "page %" G_GINT64_FORMAT " has the records of an earlier one, and the API tells "
                  "that there are more: does it know '%s'?",
                  pages->count, say(pages, pages->paging->parameter));
        return false;
    }
    pages->api->host->note(pages->api->context,
                           "page %" G_GINT64_FORMAT " has the records of an earlier one: it is "
                           "taken for the end",
                           pages->count);
    g_clear_pointer(&pages->next, g_free);
    return true;
}

static bool check_limit(struct pages *pages, GError **error)
{
    if (!pages->next)
        return true;
    if (pages->limit > 0 && pages->count >= pages->limit) {
        pages->api->host->note(pages->api->context,
                               "stopped behind %" G_GINT64_FORMAT
                               " pages, as max_pages says; there "
                               "are more",
                               pages->count);
        g_clear_pointer(&pages->next, g_free);
    } else if (pages->count >= MOST_PAGES) {
        error_set(error, ERROR_DATA,
                  "there is no end after %d pages: say 'max_pages' when that is right",
                  (int)MOST_PAGES);
        return false;
    }
    return true;
}

bool pages_advance(struct pages *pages, const struct page *page, GError **error)
{
    char *next = NULL;
    pages->records += page->records;
    g_hash_table_add(pages->addresses, g_strdup(pages->next));
    if (!pages->paging->advance(pages, page, &next, error))
        return false;
    g_free(pages->next);
    pages->next = next;
    if (next && g_hash_table_contains(pages->addresses, next)) {
        pages->api->host->note(pages->api->context,
                               "page %" G_GINT64_FORMAT
                               " leads back to an earlier one: it is taken "
                               "for the last",
                               pages->count);
        g_clear_pointer(&pages->next, g_free);
    }
    return check_limit(pages, error);
}
