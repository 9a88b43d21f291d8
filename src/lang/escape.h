/* SPDX-License-Identifier: Apache-2.0 */
/* The backslash escapes of a `".."` where the grammar wants a string: those of JSON, and `\${`. */
#pragma once

#include "base/diagnostics.h"

/* Reports escapes that aren't known or stand for no character; false if there was one. `string` is
 * the whole token; a `'..'` has no escapes. */
bool escapes_check(struct span string, struct diagnostics *diagnostics);
