/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/pending.h"

#include <glib.h>

enum { SHORTEST_US = 50, LONGEST_US = 800 };

/* Until it is ready, or DuckDB has nothing more to tell of it this way. */
static void work(duckdb_pending_result pending)
{
    gulong wait = SHORTEST_US;
    for (;;) {
        const duckdb_pending_state state = duckdb_pending_execute_task(pending);
        if (state == DUCKDB_PENDING_RESULT_NOT_READY) {
            wait = SHORTEST_US;
            continue;
        }
        if (state != DUCKDB_PENDING_NO_TASKS_AVAILABLE)
            return;
        g_usleep(wait);
        wait = MIN(2 * wait, LONGEST_US);
    }
}

static bool finish(duckdb_pending_result pending, duckdb_result *out_result, char **out_message)
{
    const char *problem = duckdb_pending_error(pending); /* empty: none */
    if (problem && *problem) {
        *out_message = g_strdup(problem);
        return false;
    }
    if (duckdb_execute_pending(pending, out_result) == DuckDBSuccess)
        return true;
    *out_message = g_strdup(duckdb_result_error(out_result));
    duckdb_destroy_result(out_result);
    return false;
}

bool pending_run(duckdb_prepared_statement prepared, duckdb_result *out_result, char **out_message)
{
    duckdb_pending_result pending = NULL;
    if (duckdb_pending_prepared(prepared, &pending) == DuckDBSuccess)
        work(pending);
    const bool done = finish(pending, out_result, out_message);
    duckdb_destroy_pending(&pending);
    return done;
}
