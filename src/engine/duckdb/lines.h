/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as JSON, an object a line, the same texts as DuckDB's COPY: that one keeps rows twice in
 * memory until it is their turn to be written, here they are written as they stream by, in order.
 */
#pragma once

#include "engine/duckdb/database.h"

/* Can `relation` be written so? Not with forms for dates of its own, nor compressed. */
bool lines_apply(const struct relation *relation);

struct lines_query {
    const char *text;
    const GPtrArray *columns; /* struct column: those that it has */
    const char *list;         /* what is selected of them (fidelity_columns); NULL: all */
};

/* Writes the query's rows. */
bool lines_write(struct session *session, const struct lines_query *query, const char *path,
                 gint64 *out_rows, GError **error) G_GNUC_WARN_UNUSED_RESULT;
