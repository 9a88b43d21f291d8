/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads that work on a statement besides the one that runs it.
 *
 * DuckDB wakes threads of its own for each task of each statement, however small: a CREATE TABLE of
 * one row then takes three times the processor time (1.2 ms instead of 0.4 ms, DuckDB 1.5.6). It is
 * told to start none. Ours look for tasks now and then, which is soon enough for statements that
 * are worth more than one thread, and leaves the others alone.
 */
#pragma once

#include "engine/duckdb/database.h"

/* Starts them: one less than the setting `threads` says. The session asks and tells DuckDB; one
 * thread at a time may start and stop (engine->threads_lock, once there are several). */
bool threads_start(struct session *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends them when they are done with their tasks; DuckDB has its own again. */
void threads_stop(struct session *session);
