/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/statement.h"

#include "engine/duckdb/batches.h"
#include "engine/duckdb/failure.h"
#include "engine/duckdb/pending.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/threads.h"
#include "engine/duckdb/type.h"

#include <string.h>

void statement_init(struct statement *statement, const char *before, const char *text,
                    const char *after)
{
    *statement = (struct statement){
        .sql = g_strconcat(before ? before : "", text, after ? after : "", NULL),
        .from = before ? strlen(before) : 0,
        .length = strlen(text),
    };
}

void statement_clear(struct statement *statement)
{
    g_clear_pointer(&statement->sql, g_free);
}

/* Does the subject of the error stand at this place, quoted or not? */
static bool subject_stands(const struct failure *failure, const char *sql)
{
    if (!failure->subject)
        return false;
    const char *at = sql + failure->position;
    gsize length = strlen(failure->subject);
    return g_ascii_strncasecmp(at, failure->subject, length) == 0 ||
           (*at == '"' && g_ascii_strncasecmp(at + 1, failure->subject, length) == 0);
}

/* The position in the caller's text, or -1. An error inside a view or source that the statement
 * reads has a position in *its* text: such a position is only believed when the name that the
 * error is about stands there. */
static gint64 callers_position(struct session *session, const struct statement *statement,
                               const struct failure *failure)
{
    gint64 from = (gint64)statement->from;
    gint64 position = failure->position;
    if (position < from || position > from + (gint64)statement->length || statement->length == 0)
        return -1;
    if (!subject_stands(failure, statement->sql) && source_or_view_in(session, statement->sql))
        return -1;
    return position - from;
}

bool statement_fail(struct session *session, const struct statement *statement,
                    duckdb_error_type type, const char *message, GError **error)
{
    struct failure failure;
    GError *outside = batches_take_failure(session->engine, message);
    failure_init(&failure, type, message, statement ? statement->sql : NULL);
    failure.position = statement ? callers_position(session, statement, &failure) : -1;
    if (outside)
        g_propagate_error(error, outside);
    else if (statement && source_is_why(session, failure.message))
        g_propagate_error(error, g_error_copy(session->source_error));
    else
        failure_set(&failure, error);
    failure_clear(&failure);
    session->is_aborted = session->in_transaction;
    return false;
}

bool statement_fail_result(struct session *session, const struct statement *statement,
                           duckdb_result *result, GError **error)
{
    statement_fail(session, statement, duckdb_result_error_type(result),
                   duckdb_result_error(result), error);
    duckdb_destroy_result(result);
    return false;
}

/* The number in the first row of `Count`, which CREATE TABLE AS gives; -1 without a row. */
static gint64 count_column(duckdb_result *result)
{
    if (duckdb_column_count(result) != 1 || duckdb_column_type(result, 0) != DUCKDB_TYPE_BIGINT)
        return -1;
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    if (!chunk)
        return -1;
    gint64 rows = -1;
    if (duckdb_data_chunk_get_size(chunk) > 0) {
        const gint64 *data = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
        rows = data[0];
    }
    duckdb_destroy_data_chunk(&chunk);
    return rows;
}

static gint64 count_rows(duckdb_result *result)
{
    gint64 rows = 0;
    duckdb_data_chunk chunk;
    while ((chunk = duckdb_fetch_chunk(*result))) {
        rows += (gint64)duckdb_data_chunk_get_size(chunk);
        duckdb_destroy_data_chunk(&chunk);
    }
    return rows;
}

/* It has a `Count`, too, with whatever is in memory when the index is there already. */
static bool makes_index(const struct statement *statement)
{
#define GAP "(\\s|--[^\\n]*\\n|/\\*.*?\\*/)"
    static const char form[] = "^" GAP "*CREATE" GAP "+(UNIQUE" GAP "+)?INDEX\\b";
#undef GAP
    return g_regex_match_simple(form, statement->sql, G_REGEX_CASELESS | G_REGEX_DOTALL, 0);
}

static gint64 result_rows(const struct statement *statement, duckdb_result *result)
{
    if (duckdb_result_statement_type(*result) == DUCKDB_STATEMENT_TYPE_CREATE &&
        makes_index(statement))
        return -1;
    switch (duckdb_result_return_type(*result)) {
    case DUCKDB_RESULT_TYPE_CHANGED_ROWS:
        return (gint64)duckdb_rows_changed(result);
    case DUCKDB_RESULT_TYPE_QUERY_RESULT:
        return count_rows(result);
    case DUCKDB_RESULT_TYPE_NOTHING:
        return count_column(result);
    case DUCKDB_RESULT_TYPE_INVALID:
        return -1;
    }
    return -1;
}

/* An error in one of DuckDB's threads ends the others, and a streaming result sometimes tells only
 * of their end ("Interrupted!") although nobody interrupted. Rows that don't stream have the error
 * itself. The transaction is aborted already, so they are asked for in a new one. */
static bool fail_self_interrupted(struct session *session, const struct statement *statement,
                                  duckdb_prepared_statement prepared, GError **error)
{
    duckdb_result result;
    if (session->in_transaction && !(statement_run_own(session, "ROLLBACK", error) &&
                                     statement_run_own(session, "BEGIN TRANSACTION", error)))
        return false;
    if (duckdb_execute_prepared(prepared, &result) != DuckDBSuccess)
        return statement_fail_result(session, statement, &result, error);
    duckdb_destroy_result(&result);
    session->is_aborted = session->in_transaction;
    error_set(error, ERROR_SYSTEM, "the engine ended the statement and can't say why");
    return false;
}

bool statement_check_late(struct session *session, const struct statement *statement,
                          duckdb_prepared_statement prepared, duckdb_result *result, GError **error)
{
    const char *late = duckdb_result_error(result);
    if (!late || !*late)
        return true;
    if (duckdb_result_error_type(result) != DUCKDB_ERROR_INTERRUPT ||
        g_atomic_int_get(&session->is_interrupted))
        return statement_fail_result(session, statement, result, error);
    duckdb_destroy_result(result);
    return fail_self_interrupted(session, statement, prepared, error);
}

/* Rows of a query are counted as they stream by, so that a large one needs no memory. */
static bool execute(struct session *session, const struct statement *statement,
                    duckdb_prepared_statement prepared, duckdb_result *out, GError **error)
{
    const bool streams = duckdb_prepared_statement_type(prepared) == DUCKDB_STATEMENT_TYPE_SELECT;
    g_autofree char *message = NULL;
    if (statement->waits && !streams)
        return pending_run(prepared, out, &message) ||
               statement_fail(session, statement, DUCKDB_ERROR_INVALID, message, error);
    const duckdb_state state = streams ? duckdb_execute_prepared_streaming(prepared, out)
                                       : duckdb_execute_prepared(prepared, out);
    return state == DuckDBSuccess || statement_fail_result(session, statement, out, error);
}

static bool run_prepared(struct session *session, const struct statement *statement,
                         duckdb_prepared_statement prepared, gint64 *out_rows, GError **error)
{
    duckdb_result result;
    if (!execute(session, statement, prepared, &result, error))
        return false;
    gint64 rows = result_rows(statement, &result);
    if (!statement_check_late(session, statement, prepared, &result, error))
        return false;
    duckdb_destroy_result(&result);
    if (out_rows)
        *out_rows = rows;
    return true;
}

/* What no step may do: DuckDB downloads an extension when it is told to, whatever its settings say;
 * and a step is its own transaction. */
static bool refuse(duckdb_prepared_statement prepared, const char *sql, GError **error)
{
    duckdb_statement_type type = duckdb_prepared_statement_type(prepared);
    if (type == DUCKDB_STATEMENT_TYPE_TRANSACTION) {
        error_set(error, ERROR_PLAN,
                  "a statement is a transaction of its own: BEGIN, COMMIT and "
                  "ROLLBACK can't be used");
        return true;
    }
    if (type == DUCKDB_STATEMENT_TYPE_LOAD &&
        g_regex_match_simple("\\bINSTALL\\b", sql, G_REGEX_CASELESS, 0)) {
        error_set(error, ERROR_PLAN, "INSTALL: nothing is fetched while a pipeline runs");
        return true;
    }
    return false;
}

static bool prepare_any(struct session *session, const struct statement *statement,
                        duckdb_extracted_statements parts, idx_t index,
                        duckdb_prepared_statement *out, GError **error)
{
    if (duckdb_prepare_extracted_statement(session->connection, parts, index, out) == DuckDBSuccess)
        return true;
    statement_fail(session, statement, DUCKDB_ERROR_INVALID, duckdb_prepare_error(*out), error);
    duckdb_destroy_prepare(out);
    return false;
}

static bool prepare_only(struct session *session, const struct statement *statement,
                         duckdb_extracted_statements parts, duckdb_prepared_statement *out,
                         GError **error)
{
    if (!prepare_any(session, statement, parts, 0, out, error))
        return false;
    if (!refuse(*out, statement->sql, error))
        return true;
    duckdb_destroy_prepare(out);
    return false;
}

/* DuckDB's own around several parts: BEGIN .. COMMIT, inside a transaction SET .. SET. */
static bool is_frame(duckdb_prepared_statement prepared)
{
    duckdb_statement_type type = duckdb_prepared_statement_type(prepared);
    return type == DUCKDB_STATEMENT_TYPE_TRANSACTION || type == DUCKDB_STATEMENT_TYPE_SET;
}

/* Runs all parts but the last, which is prepared. DuckDB's frame is left out: the caller's
 * transaction is around all. A part can be prepared once, and only when those before it have run.
 */
static bool prepare_last(struct session *session, const struct statement *statement,
                         duckdb_extracted_statements parts, idx_t count,
                         duckdb_prepared_statement *out, GError **error)
{
    idx_t last = count - 1;
    for (idx_t i = 0; i <= last; i++) {
        duckdb_prepared_statement part;
        if (!prepare_any(session, statement, parts, i, &part, error))
            return false;
        if (i == last) {
            *out = part;
            return true;
        }
        bool fine = true;
        if (i == 0 && is_frame(part))
            last--;
        else
            fine = run_prepared(session, statement, part, NULL, error);
        duckdb_destroy_prepare(&part);
        if (!fine)
            return false;
    }
    error_set(error, ERROR_DATA, "there is no statement");
    return false;
}

static bool extract(struct session *session, const struct statement *statement,
                    duckdb_extracted_statements *out, idx_t *out_count, GError **error)
{
    *out_count = duckdb_extract_statements(session->connection, statement->sql, out);
    if (*out_count > 0)
        return true;
    const char *message = duckdb_extract_statements_error(*out);
    if (message)
        statement_fail(session, statement, DUCKDB_ERROR_INVALID, message, error);
    else
        error_set(error, ERROR_DATA, "there is no statement");
    duckdb_destroy_extracted(out);
    return false;
}

guint statement_parts(struct session *session, const char *sql)
{
    duckdb_extracted_statements parts;
    idx_t count = duckdb_extract_statements(session->connection, sql, &parts);
    duckdb_destroy_extracted(&parts);
    return (guint)count;
}

static bool prepare_parts(struct session *session, const struct statement *statement,
                          duckdb_extracted_statements parts, idx_t count,
                          duckdb_prepared_statement *out, GError **error)
{
    return count == 1 ? prepare_only(session, statement, parts, out, error)
                      : prepare_last(session, statement, parts, count, out, error);
}

bool statement_prepare_own(struct session *session, const struct statement *statement,
                           duckdb_prepared_statement *out, GError **error)
{
    duckdb_extracted_statements parts;
    idx_t count;
    if (!extract(session, statement, &parts, &count, error))
        return false;
    bool prepared = prepare_parts(session, statement, parts, count, out, error);
    duckdb_destroy_extracted(&parts);
    return prepared;
}

/* Before a statement of the caller. Those of our own read no source: they make the views. */
static void begin_statement(struct session *session, const struct statement *statement)
{
    g_atomic_int_set(&session->is_interrupted, 0);
    if (statement->length > 0)
        source_define_read(session, statement->sql + statement->from);
}

bool statement_prepare(struct session *session, const struct statement *statement,
                       duckdb_prepared_statement *out, GError **error)
{
    begin_statement(session, statement);
    return statement_prepare_own(session, statement, out, error);
}

static bool sets_threads(const struct statement *statement, duckdb_prepared_statement prepared)
{
    return duckdb_prepared_statement_type(prepared) == DUCKDB_STATEMENT_TYPE_SET &&
           g_regex_match_simple("threads", statement->sql, G_REGEX_CASELESS, 0);
}

/* They can't be set to fewer than are ours. */
static bool set_threads(struct session *session, const struct statement *statement,
                        duckdb_prepared_statement prepared, gint64 *out_rows, GError **error)
{
    pthread_mutex_lock(&session->engine->threads_lock);
    threads_stop(session);
    bool ran = run_prepared(session, statement, prepared, out_rows, error);
    ran = threads_start(session, ran ? error : NULL) && ran;
    pthread_mutex_unlock(&session->engine->threads_lock);
    return ran;
}

static bool run_parts(struct session *session, const struct statement *statement,
                      duckdb_extracted_statements parts, idx_t count, gint64 *out_rows,
                      GError **error)
{
    duckdb_prepared_statement prepared;
    if (!prepare_parts(session, statement, parts, count, &prepared, error))
        return false;
    bool ran = sets_threads(statement, prepared)
                   ? set_threads(session, statement, prepared, out_rows, error)
                   : run_prepared(session, statement, prepared, out_rows, error);
    duckdb_destroy_prepare(&prepared);
    return ran;
}

/* Several parts take effect together. */
static bool run_together(struct session *session, const struct statement *statement,
                         duckdb_extracted_statements parts, idx_t count, gint64 *out_rows,
                         GError **error)
{
    if (!session_begin(session, error))
        return false;
    if (run_parts(session, statement, parts, count, out_rows, error))
        return session_commit(session, error);
    session_rollback(session);
    return false;
}

/* A statement that begins with words of our own (CREATE .. AS) and needs no look at its kind.
 * DuckDB binds a prepared one again when it runs, and looks at its files once more. */
static bool run_at_once(struct session *session, const struct statement *statement,
                        gint64 *out_rows, GError **error)
{
    duckdb_result result;
    if (duckdb_query(session->connection, statement->sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, statement, &result, error);
    gint64 rows = result_rows(statement, &result);
    duckdb_destroy_result(&result);
    if (out_rows)
        *out_rows = rows;
    return true;
}

static bool reads_elsewhere(struct session *session, const struct statement *statement)
{
    return strstr(statement->sql, BATCHES_FUNCTION) || source_waits(session, statement->sql);
}

bool statement_run(struct session *session, const struct statement *statement, gint64 *out_rows,
                   GError **error)
{
    duckdb_extracted_statements parts;
    idx_t count;
    struct statement running = *statement;
    begin_statement(session, statement);
    if (!extract(session, statement, &parts, &count, error))
        return false;
    const bool alone = count == 1 || session->in_transaction;
    running.waits = reads_elsewhere(session, statement);
    bool ran = count == 1 && statement->from > 0 && !running.waits
                   ? run_at_once(session, statement, out_rows, error)
               : alone ? run_parts(session, &running, parts, count, out_rows, error)
                       : run_together(session, &running, parts, count, out_rows, error);
    duckdb_destroy_extracted(&parts);
    return ran;
}

bool statement_run_own(struct session *session, const char *sql, GError **error)
{
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    duckdb_destroy_result(&result);
    return true;
}

void statement_columns(duckdb_prepared_statement prepared, GPtrArray *columns)
{
    idx_t count = duckdb_prepared_statement_column_count(prepared);
    for (idx_t i = 0; i < count; i++) {
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(prepared, i);
        const char *name = duckdb_prepared_statement_column_name(prepared, i);
        g_autofree char *type_name = type_to_text(type);
        columns_add(columns, name, type_name);
        duckdb_free((void *)(gsize)name);
        duckdb_destroy_logical_type(&type);
    }
}

GPtrArray *statement_bind(struct session *session, const char *sql, GError **error)
{
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, sql, "", NULL);
    bool done = statement_prepare_own(session, &statement, &prepared, error);
    statement_clear(&statement);
    if (!done)
        return NULL;
    GPtrArray *columns = columns_new();
    statement_columns(prepared, columns);
    duckdb_destroy_prepare(&prepared);
    return columns;
}
