/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name.h"
#include "engine/duckdb/batches.h"
#include "engine/duckdb/statement.h"

#include <string.h>

/* Progress is only counted for connections that ask for it. Without the last one a stream of Arrow
 * arrays has HUGEINT as DECIMAL(38,0), TIMETZ without its offset, UUID as text. */
static const char session_settings[] = "SET enable_progress_bar = true;"
                                       "SET enable_progress_bar_print = false;"
                                       "SET progress_bar_time = 0;"
                                       "SET arrow_lossless_conversion = true";

/* Everything that tells the time, as a macro over the run's own; `%s` is that moment. They are
 * found before DuckDB's functions, also by the grammar's words without brackets. */
static const char *const clock_macros[][2] = {
    {"now", "%s"},
    {"current_timestamp", "%s"},
    {"get_current_timestamp", "%s"},
    {"transaction_timestamp", "%s"},
    {"current_date", "CAST(%s AS DATE)"},
    {"today", "CAST(%s AS DATE)"},
    {"current_time", "CAST(%s AS TIMETZ)"},
    {"get_current_time", "CAST(%s AS TIMETZ)"},
    {"localtimestamp", "CAST(%s AS TIMESTAMP)"},
    {"current_localtimestamp", "CAST(%s AS TIMESTAMP)"},
    {"localtime", "CAST(CAST(%s AS TIMESTAMP) AS TIME)"},
    {"current_localtime", "CAST(CAST(%s AS TIMESTAMP) AS TIME)"},
};

static char *clock_sql(gint64 now_us)
{
    g_autofree char *moment = g_strdup_printf("make_timestamptz(%" G_GINT64_FORMAT ")", now_us);
    GString *sql = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(clock_macros); i++) {
        g_autoptr(GString) body = g_string_new(clock_macros[i][1]);
        g_string_replace(body, "%s", moment, 0);
        g_string_append_printf(sql, "CREATE TEMP MACRO \"%s\"() AS %s;", clock_macros[i][0],
                               body->str);
    }
    return g_string_free(sql, FALSE);
}

static bool fix_clock(struct session *session, GError **error)
{
    if (session->engine->now_us == 0)
        return true;
    g_autofree char *sql = clock_sql(session->engine->now_us);
    return statement_run_own(session, sql, error);
}

static idx_t connection_id(duckdb_connection connection)
{
    duckdb_client_context context = NULL;
    duckdb_connection_get_client_context(connection, &context);
    idx_t id = duckdb_client_context_get_connection_id(context);
    duckdb_destroy_client_context(&context);
    return id;
}

bool session_new(struct engine *engine, struct session **out, GError **error)
{
    duckdb_connection connection;
    if (duckdb_connect(engine->database, &connection) != DuckDBSuccess) {
        error_set(error, ERROR_LOST, "the engine gives no connection");
        return false;
    }
    struct session *session = g_new0(struct session, 1);
    session->engine = engine;
    session->connection = connection;
    session->connection_id = connection_id(connection);
    session->sources = g_hash_table_new(g_str_hash, g_str_equal);
    if (!statement_run_own(session, session_settings, error) || !fix_clock(session, error)) {
        session_free(session);
        return false;
    }
    *out = session;
    return true;
}

void session_free(struct session *session)
{
    if (!session)
        return;
    duckdb_disconnect(&session->connection);
    g_hash_table_unref(session->sources);
    g_clear_pointer(&session->macros, g_ptr_array_unref);
    g_clear_error(&session->source_error);
    written_clear(&session->found);
    g_free(session->schema);
    g_free(session->outside_path);
    g_free(session);
}

void session_interrupt(struct session *session)
{
    g_atomic_int_set(&session->is_interrupted, 1);
    duckdb_interrupt(session->connection);
    batches_interrupt(session);
}

struct progress session_progress(struct session *session)
{
    duckdb_query_progress_type progress = duckdb_query_progress(session->connection);
    return (struct progress){
        .share = progress.percentage > 0 ? progress.percentage / 100 : -1,
        .rows_done = MAX(progress.rows_processed, batches_rows(session)),
    };
}

bool session_begin(struct session *session, GError **error)
{
    if (!statement_run_own(session, "BEGIN TRANSACTION", error))
        return false;
    session->in_transaction = true;
    session->is_aborted = false;
    return true;
}

/* COMMIT of a transaction in which something failed would say yes and keep nothing. */
bool session_commit(struct session *session, GError **error)
{
    if (session->is_aborted) {
        session_rollback(session);
        error_set(error, ERROR_DATA, "a statement of the transaction failed: nothing is kept");
        return false;
    }
    bool committed = statement_run_own(session, "COMMIT", error);
    if (!committed)
        session_rollback(session);
    session->in_transaction = false;
    return committed;
}

void session_rollback(struct session *session)
{
    if (session->in_transaction) {
        duckdb_result result;
        duckdb_query(session->connection, "ROLLBACK", &result);
        duckdb_destroy_result(&result);
        g_hash_table_remove_all(session->sources); /* views made in it are gone */
    }
    session->in_transaction = false;
    session->is_aborted = false;
    batches_restore_settings(session);
}

static bool set_search_path(struct session *session, const char *path, GError **error)
{
    g_autofree char *literal = quote_literal(path);
    g_autofree char *sql = g_strdup_printf("SET search_path = %s", literal);
    return statement_run_own(session, sql, error);
}

char *session_setting(struct session *session, const char *name)
{
    g_autofree char *sql = g_strdup_printf("SELECT current_setting('%s')", name);
    duckdb_result result;
    char *value = NULL;
    if (duckdb_query(session->connection, sql, &result) == DuckDBSuccess) {
        char *text = duckdb_value_varchar(&result, 0, 0);
        value = g_strdup(text ? text : "");
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return value ? value : g_strdup("");
}

bool session_use_schema(struct session *session, const char *schema, GError **error)
{
    if (g_strcmp0(schema, session->schema) == 0)
        return true;
    /* What was set outside of any schema of ours (by USE), for going back to it. */
    g_autofree char *outside =
        session->schema ? g_strdup(session->outside_path) : session_setting(session, "search_path");
    g_autofree char *quoted = schema ? quote_identifier(schema) : NULL;
    g_autofree char *inside = quoted ? g_strconcat(quoted, ",main", NULL) : NULL;
    if (!set_search_path(session, inside ? inside : outside, error))
        return false;
    g_free(session->schema);
    g_free(session->outside_path);
    session->schema = g_strdup(schema);
    session->outside_path = schema ? g_steal_pointer(&outside) : NULL;
    return true;
}

bool session_create_schema(struct session *session, const char *schema, GError **error)
{
    g_autofree char *quoted = quote_identifier(schema);
    g_autofree char *sql = g_strdup_printf("CREATE SCHEMA IF NOT EXISTS %s", quoted);
    return statement_run_own(session, sql, error);
}
