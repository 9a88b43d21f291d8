/* SPDX-License-Identifier: Apache-2.0 */
/* Queries: their rows as text, their columns without rows. */
#pragma once

#include "engine/duckdb/database.h"

bool query_rows(struct session *session, const char *sql, const struct row_sink *sink,
                GError **error);
/* The columns that a query will have when it runs. */
bool query_columns(struct session *session, const char *sql, GPtrArray **out_columns,
                   GError **error);
/* The same as far as the first rows of its sources tell: engine_class.describe. */
bool query_describe(struct session *session, const char *sql, GPtrArray **out_columns,
                    GError **error);
