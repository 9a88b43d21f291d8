/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of IF. */
#pragma once

#include "lang/variable.h"

/* Evaluates the condition; false in *out_holds and a return of false after an error. */
bool condition_evaluate(struct span condition, struct variables *variables,
                        struct diagnostics *diagnostics, bool *out_holds);

/* Only parses it, for branches that aren't taken: its variables count as used, but no value is
 * asked for. */
bool condition_check(struct span condition, struct variables *variables,
                     struct diagnostics *diagnostics);
