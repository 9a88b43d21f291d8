/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the parser is in its text, with what all rules share: taking tokens, expecting, saying what
 * was found instead, going on behind an error.
 *
 * Invariant: of one statement only the first error is told (`broken`), save for quotes, brackets
 * and comments without an end, which are always told, once, at their start.
 */
#pragma once

#include "lang/ast.h"
#include "lang/lexer.h"

struct cursor {
    struct lexer lexer; /* behind `token` */
    struct token token; /* the next one, not yet taken */
    struct span last;   /* the token taken last */
    struct diagnostics *diagnostics;
    bool broken; /* the statement has an error */
    bool cut;    /* something without an end took the rest of the text */
};

/* How many parts a name may have: `catalog.schema.table`. */
enum { NAME_PARTS = 3 };

void cursor_init(struct cursor *cursor, const struct text *text, struct diagnostics *diagnostics);

/* Passes over the next token. */
void cursor_take(struct cursor *cursor);

/* The token after the next one. */
struct token cursor_peek(const struct cursor *cursor);

bool cursor_at(const struct cursor *cursor, const char *word);
bool cursor_at_bracket(const struct cursor *cursor, char bracket);
bool cursor_at_end(const struct cursor *cursor); /* `;` or the text's end */

/* The next token stands right behind the one taken last; on a line below it. */
bool cursor_touches(const struct cursor *cursor);
bool cursor_on_new_line(const struct cursor *cursor);

/* The token reads as a string, in whatever quotes. */
bool token_is_string(const struct token *token);

/* Takes the word if it is next. */
bool cursor_accept(struct cursor *cursor, const char *word);

/* Reports an error; always false, so that rules can return it. */
bool cursor_fail(struct cursor *cursor, enum code code, struct span at, const char *hint,
                 const char *message);

/* The same: "expected `what`, found ..", at the next token; the nearest of `words` (or NULL) is the
 * hint. */
bool cursor_expected(struct cursor *cursor, const char *what, const char *const *words);

/* The same where a statement should end. */
bool cursor_expected_end(struct cursor *cursor, const char *hint);

/* The rules' terminals: each takes what it reads, or reports what is there instead. `what` names
 * it in the message. */
bool cursor_expect(struct cursor *cursor, const char *word);
bool cursor_name(struct cursor *cursor, const char *what, guint max_parts, struct fragment *out);
bool cursor_string(struct cursor *cursor, const char *what, struct fragment *out);
bool cursor_map(struct cursor *cursor, struct value **out);

/* Takes a name silently; false when there is none, which leaves the cursor anywhere. */
bool cursor_skip_name(struct cursor *cursor, guint max_parts);

/* Goes on behind the statement's `;`. With `in_if` it stops before an END IF, too. */
void cursor_recover(struct cursor *cursor, bool in_if);
