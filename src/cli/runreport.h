/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of all runs of a call besides what is seen while they go on: the document of --json,
 * the file of --junit, the table of --timing. Document and file are made whatever happens, also
 * when nothing could run.
 */
#pragma once

#include "cli/command.h"
#include "cli/runjson.h"
#include "run/run.h"

struct run_report;

/* From here on the call's errors and warnings are kept, if they will be told. NULL when the file of
 * --junit can't be written there. To be called where the user stands. */
struct run_report *run_report_new(struct call *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void run_report_free(struct run_report *report);
DEFINE_AUTO(run_report, run_report_free);

/* A run that is over. */
void run_report_add(struct run_report *report, const struct plan *plan,
                    const struct run_result *result);

/* What would run of a plan (--dry-run): its text goes to stdout at once. */
void run_report_add_dry(struct run_report *report, const struct dry_run *dry);

/* A pipeline that was left out. */
void run_report_skip(struct run_report *report, const char *pipeline, const char *reason);

/* Writes document and file. Returns `code`, or a failure where they could not be written. */
enum exit_code run_report_finish(struct run_report *report, enum exit_code code);
