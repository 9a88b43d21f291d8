/* SPDX-License-Identifier: Apache-2.0 */
/* Steps whose connector gives or takes records as text (connect/outside/). */
#pragma once

#include "connect/outside/outside.h"
#include "run/steps/step.h"

/* The source's records as a file that the engine reads by the source's name, until the run ends. */
bool records_define(struct worker *worker, struct task *task, const struct usage *usage,
                    GError **error);

/* Loads what the usage's source gives into the target. */
bool records_load(struct worker *worker, struct task *task, const struct target *target,
                  const struct usage *usage, GError **error);

/* Writes the rows of `query` to a file that outlives the run and delivers it. A run that is
 * continued delivers the same file, unless what the query reads was made anew. */
bool records_export(struct worker *worker, struct task *task, const char *query,
                    const struct usage *usage, GError **error);
