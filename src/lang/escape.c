/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/escape.h"

#include <string.h>

/* The four hex digits of a `\uXXXX` at p, or -1. */
static gint32 unit_at(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    gint32 unit = 0;
    for (int i = 2; i < 6; i++) {
        const gint digit = g_ascii_xdigit_value(p[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

gsize escape_unicode(const char *p, const char *end, gunichar *out)
{
    const gint32 unit = unit_at(p, end);
    if (unit <= 0)
        return 0;
    if (unit < 0xD800 || unit > 0xDFFF) {
        *out = (gunichar)unit;
        return 6;
    }
    const gint32 low = unit < 0xDC00 ? unit_at(p + 6, end) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return 0;
    *out = 0x10000 + ((gunichar)(unit - 0xD800) << 10) + (gunichar)(low - 0xDC00);
    return 12;
}

/* The length of the escape at p, or 0. */
static gsize escape_length(const char *p, const char *end)
{
    if (end - p < 2)
        return 0;
    if (p[1] == 'u')
        return escape_unicode(p, end, &(gunichar){0});
    if (p[1] == '$')
        return end - p > 2 && p[2] == '{' ? 2 : 0;
    return strchr("\"'\\/bfnrt", p[1]) ? 2 : 0;
}

static void report(struct span string, const char *at, const char *end,
                   struct diagnostics *diagnostics)
{
    const bool is_unit = unit_at(at, end) >= 0;
    const gsize shown = is_unit ? 6 : 1 + (gsize)(at + 1 < end ? g_utf8_skip[(guchar)at[1]] : 0);
    const struct span span = {
        .text = string.text,
        .offset = string.offset + (guint32)(at - span_start(string)),
        .length = (guint32)shown,
    };
    g_autofree char *escape = g_strndup(at, shown);
    diagnostics_add(diagnostics, SF_BAD_ESCAPE, span,
                    is_unit ? "a character beyond U+FFFF takes two of them, a surrogate pair"
                            : "for a backslash write \\\\, or put the text in '..'",
                    "%s stands for no character", escape);
}

bool escapes_check(struct span string, struct diagnostics *diagnostics)
{
    const char *p = span_start(string);
    const char *end = p + string.length - 1;
    if (*p != '"')
        return true;
    bool good = true;
    while ((p = memchr(p, '\\', (gsize)(end - p)))) {
        const gsize length = escape_length(p, end);
        if (length == 0)
            report(string, p, end, diagnostics);
        good = good && length > 0;
        p += length > 0 ? length : 2;
        if (p >= end)
            break;
    }
    return good;
}
