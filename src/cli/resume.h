/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `retry` and `run --resume`: the run that is continued, and what was said on its command line.
 */
#pragma once

#include "cli/workspace.h"
#include "run/past.h"

/* The pipeline, or with --all every one of the project, planned to go on with its newest run:
 * struct planned, with `origin`. The variables of that run are put below those of this command
 * line; what differs is told.
 *
 * With --all it is the last `run --all` that goes on: a pipeline that it didn't come to begins, as
 * it would have then. One of which nothing is left is told and `is_over`; of one alone nothing is
 * planned then, and the list is empty. What is wrong with a text goes to the diagnostics. */
GPtrArray *resume_plan(struct workspace *workspace, const char *name,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Some of them has something left to do. */
bool planned_is_left(const GPtrArray *all_planned);

/* What --all, --select, --exclude, --full-refresh, --start and --end say, as JSON; NULL when
 * nothing. */
char *selection_to_json(const struct flags *flags);

/* The two lists back: GStrv, each NULL when it is empty. */
void selection_from_json(const char *json, char ***out_select, char ***out_exclude);

/* The command line's values as JSON, less those that are secret in the plan; NULL for none. */
char *variables_to_json(const struct planned *planned);
