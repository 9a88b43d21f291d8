/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a run: outcome, last event, results. */
#pragma once

#include "run/coordinator.h"

/* How it ended, by its steps. */
enum run_outcome conclude_outcome(const struct run *run);

/* Sets the duration, writes the last event and run_results.json. The outcome is set before: while
 * this goes on, the worker that closes the engine reads and records it. `failure` says why the run
 * could not start; NULL when it could. */
void conclude(struct run *run, const GError *failure);

/* Sets the outcome, too, while steps still run, which count as cancelled. */
void conclude_early(struct run *run);

/* Writes run_results.json once more, with the times that are known by now. */
void conclude_times(struct run *run, const GError *failure);
