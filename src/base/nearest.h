/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the known name that a misspelt one is nearest to. */
#pragma once

#include <glib.h>

/* The candidate with the smallest edit distance (case-insensitive, a swap of neighbours counts one)
 * within a third of the word's length, at least 1; NULL when none is near. Points into candidates,
 * a NULL-terminated array. */
const char *nearest_name(const char *word, const char *const *candidates);

/* nearest_name as a hint, "did you mean 'x'?"; NULL when none is near. */
char *nearest_hint(const char *word, const char *const *candidates);
