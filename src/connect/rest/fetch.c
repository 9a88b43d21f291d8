/* SPDX-License-Identifier: Apache-2.0 */
/* All records of an API, page by page, into a file: one a line. */
#include "base/file.h"
#include "connect/rest/pages.h"
#include "connect/rest/rest.h"

#include <errno.h>
#include <string.h>

enum { BUFFER_BYTES = 1024 * 1024, NO_CONTENT = 204 };

/* One fetching. */
struct harvest {
    struct api *api;
    struct sqlflow_fetch *fetch;
    bool is_flat;
    GString *buffer; /* what isn't written yet */
};

static bool write_buffer(struct harvest *harvest, GError **error)
{
    const GString *buffer = harvest->buffer;
    if (!descriptor_write(harvest->fetch->file, buffer->str, buffer->len)) {
        error_set_errno(error, errno, "what is fetched can't be kept");
        return false;
    }
    g_string_truncate(harvest->buffer, 0);
    return true;
}

/* What is no object becomes one. */
static bool append_record(struct harvest *harvest, struct json_piece record, GError **error)
{
    GString *buffer = harvest->buffer;
    if (piece_kind(record) != PIECE_OBJECT) {
        g_string_append(buffer, "{\"value\":");
        json_append(buffer, record);
        g_string_append_c(buffer, '}');
    } else if (harvest->is_flat) {
        if (!json_append_flat(buffer, record, error))
            return false;
    } else {
        json_append(buffer, record);
    }
    g_string_append_c(buffer, '\n');
    return true;
}

static bool take_record(struct harvest *harvest, struct json_piece record, GError **error)
{
    const gsize start = harvest->buffer->len;
    harvest->fetch->records++;
    if (!append_record(harvest, record, error)) {
        g_prefix_error(error, "record %" G_GINT64_FORMAT ": ", harvest->fetch->records);
        return false;
    }
    const gint64 length = (gint64)(harvest->buffer->len - start);
    harvest->fetch->longest = MAX(harvest->fetch->longest, length);
    return harvest->buffer->len < BUFFER_BYTES || write_buffer(harvest, error);
}

static bool take_records(struct harvest *harvest, struct json_piece data, GError **error)
{
    if (piece_kind(data) != PIECE_LIST)
        return take_record(harvest, data, error);
    struct json_walk walk = json_first(data);
    while (json_next(&walk))
        if (!take_record(harvest, walk.value, error))
            return false;
    return true;
}

static gint64 count_records(struct json_piece data)
{
    if (!data.text)
        return 0;
    if (piece_kind(data) != PIECE_LIST)
        return 1;
    gint64 count = 0;
    for (struct json_walk walk = json_first(data); json_next(&walk);)
        count++;
    return count;
}

/* The longest part of a path that leads somewhere. The caller's. */
static char *known_part(struct json_piece root, const char *path, struct json_piece *out)
{
    char *part = g_strdup(path);
    while (!json_find(root, part, out)) {
        char *dot = strrchr(part, '.');
        *(dot ? dot : part) = '\0';
    }
    return part;
}

static bool fail_path(const struct page *page, const char *path, GError **error)
{
    struct json_piece known;
    g_autofree char *part = known_part(page->root, path, &known);
    const bool has_part = *part && strcmp(part, "$") != 0;
    g_autoptr(GString) members = g_string_new(NULL);
    const bool is_object = piece_kind(known) == PIECE_OBJECT;
    struct json_walk walk = json_first(known);
    while (is_object && json_next(&walk)) {
        g_autofree char *name = json_text(walk.key);
        g_string_append_printf(members, "%s%s", members->len ? ", " : "", name);
    }
    error_set(error, ERROR_DATA, "the answer has no '%s' (data_path); %s%s%s is %s%s%s", path,
              has_part ? "'" : "", has_part ? part : "it", has_part ? "'" : "",
              piece_kind_name(piece_kind(known)), members->len ? " of " : "", members->str);
    return false;
}

/* Where the records are in it. */
static bool find_data(const struct harvest *harvest, struct page *page, GError **error)
{
    const char *path = api_option(harvest->api, "data_path");
    if (!page->root.text)
        return true;
    if (!json_find(page->root, path ? path : "", &page->data))
        return fail_path(page, path, error);
    if (piece_kind(page->data) == PIECE_NULL)
        page->data = (struct json_piece){.text = NULL};
    page->records = count_records(page->data);
    return true;
}

/* `response` holds what the pieces of the page point into. */
static bool read_page(const struct harvest *harvest, struct http_response *response,
                      struct page *page, GError **error)
{
    *page = (struct page){.response = response};
    const gsize length = response->body->len;
    if (response->status == NO_CONTENT || length == 0)
        return true;
    if (json_check((const char *)response->body->data, length, &page->root, error))
        return find_data(harvest, page, error);
    api_name_answer(response, error);
    return false;
}

static bool take_page(struct harvest *harvest, struct pages *pages, struct http_response *response,
                      GError **error)
{
    struct page page;
    bool is_new = false;
    if (!read_page(harvest, response, &page, error) || !pages_is_new(pages, &page, &is_new, error))
        return false;
    if (!is_new)
        return true;
    return (!page.data.text || take_records(harvest, page.data, error)) &&
           pages_advance(pages, &page, error);
}

static bool fetch_page(struct harvest *harvest, struct pages *pages, GError **error)
{
    struct http_response response;
    const struct target *next = pages_next(pages);
    const bool came = api_ask(harvest->api, next->address, next->body, &response, error);
    if (!came && pages_count(pages) > 0)
        g_prefix_error(error, "page %" G_GINT64_FORMAT ": ", pages_count(pages) + 1);
    const bool taken = came && take_page(harvest, pages, &response, error);
    http_response_clear(&response);
    return taken;
}

static bool fetch_pages(struct harvest *harvest, GError **error)
{
    AUTO(pages) pages = pages_new(harvest->api, error);
    if (!pages)
        return false;
    while (pages_next(pages))
        if (!fetch_page(harvest, pages, error))
            return false;
    return write_buffer(harvest, error);
}

bool rest_fetch(const struct sqlflow_call *call, struct sqlflow_fetch *fetch,
                struct sqlflow_error *error)
{
    struct api api;
    GError *failure = NULL;
    struct harvest harvest = {.api = &api, .fetch = fetch, .buffer = g_string_new(NULL)};
    bool done = api_init(&api, call, &failure);
    if (done) {
        harvest.is_flat = strcmp(api_option(&api, "flatten"), "true") == 0;
        done = fetch_pages(&harvest, &failure);
        api_tell(&api);
    }
    g_string_free(harvest.buffer, TRUE);
    api_clear(&api);
    return done || api_fail(call->host, error, failure);
}
