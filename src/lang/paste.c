/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/paste.h"

#include "base/name.h"
#include "lang/number.h"

#include <string.h>

static bool is_boolean(const char *value)
{
    return g_str_equal(value, "true") || g_str_equal(value, "false");
}

bool value_is_plain(const char *value)
{
    return is_boolean(value) || text_is_number(value);
}

void paste_quoted(GString *out, const char *value, enum quoting quoting)
{
    const char *doubled = quoting == QUOTING_SINGLE   ? "'"
                          : quoting == QUOTING_DOUBLE ? "\""
                          : quoting == QUOTING_ESCAPE ? "'\\"
                                                      : "";
    for (const char *at = value; *at;) {
        gsize length = strcspn(at, doubled);
        g_string_append_len(out, at, (gssize)length);
        at += length;
        if (*at) {
            g_string_append_c(out, *at);
            g_string_append_c(out, *at++);
        }
    }
}

static void paste_text(GString *out, const char *value)
{
    g_string_append_c(out, '\'');
    paste_quoted(out, value, QUOTING_SINGLE);
    g_string_append_c(out, '\'');
}

void paste_literal(GString *out, const char *value)
{
    if (value_is_plain(value))
        g_string_append(out, value);
    else
        paste_text(out, value);
}

/* An element in quotes of its own, up to a comma or the end: decoded into `element`. False when it
 * isn't quoted as a whole. */
static bool read_quoted_element(const char **at, GString *element)
{
    const char *c = *at;
    char quote = *c++;
    if (quote != '\'' && quote != '"')
        return false;
    bool is_closed = false;
    for (; *c && !is_closed; c++) {
        is_closed = *c == quote && c[1] != quote;
        c += *c == quote && !is_closed;
        if (!is_closed)
            g_string_append_c(element, *c);
    }
    c += strspn(c, " \t\r\n");
    if (!is_closed || (*c != ',' && *c != '\0'))
        return false;
    *at = c;
    return true;
}

static void read_bare_element(const char **at, GString *element)
{
    gsize length = strcspn(*at, ",");
    g_string_append_len(element, *at, (gssize)length);
    g_strchomp(element->str);
    g_string_set_size(element, strlen(element->str));
    *at += length;
}

bool list_next(const char **at, GString *element, bool *out_is_quoted)
{
    if (!*at)
        return false;
    const char *c = *at + strspn(*at, " \t\r\n");
    g_string_truncate(element, 0);
    *out_is_quoted = read_quoted_element(&c, element);
    if (!*out_is_quoted) {
        g_string_truncate(element, 0);
        read_bare_element(&c, element);
    }
    *at = *c == ',' ? c + 1 : NULL;
    return true;
}

/* All elements are numbers, or all are booleans. */
static bool list_is_plain(const char *value)
{
    g_autoptr(GString) element = g_string_new(NULL);
    bool is_quoted = false;
    guint count = 0;
    guint numbers = 0;
    guint booleans = 0;
    for (const char *at = value; list_next(&at, element, &is_quoted); count++) {
        numbers += !is_quoted && text_is_number(element->str);
        booleans += !is_quoted && is_boolean(element->str);
    }
    return numbers == count || booleans == count;
}

void paste_list(GString *out, const char *value)
{
    g_autoptr(GString) element = g_string_new(NULL);
    bool is_plain = list_is_plain(value);
    bool is_quoted = false;
    for (const char *at = value; list_next(&at, element, &is_quoted);) {
        if (is_plain)
            g_string_append(out, element->str);
        else
            paste_text(out, element->str);
        if (at)
            g_string_append(out, ", ");
    }
}

static bool is_plain_name(const char *value)
{
    if (!g_ascii_isalpha(*value) && *value != '_')
        return false;
    while (g_ascii_isalnum(*value) || *value == '_')
        value++;
    return *value == '\0';
}

void paste_identifier(GString *out, const char *value, bool plain)
{
    g_autofree char *quoted = plain && is_plain_name(value) ? NULL : quote_identifier(value);
    g_string_append(out, quoted ? quoted : value);
}

bool paste_name(GString *out, const char *value, bool plain)
{
    g_auto(GStrv) parts = name_split(value);
    for (guint i = 0; parts && parts[i]; i++) {
        if (i > 0)
            g_string_append_c(out, '.');
        paste_identifier(out, parts[i], plain);
    }
    return parts != NULL;
}
