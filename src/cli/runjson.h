/* SPDX-License-Identifier: Apache-2.0 */
/* Runs as JSON for --json, and what --dry-run says. */
#pragma once

#include "cli/summary.h"
#include "run/resume.h"
#include "run/run.h"

#include <jansson.h>

/* One run: ids, outcome, steps with status, rows, times; the rows of queries and failed checks. */
json_t *run_to_json(const struct plan *plan, const struct run_result *result);

/* What a run would do. */
struct dry_run {
    const struct plan *plan;
    const GByteArray *selected; /* by operation */
    const char *continues;      /* the id of the run that it would go on with, or NULL */
    const GArray *decisions;    /* struct decision, by operation; NULL: it would continue none */
};

/* The steps of the plan with `runs` and, where a run is continued, `reason`. */
json_t *dry_run_to_json(const struct dry_run *dry);
void dry_run_append_text(GString *out, const struct dry_run *dry,
                         const struct summary_style *style);
