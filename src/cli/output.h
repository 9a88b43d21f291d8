/* SPDX-License-Identifier: Apache-2.0 */
/* Rows to stdout as --output says; a table for people where it says nothing. */
#pragma once

#include "cli/command.h"
#include "engine/rows.h"

/* Kept rows. That there are more than these is said on stderr. */
void output_rows(const struct call *call, const struct rows *rows);

/* The same, or with --json the rows as a document of format sqlflow.rows/1. */
void output_all(const struct call *call, const struct rows *rows);

/* Runs a query and writes its rows: as they come where the format and no --limit allow it. */
bool output_query(const struct call *call, const struct engine_class *engine,
                  struct session *session, const char *sql, GError **error);
