/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to tree. Goes on after an error at the next statement, so that one run shows all errors.
 */
#pragma once

#include "lang/ast.h"

/* The statements of a text (struct statement). What is wrong goes to the list; what could be read
 * is returned all the same. In a file whose path ends in `.sql` every statement is the engine's. */
GPtrArray *pipeline_parse(const struct text *text, struct diagnostics *diagnostics);

/* One map, `{..}`, at the lexer; leaves the lexer behind it. NULL after an error. */
struct lexer;
struct value *map_parse(struct lexer *lexer, struct diagnostics *diagnostics);

/* The words that can begin a statement of the engine, NULL-terminated, lower case. */
extern const char *const engine_words[];
