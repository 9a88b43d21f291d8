/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two texts, line by line. */
#pragma once

#include <glib.h>

/* Adds the unified difference with three lines around each change, as `diff -u` has it, headed by
 * `--- before_name` and `+++ after_name`; nothing when the texts are the same. It is found by lines
 * that stand once in each text (patience difference): it reads well, but need not be the shortest.
 */
void diff_append(GString *out, const char *before_name, const char *before, const char *after_name,
                 const char *after);
