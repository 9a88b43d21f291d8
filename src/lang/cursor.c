/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/cursor.h"

#include "base/nearest.h"
#include "lang/escape.h"
#include "lang/parser.h"

#include <string.h>

static void report_unclosed_comment(struct cursor *cursor)
{
    if (cursor->cut || !cursor->lexer.unclosed_comment.text)
        return;
    diagnostics_add(cursor->diagnostics, SF_UNCLOSED, cursor->lexer.unclosed_comment, NULL,
                    "this comment has no end");
    cursor->broken = true;
    cursor->cut = true;
}

static void read_next(struct cursor *cursor)
{
    cursor->token = lexer_next(&cursor->lexer);
    if (cursor->token.kind == TOKEN_END)
        report_unclosed_comment(cursor);
}

void cursor_init(struct cursor *cursor, const struct text *text, struct diagnostics *diagnostics)
{
    *cursor = (struct cursor){
        .last = {.text = text},
        .diagnostics = diagnostics,
    };
    lexer_init(&cursor->lexer, text, 0, text->length);
    read_next(cursor);
}

static const char *unclosed_message(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_QUOTED:
        return "this \" has no end";
    case TOKEN_DOLLAR_STRING:
        return "this dollar quote has no end";
    case TOKEN_VARIABLE:
        return "this ${ has no } on its line";
    case TOKEN_STRING:
    case TOKEN_ESCAPE_STRING:
    case TOKEN_END:
    case TOKEN_WORD:
    case TOKEN_NUMBER:
    case TOKEN_SEMICOLON:
    case TOKEN_COMMA:
    case TOKEN_DOT:
    case TOKEN_OPEN:
    case TOKEN_CLOSE:
    case TOKEN_OPERATOR:
        break;
    }
    return "this ' has no end";
}

/* The opening of a token: all that a caret should mark of one that goes on to the text's end. */
static struct span opening_of(const struct token *token)
{
    struct span span = token->span;
    guint32 length = 1;
    if (token->kind == TOKEN_ESCAPE_STRING || token->kind == TOKEN_VARIABLE)
        length = 2;
    span.length = MIN(span.length, length);
    return span;
}

/* A token that the text's end cut off is told when it is passed or found in the way. */
static bool report_unclosed(struct cursor *cursor)
{
    const struct token *token = &cursor->token;
    if (!token->unclosed)
        return false;
    diagnostics_add(cursor->diagnostics, SF_UNCLOSED, opening_of(token), NULL, "%s",
                    unclosed_message(token->kind));
    cursor->broken = true;
    if (token->kind != TOKEN_VARIABLE)
        cursor->cut = cursor->lexer.offset >= cursor->lexer.end;
    return true;
}

void cursor_take(struct cursor *cursor)
{
    report_unclosed(cursor);
    cursor->last = cursor->token.span;
    read_next(cursor);
}

struct token cursor_peek(const struct cursor *cursor)
{
    struct lexer ahead = cursor->lexer;
    return lexer_next(&ahead);
}

bool cursor_at(const struct cursor *cursor, const char *word)
{
    return token_is(&cursor->token, word);
}

bool cursor_at_bracket(const struct cursor *cursor, char bracket)
{
    const struct token *token = &cursor->token;
    return (token->kind == TOKEN_OPEN || token->kind == TOKEN_CLOSE) &&
           *span_start(token->span) == bracket;
}

bool cursor_at_end(const struct cursor *cursor)
{
    return cursor->token.kind == TOKEN_SEMICOLON || cursor->token.kind == TOKEN_END;
}

bool token_is_string(const struct token *token)
{
    return token->kind == TOKEN_STRING || token->kind == TOKEN_QUOTED ||
           token->kind == TOKEN_ESCAPE_STRING || token->kind == TOKEN_DOLLAR_STRING;
}

bool cursor_on_new_line(const struct cursor *cursor)
{
    const char *data = cursor->lexer.text->data;
    const gsize from = (gsize)cursor->last.offset + cursor->last.length;
    return memchr(data + from, '\n', cursor->token.span.offset - from) != NULL;
}

bool cursor_accept(struct cursor *cursor, const char *word)
{
    if (!cursor_at(cursor, word))
        return false;
    cursor_take(cursor);
    return true;
}

bool cursor_fail(struct cursor *cursor, enum code code, struct span at, const char *hint,
                 const char *message)
{
    if (!cursor->broken)
        diagnostics_add(cursor->diagnostics, code, at, hint, "%s", message);
    cursor->broken = true;
    return false;
}

/* What stands at the cursor, for a message. */
static char *found_text(const struct token *token)
{
    if (token->kind == TOKEN_END)
        return g_strdup("the end of the file");
    g_autofree char *text = span_excerpt(token->span);
    if (token_is_string(token))
        return g_strconcat("the string ", text, NULL);
    return g_strconcat("'", text, "'", NULL);
}

/* At the end of the file the place is right behind the last token. */
static struct span found_span(const struct cursor *cursor)
{
    if (cursor->token.kind != TOKEN_END)
        return cursor->token.span;
    const struct span last = cursor->last;
    return (struct span){.text = last.text, .offset = last.offset + last.length};
}

/* "expected .., found .." */
static bool fail_expected(struct cursor *cursor, enum code code, const char *what, const char *hint)
{
    if (report_unclosed(cursor) || cursor->broken)
        return false;
    g_autofree char *found = found_text(&cursor->token);
    g_autofree char *message = g_strdup_printf("expected %s, found %s", what, found);
    return cursor_fail(cursor, code, found_span(cursor), hint, message);
}

/* Nearest names are costly, and only the first messages are shown. */
static char *nearest_of(const struct cursor *cursor, const char *const *words)
{
    if (!words || cursor->token.kind != TOKEN_WORD || cursor->broken ||
        diagnostics_errors(cursor->diagnostics) >= DIAGNOSTICS_SHOWN ||
        word_in(cursor->token.span, words))
        return NULL;
    g_autofree char *word = span_excerpt(cursor->token.span);
    return nearest_hint(word, words);
}

bool cursor_expected(struct cursor *cursor, const char *what, const char *const *words)
{
    g_autofree char *hint = nearest_of(cursor, words);
    return fail_expected(cursor, SF_EXPECTED, what, hint);
}

bool cursor_expected_end(struct cursor *cursor, const char *hint)
{
    static const char *const clauses[] = {"AS",   "MODE", "ON",    "OPTIONS", "PARAMS",
                                          "TYPE", "TO",   "WHERE", NULL};
    const bool is_clause = cursor->token.kind == TOKEN_WORD && word_in(cursor->token.span, clauses);
    if (is_clause && !hint)
        hint = "it doesn't stand here";
    g_autofree char *nearest = hint ? NULL : nearest_of(cursor, clauses);
    return fail_expected(cursor, SF_MISSING_SEMICOLON, "';' after the statement",
                         hint ? hint : nearest);
}

bool cursor_expect(struct cursor *cursor, const char *word)
{
    const char *const words[] = {word, NULL};
    return cursor_accept(cursor, word) || cursor_expected(cursor, word, words);
}

static bool at_plain_part(const struct cursor *cursor)
{
    const enum token_kind kind = cursor->token.kind;
    return kind == TOKEN_WORD || kind == TOKEN_VARIABLE ||
           (kind == TOKEN_NUMBER && *span_start(cursor->token.span) != '.');
}

/* Behind a variable digits go on with the name, and their dot is the name's: `t_${y}2024.a`. */
static void take_plain_part(struct cursor *cursor)
{
    const struct span span = cursor->token.span;
    const char *start = span_start(span);
    const char *dot = cursor->token.kind == TOKEN_NUMBER ? memchr(start, '.', span.length) : NULL;
    if (dot) {
        cursor->token.span.length = (guint32)(dot - start);
        cursor->lexer.offset = span.offset + cursor->token.span.length;
    }
    cursor_take(cursor);
}

bool cursor_touches(const struct cursor *cursor)
{
    return cursor->last.offset + cursor->last.length == cursor->token.span.offset;
}

/* One part of a name: "quoted", or words and variables that touch. */
static bool take_part(struct cursor *cursor)
{
    if (cursor->token.kind == TOKEN_QUOTED) {
        const bool is_empty = cursor->token.span.length <= 2;
        cursor_take(cursor);
        return !is_empty;
    }
    if (cursor->token.kind == TOKEN_NUMBER || !at_plain_part(cursor))
        return false;
    do
        take_plain_part(cursor);
    while (cursor_touches(cursor) && at_plain_part(cursor));
    return true;
}

bool cursor_skip_name(struct cursor *cursor, guint max_parts)
{
    for (guint parts = 1;; parts++) {
        if (!take_part(cursor))
            return false;
        if (cursor->token.kind != TOKEN_DOT || !cursor_touches(cursor))
            return true;
        cursor_take(cursor);
        if (parts == max_parts || !cursor_touches(cursor))
            return false;
    }
}

static bool at_name(const struct cursor *cursor)
{
    const enum token_kind kind = cursor->token.kind;
    return kind == TOKEN_WORD || kind == TOKEN_QUOTED || kind == TOKEN_VARIABLE;
}

bool cursor_name(struct cursor *cursor, const char *what, guint max_parts, struct fragment *out)
{
    if (!at_name(cursor))
        return fail_expected(cursor, SF_EXPECTED, what,
                             token_is_string(&cursor->token) ? "a name takes no quotes, or \"..\""
                                                             : NULL);
    const struct span first = cursor->token.span;
    const bool is_name = cursor_skip_name(cursor, max_parts);
    const struct span span = span_between(first, cursor->last);
    if (cursor->broken)
        return false;
    if (!is_name)
        return cursor_fail(cursor, SF_BAD_NAME, span,
                           max_parts > 1 ? "a name has one to three parts with dots between"
                                         : "this name has one part, without a dot",
                           "not a name");
    out->span = span;
    return true;
}

bool cursor_string(struct cursor *cursor, const char *what, struct fragment *out)
{
    const enum token_kind kind = cursor->token.kind;
    if (kind == TOKEN_QUOTED) {
        cursor->lexer.offset = cursor->token.span.offset;
        cursor->token = lexer_string(&cursor->lexer);
    } else if (kind == TOKEN_VARIABLE && !cursor->broken) {
        g_autofree char *variable = span_dup(cursor->token.span);
        g_autofree char *hint = g_strdup_printf("write '%s'", variable);
        g_autofree char *message = g_strdup_printf("expected %s", what);
        return cursor_fail(cursor, SF_EXPECTED, cursor->token.span, hint, message);
    } else if (kind != TOKEN_STRING) {
        return fail_expected(cursor, SF_EXPECTED, what,
                             kind == TOKEN_WORD ? "it takes quotes: '..'" : NULL);
    }
    if (!escapes_check(cursor->token.span, cursor->diagnostics))
        cursor->broken = true;
    out->span = cursor->token.span;
    cursor_take(cursor);
    return !cursor->broken;
}

bool cursor_map(struct cursor *cursor, struct value **out)
{
    if (!cursor_at_bracket(cursor, '{'))
        return cursor_expected(cursor, "a map, {..}", NULL);
    cursor->lexer.offset = cursor->token.span.offset;
    *out = map_parse(&cursor->lexer, cursor->diagnostics);
    if (*out) {
        cursor->last = (*out)->span;
    } else {
        cursor->broken = true;
        cursor->cut = cursor->lexer.offset >= cursor->lexer.end;
    }
    read_next(cursor);
    return *out != NULL;
}

/* `END IF` or `ENDIF` with nothing behind it in its statement. */
static bool at_end_if(const struct cursor *cursor)
{
    if (!cursor_at(cursor, "END") && !cursor_at(cursor, "ENDIF"))
        return false;
    struct cursor ahead = *cursor;
    cursor_take(&ahead);
    if (cursor_at(cursor, "END") && !cursor_accept(&ahead, "IF"))
        return false;
    return cursor_at_end(&ahead);
}

void cursor_recover(struct cursor *cursor, bool in_if)
{
    while (!cursor_at_end(cursor) && !(in_if && at_end_if(cursor)))
        cursor_take(cursor);
    if (cursor->token.kind == TOKEN_SEMICOLON)
        cursor_take(cursor);
}
