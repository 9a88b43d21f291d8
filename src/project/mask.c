/* SPDX-License-Identifier: Apache-2.0 */
#include "project/mask.h"

#include "base/cover.h"
#include "base/text.h"

#include <string.h>

static void cover(char *from, const char *to)
{
    for (; from < to; from++)
        if (!g_ascii_isspace(*from))
            *from = '*';
}

static char *line_end(char *from, char *end)
{
    char *at = memchr(from, '\n', (gsize)(end - from));
    return at ? at : end;
}

static char *skip_blanks(char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

/* A second byte order mark would be dropped when the copy becomes a text. */
static char *copy_text(const char *data, gsize length)
{
    char *copy = g_malloc(length + 1);
    memcpy(copy, data, length);
    copy[length] = '\0';
    cover(copy, copy + text_mark_length(data, length));
    return copy;
}

char *mask_dotenv(const char *data, gsize length)
{
    char *copy = copy_text(data, length);
    char *end = copy + length;
    for (char *line = copy; line < end;) {
        char *stop = line_end(line, end);
        char *first = skip_blanks(line, stop);
        char *equals = memchr(line, '=', (gsize)(stop - line));
        if (first == stop || *first != '#')
            cover(equals ? equals + 1 : first, stop);
        line = stop < end ? stop + 1 : end;
    }
    return copy;
}

static bool is_key_character(char byte)
{
    return g_ascii_isalnum(byte) || byte == '_' || byte == '-' || byte == '.';
}

static gsize indent_of(const char *line, const char *end)
{
    const char *at = line;
    while (at < end && *at == ' ')
        at++;
    return (gsize)(at - line);
}

/* Lines below `line` that are empty or stand deeper belong to its value. */
static char *block_end(char *line, char *end)
{
    const gsize indent = indent_of(line, end);
    char *at = line_end(line, end);
    while (at < end) {
        char *next = at + 1;
        char *stop = line_end(next, end);
        const gsize next_indent = indent_of(next, stop);
        if (next + next_indent < stop && next_indent <= indent)
            break;
        at = stop;
    }
    return at;
}

/* Behind the quote that closes the one at `from`; the end when there is none. */
static char *quoted_end(char *from, char *end)
{
    const char quote = *from;
    for (char *at = from + 1; at < end; at++) {
        const bool is_escape = quote == '"' ? *at == '\\' : *at == quote && at[1] == quote;
        if (is_escape && at + 1 < end)
            at++;
        else if (*at == quote)
            return at + 1;
    }
    return end;
}

/* Where the scalar at `value` ends. In `{..}` a comma or brace ends it, else its block. */
static char *scalar_end(char *line, char *value, char *end, bool in_flow)
{
    if (*value == '"' || *value == '\'')
        return quoted_end(value, end);
    if (!in_flow)
        return block_end(line, end);
    char *at = value;
    while (at < end && !strchr(",}\n", *at))
        at++;
    return at;
}

/* Covers the value of a secret's key whose colon is at `colon`; returns where to go on. */
static char *mask_member(char *line, char *colon, char *end)
{
    char *key_end = colon;
    while (key_end > line && strchr(" \"'", key_end[-1]))
        key_end--;
    char *key = key_end;
    while (key > line && is_key_character(key[-1]))
        key--;
    if (key == key_end || !name_is_secret(key, (gsize)(key_end - key)))
        return colon + 1;
    bool in_flow = false;
    for (const char *at = line; at < key; at++)
        in_flow |= *at == '{' || *at == ',';
    char *value = skip_blanks(colon + 1, end);
    if (value < end && *value == '{')
        return value;
    if (value >= end || (*value == '\n' && in_flow))
        return value;
    char *stop = scalar_end(line, value, end, in_flow);
    cover(value, stop);
    return stop;
}

/* scheme://user:PASSWORD@ */
static void mask_addresses(char *copy, char *end)
{
    for (char *at = copy; (at = strstr(at, "://")); at += 3) {
        char *colon = NULL;
        char *stop = at + 3;
        for (; stop < end && !g_ascii_isspace(*stop) && !strchr("/@\"'", *stop); stop++)
            if (*stop == ':' && !colon)
                colon = stop;
        if (stop < end && *stop == '@' && colon)
            cover(colon + 1, stop);
    }
}

char *mask_yaml(const char *data, gsize length)
{
    char *copy = copy_text(data, length);
    char *end = copy + length;
    char *line = copy;
    for (char *at = copy; at < end;) {
        if (*at == '\n')
            line = at + 1;
        char *next = *at == ':' ? mask_member(line, at, end) : at + 1;
        for (char *passed = at + 1; passed < next; passed++)
            if (*passed == '\n')
                line = passed + 1;
        at = next;
    }
    mask_addresses(copy, end);
    return copy;
}
