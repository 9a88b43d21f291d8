/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name.h"

#include <string.h>

enum { MAX_PARTS = 3 };

/* Reads one part at *at, quotes removed, into `part`; leaves *at behind it. */
static bool read_part(const char **at, GString *part)
{
    const char *c = *at;
    if (*c != '"') {
        gsize length = strcspn(c, ".\"");
        g_string_append_len(part, c, (gssize)length);
        *at = c + length;
        return length > 0;
    }
    for (c++; *c; c++) {
        if (*c == '"' && *++c != '"') {
            *at = c;
            return part->len > 0;
        }
        g_string_append_c(part, *c);
    }
    return false;
}

char **name_split(const char *text)
{
    g_auto(GStrv) parts = g_new0(char *, MAX_PARTS + 1);
    const char *at = text;
    for (guint count = 0; count < MAX_PARTS; count++) {
        GString *part = g_string_new(NULL);
        bool read = read_part(&at, part);
        parts[count] = g_string_free(part, FALSE);
        if (!read)
            return NULL;
        if (*at == '\0')
            return g_steal_pointer(&parts);
        if (*at++ != '.')
            return NULL;
    }
    return NULL;
}

static void append_key_part(GString *key, const char *part)
{
    if (key->len)
        g_string_append_c(key, '.');
    g_autofree char *folded = g_ascii_strdown(part, -1);
    g_autofree char *quoted = strpbrk(folded, ".\"") ? quote_identifier(folded) : NULL;
    g_string_append(key, quoted ? quoted : folded);
}

/* A plain unqualified name: the case that is worth being fast, since every reference passes here.
 */
static bool is_plain(const char *text)
{
    return *text && !strpbrk(text, ".\"");
}

char *name_key(const char *text, const char *catalog)
{
    if (is_plain(text))
        return g_ascii_strdown(text, -1);
    g_auto(GStrv) parts = name_split(text);
    if (!parts)
        return g_ascii_strdown(text, -1);
    guint count = g_strv_length(parts);
    bool in_default = count > 1 && catalog && g_ascii_strcasecmp(parts[0], catalog) == 0;
    GString *key = g_string_new(NULL);
    for (guint i = in_default; i < count; i++) {
        bool is_schema = i + 2 == count;
        if (!is_schema || g_ascii_strcasecmp(parts[i], "main") != 0)
            append_key_part(key, parts[i]);
    }
    return g_string_free(key, FALSE);
}

static char *quote(const char *text, char mark)
{
    GString *out = g_string_sized_new(strlen(text) + 2);
    g_string_append_c(out, mark);
    for (const char *at = text; *at; at++) {
        if (*at == mark)
            g_string_append_c(out, mark);
        g_string_append_c(out, *at);
    }
    g_string_append_c(out, mark);
    return g_string_free(out, FALSE);
}

char *quote_identifier(const char *identifier)
{
    return quote(identifier, '"');
}

char *quote_literal(const char *value)
{
    return quote(value, '\'');
}

char *quote_name(const char *text)
{
    g_auto(GStrv) parts = name_split(text);
    if (!parts)
        return quote_identifier(text);
    for (guint i = 0; parts[i]; i++) {
        char *quoted = quote_identifier(parts[i]);
        g_free(parts[i]);
        parts[i] = quoted;
    }
    return g_strjoinv(".", parts);
}
