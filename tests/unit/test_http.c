/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client, against a server process that does what it is told (tests/services/http). */
#include "http_service.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static void assert_kind(const struct call *call, enum error_kind kind, const char *part)
{
    g_assert_false(call->done);
    g_assert_nonnull(call->error);
    g_test_message("%s", call->error->message);
    g_assert_cmpint(error_kind(call->error), ==, kind);
    g_assert_nonnull(strstr(call->error->message, part));
}

static void test_body(gconstpointer data)
{
    const struct server *server = data;
    const struct http_settings plain = {0};
    AUTO(http_client) client = new_client(&plain);
    AUTO(http_headers) headers = http_headers_new();
    http_headers_add(headers, "Content-Type", "text/x-test");
    struct call call = {
        .request = {.method = "PUT", .headers = headers, .body = {.data = "hello", .length = 5}}};
    send_to(client, &call, server->url, "/echo");
    g_assert_cmpuint(call.response.status, ==, 200);
    g_assert_cmpstr(http_headers_get(call.response.headers, "content-TYPE"), ==, "text/x-test");
    g_assert_cmpstr(body_of(&call), ==, "hello");
    call_clear(&call);
    http_headers_add(headers, "X-Bad", "a\r\nX-Injected: b");
    send_to(client, &call, server->url, "/echo");
    assert_kind(&call, ERROR_USAGE, "X-Bad");
    call_clear(&call);
}

static bool read_letters(gpointer data, gint64 offset, char *buffer, gsize size, gsize *out_read,
                         GError **error)
{
    const gsize wanted = MIN(size, 1000);
    (void)error;
    *(gint64 *)data += (gint64)wanted;
    for (gsize i = 0; i < wanted; i++)
        buffer[i] = (char)('a' + (offset + (gint64)i) % 26);
    *out_read = wanted;
    return true;
}

static void test_pull(gconstpointer data)
{
    const struct server *server = data;
    const struct http_settings plain = {0};
    enum { LENGTH = 1000 * 1000 };
    gint64 given = 0;
    AUTO(http_client) client = new_client(&plain);
    struct call call = {
        .request = {.method = "POST", .body = {.length = LENGTH, .read = read_letters}}};
    call.request.body.read_data = &given;
    send_to(client, &call, server->url, "/echo");
    const char *body = body_of(&call);
    g_assert_cmpint(given, ==, LENGTH);
    g_assert_cmpuint(strlen(body), ==, LENGTH);
    for (gsize i = 0; i < LENGTH; i += 9973)
        g_assert_cmpint(body[i], ==, 'a' + (int)(i % 26));
    call_clear(&call);
    call.request.sink.memory_limit = LENGTH - 1;
    send_to(client, &call, server->url, "/echo");
    assert_kind(&call, ERROR_DATA, "more than 999999 bytes");
    call_clear(&call);
}

static bool refuse(gpointer data, const struct http_response *response, GError **error)
{
    g_assert_nonnull(http_headers_get(response->headers, "Content-Range"));
    error_set(error, ERROR_DATA, "%s", (const char *)data);
    return false;
}

static void test_file(gconstpointer data)
{
    const struct server *server = data;
    const struct http_settings plain = {0};
    g_autofree char *path = g_build_filename(server->folder, "files", "letters", NULL);
    g_autofree char *out = g_build_filename(server->folder, "out", NULL);
    g_assert_true(g_file_set_contents(path, "abcdefghij", 10, NULL));
    AUTO(http_client) client = new_client(&plain);
    AUTO(http_headers) headers = http_headers_new();
    http_headers_add(headers, "Range", "bytes=3-5");
    const int fd = open(out, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct call call = {.request = {.headers = headers, .wanted_status = 206}};
    call.request.sink = (struct http_sink){.to_file = true, .fd = fd, .offset = 2};
    send_to(client, &call, server->url, "/files/letters");
    char found[8] = {0}, refusal[] = "not so";
    g_assert_cmpuint(call.response.status, ==, 206);
    g_assert_cmpint(pread(fd, found, sizeof found, 0), ==, 5);
    g_assert_cmpstr(found + 2, ==, "def");
    call_clear(&call);
    call.request.headers = NULL; /* all of it, with status 200: nothing for the file */
    send_to(client, &call, server->url, "/files/letters");
    g_assert_cmpstr(body_of(&call), ==, "abcdefghij");
    g_assert_cmpint(pread(fd, found, sizeof found, 0), ==, 5);
    call_clear(&call);
    call.request.headers = headers;
    call.request.sink = (struct http_sink){.begin = refuse, .sink_data = refusal};
    send_to(client, &call, server->url, "/files/letters");
    assert_kind(&call, ERROR_DATA, "not so");
    call_clear(&call);
    close(fd);
}

static void test_faults(gconstpointer data)
{
    const struct server *server = data;
    static const struct {
        const char *fault;
        const char *part;
    } faults[] = {{"reset", ""},
                  {"reset_body", ""},
                  {"cut", ""},
                  {"stall", "no byte came"},
                  {"stall_body", "no byte came"}};
    const struct http_settings settings = {.stall_timeout_ms = 300};
    AUTO(http_client) client = new_client(&settings);
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *what =
            g_strdup_printf("{\"fault\": \"%s\", \"body\": \"0123456789\"}", faults[i].fault);
        order(server, "/f", what);
        struct call call = {0};
        send_to(client, &call, server->url, "/f?key=s3cret");
        assert_kind(&call, ERROR_TRANSIENT, faults[i].part);
        g_assert_null(strstr(call.error->message, "s3cret"));
        call_clear(&call);
    }
    struct call call = {0};
    send_to(client, &call, "http://127.0.0.1:1", "/");
    assert_kind(&call, ERROR_TRANSIENT, "http://127.0.0.1:1/");
    call_clear(&call);
    send_to(client, &call, "http://me:pw@127.0.0.1:1", "/");
    assert_kind(&call, ERROR_USAGE, "no user and password");
    g_assert_null(strstr(call.error->message, "pw@"));
    call_clear(&call);
    send_to(client, &call, "file://", "/etc/passwd");
    assert_kind(&call, ERROR_USAGE, "");
    call_clear(&call);
}

static bool is_over(gconstpointer data)
{
    return g_get_monotonic_time() > *(const gint64 *)data;
}

static void test_cancel(gconstpointer data)
{
    const struct server *server = data;
    const gint64 start = g_get_monotonic_time();
    const gint64 end = start + G_USEC_PER_SEC / 5;
    const struct http_settings settings = {.is_cancelled = is_over, .cancel_data = &end};
    AUTO(http_client) client = new_client(&settings);
    order(server, "/c", "{\"fault\": \"stall\"}");
    struct call call = {0};
    send_to(client, &call, server->url, "/c");
    assert_kind(&call, ERROR_CANCELLED, "interrupted");
    g_assert_cmpint(g_get_monotonic_time() - start, <, G_USEC_PER_SEC);
    call_clear(&call);
    const struct http_settings timed = {.timeout_ms = 200};
    AUTO(http_client) hasty = new_client(&timed);
    order(server, "/c", "{\"delay\": 2}");
    send_to(hasty, &call, server->url, "/c");
    assert_kind(&call, ERROR_TRANSIENT, "in time");
    call_clear(&call);
}

static void assert_check(const struct server *server, const char *what, enum error_kind kind,
                         const char *message, gint64 wait_us)
{
    const struct http_settings plain = {0};
    AUTO(http_client) client = new_client(&plain);
    struct call call = {0};
    order(server, "/s", what);
    send_to(client, &call, server->url, "/s");
    g_assert_no_error(call.error);
    call.done = http_check(&call.response, "it", &call.error);
    assert_kind(&call, kind, message);
    g_assert_cmpint(error_details(call.error)->retry_after_us, ==, wait_us);
    call_clear(&call);
}

static void test_status(gconstpointer data)
{
    assert_check(data,
                 "{\"status\": 503, \"headers\": {\"Retry-After\": \"7\"}, \"body\": \"busy\"}",
                 ERROR_TRANSIENT, "it: 503 Service Unavailable: busy", 7 * G_USEC_PER_SEC);
    assert_check(
        data,
        "{\"status\": 429, \"headers\": {\"Retry-After\": \"Wed, 21 Oct 2026 07:28:09 GMT\", "
        "\"Date\": \"Wed, 21 Oct 2026 07:28:00 GMT\"}}",
        ERROR_TRANSIENT, "429", 9 * G_USEC_PER_SEC);
    assert_check(
        data, "{\"status\": 422, \"body\": \"{\\\"error\\\": {\\\"message\\\": \\\"no id\\\"}}\"}",
        ERROR_DATA, "422 Unprocessable Content: no id", 0);
    assert_check(data, "{\"status\": 403, \"body\": \"<E><Message>no rights</Message></E>\"}",
                 ERROR_PERMISSION, "403 Forbidden: no rights", 0);
    assert_check(data,
                 "{\"status\": 403, \"headers\": {\"Date\": \"Wed, 21 Oct 2026 07:28:00 GMT\", "
                 "\"X-RateLimit-Remaining\": \"0\", \"X-RateLimit-Reset\": \"1792567689\"}}",
                 ERROR_TRANSIENT, "403", 10 * G_USEC_PER_SEC);
    assert_check(data,
                 "{\"status\": 403, \"headers\": {\"X-RateLimit-Remaining\": \"7\", "
                 "\"X-RateLimit-Reset\": \"1792567689\"}}",
                 ERROR_PERMISSION, "403", 0);
    assert_check(data,
                 "{\"status\": 429, \"headers\": {\"RateLimit-Remaining\": \"0\", "
                 "\"RateLimit-Reset\": \"7\"}}",
                 ERROR_TRANSIENT, "429", 7 * G_USEC_PER_SEC);
    assert_check(data,
                 "{\"status\": 302, \"headers\": {\"Location\": \"http://elsewhere/x?key=1\"}}",
                 ERROR_USAGE, "leads to http://elsewhere/x, which is not followed", 0);
}

static void test_redirection(gconstpointer data)
{
    const struct server *server = data;
    const struct http_settings plain = {0};
    AUTO(http_client) client = new_client(&plain);
    AUTO(http_headers) credentials = http_headers_new();
    http_headers_add(credentials, "X-Key", "s3cret");
    g_autofree char *away = g_strdup_printf(
        "{\"status\": 302, \"headers\": {\"Location\": \"%s/away\"}}", server->other);
    struct call call = {.request = {.credentials = credentials, .redirections = 5}};
    order(server, "/r", away);
    send_to(client, &call, server->url, "/r");
    g_assert_cmpuint(call.response.status, ==, 200);
    g_assert_true(g_str_has_prefix(call.response.address, server->other));
    call_clear(&call);
    order(server, "/r", "{\"status\": 301, \"headers\": {\"Location\": \"here\"}}");
    send_to(client, &call, server->url, "/r");
    g_assert_cmpuint(call.response.status, ==, 200);
    call_clear(&call);
    call.request.method = "POST"; /* its body doesn't go elsewhere */
    order(server, "/r", away);
    send_to(client, &call, server->url, "/r");
    g_assert_cmpuint(call.response.status, ==, 302);
    call_clear(&call);
    g_autofree char *log = log_of(server);
    const char *at_other = strstr(log, "\"path\": \"/away\"");
    g_autofree char *line = g_strndup(at_other, strcspn(at_other, "\n"));
    g_assert_null(strstr(line, "s3cret"));
    const char *at_here = strstr(log, "\"path\": \"/here\"");
    g_assert_nonnull(strstr(at_here, "s3cret"));
}

static void assert_refused(struct http_client *client, const char *base, const char *part)
{
    struct call call = {0};
    send_to(client, &call, base, "/refused?key=s3cret");
    assert_kind(&call, ERROR_PERMISSION, part);
    g_assert_null(strstr(call.error->message, "s3cret"));
    call_clear(&call);
}

static void test_certificates(gconstpointer data)
{
    const struct server *server = data;
    const struct http_settings plain = {0}, settings = {.ca_bundle = server->authority};
    AUTO(http_client) stranger = new_client(&plain);
    AUTO(http_client) client = new_client(&settings);
    assert_refused(stranger, server->secure, "certificate");
    assert_refused(client, server->expired, "expired");
    assert_refused(client, server->elsewhere, "host name");
    struct call call = {.request = {.redirections = 5}};
    send_to(client, &call, server->secure, "/trusted");
    g_assert_cmpuint(call.response.status, ==, 200);
    call_clear(&call);
    g_autofree char *down =
        g_strdup_printf("{\"status\": 302, \"headers\": {\"Location\": \"%s/down\"}}", server->url);
    order(server, "/trusted", down);
    send_to(client, &call, server->secure, "/trusted");
    assert_kind(&call, ERROR_PERMISSION, "without encryption");
    call_clear(&call);
    g_autofree char *log = log_of(server);
    g_assert_null(strstr(log, "\"/refused\""));
    g_assert_null(strstr(log, "\"/down\""));
    const struct http_settings missing = {.ca_bundle = "/nowhere/ca.crt"};
    g_assert_null(http_client_new(&missing, &call.error));
    g_assert_cmpint(error_kind(call.error), ==, ERROR_USAGE);
    call_clear(&call);
}

/* The server takes requests for other hosts, too: it is the proxy. */
static void test_proxy(gconstpointer data)
{
    const struct server *server = data;
    const struct http_settings plain = {0}, settings = {.proxy = server->url};
    g_setenv("http_proxy", "http://127.0.0.1:1", TRUE);
    AUTO(http_client) direct = new_client(&plain);
    AUTO(http_client) client = new_client(&settings);
    struct call call = {0};
    send_to(direct, &call, server->url, "/direct");
    g_assert_cmpuint(call.response.status, ==, 200);
    call_clear(&call);
    send_to(client, &call, "http://elsewhere.example", "/proxied");
    g_assert_cmpuint(call.response.status, ==, 200);
    call_clear(&call);
    g_autofree char *log = log_of(server);
    const char *proxied = strstr(log, "\"path\": \"/proxied\"");
    g_assert_nonnull(proxied);
    g_assert_nonnull(strstr(proxied, "elsewhere.example"));
}

struct crowd {
    struct http_client *client;
    const struct server *server;
};

static void *send_many(void *data)
{
    const struct crowd *crowd = data;
    for (guint i = 0; i < 25; i++) {
        struct call call = {0};
        send_to(crowd->client, &call, crowd->server->url, "/many");
        g_assert_no_error(call.error);
        call_clear(&call);
    }
    return NULL;
}

/* 100 requests of 4 threads come on 4 connections. */
static void test_threads(gconstpointer data)
{
    const struct http_settings plain = {0};
    AUTO(http_client) client = new_client(&plain);
    struct crowd crowd = {client, data};
    pthread_t threads[4];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, send_many, &crowd), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_join(threads[i], NULL);
    g_autofree char *log = log_of(data);
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    g_autoptr(GHashTable) connections =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint count = 0;
    for (char **line = lines; *line; line++) {
        if (!strstr(*line, "\"/many\""))
            continue;
        count++;
        g_hash_table_add(connections, after(*line, "\"connection\": "));
    }
    g_assert_cmpuint(count, ==, 100);
    g_assert_cmpuint(g_hash_table_size(connections), <=, 4);
}

int main(int argc, char **argv)
{
    struct server server;
    g_test_init(&argc, &argv, NULL);
    server_start(&server, "http-server");
    g_test_add_data_func("/http/bodies go and come", &server, test_body);
    g_test_add_data_func("/http/a body is pulled, an answer is bounded", &server, test_pull);
    g_test_add_data_func("/http/a range goes to its place in a file", &server, test_file);
    g_test_add_data_func("/http/faults of the network are transient", &server, test_faults);
    g_test_add_data_func("/http/a cancel and a timeout end it", &server, test_cancel);
    g_test_add_data_func("/http/a status tells its kind", &server, test_status);
    g_test_add_data_func("/http/credentials stay with their origin", &server, test_redirection);
    g_test_add_data_func("/http/a certificate has to be trusted, of now and of this host", &server,
                         test_certificates);
    g_test_add_data_func("/http/a proxy is used when it is named", &server, test_proxy);
    g_test_add_data_func("/http/threads share the connections", &server, test_threads);
    const int failed = g_test_run();
    server_stop(&server);
    return failed;
}
