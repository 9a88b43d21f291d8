/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as JSON objects, the same texts as DuckDB's to_json of a struct of their columns: whole
 * numbers, short decimals, truth values and texts are written here, what is left of the types by
 * DuckDB, a column at a time. A row costs half as much so.
 *
 * Threads: one at a time.
 */
#pragma once

#include "base/auto.h"
#include "engine/duckdb/database.h"

struct json_rows;

/* `columns`: struct column, as the query has them. */
struct json_rows *json_rows_new(const GPtrArray *columns);
void json_rows_free(struct json_rows *rows);
DEFINE_AUTO(json_rows, json_rows_free);

/* What is to be selected of the query. The caller's. */
char *json_rows_list(const struct json_rows *rows);

/* The rows of a chunk of these columns, a line each. Valid until the next call. */
const char *json_rows_text(struct json_rows *rows, duckdb_data_chunk chunk, gsize *out_length);
