/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between tokens: comments, and those right above a statement, its description. */
#pragma once

#include "lang/lexer.h"

/* Passes over blanks to the next comment and reads it; false, the lexer at a token or its end, when
 * none comes first. *out_lines: how many lines end in the blanks that were passed. */
bool comment_next(struct lexer *lexer, guint *out_lines, struct span *out);

/* It ends with its line: whatever comes after it must stand on another one. */
bool comment_is_line(struct span comment);

/* The comments between `from`, where the former statement ended, and `statement`, that have no
 * empty line below them and end on the line above; no place when there are none. */
struct span comment_above(const struct text *text, gsize from, gsize statement);
