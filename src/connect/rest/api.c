/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/api.h"

#include "connect/rest/address.h"
#include "connect/rest/auth.h"
#include "connect/rest/json.h"

#include <string.h>

enum {
    TRIES = 3,
    NAP_US = 50 * 1000,
    PAGE_BYTES = 256 * 1024 * 1024,
    SHORTEST_WAIT_US = 500 * 1000,
    LONGEST_WAIT_US = 30 * 1000 * 1000,
    UNAUTHORIZED = 401,
    FIRST_SERVER_ERROR = 500,
    MOST_REDIRECTIONS = 10,
};

/* Who asks to be left alone for longer isn't asked again. */
#define PATIENCE_US ((gint64)3600 * G_USEC_PER_SEC)

const char *api_option(const struct api *api, const char *name)
{
    return api->host->option_text(api->context, name);
}

gint64 api_number(const struct api *api, const char *name)
{
    return g_ascii_strtoll(api_option(api, name), NULL, 10);
}

static gint64 milliseconds(const struct api *api, const char *name)
{
    return (gint64)(g_ascii_strtod(api_option(api, name), NULL) * 1000);
}

static bool is_cancelled(gconstpointer data)
{
    const struct api *api = data;
    return api->host->is_cancelled(api->context);
}

static bool make_client(struct api *api, GError **error)
{
    const struct http_settings settings = {
        .ca_bundle = api_option(api, "ca_bundle"),
        .proxy = api_option(api, "proxy"),
        .connect_timeout_ms = MAX(milliseconds(api, "connect_timeout"), 1),
        .stall_timeout_ms = MAX(milliseconds(api, "request_timeout"), 1),
        .timeout_ms = MAX(milliseconds(api, "request_timeout"), 1),
        .is_cancelled = is_cancelled,
        .cancel_data = api,
    };
    api->client = http_client_new(&settings, error);
    return api->client != NULL;
}

/* A server may take a request whose headers have another name for one without a body. */
bool api_check_header(const char *name, GError **error)
{
    static const char others[] = "!#$%&'*+-.^_`|~"; /* RFC 9110, 5.6.2 */
    const char *c = name;
    while (g_ascii_isalnum(*c) || (*c && strchr(others, *c)))
        c++;
    if (*name && !*c)
        return true;
    error_set(error, ERROR_USAGE, "'%s' can't be the name of a header", name);
    return false;
}

static bool read_headers(struct api *api, GError **error)
{
    const guint count = api->host->option_count(api->context, "headers");
    api->headers = http_headers_new();
    for (guint i = 0; i + 1 < count; i += 2) {
        const char *name = api->host->option_item(api->context, "headers", i);
        if (!api_check_header(name, error))
            return false;
        http_headers_add(api->headers, name,
                         api->host->option_item(api->context, "headers", i + 1));
    }
    if (!http_headers_get(api->headers, "Accept"))
        http_headers_add(api->headers, "Accept", "application/json");
    return true;
}

/* "5", "5/s", "100/m", "1000/h" */
static bool read_rate(struct api *api, GError **error)
{
    static const struct {
        const char *unit;
        gint64 seconds;
    } units[] = {{"", 1}, {"/s", 1}, {"/m", 60}, {"/min", 60}, {"/h", 3600}};
    const char *text = api_option(api, "rate");
    if (!text)
        return true;
    char *end = NULL;
    const gdouble count = g_ascii_strtod(text, &end);
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        if (!(count > 0) || end == text || strcmp(end, units[i].unit) != 0)
            continue;
        api->interval_us = (gint64)((gdouble)(units[i].seconds * G_USEC_PER_SEC) / count);
        return true;
    }
    error_set(error, ERROR_USAGE,
              "'rate' is a number of requests, such as 5, 5/s, 100/m or 1000/h");
    return false;
}

bool api_init(struct api *api, const struct sqlflow_call *call, GError **error)
{
    *api = (struct api){
        .host = call->host,
        .context = call->context,
        .tries = call->tries ? call->tries : TRIES,
        .shortest_us = call->tries ? (gint64)call->retry_milliseconds * 1000 : SHORTEST_WAIT_US,
        .retried = g_new0(gint, 1),
        .method = call->host->option_text(call->context, "method"),
    };
    pthread_mutex_init(&api->lock, NULL);
    api->address = address_of_call(call, error);
    if (!api->address || !read_headers(api, error) || !read_rate(api, error) ||
        !make_client(api, error))
        return false;
    api->auth = auth_new(api, error);
    return api->auth != NULL;
}

void api_clear(struct api *api)
{
    http_client_free(api->client);
    http_headers_free(api->headers);
    auth_free(api->auth);
    g_free(api->address);
    g_free(api->retried);
    pthread_mutex_destroy(&api->lock);
}

static bool wait_until(const struct api *api, gint64 time_us, GError **error)
{
    for (gint64 left = 0; (left = time_us - g_get_monotonic_time()) > 0;) {
        if (is_cancelled(api)) {
            error_set(error, ERROR_CANCELLED, "interrupted");
            return false;
        }
        g_usleep((gulong)MIN(left, NAP_US));
    }
    return true;
}

/* Each request has a moment of its own. */
static bool wait_turn(struct api *api, GError **error)
{
    if (api->interval_us == 0)
        return true;
    pthread_mutex_lock(&api->lock);
    const gint64 turn = MAX(api->next_us, g_get_monotonic_time());
    api->next_us = turn + api->interval_us;
    pthread_mutex_unlock(&api->lock);
    return wait_until(api, turn, error);
}

/* The message in what an answer calls an error; or the whole of it. */
static char *error_text(struct json_piece piece, const struct http_response *response)
{
    static const char *const paths[] = {"message", "0.message", "detail", "0.detail"};
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        struct json_piece message;
        if (json_find(piece, paths[i], &message) && piece_kind(message) == PIECE_TEXT)
            return json_text(message);
    }
    return piece_kind(piece) == PIECE_TRUTH ? http_server_message(response) : json_text(piece);
}

/* Some APIs answer 200 and tell in the body that it went wrong; those of a list of rows in an
 * element of it, which only a path that begins so looks at. */
static bool check_answer(const struct api *api, const char *what,
                         const struct http_response *response, GError **error)
{
    const char *text = (const char *)response->body->data;
    const char *option = api_option(api, "error_path");
    const char first = text[strspn(text, " \t\r\n")];
    struct json_piece root, found;
    if ((first != '{' && (first != '[' || !strchr(option, '*'))) ||
        !json_check(text, response->body->len, &root, NULL))
        return true;
    g_auto(GStrv) paths = g_strsplit(option, ",", -1);
    for (char **path = paths; *path; path++) {
        g_strstrip(*path);
        if (!**path || !json_find_something(root, *path, &found))
            continue;
        g_autofree char *message = error_text(found, response);
        g_autofree char *shown =
            g_strdup_printf("with an error in '%s' (error_path): %s", *path, message);
        http_fail(response, ERROR_DATA, what, shown, error);
        return false;
    }
    return true;
}

/* Where the request goes, with a key in the address if that is how it proves who asks. */
static char *whole_address(const struct api *api, const char *address)
{
    const char *value = NULL;
    const char *name = auth_parameter(api->auth, &value);
    if (!name || !http_same_origin(address, api->address) || address_has(address, name))
        return g_strdup(address);
    return address_with(address, name, value);
}

static void add_headers(struct http_headers *to, const struct http_headers *from,
                        const struct http_headers *others)
{
    for (guint i = 0; i < http_headers_count(from); i++) {
        const char *name = NULL, *value = NULL;
        http_headers_at(from, i, &name, &value);
        if (!http_headers_get(others, name))
            http_headers_add(to, name, value);
    }
}

/* Headers of the options may be secrets: they stay with the origin, as what proves who asks. */
static bool send_with(struct api *api, const struct api_request *request,
                      const struct http_headers *proof, struct http_response *out, GError **error)
{
    const bool is_own = http_same_origin(request->address, api->address);
    AUTO(http_headers) plain = http_headers_new();
    AUTO(http_headers) own = http_headers_new();
    g_autofree char *address = whole_address(api, request->address);
    add_headers(plain, request->headers, is_own ? api->headers : NULL);
    add_headers(own, api->headers, proof);
    add_headers(own, proof, NULL);
    const struct http_request whole = {
        .method = request->method,
        .address = address,
        .headers = plain,
        .credentials = is_own ? own : NULL,
        .body = {.data = request->body, .length = (gint64)request->length},
        .sink = {.memory_limit = PAGE_BYTES},
        .redirections = request->redirections,
        .decode = true,
    };
    return wait_turn(api, error) && http_send(api->client, &whole, out, error);
}

/* A token that ended early is exchanged for a new one, once. */
static bool send_known(struct api *api, const struct api_request *request,
                       struct http_response *out, GError **error)
{
    *out = (struct http_response){0};
    for (bool is_second = false;; is_second = true) {
        AUTO(http_headers) credentials = auth_headers(api->auth, api, error);
        if (!credentials || !send_with(api, request, credentials, out, error))
            return false;
        if (out->status != UNAUTHORIZED || is_second || !auth_renew(api->auth, credentials))
            return true;
        http_response_clear(out);
    }
}

static char *describe(const struct api_request *request)
{
    g_autofree char *shown = http_address_shown(request->address);
    return g_strconcat(request->method, " ", shown, NULL);
}

/* Whoever reads the body finds no byte order mark before it and a NUL behind it. */
static void end_body(GByteArray *body)
{
    static const guint8 mark[] = {0xef, 0xbb, 0xbf};
    if (body->len >= sizeof mark && memcmp(body->data, mark, sizeof mark) == 0)
        g_byte_array_remove_range(body, 0, sizeof mark);
    g_byte_array_append(body, (const guint8 *)"", 1);
    g_byte_array_set_size(body, body->len - 1);
}

static bool try_once(struct api *api, const struct api_request *request, struct http_response *out,
                     GError **error)
{
    g_autofree char *what = describe(request);
    if (!send_known(api, request, out, error) || !http_check(out, what, error))
        return false;
    end_body(out->body);
    return check_answer(api, what, out, error);
}

/* -1: it isn't tried again. */
static gint64 wait_before_next(const struct api *api, guint tries, gint64 former,
                               const GError *failure)
{
    const gint64 asked = error_details(failure)->retry_after_us;
    if (error_kind(failure) != ERROR_TRANSIENT || tries >= api->tries || asked > PATIENCE_US)
        return -1;
    const gint64 longest = MAX(LONGEST_WAIT_US, api->shortest_us);
    const gint64 end = MIN(3 * MAX(former, api->shortest_us), longest);
    const gdouble chance = g_random_double();
    return MAX(api->shortest_us + (gint64)(chance * (gdouble)(end - api->shortest_us)), asked);
}

static bool give_up(struct api *api, GError *failure, guint tries, GError **error)
{
    const gint64 asked = error_details(failure)->retry_after_us;
    g_autofree char *masked = auth_masked(api->auth, failure->message);
    g_autofree char *message =
        asked > PATIENCE_US ? g_strdup_printf("%s (it asks to wait for %" G_GINT64_FORMAT " s)",
                                              masked, asked / G_USEC_PER_SEC)
        : tries > 1         ? g_strdup_printf("%s (after %u tries)", masked, tries)
                            : g_strdup(masked);
    error_set_full(error, error_kind(failure), error_details(failure), message);
    g_error_free(failure);
    return false;
}

bool api_send(struct api *api, const struct api_request *request, struct http_response *out,
              GError **error)
{
    gint64 wait = 0;
    *out = (struct http_response){0};
    for (guint tries = 1;; tries++) {
        GError *failure = NULL;
        http_response_clear(out);
        if (try_once(api, request, out, &failure))
            return true;
        wait = wait_before_next(api, tries, wait, failure);
        if (wait < 0)
            return give_up(api, failure, tries, error);
        g_error_free(failure);
        g_atomic_int_inc(api->retried);
        if (!wait_until(api, g_get_monotonic_time() + wait, error))
            return false;
    }
}

bool api_ask(struct api *api, const char *address, const char *body, struct http_response *out,
             GError **error)
{
    AUTO(http_headers) headers = http_headers_new();
    if (body)
        http_headers_add(headers, "Content-Type", "application/json");
    const struct api_request request = {
        .method = api->method,
        .address = address,
        .headers = headers,
        .body = body,
        .length = body ? strlen(body) : 0,
        .redirections = MOST_REDIRECTIONS,
    };
    return api_send(api, &request, out, error);
}

void api_name_answer(const struct http_response *response, GError **error)
{
    const char *text = (const char *)response->body->data;
    const char *type = http_headers_get(response->headers, "Content-Type");
    const bool is_like_json = strchr("{[", text[strspn(text, " \t\r\n")]) != NULL;
    g_autofree char *message = is_like_json ? NULL : http_server_message(response);
    g_autofree char *shown = http_address_shown(response->address);
    g_autofree char *about =
        message ? g_strdup_printf(" (%s: %s)", type ? type : "of no type", message)
        : type && strcmp(type, "application/json") != 0 ? g_strdup_printf(" (%s)", type)
                                                        : NULL;
    g_prefix_error(error, "the answer of %s%s can't be read: ", shown, about ? about : "");
}

void api_tell(const struct api *api)
{
    const gint retried = g_atomic_int_get(api->retried);
    if (retried > 0)
        api->host->note(api->context, "%d %s sent again", retried,
                        retried == 1 ? "request was" : "requests were");
}

bool api_reach(struct api *api, GError **error)
{
    const struct api_request request = {
        .method = "GET", .address = api->address, .redirections = MOST_REDIRECTIONS};
    struct http_response response;
    bool reached = send_known(api, &request, &response, error);
    const bool is_refused = response.status == UNAUTHORIZED ||
                            response.status == UNAUTHORIZED + 2 ||
                            response.status >= FIRST_SERVER_ERROR;
    g_autofree char *what = describe(&request);
    if (reached && is_refused)
        reached = http_check(&response, what, error);
    http_response_clear(&response);
    return reached;
}

bool api_fail(const struct sqlflow_host *host, struct sqlflow_error *out, GError *failure)
{
    static const enum sqlflow_error_kind kinds[] = {
        [ERROR_USAGE] = SQLFLOW_ERROR_USAGE,         [ERROR_DATA] = SQLFLOW_ERROR_DATA,
        [ERROR_TRANSIENT] = SQLFLOW_ERROR_TRANSIENT, [ERROR_PERMISSION] = SQLFLOW_ERROR_PERMISSION,
        [ERROR_CANCELLED] = SQLFLOW_ERROR_CANCELLED, [ERROR_SYSTEM] = SQLFLOW_ERROR_SYSTEM,
    };
    const struct error_details *details = error_details(failure);
    const guint kind = (guint)error_kind(failure);
    const bool is_known = kind < G_N_ELEMENTS(kinds) && kinds[kind];
    host->fail(out, is_known ? kinds[kind] : SQLFLOW_ERROR_SYSTEM, details->code, "%s",
               failure->message);
    if (details->retry_after_us > 0)
        host->retry_after(out, details->retry_after_us / 1000);
    if (kind == ERROR_TRANSIENT)
        host->gave_up(out);
    g_error_free(failure);
    return false;
}
