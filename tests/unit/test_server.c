/* SPDX-License-Identifier: Apache-2.0 */
/* The server of `docs serve`, in a process of its own, and the answers that it gives. */
#include "docs/server.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char *content(const char *path, const char **out_type, gpointer data, GError **error)
{
    (void)data;
    *out_type = "text/html";
    if (strcmp(path, "/") == 0)
        return g_strdup("<p>ä</p>");
    if (strcmp(path, "/large") == 0)
        return g_strnfill(5000000, 'x');
    if (strcmp(path, "/broken") == 0)
        error_set(error, ERROR_PLAN, "a pipeline is broken");
    return NULL;
}

static const struct site site = {.content = content};

static char *answer_to(const char *text)
{
    g_autoptr(GString) head = g_string_new(text);
    return g_string_free(request_answer(head, &site), FALSE);
}

static void test_answers(void)
{
    static const struct {
        const char *request, *status;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", "200 OK"},
        {"GET /?a=b HTTP/1.1\r\nhost:127.0.0.1\r\n\r\n", "200 OK"},
        {"GET / HTTP/1.1\r\nA: b\r\nHost: [::1]:80\r\n\r\n", "200 OK"},
        {"GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 Not Found"},
        {"GET /../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 Not Found"},
        {"GET /broken HTTP/1.1\r\nHost: localhost\r\n\r\n", "500 Internal Server Error"},
        {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 Forbidden"},
        {"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", "403 Forbidden"},
        {"GET / HTTP/1.1\r\n\r\n", "403 Forbidden"},
        {"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405 Method Not Allowed"},
        {"GET http://x/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 Bad Request"},
        {"GET / HTTP/2\r\nHost: localhost\r\n\r\n", "400 Bad Request"},
        {"\r\n\r\n", "400 Bad Request"},
        {"", "400 Bad Request"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *answer = answer_to(rows[i].request);
        g_autofree char *start = g_strdup_printf("HTTP/1.1 %s\r\n", rows[i].status);
        g_assert_true(g_str_has_prefix(answer, start));
    }
}

static void test_content(void)
{
    g_autofree char *answer = answer_to("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    g_assert_nonnull(strstr(answer, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
    g_assert_nonnull(strstr(answer, "\r\nContent-Length: 9\r\n"));
    g_assert_true(g_str_has_suffix(answer, "\r\n\r\n<p>ä</p>"));
    g_autofree char *head = answer_to("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    g_assert_nonnull(strstr(head, "\r\nContent-Length: 9\r\n"));
    g_assert_true(g_str_has_suffix(head, "\r\n\r\n"));
    g_autofree char *broken = answer_to("GET /broken HTTP/1.1\r\nHost: localhost\r\n\r\n");
    g_assert_true(g_str_has_suffix(broken, "a pipeline is broken\n"));
}

static void test_too_long(void)
{
    g_autoptr(GString) head = g_string_new("GET / HTTP/1.1\r\nHost: localhost\r\nA: ");
    g_assert_false(request_is_whole(head));
    while (head->len <= REQUEST_MAX)
        g_string_append_c(head, 'x');
    g_assert_true(request_is_whole(head));
    g_autofree char *answer = g_string_free(request_answer(head, &site), FALSE);
    g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 431 "));
}

static int connect_to(guint16 port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connected = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(connect(connected, (struct sockaddr *)&address, sizeof address), ==, 0);
    return connected;
}

static void say(int connected, const char *text)
{
    g_assert_cmpint(send(connected, text, strlen(text), 0), ==, (gssize)strlen(text));
}

static GString *hear(int connected)
{
    GString *out = g_string_new(NULL);
    char block[65536];
    for (ssize_t length; (length = recv(connected, block, sizeof block, 0)) > 0;)
        g_string_append_len(out, block, length);
    close(connected);
    return out;
}

/* The process that serves, which the caller ends. */
static pid_t start(guint16 *out_port)
{
    g_autoptr(GError) error = NULL;
    AUTO(server) server = server_open(0, &error);
    g_assert_no_error(error);
    *out_port = server_port(server);
    const pid_t process = fork();
    if (process == 0) {
        server_run(server, &site, NULL);
        _exit(1);
    }
    return process;
}

static void test_connections(void)
{
    guint16 port = 0;
    const pid_t process = start(&port);
    const int silent = connect_to(port);
    const int slow = connect_to(port);
    const int large = connect_to(port);
    const int gone = connect_to(port);
    say(large, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    say(gone, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    say(slow, "GET / HTTP/1.1\r\nHo");
    close(gone);
    for (guint i = 0; i < 100; i++) {
        const int quick = connect_to(port);
        say(quick, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        g_autoptr(GString) answer = hear(quick);
        g_assert_true(g_str_has_suffix(answer->str, "<p>ä</p>"));
    }
    say(slow, "st: localhost\r\n\r\n");
    g_autoptr(GString) late = hear(slow);
    g_assert_true(g_str_has_suffix(late->str, "<p>ä</p>"));
    g_autoptr(GString) all = hear(large);
    g_assert_cmpuint(all->len, >, 5000000);
    close(silent);
    int status = 0;
    g_assert_cmpint(kill(process, SIGTERM), ==, 0);
    g_assert_cmpint(waitpid(process, &status, 0), ==, process);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void test_taken_port(void)
{
    g_autoptr(GError) error = NULL;
    AUTO(server) first = server_open(0, NULL);
    AUTO(server) second = server_open(server_port(first), &error);
    g_assert_null(second);
    g_assert_cmpint(error_kind(error), ==, ERROR_USAGE);
    g_assert_nonnull(strstr(error->message, "--port"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/server/only its own pages are served, to its own names", test_answers);
    g_test_add_func("/server/HEAD is GET without the content", test_content);
    g_test_add_func("/server/a head that doesn't end is refused", test_too_long);
    g_test_add_func("/server/who is slow or silent keeps nobody waiting", test_connections);
    g_test_add_func("/server/a taken port is an error with a way out", test_taken_port);
    return g_test_run();
}
