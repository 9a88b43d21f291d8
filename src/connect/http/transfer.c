/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariants: the first error counts, whoever found it; a callback that fails ends the transfer;
 * the sink sees bytes of a wanted status only, behind its `begin`.
 */
#include "connect/http/transfer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    POLL_MS = 100,
    BUFFER_BYTES = 256 * 1024,
    FIRST_UNWANTED = 300,
};

struct transfer {
    CURL *easy;
    const struct exchange *exchange;
    struct http_response *response;
    GError *error;
    gint64 body_at;    /* how much of a body that isn't in memory was taken */
    gint64 written;    /* to the sink */
    curl_off_t moved;  /* bytes in both directions, when it was looked at last */
    gint64 moved_time; /* when they had changed; monotonic */
    bool has_begun;    /* the sink */
    char message[CURL_ERROR_SIZE];
};

struct channel *channel_new(void)
{
    struct channel *channel = g_new0(struct channel, 1);
    channel->multi = curl_multi_init();
    channel->easy = curl_easy_init();
    return channel;
}

void channel_free(gpointer data)
{
    struct channel *channel = data;
    curl_easy_cleanup(channel->easy);
    curl_multi_cleanup(channel->multi);
    g_free(channel);
}

static gint64 status_of(const struct transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* A response begins: what came before it (100 Continue) is forgotten. */
static void begin_response(struct http_response *response)
{
    http_headers_free(response->headers);
    response->headers = http_headers_new();
}

static size_t take_header(char *bytes, size_t size, size_t count, void *data)
{
    struct transfer *transfer = data;
    const gsize length = size * count;
    g_autofree char *line = g_strndup(bytes, length);
    char *colon = strchr(line, ':');
    if (g_str_has_prefix(line, "HTTP/")) {
        begin_response(transfer->response);
    } else if (colon) {
        *colon = '\0';
        http_headers_add(transfer->response->headers, g_strstrip(line), g_strstrip(colon + 1));
    }
    return length;
}

static bool is_wanted(const struct transfer *transfer)
{
    const guint wanted = transfer->exchange->request->wanted_status;
    const gint64 status = status_of(transfer);
    return wanted ? status == wanted : status >= 200 && status < FIRST_UNWANTED;
}

static bool begin_sink(struct transfer *transfer)
{
    const struct http_sink *sink = &transfer->exchange->request->sink;
    if (transfer->has_begun)
        return true;
    transfer->has_begun = true;
    transfer->response->status = (guint)status_of(transfer);
    return !sink->begin || sink->begin(sink->sink_data, transfer->response, &transfer->error);
}

static bool write_file(struct transfer *transfer, const char *bytes, gsize length)
{
    const struct http_sink *sink = &transfer->exchange->request->sink;
    for (gsize done = 0; done < length;) {
        const ssize_t count = pwrite(sink->fd, bytes + done, length - done,
                                     sink->offset + transfer->written + (gint64)done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            error_set_errno(&transfer->error, errno, "what is downloaded can't be written");
            return false;
        }
        done += (gsize)count;
    }
    return true;
}

static bool keep(struct transfer *transfer, const char *bytes, gsize length)
{
    const struct http_sink *sink = &transfer->exchange->request->sink;
    const gsize limit = sink->memory_limit ? sink->memory_limit : HTTP_MEMORY_BYTES;
    if (transfer->response->body->len + length > limit) {
        g_autofree char *what = http_address_shown(transfer->exchange->address);
        error_set(&transfer->error, ERROR_DATA,
                  "%s answers with more than %" G_GSIZE_FORMAT " bytes", what, limit);
        return false;
    }
    g_byte_array_append(transfer->response->body, (const guint8 *)bytes, (guint)length);
    return true;
}

static void keep_problem(struct http_response *response, const char *bytes, gsize length)
{
    const gsize room = HTTP_PROBLEM_BYTES - response->body->len;
    response->is_truncated |= length > room;
    g_byte_array_append(response->body, (const guint8 *)bytes, (guint)MIN(length, room));
}

static bool take_wanted(struct transfer *transfer, const char *bytes, gsize length)
{
    const struct http_sink *sink = &transfer->exchange->request->sink;
    if (!begin_sink(transfer))
        return false;
    if (sink->write)
        return sink->write(sink->sink_data, bytes, length, &transfer->error);
    return sink->to_file ? write_file(transfer, bytes, length) : keep(transfer, bytes, length);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
    struct transfer *transfer = data;
    const gsize length = size * count;
    if (!is_wanted(transfer))
        keep_problem(transfer->response, bytes, length);
    else if (!take_wanted(transfer, bytes, length))
        return CURL_WRITEFUNC_ERROR;
    transfer->written += (gint64)length;
    return length;
}

static bool read_body(struct transfer *transfer, char *buffer, gsize size, gsize *out_read)
{
    const struct http_body *body = &transfer->exchange->request->body;
    const gsize wanted = (gsize)MIN((gint64)size, body->length - transfer->body_at);
    *out_read = 0;
    if (wanted == 0)
        return true;
    if (!body->read(body->read_data, transfer->body_at, buffer, wanted, out_read, &transfer->error))
        return false;
    if (*out_read > 0)
        return true;
    error_set(&transfer->error, ERROR_SYSTEM, "what is uploaded ended before its length");
    return false;
}

static size_t give_body(char *buffer, size_t size, size_t count, void *data)
{
    struct transfer *transfer = data;
    gsize length = 0;
    if (!read_body(transfer, buffer, size * count, &length))
        return CURL_READFUNC_ABORT;
    transfer->body_at += (gint64)length;
    return length;
}

static int rewind_body(void *data, curl_off_t offset, int origin)
{
    struct transfer *transfer = data;
    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    transfer->body_at = offset;
    return CURL_SEEKFUNC_OK;
}

/* NULL: a line can't have it. */
static struct curl_slist *append_headers(struct curl_slist *list,
                                         const struct http_headers *headers, GError **error)
{
    for (guint i = 0; i < http_headers_count(headers); i++) {
        const char *name = NULL, *value = NULL;
        http_headers_at(headers, i, &name, &value);
        if (!*name || strpbrk(name, ":\r\n") || strpbrk(value, "\r\n")) {
            error_set(error, ERROR_USAGE, "the header '%s' can't be sent: it has a line end in it",
                      strpbrk(name, "\r\n") ? "" : name);
            curl_slist_free_all(list);
            return NULL;
        }
        g_autofree char *line =
            *value ? g_strdup_printf("%s: %s", name, value) : g_strconcat(name, ";", NULL);
        list = curl_slist_append(list, line);
    }
    return list;
}

static struct curl_slist *header_list(const struct exchange *exchange, GError **error)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    if (!http_headers_get(exchange->request->headers, "Content-Type"))
        list = curl_slist_append(list, "Content-Type:"); /* curl would call it a form */
    list = append_headers(list, exchange->request->headers, error);
    if (list && exchange->with_credentials)
        list = append_headers(list, exchange->request->credentials, error);
    return list;
}

/* A small body that is in memory goes in one piece with the headers. */
static void set_method(struct transfer *transfer)
{
    static const char *const with_body[] = {"POST", "PUT", "PATCH", NULL};
    const struct http_request *request = transfer->exchange->request;
    const char *method = request->method ? request->method : "GET";
    CURL *easy = transfer->easy;
    if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (request->body.data) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data);
    } else if (request->body.length > 0 || g_strv_contains(with_body, method)) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body.length);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_callbacks(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
}

static void set_options(struct transfer *transfer)
{
    const struct transfer_rules *rules = transfer->exchange->rules;
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_URL, transfer->exchange->address);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, rules->proxy);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, rules->user_agent);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)rules->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (rules->ca_bundle)
        curl_easy_setopt(easy, CURLOPT_CAINFO, rules->ca_bundle);
    if (transfer->exchange->request->decode)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static bool fail_time(struct transfer *transfer, const char *message)
{
    g_autofree char *what = http_address_shown(transfer->exchange->address);
    error_set(&transfer->error, ERROR_TRANSIENT, "%s: %s", what, message);
    return false;
}

static bool fail_stall(struct transfer *transfer)
{
    const gdouble seconds = (gdouble)transfer->exchange->rules->stall_timeout_ms / 1000;
    g_autofree char *message = g_strdup_printf("no byte came or went for %g s", seconds);
    return fail_time(transfer, message);
}

/* Has a byte moved since it was asked last? Before the connection stands it has its own time. */
static bool has_moved(struct transfer *transfer)
{
    curl_off_t connected = 0, down = 0, up = 0;
    long header = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &header);
    const curl_off_t moved = down + up + header;
    const bool has = connected == 0 || moved != transfer->moved;
    transfer->moved = moved;
    return has;
}

/* May it go on? */
static bool check_time(struct transfer *transfer)
{
    const struct exchange *exchange = transfer->exchange;
    const struct transfer_rules *rules = exchange->rules;
    const gint64 now = g_get_monotonic_time();
    if (rules->is_cancelled && rules->is_cancelled(rules->cancel_data)) {
        error_set(&transfer->error, ERROR_CANCELLED, "interrupted");
        return false;
    }
    if (has_moved(transfer))
        transfer->moved_time = now;
    if (now - transfer->moved_time > rules->stall_timeout_ms * 1000)
        return fail_stall(transfer);
    if (exchange->deadline && now > exchange->deadline)
        return fail_time(transfer, "there is no whole answer in time");
    return true;
}

static const struct {
    CURLcode code;
    enum error_kind kind;
} failures[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, ERROR_USAGE},  {CURLE_URL_MALFORMAT, ERROR_USAGE},
    {CURLE_LOGIN_DENIED, ERROR_USAGE},          {CURLE_SSL_CACERT_BADFILE, ERROR_USAGE},
    {CURLE_COULDNT_RESOLVE_PROXY, ERROR_USAGE}, {CURLE_PEER_FAILED_VERIFICATION, ERROR_PERMISSION},
    {CURLE_SSL_CERTPROBLEM, ERROR_PERMISSION},  {CURLE_OUT_OF_MEMORY, ERROR_SYSTEM},
    {CURLE_FAILED_INIT, ERROR_SYSTEM},          {CURLE_BAD_CONTENT_ENCODING, ERROR_DATA},
};

static bool fail_curl(struct transfer *transfer, CURLcode code)
{
    enum error_kind kind = ERROR_TRANSIENT;
    g_autofree char *what = http_address_shown(transfer->exchange->address);
    const char *message = code == CURLE_LOGIN_DENIED ? "an address takes no user and password"
                          : *transfer->message       ? transfer->message
                                                     : curl_easy_strerror(code);
    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++)
        if (failures[i].code == code)
            kind = failures[i].kind;
    error_set(&transfer->error, kind, "%s: %s", what, message);
    return false;
}

static bool finish(struct transfer *transfer, CURLM *multi)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(multi, &left);
    if (transfer->error)
        return false;
    if (!message || message->data.result != CURLE_OK)
        return fail_curl(transfer, message ? message->data.result : CURLE_FAILED_INIT);
    transfer->response->status = (guint)status_of(transfer);
    transfer->response->received_bytes = transfer->written;
    return !is_wanted(transfer) || begin_sink(transfer);
}

static bool perform(struct transfer *transfer, CURLM *multi)
{
    int running = 1;
    while (true) {
        const CURLMcode failed = curl_multi_perform(multi, &running);
        if (failed != CURLM_OK)
            return fail_curl(transfer, CURLE_FAILED_INIT);
        if (running == 0)
            return finish(transfer, multi);
        if (!check_time(transfer))
            return false;
        curl_multi_poll(multi, NULL, 0, POLL_MS, NULL);
    }
}

/* Where the request is all set. */
static bool run(struct transfer *transfer, struct channel *channel)
{
    transfer->moved_time = g_get_monotonic_time();
    if (curl_multi_add_handle(channel->multi, transfer->easy) != CURLM_OK)
        return fail_curl(transfer, CURLE_FAILED_INIT);
    const bool done = perform(transfer, channel->multi);
    /* One that is still under way loses its connection by this. */
    curl_multi_remove_handle(channel->multi, transfer->easy);
    return done;
}

bool transfer_run(struct channel *channel, const struct exchange *exchange,
                  struct http_response *out, GError **error)
{
    struct transfer transfer = {.easy = channel->easy, .exchange = exchange, .response = out};
    struct curl_slist *headers = header_list(exchange, error);
    if (!headers)
        return false;
    out->headers = http_headers_new();
    out->body = g_byte_array_new();
    out->address = g_strdup(exchange->address);
    curl_easy_reset(channel->easy);
    set_options(&transfer);
    set_method(&transfer);
    set_callbacks(&transfer);
    curl_easy_setopt(channel->easy, CURLOPT_HTTPHEADER, headers);
    const bool done = run(&transfer, channel);
    curl_easy_reset(channel->easy);
    curl_slist_free_all(headers);
    if (!done)
        g_propagate_error(error, transfer.error);
    return done;
}
