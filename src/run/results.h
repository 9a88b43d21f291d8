/* SPDX-License-Identifier: Apache-2.0 */
/* What a run leaves behind in its folder (run/folder.h): the plan and the results. */
#pragma once

#include "run/run.h"

#include <jansson.h>

#define RESULTS_FORMAT "sqlflow.results/1"

/* plan.json into the folder, without waiting for the disk: nothing goes on from it. */
bool results_write_plan(const char *folder, const struct plan *plan,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* run_results.json into the folder. `failure`: why the run could not start; else NULL. */
bool results_write(const char *folder, const struct plan *plan, const struct run_result *result,
                   const GError *failure, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from a document that is made already. */
bool results_write_document(const char *folder, const json_t *results,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* status, rows, duration_us, tries, and bytes, counts, notes, message, error, at, found where there
 * are: of results and events alike. As members of the object that `out` ends in, or of one of
 * jansson's. */
void results_append_outcome(GString *out, const struct step_result *step);
void results_add_outcome(json_t *object, const struct step_result *step);

/* id and type, in the same way. */
void results_append_step(GString *out, const struct step_result *step);

/* columns (name and type; names may repeat), rows (arrays of texts), more. */
json_t *results_rows(const struct rows *rows);

/* kind, code, message, and suggestion where there is one. */
json_t *results_error(const GError *error);

/* Microseconds by the phase's name; null for one that was not entered, or isn't over yet. */
json_t *results_phases(const struct phase_times *times);

/* failed_tries, where there are any: started_us, duration_us, wait_us and error of each. */
void results_add_tries(json_t *object, const struct step_result *step);

/* `2026-11-23T08:15:00.123Z` */
char *results_time(gint64 time_us);

/* Microseconds since 1970; 0 for what is no time, and NULL. */
gint64 results_time_parse(const char *text);

/* A JSON string of any bytes (those that are no UTF-8 are replaced); null for NULL. */
json_t *results_text(const char *text);
