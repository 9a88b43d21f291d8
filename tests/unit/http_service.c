/* SPDX-License-Identifier: Apache-2.0 */
#include "http_service.h"

#include <string.h>

static void run_service(const char *what, const char *folder)
{
    g_autofree char *script = g_test_build_filename(G_TEST_DIST, "..", "services", "http", NULL);
    const char *const arguments[] = {script, what, folder, NULL};
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_spawn_sync(NULL, (char **)(guintptr)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_true(g_spawn_check_wait_status(status, &error));
}

char *after(const char *text, const char *name)
{
    const char *start = strstr(text, name) + strlen(name);
    return g_strndup(start, strcspn(start, " \n"));
}

void server_start(struct server *server, const char *name)
{
    server->folder = g_test_build_filename(G_TEST_BUILT, name, NULL);
    run_service("stop", server->folder);
    run_service("start", server->folder);
    g_autofree char *path = g_build_filename(server->folder, "env", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    server->url = after(text, "HTTP_URL=");
    server->other = after(text, "HTTP_OTHER=");
    server->secure = after(text, "HTTPS_URL=");
    server->expired = after(text, "HTTPS_EXPIRED=");
    server->elsewhere = after(text, "HTTPS_ELSEWHERE=");
    server->authority = after(text, "HTTPS_CA=");
}

void server_stop(struct server *server)
{
    run_service("stop", server->folder);
    g_free(server->folder);
    g_free(server->url);
    g_free(server->other);
    g_free(server->secure);
    g_free(server->expired);
    g_free(server->elsewhere);
    g_free(server->authority);
}

struct http_client *new_client(const struct http_settings *settings)
{
    GError *error = NULL;
    struct http_client *client = http_client_new(settings, &error);
    g_assert_no_error(error);
    return client;
}

void call_clear(struct call *call)
{
    http_response_clear(&call->response);
    g_clear_error(&call->error);
}

void send_to(struct http_client *client, struct call *call, const char *base, const char *path)
{
    g_autofree char *address = g_strconcat(base, path, NULL);
    call->request.address = address;
    call->done = http_send(client, &call->request, &call->response, &call->error);
}

const char *body_of(struct call *call)
{
    g_assert_no_error(call->error);
    g_byte_array_append(call->response.body, (const guint8 *)"", 1);
    return (const char *)call->response.body->data;
}

void order(const struct server *server, const char *path, const char *what)
{
    g_autofree char *text = g_strdup_printf("{\"path\": \"%s\", \"do\": [%s]}", path, what);
    const struct http_settings plain = {0};
    AUTO(http_client) client = new_client(&plain);
    struct call call = {.request = {.method = "POST", .body = {.data = text}}};
    call.request.body.length = (gint64)strlen(text);
    send_to(client, &call, server->url, "/_order");
    g_assert_true(call.done);
    call_clear(&call);
}

char *log_of(const struct server *server)
{
    const struct http_settings plain = {0};
    AUTO(http_client) client = new_client(&plain);
    struct call call = {0};
    send_to(client, &call, server->url, "/_log");
    char *text = g_strdup(body_of(&call));
    call_clear(&call);
    return text;
}
