/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slices of SQL out of the text: a query, an expression, a whole statement. Nothing in them is
 * changed or judged; only quotes, comments and brackets are followed, to find where they end.
 */
#pragma once

#include "lang/cursor.h"

enum body_stop {
    BODY_GOES_ON,
    BODY_STOPS,         /* before this word */
    BODY_STOPS_IF_LAST, /* before this word, unless a later one says so, too */
};

/* Asked for each word outside of brackets. `before` is the token in front of it, kind 0 when the
 * word is the body's first. */
typedef enum body_stop (*body_rule)(const struct cursor *cursor, const struct token *before);

struct body_syntax {
    const char *what; /* for messages: "a query" */
    body_rule stops;  /* NULL: it goes on to the `;` */
};

/* Reads from the byte `from` (blanks are passed) to the stop word, the `;` or the text's end, which
 * is left as the next token. The slice keeps comments that stand in it, at its start and its end.
 */
bool body_read(struct cursor *cursor, gsize from, const struct body_syntax *syntax,
               struct fragment *out);

/* Stop words of the statements that have one. */
enum body_stop body_stops_at_options(const struct cursor *cursor, const struct token *before);
enum body_stop body_stops_at_destination(const struct cursor *cursor, const struct token *before);
enum body_stop body_stops_at_load_clause(const struct cursor *cursor, const struct token *before);
enum body_stop body_stops_at_then(const struct cursor *cursor, const struct token *before);
