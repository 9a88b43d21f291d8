/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as text are made by DuckDB's own cast: a query is wrapped in one that casts its columns.
 * What can't be wrapped (EXPLAIN, CALL, PRAGMA, INSERT .. RETURNING) runs as it is; unless all its
 * columns are texts already, the rows go through a temp table of its types.
 */
#include "engine/duckdb/query.h"

#include "engine/duckdb/statement.h"

#include <string.h>

static const char cast_all[] = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n";

/* One row's texts, NUL-terminated, in one buffer that is used again. */
struct row {
    GString *buffer;
    GArray *offsets; /* gssize; -1: null */
    GArray *lengths; /* gsize */
    GPtrArray *cells;
};

static void row_init(struct row *row)
{
    *row = (struct row){
        .buffer = g_string_new(NULL),
        .offsets = g_array_new(FALSE, FALSE, sizeof(gssize)),
        .lengths = g_array_new(FALSE, FALSE, sizeof(gsize)),
        .cells = g_ptr_array_new(),
    };
}

static void row_clear(struct row *row)
{
    g_string_free(row->buffer, TRUE);
    g_array_unref(row->offsets);
    g_array_unref(row->lengths);
    g_ptr_array_unref(row->cells);
}

static void row_add(struct row *row, const char *data, gsize length)
{
    gssize offset = data ? (gssize)row->buffer->len : -1;
    if (data) {
        g_string_append_len(row->buffer, data, (gssize)length);
        g_string_append_c(row->buffer, '\0');
    }
    g_array_append_val(row->offsets, offset);
    g_array_append_val(row->lengths, length);
}

static void row_reset(struct row *row)
{
    g_string_truncate(row->buffer, 0);
    g_array_set_size(row->offsets, 0);
    g_array_set_size(row->lengths, 0);
    g_ptr_array_set_size(row->cells, 0);
}

static bool row_give(struct row *row, const struct row_sink *sink)
{
    for (guint i = 0; i < row->offsets->len; i++) {
        gssize offset = g_array_index(row->offsets, gssize, i);
        g_ptr_array_add(row->cells, offset < 0 ? NULL : row->buffer->str + offset);
    }
    return sink->row(sink->user_data, (const char *const *)row->cells->pdata,
                     (const gsize *)(void *)row->lengths->data);
}

static void add_cell(struct row *row, duckdb_vector vector, idx_t index)
{
    guint64 *validity = duckdb_vector_get_validity(vector);
    if (validity && !duckdb_validity_row_is_valid(validity, index)) {
        row_add(row, NULL, 0);
        return;
    }
    duckdb_string_t *texts = duckdb_vector_get_data(vector);
    row_add(row, duckdb_string_t_data(&texts[index]), duckdb_string_t_length(texts[index]));
}

/* False when the sink has enough. All columns of the chunk are VARCHAR. */
static bool give_chunk(duckdb_data_chunk chunk, struct row *row, const struct row_sink *sink)
{
    idx_t columns = duckdb_data_chunk_get_column_count(chunk);
    for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
        row_reset(row);
        for (idx_t column = 0; column < columns; column++)
            add_cell(row, duckdb_data_chunk_get_vector(chunk, column), i);
        if (!row_give(row, sink))
            return false;
    }
    return true;
}

static void give_result(duckdb_result *result, const struct row_sink *sink)
{
    struct row row;
    row_init(&row);
    bool more = true;
    duckdb_data_chunk chunk;
    while (more && (chunk = duckdb_fetch_chunk(*result))) {
        more = give_chunk(chunk, &row, sink);
        duckdb_destroy_data_chunk(&chunk);
    }
    row_clear(&row);
}

/* Runs a prepared statement whose columns are all texts. */
static bool give_prepared(struct session *session, const struct statement *statement,
                          duckdb_prepared_statement prepared, const struct row_sink *sink,
                          GError **error)
{
    duckdb_result result;
    if (duckdb_execute_prepared_streaming(prepared, &result) != DuckDBSuccess)
        return statement_fail_result(session, statement, &result, error);
    give_result(&result, sink);
    if (!statement_check_late(session, statement, prepared, &result, error))
        return false;
    duckdb_destroy_result(&result);
    return true;
}

static bool give_own(struct session *session, const char *sql, const struct row_sink *sink,
                     GError **error)
{
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, sql, "", NULL);
    bool done = statement_prepare(session, &statement, &prepared, error);
    if (done) {
        done = give_prepared(session, &statement, prepared, sink, error);
        duckdb_destroy_prepare(&prepared);
    }
    statement_clear(&statement);
    return done;
}

static bool all_text(duckdb_prepared_statement prepared)
{
    for (idx_t i = 0; i < duckdb_prepared_statement_column_count(prepared); i++) {
        if (duckdb_prepared_statement_column_type(prepared, i) != DUCKDB_TYPE_VARCHAR)
            return false;
    }
    return true;
}

static bool append_chunks(struct session *session, duckdb_result *result, GError **error)
{
    duckdb_appender appender;
    bool fine = duckdb_appender_create_ext(session->connection, "temp", NULL, "__sqlflow_shown",
                                           &appender) == DuckDBSuccess;
    duckdb_data_chunk chunk;
    while (fine && (chunk = duckdb_fetch_chunk(*result))) {
        fine = duckdb_append_data_chunk(appender, chunk) == DuckDBSuccess;
        duckdb_destroy_data_chunk(&chunk);
    }
    fine = fine && duckdb_appender_flush(appender) == DuckDBSuccess;
    if (!fine)
        statement_fail(session, NULL, DUCKDB_ERROR_INVALID, duckdb_appender_error(appender), error);
    duckdb_appender_destroy(&appender);
    return fine;
}

/* Puts the rows into a temp table, from which they are given as texts. */
static bool give_stored(struct session *session, duckdb_result *result, const GPtrArray *columns,
                        const struct row_sink *sink, GError **error)
{
    g_autoptr(GString) sql = g_string_new("CREATE OR REPLACE TEMP TABLE __sqlflow_shown (");
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_string_append_printf(sql, "%sc%u %s", i ? ", " : "", i, column->type);
    }
    g_string_append(sql, ")");
    if (!statement_run_own(session, sql->str, error) || !append_chunks(session, result, error))
        return false;
    return give_own(session, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM temp.__sqlflow_shown", sink,
                    error) &&
           statement_run_own(session, "DROP TABLE temp.__sqlflow_shown", error);
}

static bool give_unwrapped(struct session *session, const struct statement *statement,
                           duckdb_prepared_statement prepared, const GPtrArray *columns,
                           const struct row_sink *sink, GError **error)
{
    if (all_text(prepared))
        return give_prepared(session, statement, prepared, sink, error);
    duckdb_result result;
    if (duckdb_execute_prepared(prepared, &result) != DuckDBSuccess)
        return statement_fail_result(session, statement, &result, error);
    bool gives_rows = duckdb_result_return_type(result) == DUCKDB_RESULT_TYPE_QUERY_RESULT;
    bool done = !gives_rows || give_stored(session, &result, columns, sink, error);
    duckdb_destroy_result(&result);
    return done;
}

/* The statement in brackets with its columns cast. False when it can't stand in brackets. */
static bool prepare_wrapped(struct session *session, const char *sql, struct statement *statement,
                            duckdb_prepared_statement *out)
{
    statement_init(statement, cast_all, sql, "\n)");
    bool was_aborted = session->is_aborted;
    if (statement_prepare(session, statement, out, NULL))
        return true;
    session->is_aborted = was_aborted; /* a statement that isn't bound aborts nothing */
    statement_clear(statement);
    return false;
}

static bool give_query(struct session *session, const struct statement *statement,
                       duckdb_prepared_statement prepared, const GPtrArray *columns,
                       const struct row_sink *sink, GError **error)
{
    struct statement wrapped;
    duckdb_prepared_statement cast;
    if (duckdb_prepared_statement_type(prepared) != DUCKDB_STATEMENT_TYPE_SELECT ||
        all_text(prepared) || !prepare_wrapped(session, statement->sql, &wrapped, &cast))
        return give_unwrapped(session, statement, prepared, columns, sink, error);
    bool done = give_prepared(session, &wrapped, cast, sink, error);
    duckdb_destroy_prepare(&cast);
    statement_clear(&wrapped);
    return done;
}

bool query_rows(struct session *session, const char *sql, const struct row_sink *sink,
                GError **error)
{
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, NULL, sql, NULL);
    bool done = statement_prepare(session, &statement, &prepared, error);
    if (done) {
        g_autoptr(GPtrArray) columns = columns_new();
        statement_columns(prepared, columns);
        if (sink->columns(sink->user_data, columns))
            done = give_query(session, &statement, prepared, columns, sink, error);
        duckdb_destroy_prepare(&prepared);
    }
    statement_clear(&statement);
    return done;
}

bool query_columns(struct session *session, const char *sql, GPtrArray **out_columns,
                   GError **error)
{
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, NULL, sql, NULL);
    bool done = statement_prepare(session, &statement, &prepared, error);
    statement_clear(&statement);
    if (!done)
        return false;
    *out_columns = columns_new();
    if (duckdb_prepared_statement_type(prepared) == DUCKDB_STATEMENT_TYPE_SELECT)
        statement_columns(prepared, *out_columns);
    duckdb_destroy_prepare(&prepared);
    return true;
}

bool query_describe(struct session *session, const char *sql, GPtrArray **out_columns,
                    GError **error)
{
    const bool was_aborted = session->is_aborted;
    session->only_binds = true;
    bool done = query_columns(session, sql, out_columns, error);
    session->only_binds = false;
    session->is_aborted = was_aborted; /* a statement that isn't bound aborts nothing */
    return done;
}
