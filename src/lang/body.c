/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/body.h"

#include "lang/parser.h"

#include <string.h>

/* Brackets that are open. */
struct brackets {
    guint depth;
    bool given_up; /* one didn't match: nothing more is said about them */
    guint32 openers[NESTING_MAX];
};

static bool brackets_match(char opener, char closer)
{
    return (opener == '(' && closer == ')') || (opener == '[' && closer == ']') ||
           (opener == '{' && closer == '}');
}

static void brackets_open(struct brackets *brackets, struct cursor *cursor)
{
    if (brackets->depth < NESTING_MAX) {
        brackets->openers[brackets->depth++] = cursor->token.span.offset;
        return;
    }
    brackets->given_up = true;
    cursor_fail(cursor, SF_LIMIT, cursor->token.span, NULL,
                "more than 200 brackets inside each other");
}

static void brackets_close(struct brackets *brackets, struct cursor *cursor)
{
    const struct span at = cursor->token.span;
    const char closer = *span_start(at);
    if (brackets->depth == 0) {
        brackets->given_up = true;
        g_autofree char *message = g_strdup_printf("this '%c' closes nothing", closer);
        cursor_fail(cursor, SF_UNOPENED, at, NULL, message);
        return;
    }
    const guint32 offset = brackets->openers[brackets->depth - 1];
    const char opener = at.text->data[offset];
    if (brackets_match(opener, closer)) {
        brackets->depth--;
        return;
    }
    brackets->given_up = true;
    if (cursor->broken)
        return;
    g_autofree char *message = g_strdup_printf("this '%c' does not close the '%c'", closer, opener);
    cursor_fail(cursor, SF_UNOPENED, at, NULL, message);
    diagnostics_relate(cursor->diagnostics,
                       (struct span){.text = at.text, .offset = offset, .length = 1},
                       "opened here");
}

static void brackets_follow(struct brackets *brackets, struct cursor *cursor)
{
    if (brackets->given_up)
        return;
    if (cursor->token.kind == TOKEN_OPEN)
        brackets_open(brackets, cursor);
    else if (cursor->token.kind == TOKEN_CLOSE)
        brackets_close(brackets, cursor);
}

/* False when one is still open at the body's end. */
static bool brackets_finish(const struct brackets *brackets, struct cursor *cursor)
{
    if (brackets->given_up || brackets->depth == 0)
        return !brackets->given_up;
    const struct span at = {
        .text = cursor->lexer.text,
        .offset = brackets->openers[brackets->depth - 1],
        .length = 1,
    };
    g_autofree char *message = g_strdup_printf("this '%c' is never closed", *span_start(at));
    return cursor_fail(cursor, SF_UNCLOSED, at, NULL, message);
}

/* Where reading may have to go back to. */
struct marks {
    struct cursor last_stop; /* the last word that stops if it is the last */
    struct cursor end_if;    /* the last END outside of brackets */
    bool has_last_stop;
    bool has_end_if;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static struct span trimmed(const struct text *text, gsize from, gsize end)
{
    while (from < end && is_blank(text->data[from]))
        from++;
    while (end > from && is_blank(text->data[end - 1]))
        end--;
    return (struct span){.text = text, .offset = (guint32)from, .length = (guint32)(end - from)};
}

/* A body that ends in END IF lacks its `;`: no statement of the engine can end so. */
static bool lacks_semicolon(const struct cursor *cursor, const struct marks *marks)
{
    if (!marks->has_end_if)
        return false;
    const struct token next = cursor_peek(&marks->end_if);
    return token_is(&next, "IF") && next.span.offset == cursor->last.offset;
}

/* Passes over the body, noting in `marks` where it may have ended; true when it has any token. */
static bool pass_body(struct cursor *cursor, body_rule stops, struct brackets *brackets,
                      struct marks *marks)
{
    struct token before = {0};
    while (!cursor_at_end(cursor)) {
        if (cursor->token.kind == TOKEN_WORD && brackets->depth == 0) {
            const enum body_stop stop = stops ? stops(cursor, &before) : BODY_GOES_ON;
            if (stop == BODY_STOPS)
                break;
            if (stop == BODY_STOPS_IF_LAST) {
                marks->last_stop = *cursor;
                marks->has_last_stop = true;
            }
            if (cursor_at(cursor, "END")) {
                marks->end_if = *cursor;
                marks->has_end_if = true;
            }
        }
        brackets_follow(brackets, cursor);
        before = cursor->token;
        cursor_take(cursor);
    }
    return before.kind != 0;
}

static void report_missing_semicolon(struct cursor *cursor)
{
    cursor_fail(cursor, SF_MISSING_SEMICOLON, cursor->token.span, "a ';' is missing before it",
                "END IF inside a statement");
}

bool body_read(struct cursor *cursor, gsize from, const struct body_syntax *syntax,
               struct fragment *out)
{
    struct brackets brackets;
    brackets.depth = 0;
    brackets.given_up = false;
    struct marks marks;
    marks.has_last_stop = false;
    marks.has_end_if = false;
    const gsize first = cursor->token.span.offset;
    if (!pass_body(cursor, syntax->stops, &brackets, &marks))
        return cursor_expected(cursor, syntax->what, NULL);
    const bool was_broken = cursor->broken;
    if (was_broken || !brackets_finish(&brackets, cursor))
        return false;
    if (lacks_semicolon(cursor, &marks)) {
        *cursor = marks.end_if;
        report_missing_semicolon(cursor);
    } else if (marks.has_last_stop) {
        *cursor = marks.last_stop;
    }
    if (cursor->token.span.offset == first)
        return cursor_expected(cursor, syntax->what, NULL);
    out->span = trimmed(cursor->lexer.text, from, cursor->token.span.offset);
    return true;
}

/* Tokens that end an operand for sure: no word can stand behind them but one of ours. */
static bool ends_operand(const struct token *token)
{
    return token->kind == TOKEN_NUMBER || token->kind == TOKEN_STRING ||
           token->kind == TOKEN_QUOTED || token->kind == TOKEN_CLOSE;
}

static bool is_brace(const struct token *token)
{
    return token->kind == TOKEN_OPEN && *span_start(token->span) == '{';
}

enum body_stop body_stops_at_options(const struct cursor *cursor, const struct token *before)
{
    (void)before;
    if (!cursor_at(cursor, "OPTIONS"))
        return BODY_GOES_ON;
    const struct token next = cursor_peek(cursor);
    return is_brace(&next) ? BODY_STOPS : BODY_GOES_ON;
}

/* A path without quotes, `TO out/a.csv TYPE csv`: no query can go on so behind TO. */
static bool is_bare_path(const struct token *first, struct lexer *ahead)
{
    if (first->kind != TOKEN_WORD)
        return false;
    const struct token next = lexer_next(ahead);
    return next.kind == TOKEN_DOT || next.kind == TOKEN_SEMICOLON || next.kind == TOKEN_END ||
           token_is(&next, "TYPE") ||
           (next.kind == TOKEN_OPERATOR && *span_start(next.span) == '/');
}

enum body_stop body_stops_at_destination(const struct cursor *cursor, const struct token *before)
{
    if (!cursor_at(cursor, "TO") || before->kind == TOKEN_DOT)
        return BODY_GOES_ON;
    struct lexer ahead = cursor->lexer;
    const struct token string = lexer_string(&ahead);
    const bool is_similar = token_is(before, "SIMILAR");
    if (!token_is_string(&string) && string.kind != TOKEN_VARIABLE)
        return !is_similar && !token_is(before, "AS") && is_bare_path(&string, &ahead)
                   ? BODY_STOPS
                   : BODY_GOES_ON;
    if (!is_similar)
        return BODY_STOPS;
    const struct token next = lexer_next(&ahead);
    return token_is(&next, "TYPE") ? BODY_STOPS : BODY_GOES_ON;
}

enum body_stop body_stops_at_load_clause(const struct cursor *cursor, const struct token *before)
{
    if (cursor_at(cursor, "OPTIONS")) {
        const struct token next = cursor_peek(cursor);
        return is_brace(&next) || ends_operand(before) ? BODY_STOPS : BODY_GOES_ON;
    }
    if (!cursor_at(cursor, "MODE"))
        return BODY_GOES_ON;
    const struct token next = cursor_peek(cursor);
    return mode_word(&next) || ends_operand(before) ? BODY_STOPS_IF_LAST : BODY_GOES_ON;
}

enum body_stop body_stops_at_then(const struct cursor *cursor, const struct token *before)
{
    (void)before;
    return cursor_at(cursor, "THEN") ? BODY_STOPS : BODY_GOES_ON;
}
