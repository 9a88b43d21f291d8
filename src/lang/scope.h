/* SPDX-License-Identifier: Apache-2.0 */
/* What lang/ itself needs of variables besides lang/variable.h: uses, and SETs that went wrong. */
#pragma once

#include "lang/reference.h"
#include "lang/variable.h"

/* The value of a reference that stands at `at`, recorded as a use. NULL after a message, and
 * without one for a variable whose SET had an error. */
const char *variables_use(struct variables *variables, const struct reference *reference,
                          struct span at, struct diagnostics *diagnostics);

/* There is a value, or a SET that had an error. */
bool variables_has(const struct variables *variables, const char *name);

/* The name counts as used, though nothing is resolved (DEFINED, a branch that isn't taken). */
void variables_mark(struct variables *variables, const char *name);

/* The same for all references in a piece of source. */
void variables_mark_span(struct variables *variables, struct span span);

/* A SET whose value had an error: its uses fail without another message. */
void variables_set_broken(struct variables *variables, const char *name, struct span at);

/* A file couldn't be included: a name without a value is an error without another message, since
 * that file may have set it. */
void variables_set_incomplete(struct variables *variables);

/* A SET that stands somewhere in the texts: where a use above it can point to. */
void variables_declare(struct variables *variables, const char *name, struct span at);

/* SF_UNUSED_VARIABLE for each SET of this scope whose name was never used. */
void variables_report_unused(const struct variables *variables, struct diagnostics *diagnostics);
