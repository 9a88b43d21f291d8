/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/builder.h"
#include "connect/postgres/condition.h"
#include "connect/postgres/source.h"

#include <errno.h>
#include <string.h>

enum {
    BATCH_ROWS = 8192,
    BATCH_BYTES = 8 * 1024 * 1024,
    PART_PAGES = 4096, /* a smaller part isn't worth a connection */
    COPY_SIGNATURE_BYTES = 11,
    COPY_HEADER_BYTES = 19,
};

/* One connection that gives rows: all, or those of a range of pages. */
struct stream {
    struct scan *scan;
    struct connection connection;
    struct builder **builders; /* by column */
    gint64 rows;               /* in the builders */
    gsize bytes;               /* of them, as they came */
    char *range;               /* a condition on ctid, or NULL */
    bool is_started;
    bool is_done;
};

struct scan {
    const struct source *source;
    const struct sqlflow_context *context;
    struct sqlflow_error *error;
    guint32 *columns;
    guint32 column_count;
    char *where; /* conditions that were handed on, or NULL */
    struct stream *streams;
    guint32 stream_count;
};

static void stream_clear(struct stream *stream)
{
    for (guint32 i = 0; stream->builders && i < stream->scan->column_count; i++)
        builder_free(stream->builders[i]);
    g_clear_pointer(&stream->builders, g_free);
    g_clear_pointer(&stream->range, g_free);
    connection_close(&stream->connection);
}

/* From one on. */
static void drop_streams(struct scan *scan, guint32 first)
{
    for (guint32 i = first; i < scan->stream_count; i++)
        stream_clear(&scan->streams[i]);
    scan->stream_count = first;
}

void scan_close(void *data)
{
    struct scan *scan = data;
    drop_streams(scan, 0);
    g_free(scan->streams);
    g_free(scan->columns);
    g_free(scan->where);
    g_free(scan);
}

static const struct source_column *column_at(const struct scan *scan, guint32 index)
{
    return &g_array_index(scan->source->columns, struct source_column, scan->columns[index]);
}

/* SELECT .. FROM .. WHERE ..: of the wanted columns, and of one part. */
static char *select_sql(const struct stream *stream)
{
    const struct scan *scan = stream->scan;
    GString *sql = g_string_new("SELECT ");
    for (guint32 i = 0; i < scan->column_count; i++) {
        const struct source_column *column = column_at(scan, i);
        g_autofree char *name = server_identifier(column->name);
        g_string_append_printf(sql, "%s%s%s", i ? ", " : "", name,
                               column->type.is_cast ? "::text" : "");
    }
    g_string_append_printf(sql, " FROM %s", scan->source->relation);
    const char *conditions[] = {scan->where, stream->range};
    const char *joint = " WHERE ";
    for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
        if (!conditions[i])
            continue;
        g_string_append_printf(sql, "%s%s", joint, conditions[i]);
        joint = " AND ";
    }
    return g_string_free(sql, FALSE);
}

static bool open_stream(struct stream *stream, struct sqlflow_error *error)
{
    return connection_open(&stream->connection, stream->scan->source->host, stream->scan->context,
                           error);
}

/* The last part has no end: rows that came since the table was measured aren't in the snapshot. */
static char *range_of(gint64 pages, guint32 index, guint32 count)
{
    const gint64 from = pages * index / count;
    const gint64 to = pages * (index + 1) / count;
    if (index + 1 == count)
        return g_strdup_printf("ctid >= '(%" G_GINT64_FORMAT ",0)'::tid", from);
    return g_strdup_printf("ctid >= '(%" G_GINT64_FORMAT ",0)'::tid AND ctid < '(%" G_GINT64_FORMAT
                           ",0)'::tid",
                           from, to);
}

/* The other parts see what the first sees. One that can't, since it came to another server, isn't
 * used, nor are those behind it. */
static bool begin_parts(struct scan *scan, struct sqlflow_error *error)
{
    g_autofree char *snapshot = moment_export(&scan->streams[0].connection, error);
    if (!snapshot)
        return false;
    for (guint32 i = 1; i < scan->stream_count; i++) {
        struct connection *connection = &scan->streams[i].connection;
        if (!open_stream(&scan->streams[i], error))
            return false;
        if (moment_join(connection, snapshot))
            continue;
        if (PQstatus(connection->pg) != CONNECTION_OK)
            return connection_fail(connection, NULL, error);
        drop_streams(scan, i);
    }
    return true;
}

static bool begin_streams(struct scan *scan, struct sqlflow_error *error)
{
    const struct source *source = scan->source;
    struct stream *first = &scan->streams[0];
    if (!open_stream(first, error) ||
        !moment_begin(source->moment, &first->connection, source->what, error) ||
        (scan->stream_count > 1 && !begin_parts(scan, error)))
        return false;
    for (guint32 i = 0; scan->stream_count > 1 && i < scan->stream_count; i++)
        scan->streams[i].range = range_of(source->pages, i, scan->stream_count);
    return true;
}

static guint32 count_streams(const struct source *source, guint32 threads)
{
    const char *wanted = source->host->option_text(source->context, "partitions");
    const gint64 asked = wanted ? g_ascii_strtoll(wanted, NULL, 10) : threads;
    const gint64 worthwhile = wanted ? source->pages : source->pages / PART_PAGES;
    return (guint32)CLAMP(MIN(asked, worthwhile), 1, 64);
}

bool scan_open(void *data, const struct sqlflow_scan *wanted, void **out, guint32 *out_streams,
               struct sqlflow_error *error)
{
    const struct source *source = data;
    struct scan *scan = g_new0(struct scan, 1);
    scan->source = source;
    scan->context = wanted->context;
    scan->error = wanted->error;
    scan->column_count = wanted->column_count;
    scan->columns = g_memdup2(wanted->columns, wanted->column_count * sizeof(guint32));
    scan->where = conditions_sql(source, wanted);
    scan->stream_count = count_streams(source, wanted->threads);
    scan->streams = g_new0(struct stream, scan->stream_count);
    for (guint32 i = 0; i < scan->stream_count; i++) {
        struct stream *stream = &scan->streams[i];
        stream->scan = scan;
        stream->builders = g_new0(struct builder *, scan->column_count);
        for (guint32 column = 0; column < scan->column_count; column++)
            stream->builders[column] = builder_new(&column_at(scan, column)->type);
    }
    if (!begin_streams(scan, error)) {
        scan_close(scan);
        return false;
    }
    *out = scan;
    *out_streams = scan->stream_count;
    return true;
}

static bool fail_value(const struct stream *stream, guint32 column, const char *problem)
{
    const struct scan *scan = stream->scan;
    return scan->source->host->fail(scan->error, SQLFLOW_ERROR_DATA, NULL, "column '%s': %s",
                                    column_at(scan, column)->name, problem);
}

static gint32 read_length(const guint8 *data)
{
    gint32 length = 0;
    memcpy(&length, data, sizeof length);
    return GINT32_FROM_BE(length);
}

/* One row of COPY's: the number of fields, then each with its length. */
static bool add_row(struct stream *stream, const guint8 *data, gsize size)
{
    const guint8 *end = data + size;
    for (guint32 i = 0; i < stream->scan->column_count; i++) {
        const gint32 length = end - data < 4 ? G_MAXINT32 : read_length(data);
        data += 4;
        if (length > end - data)
            return fail_value(stream, i, "a row that can't be read");
        const char *problem = builder_add(stream->builders[i], data, length);
        if (problem)
            return fail_value(stream, i, problem);
        data += MAX(length, 0);
    }
    stream->rows++;
    stream->bytes += size;
    return true;
}

/* The signature and header stand before the first row, or alone. The trailer is -1 fields. */
static bool take_data(struct stream *stream, const guint8 *data, gsize size)
{
    static const char signature[COPY_SIGNATURE_BYTES] = "PGCOPY\n\377\r\n";
    if (!stream->is_started) {
        stream->is_started = true;
        if (size < COPY_HEADER_BYTES || memcmp(data, signature, COPY_SIGNATURE_BYTES) != 0)
            return fail_value(stream, 0, "the server doesn't send COPY's binary form");
        data += COPY_HEADER_BYTES;
        size -= COPY_HEADER_BYTES;
    }
    if (size < 2)
        return true;
    const gint16 fields = (gint16)(data[0] << 8 | data[1]);
    if (fields == -1)
        return true;
    if ((guint32)fields != stream->scan->column_count)
        return fail_value(stream, 0, "a row that can't be read");
    return add_row(stream, data + 2, size - 2);
}

/* After the last row: did the server send all? */
static bool end_copy(struct stream *stream)
{
    stream->is_done = true;
    return connection_finish(&stream->connection, stream->scan->error);
}

static bool read_copy(struct stream *stream)
{
    char *data = NULL;
    const int size = PQgetCopyData(stream->connection.pg, &data, 1);
    if (size == 0)
        return connection_wait(&stream->connection, false, stream->scan->error);
    if (size < 0)
        return end_copy(stream);
    const bool taken = take_data(stream, (const guint8 *)data, (gsize)size);
    PQfreemem(data);
    return taken;
}

/* A query with parameters can't be copied: its rows come one by one, in the same form. */
static bool read_single(struct stream *stream)
{
    bool failed = false;
    PGresult *result = connection_result(&stream->connection, &failed, stream->scan->error);
    if (!result)
        return (stream->is_done = !failed);
    if (PQresultStatus(result) != PGRES_SINGLE_TUPLE && PQresultStatus(result) != PGRES_TUPLES_OK)
        failed = !connection_fail(&stream->connection, result, stream->scan->error);
    for (guint32 i = 0; !failed && PQntuples(result) == 1 && i < stream->scan->column_count; i++) {
        const gint32 length = PQgetisnull(result, 0, (int)i) ? -1 : PQgetlength(result, 0, (int)i);
        const char *problem =
            builder_add(stream->builders[i], (const guint8 *)PQgetvalue(result, 0, (int)i), length);
        failed = problem && !fail_value(stream, i, problem);
        stream->bytes += (gsize)MAX(length, 0);
    }
    stream->rows += PQntuples(result);
    PQclear(result);
    return !failed;
}

static bool start_query(struct stream *stream, const char *sql, struct sqlflow_error *error)
{
    char **parameters = stream->scan->source->parameters;
    PGconn *pg = stream->connection.pg;
    if (!PQsendQueryParams(pg, sql, (int)g_strv_length(parameters), NULL,
                           (const char *const *)parameters, NULL, NULL, 1) ||
        !PQsetSingleRowMode(pg))
        return connection_fail(&stream->connection, NULL, error);
    stream->is_started = true;
    return true;
}

static bool start(struct stream *stream, struct sqlflow_error *error)
{
    g_autofree char *select = select_sql(stream);
    if (stream->scan->source->parameters)
        return start_query(stream, select, error);
    g_autofree char *copy = g_strconcat("COPY (", select, ") TO STDOUT (FORMAT binary)", NULL);
    return connection_copy(&stream->connection, copy, PGRES_COPY_OUT, error);
}

static bool is_full(const struct stream *stream)
{
    return stream->rows >= BATCH_ROWS || stream->bytes >= BATCH_BYTES;
}

static bool fill(struct stream *stream)
{
    const bool is_single = stream->scan->source->parameters != NULL;
    while (!stream->is_done && !is_full(stream))
        if (!(is_single ? read_single(stream) : read_copy(stream)))
            return false;
    return true;
}

struct held_array {
    const void *buffers[1];
    struct ArrowArray **children;
};

static void release_array(struct ArrowArray *array)
{
    struct held_array *held = array->private_data;
    for (gint64 i = 0; i < array->n_children; i++) {
        if (held->children[i]->release)
            held->children[i]->release(held->children[i]);
        g_free(held->children[i]);
    }
    g_free(held->children);
    g_free(held);
    array->release = NULL;
}

static void finish(struct stream *stream, struct ArrowArray *out)
{
    struct held_array *held = g_new0(struct held_array, 1);
    held->children = g_new(struct ArrowArray *, stream->scan->column_count);
    for (guint32 i = 0; i < stream->scan->column_count; i++) {
        held->children[i] = g_new0(struct ArrowArray, 1);
        builder_finish(stream->builders[i], held->children[i]);
    }
    *out = (struct ArrowArray){.length = stream->rows,
                               .n_buffers = 1,
                               .buffers = held->buffers,
                               .n_children = stream->scan->column_count,
                               .children = held->children,
                               .release = release_array,
                               .private_data = held};
    stream->rows = 0;
    stream->bytes = 0;
}

static int stream_next(struct ArrowArrayStream *arrow, struct ArrowArray *out)
{
    struct stream *stream = arrow->private_data;
    if (!fill(stream))
        return EIO;
    *out = (struct ArrowArray){0};
    if (stream->rows > 0)
        finish(stream, out);
    return 0;
}

static int stream_schema(struct ArrowArrayStream *arrow, struct ArrowSchema *out)
{
    const struct scan *scan = ((const struct stream *)arrow->private_data)->scan;
    source_schema_of(scan->source, scan->columns, scan->column_count, out);
    return 0;
}

static const char *stream_error(struct ArrowArrayStream *arrow)
{
    (void)arrow;
    return NULL; /* the scan's error has it */
}

static void stream_release(struct ArrowArrayStream *arrow)
{
    stream_clear(arrow->private_data);
    arrow->release = NULL;
}

bool scan_stream(void *data, guint32 index, struct ArrowArrayStream *out,
                 struct sqlflow_error *error)
{
    struct scan *scan = data;
    struct stream *stream = &scan->streams[index];
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = stream_next,
                                     .get_last_error = stream_error,
                                     .release = stream_release,
                                     .private_data = stream};
    return start(stream, error);
}
