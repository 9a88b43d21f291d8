/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cover.h"

#include <string.h>

static const char *const secret_words[] = {"password",   "passwd", "secret", "token",  "signature",
                                           "credential", "apikey", "pwd",    "private"};
/* Words only as a whole part: "key" in access_key, but not in "monkey" or "keys". */
static const char *const secret_parts[] = {"key", "pass", "auth", "authorization", "sig"};

static bool contains_word(const char *name, gsize length, const char *word)
{
    const gsize word_length = strlen(word);
    for (gsize i = 0; i + word_length <= length; i++)
        if (g_ascii_strncasecmp(name + i, word, word_length) == 0)
            return true;
    return false;
}

static bool contains_part(const char *name, gsize length, const char *part)
{
    const gsize part_length = strlen(part);
    for (gsize i = 0; i + part_length <= length; i++) {
        const bool starts = i == 0 || !g_ascii_isalnum(name[i - 1]);
        const gsize end = i + part_length;
        const bool ends = end == length || !g_ascii_isalnum(name[end]);
        if (starts && ends && g_ascii_strncasecmp(name + i, part, part_length) == 0)
            return true;
    }
    return false;
}

bool name_is_secret(const char *name, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(secret_words); i++)
        if (contains_word(name, length, secret_words[i]))
            return true;
    for (gsize i = 0; i < G_N_ELEMENTS(secret_parts); i++)
        if (contains_part(name, length, secret_parts[i]))
            return true;
    return false;
}

/* Stars for what stands in [from, to) outside of `${..}`. */
static void cover(char *from, const char *to)
{
    bool is_reference = false;
    for (; from < to; from++) {
        is_reference = is_reference || (from[0] == '$' && from[1] == '{');
        if (!is_reference)
            *from = '*';
        else if (*from == '}')
            is_reference = false;
    }
}

/* The quote that ends the string which begins at `from`, or the end of the line. */
static char *string_end(char *from)
{
    const char quote = *from;
    char *at = from + 1;
    for (; *at; at++) {
        const bool is_escape = quote == '"' ? *at == '\\' : *at == quote && at[1] == quote;
        if (is_escape && at[1])
            at++;
        else if (*at == quote)
            return at;
    }
    return at;
}

/* Behind the value that begins at `value`. */
static char *cover_value(char *value)
{
    while (*value == ' ' || *value == '\t')
        value++;
    if (*value == '\'' || *value == '"') {
        char *end = string_end(value);
        cover(value + 1, end);
        return *end ? end + 1 : end;
    }
    char *end = value + strcspn(value, " \t,;{}[]()");
    if (g_ascii_isalnum(*value))
        cover(value, end);
    return end;
}

static bool is_name_character(char byte)
{
    return g_ascii_isalnum(byte) || byte == '_' || byte == '-' || byte == '.';
}

/* A map's key before its colon, with or without quotes. `key` alone is often the key of a row, or
 * the name of an object. */
static bool is_secret_key(const char *line, const char *colon)
{
    const char *end = colon;
    while (end > line && strchr(" \t\"'", end[-1]))
        end--;
    const char *start = end;
    while (start > line && is_name_character(start[-1]))
        start--;
    const gsize length = (gsize)(end - start);
    const bool is_key = length == 3 && g_ascii_strncasecmp(start, "key", 3) == 0;
    return length > 0 && !is_key && name_is_secret(start, length);
}

static void cover_members(char *line)
{
    for (char *at = strchr(line, ':'); at; at = strchr(at, ':')) {
        const bool is_map = at[1] != ':' && at[1] != '/' && (at == line || at[-1] != ':');
        at = is_map && is_secret_key(line, at) ? cover_value(at + 1) : at + 1;
    }
}

/* SET name = value */
static void cover_set(char *line)
{
    while (*line == ' ' || *line == '\t')
        line++;
    char *equals = strchr(line, '=');
    if (equals && g_ascii_strncasecmp(line, "set ", 4) == 0 && is_secret_key(line, equals))
        cover_value(equals + 1);
}

/* scheme://user:password@ */
static void cover_addresses(char *line)
{
    for (char *at = strstr(line, "://"); at; at = strstr(at, "://")) {
        at += strlen("://");
        char *end = at + strcspn(at, "/@\"' \t");
        char *colon = memchr(at, ':', (gsize)(end - at));
        if (*end == '@' && colon)
            cover(colon + 1, end);
    }
}

/* Of a character of several bytes that became stars one is left. */
static void drop_rests(char *line, const char *before)
{
    char *out = line;
    for (; *before; before++, line++)
        if (*line != '*' || ((guchar)*before & 0xC0) != 0x80)
            *out++ = *line;
    *out = '\0';
}

void cover_line(char *line)
{
    g_autofree char *before = g_strdup(line);
    cover_members(line);
    cover_set(line);
    cover_addresses(line);
    drop_rests(line, before);
}
