/* SPDX-License-Identifier: Apache-2.0 */
#include "project/dotenv.h"

#include "project/mask.h"

#include <string.h>

struct reader {
    const struct text *text;
    const char *at;
    const char *end;
    GHashTable *environment;
    struct diagnostics *diagnostics;
    const struct text *shown; /* without values; made for the first mistake */
};

static const struct text *shown_text(struct reader *reader)
{
    if (reader->shown)
        return reader->shown;
    g_autofree char *masked = mask_dotenv(reader->text->data, reader->text->length);
    struct text *shown = text_new(reader->text->path, masked, reader->text->length, NULL);
    if (shown)
        diagnostics_keep(reader->diagnostics, shown);
    reader->shown = shown;
    return shown;
}

static void complain(struct reader *reader, const char *at, gsize length, const char *message)
{
    const struct span span = {.text = shown_text(reader),
                              .offset = (guint32)(at - reader->text->data),
                              .length = (guint32)length};
    diagnostics_add(reader->diagnostics, SF_DOTENV_SYNTAX, span, NULL, "%s", message);
}

static bool at_line_end(const struct reader *reader)
{
    return reader->at >= reader->end || *reader->at == '\n' ||
           (*reader->at == '\r' && (reader->at + 1 == reader->end || reader->at[1] == '\n'));
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
        reader->at++;
}

static void skip_line(struct reader *reader)
{
    const char *end = memchr(reader->at, '\n', (gsize)(reader->end - reader->at));
    reader->at = end ? end + 1 : reader->end;
}

static char *read_key(struct reader *reader)
{
    const char *start = reader->at;
    if (reader->at < reader->end && (g_ascii_isalpha(*start) || *start == '_'))
        while (reader->at < reader->end && (g_ascii_isalnum(*reader->at) || *reader->at == '_'))
            reader->at++;
    return reader->at > start ? g_strndup(start, (gsize)(reader->at - start)) : NULL;
}

static char escaped(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case '"':
    case '\\':
    case '$':
        return letter;
    }
    return '\0';
}

/* Behind the opening quote. NULL after a mistake. */
static char *read_quoted(struct reader *reader, char quote)
{
    const char *open = reader->at - 1;
    g_autoptr(GString) value = g_string_new(NULL);
    for (; reader->at < reader->end && *reader->at != quote; reader->at++) {
        const bool is_escape = quote == '"' && *reader->at == '\\' && reader->at + 1 < reader->end;
        const char letter = is_escape ? escaped(reader->at[1]) : '\0';
        g_string_append_c(value, letter ? letter : *reader->at);
        reader->at += letter != '\0';
    }
    if (reader->at >= reader->end) {
        complain(reader, open, 1, "this quote is never closed");
        return NULL;
    }
    reader->at++;
    const char *rest = reader->at;
    skip_blanks(reader);
    if (!at_line_end(reader) && *reader->at != '#') {
        complain(reader, rest, 1, "nothing but a comment may follow the closing quote");
        return NULL;
    }
    return g_string_free(g_steal_pointer(&value), FALSE);
}

static char *read_plain(struct reader *reader)
{
    const char *start = reader->at;
    while (!at_line_end(reader) &&
           !(*reader->at == '#' && (reader->at == start || g_ascii_isspace(reader->at[-1]))))
        reader->at++;
    return g_strstrip(g_strndup(start, (gsize)(reader->at - start)));
}

static char *read_value(struct reader *reader)
{
    skip_blanks(reader);
    if (reader->at < reader->end && (*reader->at == '"' || *reader->at == '\'')) {
        const char quote = *reader->at++;
        return read_quoted(reader, quote);
    }
    return read_plain(reader);
}

static void read_line(struct reader *reader)
{
    const char *start = reader->at;
    g_autofree char *key = read_key(reader);
    skip_blanks(reader);
    if (g_strcmp0(key, "export") == 0 && !at_line_end(reader) && *reader->at != '=') {
        g_free(key);
        key = read_key(reader);
        skip_blanks(reader);
    }
    if (!key || at_line_end(reader) || *reader->at != '=') {
        complain(reader, start, 1, "expected KEY=value");
        return;
    }
    reader->at++;
    char *value = read_value(reader);
    if (value)
        g_hash_table_replace(reader->environment, g_steal_pointer(&key), value);
}

void dotenv_parse(const struct text *text, GHashTable *environment, struct diagnostics *diagnostics)
{
    struct reader reader = {.text = text,
                            .at = text->data,
                            .end = text->data + text->length,
                            .environment = environment,
                            .diagnostics = diagnostics};
    while (reader.at < reader.end) {
        skip_blanks(&reader);
        if (!at_line_end(&reader) && *reader.at != '#')
            read_line(&reader);
        skip_line(&reader);
    }
}
