/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/http/client.h"

struct line {
    char *name;
    char *value;
};

struct http_headers {
    GArray *lines; /* struct line */
};

static void line_clear(gpointer data)
{
    struct line *line = data;
    g_free(line->name);
    g_free(line->value);
}

struct http_headers *http_headers_new(void)
{
    struct http_headers *headers = g_new0(struct http_headers, 1);
    headers->lines = g_array_new(FALSE, FALSE, sizeof(struct line));
    g_array_set_clear_func(headers->lines, line_clear);
    return headers;
}

void http_headers_free(struct http_headers *headers)
{
    if (!headers)
        return;
    g_array_unref(headers->lines);
    g_free(headers);
}

void http_headers_add(struct http_headers *headers, const char *name, const char *value)
{
    const struct line line = {.name = g_strdup(name), .value = g_strdup(value)};
    g_array_append_val(headers->lines, line);
}

const char *http_headers_get(const struct http_headers *headers, const char *name)
{
    for (guint i = 0; headers && i < headers->lines->len; i++) {
        const struct line *line = &g_array_index(headers->lines, struct line, i);
        if (g_ascii_strcasecmp(line->name, name) == 0)
            return line->value;
    }
    return NULL;
}

guint http_headers_count(const struct http_headers *headers)
{
    return headers ? headers->lines->len : 0;
}

void http_headers_at(const struct http_headers *headers, guint index, const char **out_name,
                     const char **out_value)
{
    const struct line *line = &g_array_index(headers->lines, struct line, index);
    *out_name = line->name;
    *out_value = line->value;
}
