/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/server.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, PATIENCE_US = 10 * G_USEC_PER_SEC };

struct server {
    int socket;
    guint16 port;
    GPtrArray *connections; /* struct connection */
};

/* A request comes, its answer goes, then we wait for the other side to close, so that what it still
 * sends doesn't make the system throw the answer away. */
struct connection {
    int socket;
    GString *head;
    GString *answer; /* NULL: the request isn't whole */
    gsize sent;
    gint64 deadline_us; /* of the monotonic clock */
    bool is_over;
};

static void connection_free(gpointer data)
{
    struct connection *connection = data;
    close(connection->socket);
    g_string_free(connection->head, TRUE);
    if (connection->answer)
        g_string_free(connection->answer, TRUE);
    g_free(connection);
}

void server_close(struct server *server)
{
    if (!server)
        return;
    if (server->socket >= 0)
        close(server->socket);
    g_ptr_array_unref(server->connections);
    g_free(server);
}

guint16 server_port(const struct server *server)
{
    return server->port;
}

/* 0, or an errno. */
static int listen_on(struct server *server, guint16 port)
{
    const int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof address;
    server->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->socket < 0 ||
        setsockopt(server->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(server->socket, (struct sockaddr *)&address, length) != 0 ||
        listen(server->socket, CONNECTIONS_MAX) != 0 ||
        getsockname(server->socket, (struct sockaddr *)&address, &length) != 0)
        return errno;
    server->port = ntohs(address.sin_port);
    return 0;
}

struct server *server_open(guint16 port, GError **error)
{
    AUTO(server) server = g_new0(struct server, 1);
    server->connections = g_ptr_array_new_with_free_func(connection_free);
    const int failure = listen_on(server, port);
    if (failure == 0)
        return g_steal_pointer(&server);
    error_set(error, ERROR_USAGE, "can't listen on port %u: %s; another one: --port N (0: any)",
              port, g_strerror(failure));
    return NULL;
}

static void accept_one(struct server *server)
{
    const int accepted = accept4(server->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0)
        return;
    struct connection *connection = g_new0(struct connection, 1);
    connection->socket = accepted;
    connection->head = g_string_new(NULL);
    connection->deadline_us = g_get_monotonic_time() + PATIENCE_US;
    g_ptr_array_add(server->connections, connection);
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void receive(struct connection *connection, const struct site *site)
{
    char block[4096];
    const ssize_t length = recv(connection->socket, block, sizeof block, 0);
    if (length == 0 || (length < 0 && !would_block()))
        connection->is_over = true;
    if (length <= 0 || connection->answer)
        return;
    g_string_append_len(connection->head, block, length);
    if (request_is_whole(connection->head))
        connection->answer = request_answer(connection->head, site);
}

static bool is_sent(const struct connection *connection)
{
    return connection->answer && connection->sent == connection->answer->len;
}

static void transmit(struct connection *connection)
{
    const GString *answer = connection->answer;
    const ssize_t length = send(connection->socket, answer->str + connection->sent,
                                answer->len - connection->sent, MSG_NOSIGNAL);
    if (length < 0 && !would_block())
        connection->is_over = true;
    if (length > 0) {
        connection->sent += (gsize)length;
        connection->deadline_us = g_get_monotonic_time() + PATIENCE_US;
    }
    if (is_sent(connection))
        shutdown(connection->socket, SHUT_WR);
}

/* The first is the server's own, which isn't looked at while there are too many connections. */
static GArray *files_of(const struct server *server)
{
    GArray *files = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    const bool has_room = server->connections->len < CONNECTIONS_MAX;
    struct pollfd file = {.fd = server->socket, .events = has_room ? POLLIN : 0};
    g_array_append_val(files, file);
    for (guint i = 0; i < server->connections->len; i++) {
        const struct connection *connection = g_ptr_array_index(server->connections, i);
        const bool is_sending = connection->answer && !is_sent(connection);
        file = (struct pollfd){.fd = connection->socket, .events = is_sending ? POLLOUT : POLLIN};
        g_array_append_val(files, file);
    }
    return files;
}

static void serve_connection(struct connection *connection, short events, const struct site *site)
{
    if (events & POLLOUT)
        transmit(connection);
    else if (events & (POLLIN | POLLHUP | POLLERR))
        receive(connection, site);
    if (g_get_monotonic_time() > connection->deadline_us)
        connection->is_over = true;
}

void server_run(struct server *server, const struct site *site, GError **error)
{
    enum { TICK_MS = 1000 };
    for (;;) {
        g_autoptr(GArray) files = files_of(server);
        struct pollfd *file = &g_array_index(files, struct pollfd, 0);
        if (poll(file, files->len, server->connections->len > 0 ? TICK_MS : -1) < 0) {
            if (errno == EINTR)
                continue;
            error_set_errno(error, errno, "can't wait for requests");
            return;
        }
        for (guint i = server->connections->len; i > 0; i--) {
            struct connection *connection = g_ptr_array_index(server->connections, i - 1);
            serve_connection(connection, file[i].revents, site);
            if (connection->is_over)
                g_ptr_array_remove_index(server->connections, i - 1);
        }
        if (file[0].revents & POLLIN)
            accept_one(server);
    }
}
