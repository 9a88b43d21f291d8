/* SPDX-License-Identifier: Apache-2.0 */
/* What a run that continues another one would do, without doing it. */
#pragma once

#include "run/run.h"

/* Decides as run_execute would with the same options, of which engine, engine_options, selected and
 * journal count: a struct decision (run/resume.h) for each operation. The database is only read,
 * and closed again. ERROR_PLAN where a table can't be had back; ERROR_USAGE when the run to
 * continue isn't the newest any more. */
GArray *preview_decide(const struct plan *plan, const struct run_options *options,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
