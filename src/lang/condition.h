/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of IF. */
#pragma once

#include "lang/variable.h"

/* Evaluates the condition; false in *out_holds and a return of false after an error. With
 * `variables` NULL it is only parsed (branches that are not taken). */
bool condition_evaluate(struct span condition, struct variables *variables,
                        struct diagnostics *diagnostics, bool *out_holds);
