/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step does, by the type of its operation: one file per kind, one table. Called on a
 * worker's thread with a session that is ready (its schema set, a transaction begun where
 * step_has_transaction says so). A step writes its outcome to the task; it neither commits nor
 * rolls back.
 */
#pragma once

#include "run/worker.h"

/* By operation: a run takes it. All that is selected (NULL: all), but of the sources only those
 * that a step reads without a LOAD. The caller's. */
guint8 *step_choose(const struct plan *plan, const guint8 *selected);

bool step_run(struct worker *worker, struct task *task, GError **error) G_GNUC_WARN_UNUSED_RESULT;

bool step_has_transaction(const struct operation *operation);

/* It writes to an attached database, whose transactions can't be those of the journal. */
bool step_is_outside(const struct worker *worker, const struct operation *operation);

/* Doing it twice gives the outcome of once; else ERROR_PLAN, with what to write instead. */
bool step_check_repeatable(const struct operation *operation,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Compressed text: into a pipe DuckDB writes it as it is (tried), so it needs a file. */
bool step_packs_text(const struct relation *relation);

/* Nothing else may run at the same time. */
bool step_is_alone(const struct operation *operation);

/* ERROR_DATA when a file that the step reads has changed since it began. To be asked before what it
 * made is given away; step_run does it for all steps whose effects end with their transaction. */
bool step_check_inputs(const struct worker *worker, const struct task *task,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The list of a step that knows what it has written (struct file_identity, sorted by path), made
 * when it is first asked for. */
GPtrArray *step_outputs(struct task *task);

/* Real tables win over sources: which of the two is read without LOAD would hang on what the
 * database has. ERROR_USAGE when it has a table of the source's name. */
bool step_check_source_name(const struct engine_class *class, struct session *session,
                            const struct operation *source,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Who says `name`, one of the common options (timeout, retries, ..): the statement, or else the
 * first of the sources that it reads without a table. NULL when nobody does. */
const struct options *step_common(const struct plan *plan, const struct operation *operation,
                                  const char *name);

/* Where the failure of a step stands in the user's text. */
struct span step_error_place(const struct operation *operation, const GError *error);

/* The kinds. */
typedef bool (*step_function)(struct worker *, struct task *, GError **);

bool step_define_source(struct worker *worker, struct task *task, GError **error);
bool step_load(struct worker *worker, struct task *task, GError **error);
bool step_transform(struct worker *worker, struct task *task, GError **error);
bool step_incremental(struct worker *worker, struct task *task, GError **error);
bool step_check(struct worker *worker, struct task *task, GError **error);
bool step_export(struct worker *worker, struct task *task, GError **error);
bool step_sql(struct worker *worker, struct task *task, GError **error);
bool step_query(struct worker *worker, struct task *task, GError **error);
