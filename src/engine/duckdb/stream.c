/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/stream.h"

#include "base/name.h"
#include "engine/duckdb/interval.h"
#include "engine/duckdb/statement.h"

#include <errno.h>

struct stream {
    struct session *session;
    struct statement statement;
    duckdb_prepared_statement prepared;
    duckdb_result result;
    bool has_result; /* false after a late error */
    duckdb_arrow_options options;
    GArray *intervals; /* idx_t: columns that have some */
    GError *error;     /* the last one */
};

static void stream_free(struct stream *stream)
{
    duckdb_destroy_arrow_options(&stream->options);
    if (stream->has_result)
        duckdb_destroy_result(&stream->result);
    g_array_unref(stream->intervals);
    duckdb_destroy_prepare(&stream->prepared);
    statement_clear(&stream->statement);
    g_clear_error(&stream->error);
    g_free(stream);
}

/* Takes `failed`; true when there was none. */
static bool check_data(struct stream *stream, duckdb_error_data failed)
{
    bool fine = !duckdb_error_data_has_error(failed);
    if (!fine) {
        g_clear_error(&stream->error);
        statement_fail(stream->session, NULL, duckdb_error_data_error_type(failed),
                       duckdb_error_data_message(failed), &stream->error);
    }
    duckdb_destroy_error_data(&failed);
    return fine;
}

static int get_schema(struct ArrowArrayStream *arrow, struct ArrowSchema *out)
{
    struct stream *stream = arrow->private_data;
    idx_t count = duckdb_column_count(&stream->result);
    g_autofree duckdb_logical_type *types = g_new(duckdb_logical_type, count);
    g_autofree const char **names = g_new(const char *, count);
    for (idx_t i = 0; i < count; i++) {
        types[i] = duckdb_column_logical_type(&stream->result, i);
        names[i] = duckdb_column_name(&stream->result, i);
    }
    bool fine =
        check_data(stream, duckdb_to_arrow_schema(stream->options, types, names, count, out));
    for (idx_t i = 0; i < count; i++)
        duckdb_destroy_logical_type(&types[i]);
    return fine ? 0 : EINVAL;
}

/* The end of the rows, or of the query. */
static int finish(struct stream *stream, struct ArrowArray *out)
{
    g_clear_error(&stream->error);
    stream->has_result = statement_check_late(stream->session, &stream->statement, stream->prepared,
                                              &stream->result, &stream->error);
    out->release = NULL;
    return stream->has_result ? 0 : EIO;
}

static void find_intervals(struct stream *stream)
{
    for (idx_t i = 0; i < duckdb_column_count(&stream->result); i++) {
        duckdb_logical_type type = duckdb_column_logical_type(&stream->result, i);
        if (interval_in_type(type))
            g_array_append_val(stream->intervals, i);
        duckdb_destroy_logical_type(&type);
    }
}

static bool check_intervals(struct stream *stream, duckdb_data_chunk chunk)
{
    for (guint i = 0; i < stream->intervals->len; i++) {
        const idx_t column = g_array_index(stream->intervals, idx_t, i);
        if (interval_fits(duckdb_data_chunk_get_vector(chunk, column),
                          duckdb_data_chunk_get_size(chunk)))
            continue;
        g_autofree char *name = quote_identifier(duckdb_column_name(&stream->result, column));
        g_clear_error(&stream->error);
        error_set(&stream->error, ERROR_DATA,
                  "column %s: an interval of more than 290 years in hours can't be handed over "
                  "exactly: write CAST(%s AS VARCHAR)",
                  name, name);
        return false;
    }
    return true;
}

static int get_next(struct ArrowArrayStream *arrow, struct ArrowArray *out)
{
    struct stream *stream = arrow->private_data;
    duckdb_data_chunk chunk = stream->has_result ? duckdb_fetch_chunk(stream->result) : NULL;
    if (!chunk)
        return stream->has_result ? finish(stream, out) : EIO;
    const bool fine = check_intervals(stream, chunk) &&
                      check_data(stream, duckdb_data_chunk_to_arrow(stream->options, chunk, out));
    duckdb_destroy_data_chunk(&chunk);
    return fine ? 0 : EIO;
}

static const char *get_last_error(struct ArrowArrayStream *arrow)
{
    const struct stream *stream = arrow->private_data;
    return stream->error ? stream->error->message : NULL;
}

static void release(struct ArrowArrayStream *arrow)
{
    stream_free(arrow->private_data);
    *arrow = (struct ArrowArrayStream){0};
}

static bool start(struct stream *stream, GError **error)
{
    struct session *session = stream->session;
    if (!statement_prepare(session, &stream->statement, &stream->prepared, error))
        return false;
    if (duckdb_execute_prepared_streaming(stream->prepared, &stream->result) != DuckDBSuccess)
        return statement_fail_result(session, &stream->statement, &stream->result, error);
    stream->has_result = true;
    stream->options = duckdb_result_get_arrow_options(&stream->result);
    find_intervals(stream);
    return true;
}

bool stream_open(struct session *session, const char *sql, struct ArrowArrayStream *out,
                 GError **error)
{
    struct stream *stream = g_new0(struct stream, 1);
    stream->session = session;
    stream->intervals = g_array_new(FALSE, FALSE, sizeof(idx_t));
    statement_init(&stream->statement, NULL, sql, NULL);
    if (!start(stream, error)) {
        stream_free(stream);
        return false;
    }
    *out = (struct ArrowArrayStream){
        .get_schema = get_schema,
        .get_next = get_next,
        .get_last_error = get_last_error,
        .release = release,
        .private_data = stream,
    };
    return true;
}
