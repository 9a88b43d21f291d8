/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/builder.h"
#include "connect/postgres/condition.h"
#include "connect/postgres/feed.h"
#include "connect/postgres/source.h"

#include <errno.h>

enum {
    PART_PAGES = 4096,                   /* a smaller part isn't worth a connection */
    READ_AHEAD_BYTES = 20 * 1024 * 1024, /* of all connections together */
    /* Of a query with parameters, in an array. */
    SINGLE_ROWS = 1024,
    SINGLE_BYTES = 8 * 1024 * 1024,
};

/* One of the threads that make arrays of the rows that a feed gives. */
struct lane {
    struct scan *scan;
    struct feed *feed;
    struct builder **builders; /* by column */
    struct feed_batch *taken;
    gint64 rows; /* in the builders */
    gsize bytes; /* of them, as they came; of a query with parameters */
};

struct scan {
    const struct source *source;
    const struct sqlflow_context *context;
    struct sqlflow_error *error;
    guint32 *columns;
    guint32 column_count;
    char *where; /* conditions that were handed on, or NULL */
    struct feed *feeds;
    guint32 feed_count;
    struct lane *lanes;
    guint32 lane_count;
};

static void lane_clear(struct lane *lane)
{
    if (!lane->builders)
        return;
    for (guint32 i = 0; i < lane->scan->column_count; i++)
        builder_free(lane->builders[i]);
    g_clear_pointer(&lane->builders, g_free);
    feed_give(lane->feed, g_steal_pointer(&lane->taken));
}

/* From one on. */
static void drop_feeds(struct scan *scan, guint32 first)
{
    for (guint32 i = first; i < scan->feed_count; i++)
        feed_clear(&scan->feeds[i]);
    scan->feed_count = MIN(scan->feed_count, first);
}

void scan_close(void *data)
{
    struct scan *scan = data;
    for (guint32 i = 0; i < scan->lane_count; i++)
        lane_clear(&scan->lanes[i]);
    drop_feeds(scan, 0);
    g_free(scan->feeds);
    g_free(scan->lanes);
    g_free(scan->columns);
    g_free(scan->where);
    g_free(scan);
}

static const struct source_column *column_at(const struct scan *scan, guint32 index)
{
    return &g_array_index(scan->source->columns, struct source_column, scan->columns[index]);
}

/* SELECT .. FROM .. WHERE ..: of the wanted columns, and of one part. */
static char *select_sql(const struct scan *scan, const char *range)
{
    GString *sql = g_string_new("SELECT ");
    for (guint32 i = 0; i < scan->column_count; i++) {
        const struct source_column *column = column_at(scan, i);
        g_autofree char *name = server_identifier(column->name);
        g_string_append_printf(sql, "%s%s%s", i ? ", " : "", name,
                               column->type.is_cast ? "::text" : "");
    }
    g_string_append_printf(sql, " FROM %s", scan->source->relation);
    const char *conditions[] = {scan->where, range};
    const char *joint = " WHERE ";
    for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
        if (!conditions[i])
            continue;
        g_string_append_printf(sql, "%s%s", joint, conditions[i]);
        joint = " AND ";
    }
    return g_string_free(sql, FALSE);
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

static bool open_feed(struct scan *scan, guint32 index, struct sqlflow_error *error)
{
    return connection_open(&scan->feeds[index].connection, scan->source->host, scan->context,
                           error);
}

/* The other parts see what the first sees. One that can't, since it came to another server, isn't
 * used, nor are those behind it. */
static bool begin_parts(struct scan *scan, struct sqlflow_error *error)
{
    g_autofree char *snapshot = moment_export(&scan->feeds[0].connection, error);
    if (!snapshot)
        return false;
    for (guint32 i = 1; i < scan->feed_count; i++) {
        struct connection *connection = &scan->feeds[i].connection;
        if (!open_feed(scan, i, error))
            return false;
        if (moment_join(connection, snapshot) == JOIN_DONE)
            continue;
        if (PQstatus(connection->pg) != CONNECTION_OK)
            return connection_fail(connection, NULL, error);
        drop_feeds(scan, i);
    }
    return true;
}

static bool begin_feeds(struct scan *scan, struct sqlflow_error *error)
{
    const struct source *source = scan->source;
    struct connection *first = &scan->feeds[0].connection;
    if (!open_feed(scan, 0, error) || !moment_begin(source->moment, first, source->what, error) ||
        (scan->feed_count > 1 && !begin_parts(scan, error)))
        return false;
    for (guint32 i = 0; i < scan->feed_count; i++) {
        g_autofree char *range =
            scan->feed_count > 1 ? range_of(source->pages, i, scan->feed_count) : NULL;
        scan->feeds[i].select = select_sql(scan, range);
        scan->feeds[i].parameters = source->parameters;
    }
    return true;
}

static guint32 count_feeds(const struct source *source, guint32 threads)
{
    const char *wanted = source->host->option_text(source->context, "partitions");
    const gint64 asked = wanted ? g_ascii_strtoll(wanted, NULL, 10) : threads;
    const gint64 worthwhile = wanted ? source->pages : source->pages / PART_PAGES;
    return (guint32)CLAMP(MIN(asked, worthwhile), 1, 64);
}

/* A table's rows have no order, and are made into arrays by as many threads as there are. Those of
 * a query may have one. */
static guint32 count_lanes(const struct scan *scan, guint32 threads)
{
    const bool has_order = scan->source->host->option_text(scan->source->context, "query") != NULL;
    return has_order ? 1 : MAX(threads, scan->feed_count);
}

static void init_lane(struct lane *lane, struct scan *scan, struct feed *feed)
{
    *lane = (struct lane){.scan = scan, .feed = feed};
    lane->builders = g_new0(struct builder *, scan->column_count);
    for (guint32 i = 0; i < scan->column_count; i++)
        lane->builders[i] = builder_new(&column_at(scan, i)->type);
}

static void init_lanes(struct scan *scan, guint32 threads)
{
    scan->lane_count = count_lanes(scan, threads);
    scan->lanes = g_new0(struct lane, scan->lane_count);
    for (guint32 i = 0; i < scan->lane_count; i++) {
        struct feed *feed = &scan->feeds[i % scan->feed_count];
        feed->takers++;
        init_lane(&scan->lanes[i], scan, feed);
    }
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
    scan->feed_count = count_feeds(source, wanted->threads);
    scan->feeds = g_new0(struct feed, scan->feed_count);
    for (guint32 i = 0; i < scan->feed_count; i++)
        feed_init(&scan->feeds[i], READ_AHEAD_BYTES / scan->feed_count, scan->error);
    if (!begin_feeds(scan, error)) {
        scan_close(scan);
        return false;
    }
    init_lanes(scan, wanted->threads);
    *out = scan;
    *out_streams = scan->lane_count;
    return true;
}

static bool fail_value(const struct lane *lane, guint32 column, const char *problem)
{
    const struct scan *scan = lane->scan;
    return scan->source->host->fail(scan->error, SQLFLOW_ERROR_DATA, NULL, "column '%s': %s",
                                    column_at(scan, column)->name, problem);
}

static bool add_row(struct lane *lane, const guint8 *data, gsize size)
{
    const guint32 count = lane->scan->column_count;
    const guint32 fields = (guint32)(data[0] << 8 | data[1]);
    const struct copy_row values = {data + 2, size - 2};
    guint32 column = 0;
    const char *problem = fields == count ? builder_add_row(lane->builders, count, &values, &column)
                                          : "a row that can't be read";
    lane->rows++;
    return !problem || fail_value(lane, column, problem);
}

static bool fill_copied(struct lane *lane)
{
    bool filled = feed_take(lane->feed, &lane->taken);
    const struct feed_batch *taken = lane->taken;
    gsize start = 0;
    for (guint i = 0; filled && taken && i < taken->ends->len; i++) {
        const gsize end = g_array_index(taken->ends, gsize, i);
        filled = add_row(lane, taken->bytes.data + start, end - start);
        start = end;
    }
    return filled;
}

static bool add_single(struct lane *lane, const PGresult *result)
{
    for (guint32 i = 0; i < lane->scan->column_count; i++) {
        const int field = (int)i;
        const gint32 length = PQgetisnull(result, 0, field) ? -1 : PQgetlength(result, 0, field);
        const char *problem =
            builder_add(lane->builders[i], (const guint8 *)PQgetvalue(result, 0, field), length);
        if (problem)
            return fail_value(lane, i, problem);
        lane->bytes += (gsize)MAX(length, 0);
    }
    lane->rows++;
    return true;
}

static bool fill_single(struct lane *lane)
{
    bool failed = false;
    PGresult *result = NULL;
    lane->bytes = 0;
    while (!failed && lane->rows < SINGLE_ROWS && lane->bytes < SINGLE_BYTES &&
           (result = feed_single(lane->feed, &failed, lane->scan->error))) {
        failed = !add_single(lane, result);
        PQclear(result);
    }
    return !failed;
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

static void finish(struct lane *lane, struct ArrowArray *out)
{
    struct held_array *held = g_new0(struct held_array, 1);
    held->children = g_new(struct ArrowArray *, lane->scan->column_count);
    for (guint32 i = 0; i < lane->scan->column_count; i++) {
        held->children[i] = g_new0(struct ArrowArray, 1);
        builder_finish(lane->builders[i], held->children[i]);
    }
    *out = (struct ArrowArray){.length = lane->rows,
                               .n_buffers = 1,
                               .buffers = held->buffers,
                               .n_children = lane->scan->column_count,
                               .children = held->children,
                               .release = release_array,
                               .private_data = held};
    lane->rows = 0;
}

static int stream_next(struct ArrowArrayStream *arrow, struct ArrowArray *out)
{
    struct lane *lane = arrow->private_data;
    if (!(lane->feed->parameters ? fill_single(lane) : fill_copied(lane)))
        return EIO;
    *out = (struct ArrowArray){0};
    if (lane->rows > 0)
        finish(lane, out);
    return 0;
}

static int stream_schema(struct ArrowArrayStream *arrow, struct ArrowSchema *out)
{
    const struct scan *scan = ((const struct lane *)arrow->private_data)->scan;
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
    struct lane *lane = arrow->private_data;
    lane_clear(lane);
    feed_leave(lane->feed);
    arrow->release = NULL;
}

bool scan_stream(void *data, guint32 index, struct ArrowArrayStream *out,
                 struct sqlflow_error *error)
{
    struct scan *scan = data;
    (void)error;
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = stream_next,
                                     .get_last_error = stream_error,
                                     .release = stream_release,
                                     .private_data = &scan->lanes[index]};
    return true;
}
