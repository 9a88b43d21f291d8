/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that are one word of a table. A table is NULL-terminated; an entry `utf8=utf-8` is another
 * spelling, taken but not shown.
 */
#pragma once

#include <glib.h>

/* The word that a text stands for, whatever its case: "utf-8" for "UTF8". NULL: none. */
const char *choice_find(const char *const *words, const char *text);

/* "did you mean 'utf-8'?", or NULL. */
char *choice_hint(const char *const *words, const char *text);

/* "utf-8, utf-16"; `words` may be NULL. */
char *choice_list(const char *const *words);

/* The words without other spellings: a NULL-terminated array of the table's own texts. Free the
 * array alone. */
const char **choice_words(const char *const *words);
