/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows from outside in SQL: the table function `__sqlflow_batches(number)` reads a batch source
 * that was registered under the number, chunk by chunk, as many streams at once as there are
 * threads, only the columns that are wanted. What it holds is one array a stream.
 */
#pragma once

#include "engine/duckdb/database.h"

#define BATCHES_FUNCTION "__sqlflow_batches"

/* Tells the database about the function; once, when it is opened. */
bool batches_watch(struct engine *engine);
void batches_forget(struct engine *engine);

/* The source can be read from now on; its number. It must outlive the last statement that does. */
guint64 batches_register(struct engine *engine, struct batch_source *source);

/* "SELECT * FROM __sqlflow_batches(7)" */
char *batches_query(guint64 number);

/* Ends what is being read for the session. */
void batches_interrupt(struct session *session);

/* That have come for the statement that the session runs. From any thread. */
guint64 batches_rows(struct session *session);

/* Why a statement failed, when DuckDB's message tells of a source: kind, code and all. NULL: it is
 * not about one. The caller's. */
GError *batches_take_failure(struct engine *engine, const char *message);

/* engine_class.load_batches. */
bool batches_load(struct session *session, const struct target *target, struct batch_source *source,
                  const char *where, struct written *out, GError **error);

/* A load has settings of its own meanwhile. Ends that, once its transaction isn't aborted. */
void batches_restore_settings(struct session *session);
