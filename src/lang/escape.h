/* SPDX-License-Identifier: Apache-2.0 */
/* The backslash escapes of a `".."` where the grammar wants a string: those of JSON, and `\${`. */
#pragma once

#include "base/diagnostics.h"

/* The character that the \uXXXX at p stands for, or two of them that are a surrogate pair; its
 * length in bytes, 0 when there is none before `end`. */
gsize escape_unicode(const char *p, const char *end, gunichar *out);

/* Reports escapes that aren't known or stand for no character; false if there was one. `string` is
 * the whole token; a `'..'` has no escapes. */
bool escapes_check(struct span string, struct diagnostics *diagnostics);
