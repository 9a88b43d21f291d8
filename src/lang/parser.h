/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to tree. Goes on after an error at the next statement, so that one run shows all errors.
 */
#pragma once

#include "lang/ast.h"
#include "lang/lexer.h"

/* Limits of one text. NESTING_MAX holds for IF, for brackets and for maps, each. */
enum {
    NESTING_MAX = 200,
    STATEMENTS_MAX = 100000,
};

/* The statements of a text (struct statement). What is wrong goes to the list; what could be read
 * is returned all the same, marked `broken` where it has an error. In a file whose path ends in
 * `.sql` every statement is the engine's. */
GPtrArray *pipeline_parse(const struct text *text, struct diagnostics *diagnostics);

/* One map, `{..}`, at the lexer; leaves the lexer behind it. NULL after an error, the lexer where
 * it happened. A string's text has its escapes decoded and its variables as written (whether a
 * `${` in it was `\${` can be told from its span only); a bare `${x}` is a STRING whose span begins
 * with the `$`. */
struct value *map_parse(struct lexer *lexer, struct diagnostics *diagnostics);

/* The words that can begin a statement of the engine, NULL-terminated, in capitals. */
extern const char *const engine_words[];

/* Those of them that begin a query. */
extern const char *const query_words[];

/* The names of the engine's settings, NULL-terminated, lower case. */
extern const char *const engine_settings[];

/* The word is in the table, whatever its case. A quoted name is compared without its quotes. */
bool word_in(struct span word, const char *const *table);

/* The mode that this token names after MODE, or 0. */
enum mode_kind mode_word(const struct token *token);
