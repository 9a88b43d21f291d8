/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps: JSON with positions, and a trailing comma, comments, '..' strings and bare keys besides.
 * Wrong keys and escapes are told and reading goes on; a wrong structure ends the map.
 */
#include "lang/decode.h"
#include "lang/escape.h"
#include "lang/lexer.h"
#include "lang/parser.h"

#include <string.h>

struct reader {
    struct lexer *lexer;
    struct diagnostics *diagnostics;
    struct span opener; /* of the innermost map or list */
    guint depth;
    bool broken;  /* its structure is wrong: told once */
    bool invalid; /* a key or an escape is wrong */
};

static struct value *read_value(struct reader *reader);

/* The next byte that counts, or 0 at the end. */
static char look(struct reader *reader)
{
    struct lexer *lexer = reader->lexer;
    lexer_skip(lexer);
    return lexer->offset < lexer->end ? lexer->text->data[lexer->offset] : '\0';
}

static struct span here(const struct reader *reader, gsize length)
{
    const struct lexer *lexer = reader->lexer;
    return (struct span){
        .text = lexer->text,
        .offset = (guint32)lexer->offset,
        .length = (guint32)MIN(length, lexer->end - lexer->offset),
    };
}

/* The run of characters that a bare word or a number would have. */
static struct span word_here(const struct reader *reader)
{
    const char *data = reader->lexer->text->data;
    gsize at = reader->lexer->offset;
    while (at < reader->lexer->end && (g_ascii_isalnum(data[at]) || (guchar)data[at] >= 0x80 ||
                                       (data[at] && strchr("_+-.$", data[at]))))
        at++;
    return here(reader, at - reader->lexer->offset);
}

/* What stands here, for messages: a word, or one character. */
static struct span thing_here(const struct reader *reader)
{
    struct span span = word_here(reader);
    if (span.length == 0)
        span = here(reader, 1);
    return span;
}

/* All errors of structure pass here; only the first is told. */
static void fail(struct reader *reader, enum code code, struct span at, const char *hint,
                 const char *message)
{
    if (!reader->broken)
        diagnostics_add(reader->diagnostics, code, at, hint, "%s", message);
    reader->broken = true;
}

static void fail_unclosed(struct reader *reader, struct span opener, const char *what)
{
    g_autofree char *message = g_strdup_printf("this %s has no end", what);
    fail(reader, SF_UNCLOSED, opener, NULL, message);
}

/* Something else than `what` is next. Where the statement or the text is at its end, the innermost
 * map or list is what has none. */
static void fail_expected(struct reader *reader, const char *what)
{
    const char c = look(reader);
    if (reader->lexer->unclosed_comment.text) {
        fail_unclosed(reader, reader->lexer->unclosed_comment, "comment");
    } else if (c == '\0' || c == ';') {
        fail_unclosed(reader, reader->opener, *span_start(reader->opener) == '{' ? "map" : "list");
    } else if (!reader->broken) {
        const struct span at = thing_here(reader);
        g_autofree char *found = span_excerpt(at);
        g_autofree char *message = g_strdup_printf("expected %s, found '%s'", what, found);
        fail(reader, SF_EXPECTED, at, NULL, message);
        diagnostics_relate(reader->diagnostics, reader->opener, "inside what begins here");
    }
}

/* Takes `c` if it is next. */
static bool accept(struct reader *reader, char c)
{
    if (look(reader) != c)
        return false;
    reader->lexer->offset++;
    return true;
}

static char *string_text(struct span string)
{
    const char *inside = span_start(string) + 1;
    const gsize length = string.length - 2;
    const char quote = inside[-1];
    if (!memchr(inside, '\\', length) && !memchr(inside, quote, length))
        return g_strndup(inside, length);
    AUTO(decoded) decoded = decoded_new(string, quote == '"' ? QUOTING_JSON : QUOTING_SINGLE);
    return g_strndup(decoded->text->str, decoded->text->len);
}

/* The text of a string; NULL, reported, when it has no end or a wrong escape. */
static char *read_string(struct reader *reader, struct span *out_span)
{
    const struct token token = lexer_string(reader->lexer);
    *out_span = token.span;
    if (token.unclosed) {
        const char *what =
            token.kind == TOKEN_QUOTED ? "string, which ends on its line," : "string";
        struct span opener = token.span;
        opener.length = 1;
        fail_unclosed(reader, opener, what);
        return NULL;
    }
    if (!escapes_check(token.span, reader->diagnostics)) {
        reader->invalid = true;
        return span_dup(token.span);
    }
    return string_text(token.span);
}

static struct value *read_text(struct reader *reader)
{
    struct span span;
    char *text = read_string(reader, &span);
    return text ? value_new(VALUE_STRING, span, text) : NULL;
}

/* `${x}` without quotes: its text is the variable as written, its span begins with `$`. */
static struct value *read_variable(struct reader *reader)
{
    const struct lexer before = *reader->lexer;
    const struct token token = lexer_next(reader->lexer);
    if (token.kind == TOKEN_VARIABLE && !token.unclosed)
        return value_new(VALUE_STRING, token.span, span_dup(token.span));
    *reader->lexer = before;
    if (token.kind == TOKEN_VARIABLE)
        fail_unclosed(reader, here(reader, 2), "variable");
    else
        fail_expected(reader, "a value");
    return NULL;
}

/* A number of JSON. */
static bool is_number(const char *text)
{
    text += *text == '-';
    gsize digits = strspn(text, "0123456789");
    if (digits == 0 || (*text == '0' && digits > 1))
        return false;
    text += digits;
    if (*text == '.') {
        digits = strspn(text + 1, "0123456789");
        text += digits > 0 ? digits + 1 : 0;
    }
    if (*text == 'e' || *text == 'E') {
        const gsize sign = text[1] == '+' || text[1] == '-' ? 1 : 0;
        digits = strspn(text + 1 + sign, "0123456789");
        text += digits > 0 ? 1 + sign + digits : 0;
    }
    return *text == '\0';
}

/* true, false, null and numbers. */
static struct value *read_bare(struct reader *reader)
{
    const struct span span = word_here(reader);
    g_autofree char *text = span_dup(span);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    reader->lexer->offset += span.length;
    if (strcmp(lower, "null") == 0)
        return value_new(VALUE_NULL, span, NULL);
    if (strcmp(lower, "true") == 0 || strcmp(lower, "false") == 0)
        return value_new(VALUE_BOOLEAN, span, g_steal_pointer(&lower));
    if (is_number(text))
        return value_new(VALUE_NUMBER, span, g_steal_pointer(&text));
    g_autofree char *hint = g_strdup_printf("write \"%s\"", text);
    const bool is_word = !g_ascii_isdigit(*text) && !strchr("+-.", *text);
    diagnostics_add(reader->diagnostics, SF_BAD_VALUE, span, hint,
                    is_word ? "a text in a map takes quotes" : "not a number as JSON has them");
    reader->broken = true;
    return value_new(VALUE_STRING, span, g_steal_pointer(&text));
}

/* Keys of one map that were met: a table only for maps too long to be searched. */
struct keys {
    struct value *map;
    GHashTable *seen; /* key (the member's) -> struct member */
};

enum { SEARCHED_KEYS = 16 };

static const struct member *keys_find(struct keys *keys, const char *key)
{
    const GPtrArray *members = keys->map->members;
    if (members->len <= SEARCHED_KEYS)
        return value_member(keys->map, key);
    if (!keys->seen)
        keys->seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = g_hash_table_size(keys->seen); i < members->len; i++) {
        struct member *member = g_ptr_array_index(members, i);
        g_hash_table_insert(keys->seen, member->key, member);
    }
    return g_hash_table_lookup(keys->seen, key);
}

static void report_duplicate(struct reader *reader, const struct member *first, struct span again)
{
    diagnostics_add(reader->diagnostics, SF_DUPLICATE_KEY, again, NULL,
                    "the key '%s' stands twice in this map", first->key);
    diagnostics_relate(reader->diagnostics, first->key_span, "first here");
    reader->invalid = true;
}

/* A string or a bare word. */
static char *read_key(struct reader *reader, struct span *out_span)
{
    const char c = look(reader);
    if (c == '"' || c == '\'')
        return read_string(reader, out_span);
    struct lexer ahead = *reader->lexer;
    const struct token token = lexer_next(&ahead);
    if (token.kind == TOKEN_WORD) {
        *reader->lexer = ahead;
        *out_span = token.span;
        return span_dup(token.span);
    }
    fail_expected(reader, "a key");
    return NULL;
}

/* `key: value`; false after an error that ends the map. */
static bool read_member(struct reader *reader, struct keys *keys)
{
    struct span span;
    g_autofree char *key = read_key(reader, &span);
    if (!key)
        return false;
    if (!accept(reader, ':')) {
        fail_expected(reader, "':' after the key");
        return false;
    }
    AUTO(value) value = read_value(reader);
    if (!value)
        return false;
    const struct member *first = keys_find(keys, key);
    if (first)
        report_duplicate(reader, first, span);
    else
        value_add_member(keys->map, key, span, g_steal_pointer(&value));
    return true;
}

static bool read_members(struct reader *reader, struct value *map)
{
    struct keys keys = {.map = map};
    bool good = true;
    while (good && !accept(reader, '}')) {
        good = read_member(reader, &keys);
        if (good && !accept(reader, ',') && look(reader) != '}') {
            fail_expected(reader, "',' or '}'");
            good = false;
        }
    }
    g_clear_pointer(&keys.seen, g_hash_table_unref);
    return good;
}

static bool read_items(struct reader *reader, struct value *list)
{
    while (!accept(reader, ']')) {
        struct value *item = read_value(reader);
        if (!item)
            return false;
        value_add_item(list, item);
        if (!accept(reader, ',') && look(reader) != ']') {
            fail_expected(reader, "',' or ']'");
            return false;
        }
    }
    return true;
}

static struct value *read_nested(struct reader *reader, enum value_kind kind)
{
    const struct span opener = here(reader, 1);
    if (reader->depth == NESTING_MAX) {
        fail(reader, SF_LIMIT, opener, NULL, "more than 200 maps and lists inside each other");
        return NULL;
    }
    AUTO(value) value = value_new(kind, opener, NULL);
    const struct span outer = reader->opener;
    reader->opener = opener;
    reader->depth++;
    reader->lexer->offset++;
    const bool good = kind == VALUE_MAP ? read_members(reader, value) : read_items(reader, value);
    reader->depth--;
    if (!good)
        return NULL;
    reader->opener = outer;
    value->span.length = (guint32)reader->lexer->offset - opener.offset;
    return g_steal_pointer(&value);
}

static struct value *read_value(struct reader *reader)
{
    const char c = look(reader);
    if (c == '{')
        return read_nested(reader, VALUE_MAP);
    if (c == '[')
        return read_nested(reader, VALUE_LIST);
    if (c == '"' || c == '\'')
        return read_text(reader);
    if (c == '$')
        return read_variable(reader);
    if (word_here(reader).length > 0)
        return read_bare(reader);
    fail_expected(reader, "a value");
    return NULL;
}

struct value *map_parse(struct lexer *lexer, struct diagnostics *diagnostics)
{
    struct reader reader = {.lexer = lexer, .diagnostics = diagnostics};
    AUTO(value) map = look(&reader) == '{' ? read_nested(&reader, VALUE_MAP) : NULL;
    if (!map && !reader.broken)
        fail(&reader, SF_EXPECTED, here(&reader, 1), NULL, "expected a map, {..}");
    return reader.broken || reader.invalid ? NULL : g_steal_pointer(&map);
}
