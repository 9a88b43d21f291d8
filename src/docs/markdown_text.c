/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/markdown_text.h"

#include <string.h>

/* The longest row of backticks. */
static guint longest_ticks(const char *text)
{
    guint longest = 0;
    for (const char *at = text; *at; at++) {
        const guint ticks = (guint)strspn(at, "`");
        longest = MAX(longest, ticks);
        at += ticks > 0 ? ticks - 1 : 0;
    }
    return longest;
}

void markdown_code(GString *out, const char *text, bool in_table)
{
    const gsize length = strlen(text);
    const bool is_padded = length == 0 || text[0] == '`' || text[length - 1] == '`';
    g_autofree char *ticks = g_strnfill(longest_ticks(text) + 1, '`');
    g_string_append_printf(out, "%s%s", ticks, is_padded ? " " : "");
    for (; *text; text++) {
        if (*text == '|' && in_table)
            g_string_append_c(out, '\\');
        g_string_append_c(out, g_ascii_iscntrl(*text) ? ' ' : *text);
    }
    g_string_append_printf(out, "%s%s", is_padded ? " " : "", ticks);
}

/* At the start of a line these begin a list, a heading, a rule. */
static gsize append_start(GString *out, const char *line)
{
    const gsize blank = strspn(line, " \t");
    const gsize digits = strspn(line + blank, "0123456789");
    const char next = line[blank + digits];
    if (digits > 0 && (next == '.' || next == ')')) {
        g_string_append_len(out, line + blank, (gssize)digits);
        g_string_append_printf(out, "\\%c", next);
        return blank + digits + 1;
    }
    if (digits == 0 && next && strchr("#+-=:", next)) {
        g_string_append_printf(out, "\\%c", next);
        return blank + 1;
    }
    return blank;
}

static void append_line(GString *out, const char *line, gsize length)
{
    for (gsize i = append_start(out, line); i < length; i++) {
        const char next = line[i];
        const bool is_address = next == ':' && i + 1 < length && line[i + 1] == '/';
        const bool is_host =
            next == '.' && i >= 3 && g_ascii_strncasecmp(line + i - 3, "www", 3) == 0;
        if (next == '<')
            g_string_append(out, "&lt;");
        else if (next == '>')
            g_string_append(out, "&gt;");
        else if (next == '&')
            g_string_append(out, "&amp;");
        else if (strchr("\\`*_[]{}|~@$!", next) || is_address || is_host)
            g_string_append_printf(out, "\\%c", next);
        else
            g_string_append_c(out, g_ascii_iscntrl(next) ? ' ' : next);
    }
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
}

void markdown_words(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    bool was_empty = false;
    for (char **line = lines; *line; line++) {
        const bool is_empty = (*line)[strspn(*line, " \t\r")] == '\0';
        if (line != lines && !(is_empty && was_empty))
            g_string_append_c(out, '\n');
        if (!is_empty)
            append_line(out, *line, strlen(*line));
        was_empty = is_empty;
    }
}

void markdown_first_line(GString *out, const char *text)
{
    append_line(out, text, strcspn(text, "\n"));
}

void markdown_block(GString *out, const char *language, const char *text)
{
    g_autofree char *ticks = g_strnfill(MAX(longest_ticks(text) + 1, 3), '`');
    const bool has_end = g_str_has_suffix(text, "\n");
    g_string_append_printf(out, "\n%s%s\n%s%s%s\n", ticks, language, text, has_end ? "" : "\n",
                           ticks);
}

char *markdown_slug(const char *heading)
{
    GString *slug = g_string_new(NULL);
    g_autofree char *lower = g_utf8_strdown(heading, -1);
    for (const char *at = lower; *at; at += g_utf8_skip[(guchar)*at]) {
        const gunichar next = g_utf8_get_char(at);
        if (next == ' ')
            g_string_append_c(slug, '-');
        else if (next == '-' || next == '_' || g_unichar_isalnum(next) || g_unichar_ismark(next))
            g_string_append_unichar(slug, next);
    }
    return g_string_free(slug, FALSE);
}
