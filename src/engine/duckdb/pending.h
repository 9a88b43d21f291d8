/* SPDX-License-Identifier: Apache-2.0 */
/* Statements that wait for others, such as the rows of a server: DuckDB itself asks again and again
 * whether there is something to do, and takes a core from whoever sends. */
#pragma once

#include "duckdb.h"
#include <stdbool.h>

/* Runs the statement, whose rows are not streamed, and sleeps while others work for it. False:
 * *out_message says why, as DuckDB gives it (free with g_free), and there is no result. */
bool pending_run(duckdb_prepared_statement prepared, duckdb_result *out_result, char **out_message);
