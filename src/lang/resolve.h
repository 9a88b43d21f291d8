/* SPDX-License-Identifier: Apache-2.0 */
/* The two ways in which variables are resolved: as SQL, by the place of each, and as text. */
#pragma once

#include "lang/scope.h"

/* A body, or a name (`is_name`), that holds `${`. False after a message; the fragment has a text
 * all the same. */
bool resolve_sql(struct fragment *fragment, bool is_name, struct variables *variables,
                 struct diagnostics *diagnostics);

/* reference_parse with its problem as a message. */
bool reference_read(struct reference *reference, const char *text, gsize length, struct span at,
                    struct diagnostics *diagnostics) G_GNUC_WARN_UNUSED_RESULT;

/* A message when the reference has a form that only SQL has. */
bool reference_check_text(const struct reference *reference, struct span at,
                          struct diagnostics *diagnostics) G_GNUC_WARN_UNUSED_RESULT;
