/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `retry` and `run --resume`: the run that is continued, and what was said on its command line.
 */
#pragma once

#include "cli/workspace.h"
#include "run/past.h"

/* Looks the newest run of the pipeline up in the journal. *out is NULL when nothing of it is left
 * to do (which has been told). Its variables are put below those of this command line; what differs
 * is told. */
bool resume_find(struct workspace *workspace, const char *name, struct past_run **out,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What --select, --exclude, --full-refresh, --start and --end say, as JSON; NULL when nothing. */
char *selection_to_json(const struct flags *flags);

/* The two lists back: GStrv, each NULL when it is empty. */
void selection_from_json(const char *json, char ***out_select, char ***out_exclude);

/* The command line's values as JSON, less those that are secret in the plan; NULL for none. */
char *variables_to_json(const struct workspace *workspace, const struct plan *plan);
