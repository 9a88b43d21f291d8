/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/web.h"

#include "connect/remote/fetch.h"
#include "connect/remote/parallel.h"
#include "connect/remote/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    OK = 200,
    PARTIAL = 206,
    MISSING = 404,
    GONE = 410,
    NO_RANGE = 416,
    REDIRECTIONS = 5,
    PIECE_BYTES = 8 * 1024 * 1024
};

/* Before the version of a file of which parts may be asked for. */
#define RANGES "ranges "

struct web *web_new(const struct storage_context *context, GError **error)
{
    const struct http_settings settings = {
        .ca_bundle = context->option(context, "ca_bundle"),
        .is_cancelled = context->is_cancelled,
        .cancel_data = context,
    };
    struct http_client *client = http_client_new(&settings, error);
    if (!client)
        return NULL;
    const char *threads = context->option(context, "max_concurrency");
    struct web *web = g_new0(struct web, 1);
    *web = (struct web){context, client, USUAL_REQUESTS};
    if (threads)
        web->concurrency = (guint)g_ascii_strtoull(threads, NULL, 10);
    return web;
}

void web_free(struct web *web)
{
    if (!web)
        return;
    http_client_free(web->client);
    g_free(web);
}

static bool is_head(const struct http_request *request)
{
    return strcmp(request->method, "HEAD") == 0;
}

/* Not missing, and GET may do: an address that is signed for that alone, a server without HEAD. */
static bool is_head_refused(guint status)
{
    static const guint statuses[] = {400, 401, 403, 405, 501};
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (status == statuses[i])
            return true;
    return false;
}

static bool is_missing(guint status)
{
    return status == MISSING || status == GONE;
}

/* The status is checked, but for those that answer a HEAD. */
static bool send_once(struct web *web, const struct http_request *request,
                      struct http_response *out, GError **error)
{
    g_autofree char *shown = http_address_shown(request->address);
    *out = (struct http_response){.status = 0};
    if (!http_send(web->client, request, out, error))
        return false;
    if (is_head(request) && (is_missing(out->status) || is_head_refused(out->status)))
        return true;
    if (!http_check(out, shown, error))
        return false;
    if (!request->wanted_status || out->status == request->wanted_status)
        return true;
    error_set(error, ERROR_DATA, "%s: the server answers with status %u instead of %u", shown,
              out->status, request->wanted_status);
    return false;
}

bool web_send(struct web *web, const struct http_request *request, struct http_response *out,
              GError **error)
{
    struct retry retry = {0};
    for (;;) {
        g_autoptr(GError) failure = NULL;
        if (send_once(web, request, out, &failure))
            return true;
        if (!retry_again(&retry, web->context, failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
        http_response_clear(out);
    }
}

/* What tells one content from another; "" where the server doesn't say. */
static const char *content_of(const struct http_headers *headers)
{
    const char *etag = http_headers_get(headers, "ETag");
    const char *modified = http_headers_get(headers, "Last-Modified");
    return etag ? etag : modified ? modified : "";
}

/* With "ranges " before it, parts may be asked for. */
static char *version_of(const struct http_response *response)
{
    const char *content = content_of(response->headers);
    const bool has_ranges =
        response->status == PARTIAL ||
        g_strcmp0(http_headers_get(response->headers, "Accept-Ranges"), "bytes") == 0;
    return g_strconcat(has_ranges && *content == '"' ? RANGES : "", content, NULL);
}

/* Of "bytes 0-0/1234" what stands last; NULL: neither that nor a length is said. */
static const char *length_of(const struct http_response *response)
{
    if (response->status != PARTIAL && response->status != NO_RANGE)
        return http_headers_get(response->headers, "Content-Length");
    const char *range = http_headers_get(response->headers, "Content-Range");
    const char *slash = range ? strchr(range, '/') : NULL;
    return slash && g_ascii_isdigit(slash[1]) ? slash + 1 : NULL;
}

/* All of it is coming, and its header is enough. */
static bool take_first(gpointer data, const struct http_response *response, GError **error)
{
    bool *is_known = data;
    *is_known = response->status == OK;
    if (*is_known)
        error_set(error, ERROR_USAGE, "the header is enough");
    return !*is_known;
}

/* What HEAD would say, by asking for the first byte; of an empty file there is none. */
static bool get_first(struct web *web, const char *address, struct http_response *out,
                      GError **error)
{
    AUTO(http_headers) headers = http_headers_new();
    http_headers_add(headers, "Range", "bytes=0-0");
    bool is_known = false;
    const struct http_request request = {
        .method = "GET",
        .address = address,
        .headers = headers,
        .sink = {.begin = take_first, .sink_data = &is_known},
        .redirections = REDIRECTIONS,
    };
    g_autoptr(GError) failure = NULL;
    if (web_send(web, &request, out, &failure) || is_known || out->status == NO_RANGE ||
        is_missing(out->status))
        return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static bool ask(struct web *web, const char *address, struct http_response *out, GError **error)
{
    const struct http_request request = {
        .method = "HEAD", .address = address, .redirections = REDIRECTIONS};
    if (!web_send(web, &request, out, error))
        return false;
    /* Some say 0 without looking. */
    const char *length = is_head_refused(out->status) ? NULL : length_of(out);
    if (is_missing(out->status) || (length && strcmp(length, "0") != 0))
        return true;
    http_response_clear(out);
    return get_first(web, address, out, error);
}

bool web_find(struct web *web, const char *address, GPtrArray *identities, GError **error)
{
    struct http_response response = {0};
    if (!ask(web, address, &response, error)) {
        http_response_clear(&response);
        return false;
    }
    struct file_identity *identity = g_new0(struct file_identity, 1);
    const bool is_there = !is_missing(response.status);
    const char *length = is_there ? length_of(&response) : NULL;
    identity->path = g_strdup(address);
    identity->size = length ? g_ascii_strtoll(length, NULL, 10) : -1;
    identity->version = is_there ? version_of(&response) : g_strdup("");
    g_ptr_array_add(identities, identity);
    const bool is_known = !is_there || length;
    http_response_clear(&response);
    g_autofree char *shown = http_address_shown(address);
    if (!is_known)
        error_set(error, ERROR_DATA,
                  "%s: the server doesn't say how long it is; fetch it into a file first", shown);
    return is_known;
}

struct fetching {
    struct web *web;
    const struct file_identity *identity;
    const char *etag; /* NULL: parts can't be asked for */
    GArray *pieces;
    int fd;
};

static bool changed(const struct file_identity *identity, GError **error)
{
    g_autofree char *shown = http_address_shown(identity->path);
    error_set(error, ERROR_DATA, "'%s' was changed while files were read", shown);
    return false;
}

/* All that came is of the version that was found, or the server tells of none. */
static bool is_same(const struct fetching *fetching, const struct http_response *response)
{
    const char *found = fetching->identity->version;
    const char *content = content_of(response->headers);
    return fetching->etag || !*found || !*content || strcmp(found, content) == 0;
}

/* One piece, or all in one. */
static bool fetch_piece(gpointer data, guint index, GError **error)
{
    const struct fetching *fetching = data;
    const struct piece *piece = &g_array_index(fetching->pieces, struct piece, index);
    AUTO(http_headers) headers = http_headers_new();
    g_autofree char *range = fetch_range(piece);
    if (fetching->etag) {
        http_headers_add(headers, "Range", range);
        http_headers_add(headers, "If-Range", fetching->etag);
    }
    const struct http_request request = {
        .method = "GET",
        .address = fetching->identity->path,
        .headers = headers,
        .sink = {.to_file = true, .fd = fetching->fd, .offset = piece->offset},
        .wanted_status = fetching->etag ? PARTIAL : OK,
        .redirections = REDIRECTIONS,
    };
    struct http_response response = {0};
    const bool sent = web_send(fetching->web, &request, &response, error);
    const bool is_whole =
        sent && response.received_bytes == piece->length && is_same(fetching, &response);
    const bool is_another = response.status == OK && fetching->etag;
    http_response_clear(&response);
    if (is_another)
        g_clear_error(error);
    if (is_another || (sent && !is_whole))
        return changed(fetching->identity, error);
    if (is_whole)
        fetching->web->context->moved(fetching->web->context, piece->length);
    return is_whole;
}

bool web_fetch(struct web *web, const struct file_identity *identity,
               const struct byte_range *ranges, guint count, int fd, GError **error)
{
    const bool has_ranges = g_str_has_prefix(identity->version, RANGES);
    const struct byte_range whole = {0, identity->size};
    struct fetching fetching = {
        .web = web,
        .identity = identity,
        .etag = has_ranges ? identity->version + strlen(RANGES) : NULL,
        .pieces = has_ranges ? fetch_pieces(ranges, count, PIECE_BYTES)
                             : fetch_pieces(&whole, 1, G_MAXINT64 / 2),
        .fd = fd,
    };
    const bool fetched =
        parallel_run(fetching.pieces->len, web->concurrency, fetch_piece, &fetching, error);
    g_array_unref(fetching.pieces);
    return fetched;
}

bool web_fetch_files(struct web *web, const GPtrArray *identities, const GPtrArray *paths,
                     GError **error)
{
    for (guint i = 0; i < identities->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(identities, i);
        const struct byte_range whole = {0, identity->size};
        const char *path = g_ptr_array_index(paths, i);
        const int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
            error_set_errno(error, errno, "%s", path);
        const bool fetched = fd >= 0 && web_fetch(web, identity, &whole, 1, fd, error);
        if (fd >= 0)
            close(fd);
        if (!fetched)
            return false;
    }
    return true;
}
