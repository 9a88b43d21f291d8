/* SPDX-License-Identifier: Apache-2.0 */
/* What DuckDB's CSV reader doesn't look after by itself: headers that don't belong together, and
 * which line is wrong. For relations of other formats these do nothing. */
#pragma once

#include "engine/duckdb/database.h"

/* Columns are found by name, or all files have them in one order: a header that differs from the
 * first file's, or from `columns`, is an error that shows both. */
bool csv_check(struct session *session, const struct relation *relation, GError **error);

/* *error says only that a file isn't valid: replaces it by one that names the line, if reading the
 * files finds it. */
void csv_explain(struct session *session, const struct relation *relation, GError **error);
