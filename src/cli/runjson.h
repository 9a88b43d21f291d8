/* SPDX-License-Identifier: Apache-2.0 */
/* Runs as JSON for --json, and what --dry-run says. */
#pragma once

#include "run/run.h"

#include <jansson.h>

/* One run: ids, outcome, steps with status, rows, times; the rows of queries and failed checks. */
json_t *run_to_json(const struct plan *plan, const struct run_result *result);

/* The steps of a plan with `runs`: by operation, whether they are selected. */
json_t *dry_run_to_json(const struct plan *plan, const GByteArray *selected);
void dry_run_append_text(GString *out, const struct plan *plan, const GByteArray *selected);
