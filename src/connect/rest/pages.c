/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/pages.h"

#include "connect/http/address.h"
#include "connect/http/sha256.h"
#include "connect/rest/link.h"

#include <string.h>

/* More than anybody wants: an API that has no end. */
enum { MOST_PAGES = 100 * 1000, PARTIAL_CONTENT = 206 };

struct pages {
    struct api *api;
    const struct paging *paging;
    struct target base; /* of all, with the size of pages when it is said */
    struct target next;
    gint64 limit;         /* of pages; 0: not said */
    gint64 count;         /* of pages that came */
    gint64 records;       /* of all of them */
    GHashTable *asked;    /* keys of targets */
    GHashTable *contents; /* of counted pages or the first one, as hashes */
};

/* How one kind of pagination goes on. */
struct paging {
    const char *type;
    const char *parameter; /* the option that names what tells pages apart; NULL: an address does */
    /* By us: a server that doesn't know the parameter gives its first page for ever. */
    bool is_counted;
    void (*first)(const struct pages *pages, struct target *out);
    /* Without an address: this was the last. */
    bool (*advance)(const struct pages *pages, const struct page *page, struct target *out_next,
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

static void ask_number(const struct pages *pages, const char *option, gint64 number,
                       struct target *out)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    target_copy(out, &pages->base);
    target_set(out, say(pages, option), (struct json_piece){text, strlen(text)});
}

static void ask_page(const struct pages *pages, struct target *out)
{
    ask_number(pages, "pagination.page_param", first_number(pages) + pages->count, out);
}

static void ask_offset(const struct pages *pages, struct target *out)
{
    ask_number(pages, "pagination.offset_param", pages->records, out);
}

static void ask_base(const struct pages *pages, struct target *out)
{
    target_copy(out, &pages->base);
}

/* How many records the API tells that there are; -1: it doesn't. */
static gint64 total_of(const struct pages *pages, const struct page *page)
{
    const char *path = api_option(pages->api, "pagination.total_path");
    struct json_piece total;
    gint64 number = -1;
    if (!path || !page->root.text || !json_find(page->root, path, &total))
        return -1;
    g_autofree char *text = json_text(total);
    return g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &number, NULL) ? number : -1;
}

/* An empty page is the end, a short one isn't: servers have limits of their own. */
static bool is_last(const struct pages *pages, const struct page *page)
{
    const gint64 total = total_of(pages, page);
    if (page->records == 0 && pages->records < total)
        pages->api->host->note(pages->api->context,
                               "page %" G_GINT64_FORMAT " is empty: %" G_GINT64_FORMAT
                               " records have come, although the API tells of %" G_GINT64_FORMAT,
                               pages->count, pages->records, total);
    return page->records == 0 || (total >= 0 && pages->records >= total);
}

static bool advance_page(const struct pages *pages, const struct page *page,
                         struct target *out_next, GError **error)
{
    (void)error;
    if (!is_last(pages, page))
        ask_page(pages, out_next);
    return true;
}

static bool advance_offset(const struct pages *pages, const struct page *page,
                           struct target *out_next, GError **error)
{
    (void)error;
    if (!is_last(pages, page))
        ask_offset(pages, out_next);
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

static bool may_follow(const struct pages *pages, const char *address)
{
    return (g_str_has_prefix(address, "http://") || g_str_has_prefix(address, "https://")) &&
           !address_is_downgrade(pages->next.address, address);
}

static bool follow_link(const struct pages *pages, const struct page *page, const char *link,
                        struct target *out_next, GError **error)
{
    g_autofree char *address = address_resolve(page->response->address, link);
    const bool has_body = pages->base.body != NULL;
    const char *why = !address || !may_follow(pages, address) ? "something that can't be followed"
                      : has_body && !http_same_origin(pages->base.address, address)
                          ? "another host, which doesn't get the body"
                          : NULL;
    if (why) {
        error_set(error, ERROR_DATA, "page %" G_GINT64_FORMAT " leads to %s", pages->count, why);
        return false;
    }
    *out_next = (struct target){
        .address = g_steal_pointer(&address),
        .body = g_strdup(pages->base.body),
    };
    return true;
}

static bool advance_json_link(const struct pages *pages, const struct page *page,
                              struct target *out_next, GError **error)
{
    struct json_piece link;
    if (says_no_more(pages, page) || !find_next(pages, page, "pagination.next_path", &link))
        return true;
    g_autofree char *text = json_text(link);
    return follow_link(pages, page, text, out_next, error);
}

static bool advance_header_link(const struct pages *pages, const struct page *page,
                                struct target *out_next, GError **error)
{
    const struct http_headers *headers = page->response->headers;
    for (guint i = 0; i < http_headers_count(headers); i++) {
        const char *name = NULL, *value = NULL;
        http_headers_at(headers, i, &name, &value);
        g_autofree char *link = g_ascii_strcasecmp(name, "Link") == 0 ? link_next(value) : NULL;
        if (link)
            return follow_link(pages, page, link, out_next, error);
    }
    return true;
}

static bool advance_cursor(const struct pages *pages, const struct page *page,
                           struct target *out_next, GError **error)
{
    struct json_piece cursor;
    (void)error;
    if (says_no_more(pages, page) || !find_next(pages, page, "pagination.cursor_path", &cursor))
        return true;
    target_copy(out_next, &pages->base);
    target_set(out_next, say(pages, "pagination.cursor_param"), cursor);
    return true;
}

static bool advance_none(const struct pages *pages, const struct page *page,
                         struct target *out_next, GError **error)
{
    (void)out_next;
    (void)error;
    if (page->response->status == PARTIAL_CONTENT)
        pages->api->host->note(pages->api->context,
                               "the API says that this is a part (206): is there a pagination?");
    return true;
}

static const struct paging pagings[] = {
    {"none", NULL, false, ask_base, advance_none},
    {"page_number", "pagination.page_param", true, ask_page, advance_page},
    {"offset", "pagination.offset_param", true, ask_offset, advance_offset},
    {"json_link", NULL, false, ask_base, advance_json_link},
    {"header_link", NULL, false, ask_base, advance_header_link},
    {"cursor", "pagination.cursor_param", false, ask_base, advance_cursor},
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
    {"pagination.in", {"page_number", "offset", "cursor"}},
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

static const struct paging *paging_of(const char *type)
{
    const struct paging *paging = pagings;
    while (strcmp(paging->type, type) != 0)
        paging++;
    return paging;
}

struct pages *pages_new(struct api *api, GError **error)
{
    const char *type = type_of(api);
    const char *limit = api_option(api, "max_pages");
    const char *size = api_option(api, "pagination.page_size");
    if (!check_options(api, type, error))
        return NULL;
    AUTO(pages) pages = g_new0(struct pages, 1);
    pages->api = api;
    pages->paging = paging_of(type);
    pages->limit = limit ? g_ascii_strtoll(limit, NULL, 10) : 0;
    pages->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    pages->contents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!target_init(&pages->base, api, error))
        return NULL;
    if (size)
        target_set(&pages->base, say(pages, "pagination.size_param"),
                   (struct json_piece){size, strlen(size)});
    pages->paging->first(pages, &pages->next);
    return g_steal_pointer(&pages);
}

void pages_free(struct pages *pages)
{
    if (!pages)
        return;
    target_clear(&pages->base);
    target_clear(&pages->next);
    g_hash_table_unref(pages->asked);
    g_hash_table_unref(pages->contents);
    g_free(pages);
}

const struct target *pages_next(const struct pages *pages)
{
    return pages->next.address ? &pages->next : NULL;
}

gint64 pages_count(const struct pages *pages)
{
    return pages->count;
}

/* It has what came before, although more is told of. */
static bool fail_again(const struct pages *pages, GError **error)
{
    const char *option = pages->paging->parameter;
    const bool is_behind = pages->base.body && !pages->base.in_body;
    g_autofree char *question =
        option ? g_strdup_printf(": does it know '%s'%s?", say(pages, option),
                                 is_behind ? " behind its address (pagination.in)" : "")
               : NULL;
    error_set(error, ERROR_DATA,
              "page %" G_GINT64_FORMAT " has the records of an earlier one, and the API tells that "
              "there are more%s",
              pages->count, question ? question : "");
    return false;
}

bool pages_is_new(struct pages *pages, const struct page *page, bool *out_new, GError **error)
{
    pages->count++;
    *out_new = true;
    if (page->records == 0 || (!pages->paging->is_counted && pages->count > 1))
        return true;
    if (g_hash_table_add(pages->contents, sha256_hex(page->data.text, page->data.length)))
        return true;
    *out_new = false;
    if (total_of(pages, page) > pages->records)
        return fail_again(pages, error);
    pages->api->host->note(pages->api->context,
                           "page %" G_GINT64_FORMAT " has the records of an earlier one: it is "
                           "taken for the end",
                           pages->count);
    target_clear(&pages->next);
    return true;
}

static bool check_limit(struct pages *pages, GError **error)
{
    if (!pages->next.address)
        return true;
    if (pages->limit > 0 && pages->count >= pages->limit) {
        pages->api->host->note(pages->api->context,
                               "stopped behind %" G_GINT64_FORMAT
                               " pages, as max_pages says; there "
                               "are more",
                               pages->count);
        target_clear(&pages->next);
    } else if (pages->count >= MOST_PAGES) {
        error_set(error, ERROR_DATA,
                  "there is no end after %d pages: say 'max_pages' when that is right",
                  (int)MOST_PAGES);
        return false;
    }
    return true;
}

/* What leads back has the records of the first page: a server that doesn't know the cursor. */
static bool is_first_again(const struct pages *pages, const struct page *page)
{
    if (pages->paging->is_counted || pages->count == 1 || page->records == 0)
        return false;
    g_autofree char *hash = sha256_hex(page->data.text, page->data.length);
    return g_hash_table_contains(pages->contents, hash);
}

bool pages_advance(struct pages *pages, const struct page *page, GError **error)
{
    struct target next = {.address = NULL};
    pages->records += page->records;
    g_hash_table_add(pages->asked, target_key(&pages->next));
    if (!pages->paging->advance(pages, page, &next, error))
        return false;
    target_clear(&pages->next);
    pages->next = next;
    g_autofree char *key = next.address ? target_key(&next) : NULL;
    if (key && g_hash_table_contains(pages->asked, key)) {
        if (is_first_again(pages, page))
            return fail_again(pages, error);
        pages->api->host->note(pages->api->context,
                               "page %" G_GINT64_FORMAT
                               " leads back to an earlier one: it is taken "
                               "for the last",
                               pages->count);
        target_clear(&pages->next);
    }
    return check_limit(pages, error);
}
