/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/encode.h"

#include <stdlib.h>
#include <string.h>

static bool is_unreserved(char c)
{
    return g_ascii_isalnum(c) || (c && strchr("-._~", c));
}

char *uri_encode(const char *text, bool keep_slash)
{
    GString *out = g_string_sized_new(strlen(text) + 16);
    for (; *text; text++) {
        if (is_unreserved(*text) || (keep_slash && *text == '/'))
            g_string_append_c(out, *text);
        else
            g_string_append_printf(out, "%%%02X", (guchar)*text);
    }
    return g_string_free(out, FALSE);
}

/* '=' sorts behind '-', '.' and digits, which may go on a name: names are compared alone first. */
static gint compare_items(gconstpointer left, gconstpointer right)
{
    const char *const *a = left;
    const char *const *b = right;
    const int names = strcmp(a[0], b[0]);
    return names ? names : strcmp(a[1], b[1]);
}

char *query_encode(const struct query_item *items, guint count)
{
    g_autofree char **pairs = g_new0(char *, 2 * (gsize)count + 1);
    for (guint i = 0; i < count; i++) {
        pairs[2 * i] = uri_encode(items[i].name, false);
        pairs[2 * i + 1] = uri_encode(items[i].value, false);
    }
    qsort(pairs, count, 2 * sizeof *pairs, compare_items);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(out, "%s%s=%s", i ? "&" : "", pairs[2 * i], pairs[2 * i + 1]);
        g_free(pairs[2 * i]);
        g_free(pairs[2 * i + 1]);
    }
    return g_string_free(out, FALSE);
}
