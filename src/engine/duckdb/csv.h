/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of a CSV file is wrong, where DuckDB only says that one is. */
#pragma once

#include "engine/duckdb/database.h"

/* *error says only that a file isn't valid: replaces it by one that names the line, if reading the
 * files finds it. Does nothing for other errors and formats. */
void csv_explain(struct session *session, const struct relation *relation, GError **error);
