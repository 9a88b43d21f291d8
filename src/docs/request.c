/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/request.h"

#include <string.h>

struct request {
    char *method;
    char *path;  /* without the query */
    char *host;  /* without the port; NULL: not said */
    bool is_bad; /* it isn't HTTP/1 */
};

static void request_clear(struct request *request)
{
    g_free(request->method);
    g_free(request->path);
    g_free(request->host);
}

bool request_is_whole(const GString *head)
{
    return head->len > REQUEST_MAX || strstr(head->str, "\r\n\r\n");
}

/* "localhost:8080" -> "localhost", "[::1]:8080" -> "[::1]" */
static char *host_without_port(const char *value)
{
    const char *end = value[0] == '[' ? strchr(value, ']') : NULL;
    const char *colon = strchr(end ? end : value, ':');
    return colon ? g_strndup(value, (gsize)(colon - value)) : g_strdup(value);
}

static void read_header(struct request *request, const char *line)
{
    const char *colon = strchr(line, ':');
    if (!colon || request->host || g_ascii_strncasecmp(line, "host:", strlen("host:")) != 0)
        return;
    g_autofree char *value = g_strstrip(g_strdup(colon + 1));
    request->host = host_without_port(value);
}

static void read_first_line(struct request *request, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    request->is_bad =
        g_strv_length(words) != 3 || words[1][0] != '/' || !g_str_has_prefix(words[2], "HTTP/1.");
    if (request->is_bad)
        return;
    request->method = g_strdup(words[0]);
    request->path = g_strndup(words[1], strcspn(words[1], "?"));
}

static void read_request(struct request *request, const GString *head)
{
    g_auto(GStrv) lines = g_strsplit(head->str, "\r\n", -1);
    *request = (struct request){.is_bad = true};
    if (!lines[0])
        return;
    read_first_line(request, lines[0]);
    for (char **line = lines + 1; *line && **line; line++)
        read_header(request, *line);
}

static bool is_own_name(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]", NULL};
    return host && g_strv_contains(names, host);
}

static GString *answer(const char *status, const char *type, const char *content)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out,
                           "HTTP/1.1 %s\r\n"
                           "Content-Type: %s; charset=utf-8\r\n"
                           "Content-Length: %zu\r\n"
                           "Cache-Control: no-store\r\n"
                           "X-Content-Type-Options: nosniff\r\n"
                           "Connection: close\r\n\r\n",
                           status, type, strlen(content));
    return g_string_append(out, content);
}

static GString *refuse(const char *status)
{
    g_autofree char *content = g_strconcat(status, "\n", NULL);
    return answer(status, "text/plain", content);
}

static GString *answer_page(const char *path, const struct site *site)
{
    const char *type = "text/plain";
    g_autoptr(GError) error = NULL;
    g_autofree char *content = site->content(path, &type, site->data, &error);
    if (content)
        return answer("200 OK", type, content);
    if (!error)
        return refuse("404 Not Found");
    g_autofree char *message = g_strconcat(error->message, "\n", NULL);
    return answer("500 Internal Server Error", "text/plain", message);
}

GString *request_answer(const GString *head, const struct site *site)
{
    struct request request;
    GString *out = NULL;
    read_request(&request, head);
    const bool is_head = g_strcmp0(request.method, "HEAD") == 0;
    if (head->len > REQUEST_MAX)
        out = refuse("431 Request Header Fields Too Large");
    else if (request.is_bad)
        out = refuse("400 Bad Request");
    else if (!is_own_name(request.host))
        out = refuse("403 Forbidden");
    else if (!is_head && strcmp(request.method, "GET") != 0)
        out = refuse("405 Method Not Allowed");
    else
        out = answer_page(request.path, site);
    if (is_head)
        g_string_truncate(out, (gsize)(strstr(out->str, "\r\n\r\n") - out->str) + 4);
    request_clear(&request);
    return out;
}
