/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lexer.h"

#include <string.h>

/* What a token can begin with. */
enum class {
    CLASS_OTHER, /* control bytes, the backslash: one-byte operators */
    CLASS_SPACE,
    CLASS_NAME,
    CLASS_DIGIT,
    CLASS_OPERATOR,
    CLASS_SINGLE_QUOTE,
    CLASS_DOUBLE_QUOTE,
    CLASS_DOLLAR,
    CLASS_DOT,
    CLASS_COMMA,
    CLASS_SEMICOLON,
    CLASS_OPEN,
    CLASS_CLOSE,
};

/* clang-format off */
enum {
    X = CLASS_OTHER, S = CLASS_SPACE, N = CLASS_NAME, D = CLASS_DIGIT, O = CLASS_OPERATOR,
    Q = CLASS_SINGLE_QUOTE, I = CLASS_DOUBLE_QUOTE, M = CLASS_DOLLAR, P = CLASS_DOT,
    C = CLASS_COMMA, E = CLASS_SEMICOLON, L = CLASS_OPEN, R = CLASS_CLOSE,
};
static const guint8 classes[256] = {
    X, X, X, X, X, X, X, X, X, S, S, X, S, S, X, X, /* tab, line feed, form feed, return */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    S, O, I, O, M, O, O, Q, L, R, O, O, C, O, P, O, /*   ! " # $ % & ' ( ) * + , - . / */
    D, D, D, D, D, D, D, D, D, D, O, E, O, O, O, O, /* 0 to 9 : ; < = > ? */
    O, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* @ A .. */
    N, N, N, N, N, N, N, N, N, N, N, L, X, R, O, N, /* .. Z [ \ ] ^ _ */
    O, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* ` a .. */
    N, N, N, N, N, N, N, N, N, N, N, L, O, R, O, X, /* .. z { | } ~ */
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* every byte of a longer character */
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
};
/* clang-format on */

static enum class class_of(char c) { return (enum class)classes[(guchar)c]; }

void lexer_init(struct lexer *lexer, const struct text *text, gsize from, gsize end)
{
    *lexer = (struct lexer){.text = text, .offset = from, .end = end};
}

/* The byte `ahead` of the next one; 0, which no text holds, from the end on. */
static char peek(const struct lexer *lexer, gsize ahead)
{
    const gsize at = lexer->offset + ahead;
    return at < lexer->end ? lexer->text->data[at] : '\0';
}

static bool at_pair(const struct lexer *lexer, char first, char second)
{
    return peek(lexer, 0) == first && peek(lexer, 1) == second;
}

/* The length of the Unicode space at p, which the engine reads as a blank (no-break space, the
 * spaces of U+2000 to U+2060, ideographic space, BOM); 0 when there is none. */
static gsize unicode_space(const guchar *p, gsize left)
{
    if (left >= 2 && p[0] == 0xC2 && p[1] == 0xA0)
        return 2;
    if (left < 3)
        return 0;
    switch (p[0]) {
    case 0xE2:
        if (p[1] == 0x80 && ((p[2] >= 0x80 && p[2] <= 0x8D) || p[2] == 0xAF))
            return 3;
        return p[1] == 0x81 && (p[2] == 0x9F || p[2] == 0xA0) ? 3 : 0;
    case 0xE3:
        return p[1] == 0x80 && p[2] == 0x80 ? 3 : 0;
    case 0xEF:
        return p[1] == 0xBB && p[2] == 0xBF ? 3 : 0;
    default:
        return 0;
    }
}

static gsize wide_space(const struct lexer *lexer)
{
    return unicode_space((const guchar *)lexer->text->data + lexer->offset,
                         lexer->end - lexer->offset);
}

static struct span span_from(const struct lexer *lexer, gsize from)
{
    return (struct span){
        .text = lexer->text,
        .offset = (guint32)from,
        .length = (guint32)(lexer->offset - from),
    };
}

static void skip_line_comment(struct lexer *lexer)
{
    while (lexer->offset < lexer->end && peek(lexer, 0) != '\n' && peek(lexer, 0) != '\r')
        lexer->offset++;
}

static void skip_block_comment(struct lexer *lexer)
{
    const gsize from = lexer->offset;
    gsize depth = 1;
    lexer->offset += 2;
    while (depth > 0 && lexer->offset < lexer->end) {
        const bool opens = at_pair(lexer, '/', '*');
        const bool closes = at_pair(lexer, '*', '/');
        depth += opens;
        depth -= closes;
        lexer->offset += opens || closes ? 2 : 1;
    }
    if (depth > 0 && !lexer->unclosed_comment.text)
        lexer->unclosed_comment =
            (struct span){.text = lexer->text, .offset = (guint32)from, .length = 2};
}

bool lexer_comment(struct lexer *lexer)
{
    if (at_pair(lexer, '-', '-'))
        skip_line_comment(lexer);
    else if (at_pair(lexer, '/', '*'))
        skip_block_comment(lexer);
    else
        return false;
    return true;
}

bool lexer_blank(struct lexer *lexer)
{
    const char c = peek(lexer, 0);
    const gsize wide = (guchar)c >= 0xC2 ? wide_space(lexer) : 0;
    lexer->offset += class_of(c) == CLASS_SPACE ? 1 : wide;
    return class_of(c) == CLASS_SPACE || wide > 0;
}

void lexer_skip(struct lexer *lexer)
{
    for (;;) {
        const char c = peek(lexer, 0);
        if (class_of(c) == CLASS_SPACE) {
            lexer->offset++;
        } else if (c == '-' || c == '/') {
            if (!lexer_comment(lexer))
                return;
        } else {
            const gsize space = (guchar)c >= 0xC2 ? wide_space(lexer) : 0;
            if (space == 0)
                return;
            lexer->offset += space;
        }
    }
}

/* Passes a quoted piece, from its first quote on; false when the text ends in it. */
static bool pass_quoted(struct lexer *lexer, char quote, bool backslashes)
{
    lexer->offset++;
    while (lexer->offset < lexer->end) {
        const char c = peek(lexer, 0);
        if (c == '\\' && backslashes) {
            lexer->offset += 2;
        } else if (c != quote) {
            lexer->offset++;
        } else if (peek(lexer, 1) == quote) {
            lexer->offset += 2;
        } else {
            lexer->offset++;
            return true;
        }
    }
    lexer->offset = lexer->end;
    return false;
}

/* Moves on to the `'` that continues a string in a later line, as standard SQL has it. Matters for
 * E'..' only: there the continuation has backslash escapes, too. */
static bool pass_to_continuation(struct lexer *lexer)
{
    struct lexer ahead = *lexer;
    bool new_line = false;
    for (;;) {
        const char c = peek(&ahead, 0);
        new_line = new_line || c == '\n' || c == '\r';
        if (class_of(c) == CLASS_SPACE)
            ahead.offset++;
        else if (at_pair(&ahead, '-', '-'))
            skip_line_comment(&ahead);
        else
            break;
    }
    if (!new_line || peek(&ahead, 0) != '\'')
        return false;
    lexer->offset = ahead.offset;
    return true;
}

static bool pass_escape_string(struct lexer *lexer)
{
    lexer->offset++;
    do {
        if (!pass_quoted(lexer, '\'', true))
            return false;
    } while (pass_to_continuation(lexer));
    return true;
}

static bool is_name_start(char c)
{
    return class_of(c) == CLASS_NAME;
}

static bool is_digit(char c)
{
    return g_ascii_isdigit(c);
}

/* The length of `$tag$` at the lexer, or 0. */
static gsize dollar_delimiter(const struct lexer *lexer)
{
    gsize length = 1;
    while (is_name_start(peek(lexer, length)) || (length > 1 && is_digit(peek(lexer, length))))
        length++;
    return peek(lexer, length) == '$' ? length + 1 : 0;
}

static bool pass_dollar_string(struct lexer *lexer, gsize delimiter_length)
{
    const char *data = lexer->text->data;
    const char *delimiter = data + lexer->offset;
    lexer->offset += delimiter_length;
    const char *found =
        memmem(data + lexer->offset, lexer->end - lexer->offset, delimiter, delimiter_length);
    lexer->offset = found ? (gsize)(found - data) + delimiter_length : lexer->end;
    return found != NULL;
}

/* `${` to its `}`: a default in double quotes may hold a brace. It ends on its line. */
static bool pass_variable(struct lexer *lexer)
{
    bool quoted = false;
    lexer->offset += 2;
    for (; lexer->offset < lexer->end; lexer->offset++) {
        const char c = peek(lexer, 0);
        if (c == '\n' || c == '\r')
            return false;
        if (quoted && c == '\\' && (peek(lexer, 1) == '"' || peek(lexer, 1) == '\\')) {
            lexer->offset++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == '}' && !quoted) {
            lexer->offset++;
            return true;
        }
    }
    return false;
}

static void pass_digits(struct lexer *lexer)
{
    while (is_digit(peek(lexer, 0)) || (peek(lexer, 0) == '_' && is_digit(peek(lexer, 1))))
        lexer->offset++;
}

static void pass_number(struct lexer *lexer)
{
    pass_digits(lexer);
    if (peek(lexer, 0) == '.' && peek(lexer, 1) != '.') {
        lexer->offset++;
        pass_digits(lexer);
    }
    const gsize sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-' ? 1 : 0;
    if ((peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E') && is_digit(peek(lexer, 1 + sign))) {
        lexer->offset += 1 + sign;
        pass_digits(lexer);
    }
}

static void pass_word(struct lexer *lexer)
{
    const char *data = lexer->text->data;
    gsize at = lexer->offset;
    for (; at < lexer->end; at++) {
        const enum class class = class_of(data[at]);
        if (class != CLASS_NAME && class != CLASS_DIGIT && class != CLASS_DOLLAR)
            break;
        if ((guchar)data[at] >= 0xC2 &&
            unicode_space((const guchar *)data + at, lexer->end - at) > 0)
            break;
        /* `a${b}`: the variable is a token of its own. */
        if (class == CLASS_DOLLAR && at + 1 < lexer->end && data[at + 1] == '{')
            break;
    }
    lexer->offset = at;
}

static void pass_operator(struct lexer *lexer)
{
    do
        lexer->offset++;
    while (class_of(peek(lexer, 0)) == CLASS_OPERATOR && !at_pair(lexer, '-', '-') &&
           !at_pair(lexer, '/', '*'));
}

/* What begins with a letter. */
static enum token_kind read_word(struct lexer *lexer, bool *out_unclosed)
{
    if ((peek(lexer, 0) == 'E' || peek(lexer, 0) == 'e') && peek(lexer, 1) == '\'') {
        *out_unclosed = !pass_escape_string(lexer);
        return TOKEN_ESCAPE_STRING;
    }
    pass_word(lexer);
    return TOKEN_WORD;
}

static enum token_kind read_dollar(struct lexer *lexer, bool *out_unclosed)
{
    if (peek(lexer, 1) == '{') {
        *out_unclosed = !pass_variable(lexer);
        return TOKEN_VARIABLE;
    }
    const gsize delimiter_length = dollar_delimiter(lexer);
    if (delimiter_length > 0) {
        *out_unclosed = !pass_dollar_string(lexer, delimiter_length);
        return TOKEN_DOLLAR_STRING;
    }
    lexer->offset++;
    while (is_digit(peek(lexer, 0)))
        lexer->offset++;
    return TOKEN_OPERATOR;
}

static enum token_kind read_dot(struct lexer *lexer)
{
    if (is_digit(peek(lexer, 1))) {
        pass_number(lexer);
        return TOKEN_NUMBER;
    }
    lexer->offset++;
    return TOKEN_DOT;
}

/* Control bytes and the backslash. `\${` is no variable: its `\$` is one token. */
static enum token_kind read_other(struct lexer *lexer)
{
    const bool escaped = at_pair(lexer, '\\', '$') && peek(lexer, 2) == '{';
    lexer->offset += escaped ? 2 : 1;
    return TOKEN_OPERATOR;
}

static enum token_kind read_one(struct lexer *lexer, enum token_kind kind)
{
    lexer->offset++;
    return kind;
}

static enum token_kind read_token(struct lexer *lexer, bool *out_unclosed)
{
    switch (class_of(peek(lexer, 0))) {
    case CLASS_NAME:
        return read_word(lexer, out_unclosed);
    case CLASS_DIGIT:
        pass_number(lexer);
        return TOKEN_NUMBER;
    case CLASS_OPERATOR:
        pass_operator(lexer);
        return TOKEN_OPERATOR;
    case CLASS_SINGLE_QUOTE:
        *out_unclosed = !pass_quoted(lexer, '\'', false);
        return TOKEN_STRING;
    case CLASS_DOUBLE_QUOTE:
        *out_unclosed = !pass_quoted(lexer, '"', false);
        return TOKEN_QUOTED;
    case CLASS_DOLLAR:
        return read_dollar(lexer, out_unclosed);
    case CLASS_DOT:
        return read_dot(lexer);
    case CLASS_COMMA:
        return read_one(lexer, TOKEN_COMMA);
    case CLASS_SEMICOLON:
        return read_one(lexer, TOKEN_SEMICOLON);
    case CLASS_OPEN:
        return read_one(lexer, TOKEN_OPEN);
    case CLASS_CLOSE:
        return read_one(lexer, TOKEN_CLOSE);
    case CLASS_SPACE:
    case CLASS_OTHER:
        break;
    }
    return read_other(lexer);
}

struct token lexer_next(struct lexer *lexer)
{
    lexer_skip(lexer);
    const gsize from = lexer->offset;
    struct token token = {.kind = TOKEN_END};
    if (from < lexer->end)
        token.kind = read_token(lexer, &token.unclosed);
    token.span = span_from(lexer, from);
    return token;
}

/* Behind a `".."` without an end: where its line ends, or before the `;` that ends it. */
static gsize line_end(const struct lexer *lexer, gsize from)
{
    const char *data = lexer->text->data;
    gsize end = from;
    while (end < lexer->end && data[end] != '\n')
        end++;
    gsize last = end;
    while (last > from + 1 && class_of(data[last - 1]) == CLASS_SPACE)
        last--;
    return last > from + 1 && data[last - 1] == ';' ? last - 1 : end;
}

struct token lexer_string(struct lexer *lexer)
{
    lexer_skip(lexer);
    if (peek(lexer, 0) != '"')
        return lexer_next(lexer);
    const gsize from = lexer->offset;
    struct token token = {.kind = TOKEN_QUOTED, .unclosed = true};
    for (lexer->offset++; lexer->offset < lexer->end; lexer->offset++) {
        const char c = peek(lexer, 0);
        if (c == '\n')
            break;
        if (c == '\\' && (peek(lexer, 1) == '"' || peek(lexer, 1) == '\\')) {
            lexer->offset++;
        } else if (c == '"') {
            lexer->offset++;
            token.unclosed = false;
            break;
        }
    }
    if (token.unclosed)
        lexer->offset = line_end(lexer, from);
    token.span = span_from(lexer, from);
    return token;
}

bool token_is(const struct token *token, const char *word)
{
    if (token->kind != TOKEN_WORD)
        return false;
    const char *data = token->span.text->data + token->span.offset;
    /* Most are told by their first letter: the case of a letter is one bit. */
    return ((*data ^ *word) & ~0x20) == 0 &&
           g_ascii_strncasecmp(data, word, token->span.length) == 0 &&
           word[token->span.length] == '\0';
}

bool token_touches(const struct token *left, const struct token *right)
{
    return left->span.offset + left->span.length == right->span.offset;
}

struct span span_widen(struct span place)
{
    if (!place.text || place.length != 1)
        return place;
    struct lexer lexer;
    lexer_init(&lexer, place.text, place.offset, place.text->length);
    const struct token token = lexer_next(&lexer);
    const bool is_wide = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED ||
                         token.kind == TOKEN_STRING || token.kind == TOKEN_NUMBER;
    return is_wide && !token.unclosed && token.span.offset == place.offset ? token.span : place;
}
