/* SPDX-License-Identifier: Apache-2.0 */
/* What a response says about a failure. */
#include "connect/http/address.h"
#include "connect/http/client.h"

#include <curl/curl.h>
#include <jansson.h>
#include <string.h>

enum {
    SHOWN_CHARACTERS = 300,
    FIRST_UNWANTED = 300,
    MAX_WAIT_SECONDS = 365 * 24 * 3600,
    FIND_DEPTH = 3,
    FIRST_MOMENT = 1000 * 1000 * 1000, /* seconds since 1970; less is a time from now */
    FORBIDDEN = 403,
};

void http_response_clear(struct http_response *response)
{
    g_clear_pointer(&response->headers, http_headers_free);
    g_clear_pointer(&response->body, g_byte_array_unref);
    g_clear_pointer(&response->address, g_free);
}

/* By the server's own clock where it tells it. */
static gint64 server_time(const struct http_headers *headers)
{
    const char *now = http_headers_get(headers, "Date");
    const time_t time = now ? curl_getdate(now, NULL) : -1;
    return time >= 0 ? (gint64)time : g_get_real_time() / G_USEC_PER_SEC;
}

static gint64 seconds_until(const struct http_headers *headers, const char *date)
{
    const time_t then = curl_getdate(date, NULL);
    return then < 0 ? 0 : (gint64)then - server_time(headers);
}

/* How long until no more is used up: "x-ratelimit-remaining: 0" and "x-ratelimit-reset", a moment
 * (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api) or seconds
 * (draft-ietf-httpapi-ratelimit-headers). */
static gint64 seconds_until_reset(const struct http_headers *headers)
{
    static const char *const prefixes[] = {"X-RateLimit-", "X-Rate-Limit-", "RateLimit-"};
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        g_autofree char *left = g_strconcat(prefixes[i], "Remaining", NULL);
        g_autofree char *reset = g_strconcat(prefixes[i], "Reset", NULL);
        const char *text = http_headers_get(headers, reset);
        guint64 number = 0;
        if (g_strcmp0(http_headers_get(headers, left), "0") != 0 || !text ||
            !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &number, NULL))
            continue;
        return (gint64)number < FIRST_MOMENT ? (gint64)number
                                             : (gint64)number - server_time(headers) + 1;
    }
    return 0;
}

gint64 http_retry_after_us(const struct http_headers *headers)
{
    const char *text = http_headers_get(headers, "Retry-After");
    guint64 number = 0;
    const bool is_number =
        text && g_ascii_string_to_unsigned(text, 10, 0, MAX_WAIT_SECONDS, &number, NULL);
    const gint64 seconds = !text       ? seconds_until_reset(headers)
                           : is_number ? (gint64)number
                                       : seconds_until(headers, text);
    return CLAMP(seconds, 0, MAX_WAIT_SECONDS) * G_USEC_PER_SEC;
}

/* The text of an error in JSON: itself, or a member of it or of its first element. */
static const char *find_message(const json_t *json, guint depth)
{
    static const char *const members[] = {
        "message", "error_description", "detail", "error", "errors", "title", "reason", "msg"};
    if (depth == 0)
        return NULL;
    if (json_is_array(json))
        return find_message(json_array_get(json, 0), depth - 1);
    if (!json_is_object(json))
        return json_string_value(json);
    const char *found = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(members) && !found; i++)
        found = find_message(json_object_get(json, members[i]), depth - 1);
    return found;
}

static char *json_message(const char *text, gsize length)
{
    json_t *json = json_loadb(text, length, JSON_DECODE_INT_AS_REAL, NULL);
    char *message = json && !json_is_string(json) ? g_strdup(find_message(json, FIND_DEPTH)) : NULL;
    json_decref(json);
    return message;
}

static char *between(const char *text, const char *start, const char *end)
{
    const char *from = strstr(text, start);
    const char *to = from ? strstr(from, end) : NULL;
    return to && to > from + strlen(start)
               ? g_strndup(from + strlen(start), (gsize)(to - from) - strlen(start))
               : NULL;
}

static char *markup_message(const char *text)
{
    static const char *const tags[][2] = {
        {"<Message>", "</Message>"}, {"<Code>", "</Code>"}, {"<title>", "</title>"}};
    char *message = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(tags) && !message; i++)
        message = between(text, tags[i][0], tags[i][1]);
    return message;
}

/* On one line, not too long, no control characters. */
static char *on_one_line(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (char *c = valid; *c; c++)
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    g_strstrip(valid);
    if (g_utf8_strlen(valid, -1) <= SHOWN_CHARACTERS)
        return g_steal_pointer(&valid);
    g_autofree char *beginning = g_utf8_substring(valid, 0, SHOWN_CHARACTERS);
    return g_strconcat(beginning, " ..", NULL);
}

char *http_server_message(const struct http_response *response)
{
    if (!response->body || response->body->len == 0)
        return NULL;
    const gsize length = response->body->len;
    g_autofree char *text = g_strndup((const char *)response->body->data, length);
    g_strchug(text);
    g_autofree char *found = NULL;
    if (*text == '<')
        found = markup_message(text);
    else if (*text == '{' || *text == '[')
        found = json_message(text, strlen(text));
    g_autofree char *shown = on_one_line(found ? found : text);
    return *shown ? g_steal_pointer(&shown) : NULL;
}

static const struct {
    guint status;
    const char *name;
    enum error_kind kind;
} statuses[] = {
    {301, "Moved Permanently", ERROR_USAGE},
    {302, "Found", ERROR_USAGE},
    {303, "See Other", ERROR_USAGE},
    {304, "Not Modified", ERROR_USAGE},
    {307, "Temporary Redirect", ERROR_USAGE},
    {308, "Permanent Redirect", ERROR_USAGE},
    {400, "Bad Request", ERROR_DATA},
    {401, "Unauthorized", ERROR_PERMISSION},
    {403, "Forbidden", ERROR_PERMISSION},
    {404, "Not Found", ERROR_USAGE},
    {405, "Method Not Allowed", ERROR_USAGE},
    {406, "Not Acceptable", ERROR_DATA},
    {407, "Proxy Authentication Required", ERROR_PERMISSION},
    {408, "Request Timeout", ERROR_TRANSIENT},
    {409, "Conflict", ERROR_DATA},
    {410, "Gone", ERROR_USAGE},
    {412, "Precondition Failed", ERROR_DATA},
    {413, "Content Too Large", ERROR_DATA},
    {415, "Unsupported Media Type", ERROR_DATA},
    {416, "Range Not Satisfiable", ERROR_DATA},
    {422, "Unprocessable Content", ERROR_DATA},
    {425, "Too Early", ERROR_TRANSIENT},
    {429, "Too Many Requests", ERROR_TRANSIENT},
    {500, "Internal Server Error", ERROR_TRANSIENT},
    {501, "Not Implemented", ERROR_TRANSIENT},
    {502, "Bad Gateway", ERROR_TRANSIENT},
    {503, "Service Unavailable", ERROR_TRANSIENT},
    {504, "Gateway Timeout", ERROR_TRANSIENT},
};

static const char *status_name(guint status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].name;
    return NULL;
}

/* Who is forbidden something until a moment that is told asks for too much. */
static enum error_kind status_kind(const struct http_response *response)
{
    const guint status = response->status;
    if (status == FORBIDDEN && http_retry_after_us(response->headers) > 0)
        return ERROR_TRANSIENT;
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].kind;
    return status >= 500 ? ERROR_TRANSIENT : ERROR_DATA;
}

void http_fail(const struct http_response *response, enum error_kind kind, const char *what,
               const char *message, GError **error)
{
    const char *name = status_name(response->status);
    g_autofree char *code = g_strdup_printf("%u", response->status);
    g_autofree char *text =
        g_strdup_printf("%s: %s%s%s%s%s", what, code, name ? " " : "", name ? name : "",
                        message ? ": " : "", message ? message : "");
    const struct error_details details = {
        .code = code,
        .position = -1,
        .retry_after_us = http_retry_after_us(response->headers),
    };
    error_set_full(error, kind, &details, text);
}

/* Of a redirection: where it would have led. */
static char *redirection_message(const struct http_response *response)
{
    const char *location = http_headers_get(response->headers, "Location");
    if (response->status >= 400 || !location)
        return NULL;
    g_autofree char *whole = address_resolve(response->address, location);
    g_autofree char *shown = http_address_shown(whole ? whole : location);
    return g_strdup_printf("it leads to %s, which is not followed", shown);
}

bool http_check(const struct http_response *response, const char *what, GError **error)
{
    if (response->status >= 200 && response->status < FIRST_UNWANTED)
        return true;
    g_autofree char *redirection = redirection_message(response);
    g_autofree char *message = redirection ? NULL : http_server_message(response);
    http_fail(response, status_kind(response), what, redirection ? redirection : message, error);
    return false;
}
