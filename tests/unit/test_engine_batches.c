/* SPDX-License-Identifier: Apache-2.0 */
/* Rows from outside: Arrow streams that an engine reads. */
#include "engine_case.h"

#include <errno.h>

enum { LINGER_US = 2000 };

/* A source whose streams are queries of sessions of their own; or one array made by hand. */
struct fake_source {
    struct batch_source base;
    struct engine_case *test;
    const char *query;                      /* its rows; all streams have them */
    guint streams;                          /* how many; 0: as many as are asked for */
    gint64 offset;                          /* what is left out of each array, by its offset */
    guint fails_after;                      /* arrays; 0: never */
    gint scans;                             /* so far; atomic */
    gint columns;                           /* wanted by the last scan; atomic */
    gint waits;                             /* a stream goes on until it is cancelled */
    gint is_waiting;                        /* one does; atomic */
    gint meets;                             /* streams that wait for each other */
    gint lingers;                           /* a scan is slow to be freed */
    gint freed;                             /* scans; atomic */
    void (*make)(struct ArrowArray *array); /* instead of a query: one array */
};

struct batch_scan {
    struct fake_source *source;
    GPtrArray *sessions;
    char *query;
    gint arrays;    /* given; atomic */
    gint begun;     /* streams; atomic */
    gint cancelled; /* atomic */
};

struct fake_stream {
    struct batch_scan *scan;
    struct ArrowArrayStream inner;
    guint given;
};

/* As other libraries write: a boolean of DuckDB's own form (arrow.bool8) is refused before it gets
 * to an engine. */
static struct session *plain_session(struct fake_source *source)
{
    const struct engine_class *class = source->test->class;
    struct session *session = NULL;
    gint64 rows = 0;
    g_assert_true(class->session_new(source->test->engine, &session, NULL));
    g_assert_true(class->execute(session, "SET arrow_lossless_conversion = false", &rows, NULL));
    return session;
}

static bool source_schema(struct batch_source *base, struct ArrowSchema *out, GError **error)
{
    struct fake_source *source = (struct fake_source *)base;
    const struct engine_class *class = source->test->class;
    struct session *session = plain_session(source);
    struct ArrowArrayStream stream;
    if (!class->stream(session, source->query, &stream, error))
        return false;
    const bool given = stream.get_schema(&stream, out) == 0;
    stream.release(&stream);
    class->session_free(session);
    return given;
}

/* The wanted columns of the source's query. */
static char *project(struct fake_source *source, const struct batch_request *request)
{
    struct ArrowSchema schema;
    g_assert_true(source_schema(&source->base, &schema, NULL));
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < request->column_count; i++)
        g_string_append_printf(sql, "%s\"%s\"", i ? ", " : "",
                               schema.children[request->columns[i]]->name);
    if (request->column_count == 0)
        g_string_append(sql, "1");
    g_string_append_printf(sql, " FROM (%s)", source->query);
    schema.release(&schema);
    return g_string_free(sql, FALSE);
}

static bool source_scan(struct batch_source *base, const struct batch_request *request,
                        struct batch_scan **out, GError **error)
{
    struct fake_source *source = (struct fake_source *)base;
    (void)error;
    g_atomic_int_inc(&source->scans);
    g_atomic_int_set(&source->columns, (gint)request->column_count);
    struct batch_scan *scan = g_new0(struct batch_scan, 1);
    scan->source = source;
    scan->query = project(source, request);
    scan->sessions = g_ptr_array_new();
    for (guint i = 0; i < (source->streams ? source->streams : request->threads); i++)
        g_ptr_array_add(scan->sessions, plain_session(source));
    *out = scan;
    return true;
}

/* Only what define() made is ever freed. */
static void source_free(struct batch_source *base)
{
    g_free(base);
}

static guint scan_streams(const struct batch_scan *scan)
{
    return scan->sessions->len;
}

/* Until that many streams have begun. */
static void meet(struct batch_scan *scan)
{
    const gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    g_atomic_int_inc(&scan->begun);
    while (g_atomic_int_get(&scan->begun) < scan->source->meets) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_usleep(1000);
    }
}

static int fake_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct fake_stream *fake = stream->private_data;
    struct fake_source *source = fake->scan->source;
    if (fake->given++ == 0)
        meet(fake->scan);
    while (source->waits && fake->given > 1) {
        g_atomic_int_set(&source->is_waiting, 1);
        if (g_atomic_int_get(&fake->scan->cancelled))
            return ECANCELED;
        g_usleep(1000);
    }
    if (source->fails_after > 0 && fake->given > source->fails_after)
        return EIO;
    if (source->make) {
        *out = (struct ArrowArray){0};
        if (fake->given == 1)
            source->make(out);
        return 0;
    }
    const int failed = fake->inner.get_next(&fake->inner, out);
    if (failed == 0 && out->release) {
        g_atomic_int_inc(&fake->scan->arrays);
        out->offset += MIN(source->offset, out->length);
        out->length -= MIN(source->offset, out->length);
    }
    return failed;
}

static void fake_release(struct ArrowArrayStream *stream)
{
    struct fake_stream *fake = stream->private_data;
    if (fake->inner.release)
        fake->inner.release(&fake->inner);
    g_free(fake);
    stream->release = NULL;
}

static bool scan_stream(struct batch_scan *scan, guint index, struct ArrowArrayStream *out,
                        GError **error)
{
    struct fake_stream *fake = g_new0(struct fake_stream, 1);
    fake->scan = scan;
    if (!scan->source->make &&
        !scan->source->test->class->stream(g_ptr_array_index(scan->sessions, index), scan->query,
                                           &fake->inner, error))
        return false;
    *out = (struct ArrowArrayStream){
        .get_next = fake_next, .release = fake_release, .private_data = fake};
    return true;
}

static void scan_explain(struct batch_scan *scan, struct ArrowArrayStream *stream, GError **error)
{
    (void)stream;
    const bool cancelled = g_atomic_int_get(&scan->cancelled);
    struct error_details details = {.code = g_strdup("08006"), .position = -1};
    error_set_full(error, cancelled ? ERROR_CANCELLED : ERROR_TRANSIENT, &details,
                   cancelled ? "cancelled" : "the other side is gone");
    g_free(details.code);
}

static void scan_cancel(struct batch_scan *scan)
{
    g_atomic_int_set(&scan->cancelled, 1);
}

static void scan_free(struct batch_scan *scan)
{
    struct fake_source *source = scan->source;
    if (source->lingers)
        g_usleep(LINGER_US);
    for (guint i = 0; i < scan->sessions->len; i++)
        source->test->class->session_free(g_ptr_array_index(scan->sessions, i));
    g_ptr_array_unref(scan->sessions);
    g_free(scan->query);
    g_free(scan);
    g_atomic_int_inc(&source->freed);
}

static const struct batch_source_class fake_class = {
    .schema = source_schema,
    .scan = source_scan,
    .free = source_free,
    .scan_streams = scan_streams,
    .scan_stream = scan_stream,
    .scan_explain = scan_explain,
    .scan_cancel = scan_cancel,
    .scan_free = scan_free,
};

static struct fake_source source_of(struct engine_case *test, const char *query)
{
    return (struct fake_source){.base = {&fake_class}, .test = test, .query = query, .streams = 1};
}

static gint64 load(struct engine_case *test, struct fake_source *source, const char *where)
{
    g_autoptr(GError) error = NULL;
    const struct target target = {.name = "t"};
    struct written written = {.notes = NULL};
    if (!test->class->load_batches(test->session, &target, &source->base, where, &written, &error))
        g_error("%s", error->message);
    return written.rows.read;
}

#define ALL_TYPES                                                                                  \
    "SELECT i, CASE WHEN i % 3 > 0 THEN i END AS gaps, i % 2 = 0 AS flag, "                        \
    "(i * 1.25)::DECIMAL(9,2) AS price, (i / 7)::DOUBLE AS ratio, 'ä' || i AS name, "             \
    "i::VARCHAR::BLOB AS bytes, DATE '2024-01-31' + i::INTEGER AS day, "                           \
    "TIMESTAMP '2024-01-31 10:00:00' + INTERVAL (i) SECOND AS at, TIME '10:00:00' AS clock, "      \
    "TIMESTAMPTZ '2024-01-31 10:00:00Z' AS zoned, "                                                \
    "CASE WHEN i % 4 > 0 THEN [i, NULL, i + 1] END AS list, {'a': i, 'b': 'x' || i} AS pair, "     \
    "MAP {'k' || i: i} AS dict, CASE i % 3 WHEN 0 THEN 'low' WHEN 1 THEN 'mid' END::ENUM('low', "  \
    "'mid') AS word, [[i], [], NULL] AS nested FROM range(7000) r(i)"

static void test_all_types_are_taken_over(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source = source_of(test, ALL_TYPES);
    g_assert_cmpint(load(test, &source, NULL), ==, 7000);
    expect_rows(test, "SELECT count(*) FROM (FROM t EXCEPT ALL " ALL_TYPES ")", "0");
    expect_rows(test, "SELECT typeof(price), typeof(list), typeof(word) FROM t LIMIT 1",
                "DECIMAL(9,2)|BIGINT[]|VARCHAR");
}

/* DuckDB itself ignores the offset of the outermost array. */
static void test_an_offset_counts(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source = source_of(test, ALL_TYPES);
    source.offset = 3;
    const gint64 rows = load(test, &source, NULL);
    g_assert_cmpint(rows, ==, 7000 - 4 * 3);
    expect_rows(test, "SELECT count(*) FROM (FROM t EXCEPT ALL " ALL_TYPES ")", "0");
    expect_rows(test, "SELECT min(i), count(*) FILTER (i BETWEEN 2046 AND 2052) FROM t", "3|4");
}

enum { LONG = 10000 };

struct by_hand {
    struct ArrowArray child[4];
    struct ArrowArray *children[4];
    const void *buffers[4][3];
    const void *top[1];
    gint64 numbers[LONG];
    guint8 flags[LONG / 8 + 1];
    guint8 gaps[LONG / 8 + 1];
    gint32 ends[LONG + 1];
    guint8 indexes[LONG];
    struct ArrowArray dictionary;
    const void *dictionary_buffers[3];
    gint32 dictionary_ends[3];
    struct ArrowArray elements;
    struct ArrowArray *list[1];
};

static void release_by_hand(struct ArrowArray *array)
{
    g_free(array->private_data);
    array->release = NULL;
}

static void set_child(struct by_hand *hand, guint index, const void *values, gint64 buffers)
{
    hand->buffers[index][1] = values;
    hand->child[index] =
        (struct ArrowArray){.length = LONG, .n_buffers = buffers, .buffers = hand->buffers[index]};
    hand->children[index] = &hand->child[index];
}

/* i, i odd with every 5th null, lists [i, i+1) of i, a word of two by i % 2. */
static void make_by_hand(struct ArrowArray *array)
{
    struct by_hand *hand = g_new0(struct by_hand, 1);
    for (gint i = 0; i < LONG; i++) {
        hand->numbers[i] = i;
        hand->flags[i / 8] |= (guint8)((i % 2) << (i % 8));
        hand->gaps[i / 8] |= (guint8)((i % 5 != 0) << (i % 8));
        hand->ends[i + 1] = i + 1;
        hand->indexes[i] = (guint8)(i % 2);
    }
    set_child(hand, 0, hand->numbers, 2);
    set_child(hand, 1, hand->flags, 2);
    hand->buffers[1][0] = hand->gaps;
    hand->child[1].null_count = LONG / 5;
    set_child(hand, 2, hand->ends, 2);
    hand->elements = hand->child[0];
    hand->list[0] = &hand->elements;
    hand->child[2].n_children = 1;
    hand->child[2].children = hand->list;
    set_child(hand, 3, hand->indexes, 2);
    hand->dictionary_ends[1] = 4;
    hand->dictionary_ends[2] = 7;
    hand->dictionary_buffers[1] = hand->dictionary_ends;
    hand->dictionary_buffers[2] = "evenodd";
    hand->dictionary =
        (struct ArrowArray){.length = 2, .n_buffers = 3, .buffers = hand->dictionary_buffers};
    hand->child[3].dictionary = &hand->dictionary;
    *array = (struct ArrowArray){.length = LONG,
                                 .n_buffers = 1,
                                 .buffers = hand->top,
                                 .n_children = 4,
                                 .children = hand->children,
                                 .release = release_by_hand,
                                 .private_data = hand};
}

static void test_long_arrays_come_in_slices(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source = source_of(
        test, "SELECT 1::BIGINT i, true odd, [1::BIGINT] list, 'odd'::ENUM('even', 'odd') word");
    source.make = make_by_hand;
    g_assert_cmpint(load(test, &source, NULL), ==, LONG);
    expect_rows(test,
                "SELECT count(*) FROM t WHERE odd IS DISTINCT FROM (CASE WHEN i % 5 <> 0 THEN i % "
                "2 = 1 END) OR list <> [i] OR word <> (CASE i % 2 WHEN 0 THEN 'even' ELSE 'odd' "
                "END)",
                "0");
    expect_rows(test, "SELECT sum(i), count(odd), count(DISTINCT i) FROM t", "49995000|8000|10000");
}

/* However often their number is set: some of them aren't DuckDB's. Rows whose order is kept come
 * from one stream after the other. */
static void test_as_many_threads_work_as_are_set(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const numbers[] = {"4", "1", "2", "3"};
    run(test, "SET preserve_insertion_order = false");
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *set = g_strconcat("SET threads = ", numbers[i], NULL);
        g_assert_cmpint(run(test, set), ==, -1);
        expect_rows(test, "SELECT current_setting('threads')", numbers[i]);
        struct fake_source source = source_of(test, "SELECT i FROM range(5000) r(i)");
        source.streams = 0;
        source.meets = (gint)g_ascii_strtoll(numbers[i], NULL, 10);
        g_assert_cmpint(load(test, &source, NULL), ==, 5000 * source.meets);
    }
}

/* Those that a load changes for itself alone. */
#define SETTINGS                                                                                   \
    "SELECT current_setting('preserve_insertion_order'), "                                         \
    "current_setting('write_buffer_row_group_count')"

static void test_streams_come_at_the_same_time(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source = source_of(test, "SELECT i FROM range(50000) r(i)");
    run(test, "SET threads = 2");
    source.streams = 2;
    source.meets = 2;
    g_assert_cmpint(load(test, &source, "i % 2 = 0"), ==, 50000);
    source.streams = 5;
    source.meets = 0;
    g_assert_cmpint(load(test, &source, "i % 2 = 0"), ==, 125000);
    expect_rows(test, "SELECT sum(i), count(DISTINCT i) FROM t", "3124875000|25000");
    expect_rows(test, SETTINGS, "true|5");
    run(test, "SET SESSION preserve_insertion_order = false");
    g_assert_cmpint(load(test, &source, NULL), ==, 250000);
    expect_rows(test, SETTINGS, "false|5");
}

/* A statement may have ended before DuckDB frees its scan, on the thread that had the last task
 * (tests/fault/late.c makes it so); but whoever loads frees the source afterwards. */
static void test_a_load_ends_after_its_scan(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source = source_of(test, "SELECT i FROM range(9) r(i)");
    run(test, "SET threads = 2");
    source.lingers = 1;
    source.streams = 2;
    source.meets = 2;
    for (guint i = 0; i < 20; i++) {
        g_assert_cmpint(load(test, &source, NULL), ==, 18);
        g_assert_cmpint(g_atomic_int_get(&source.freed), ==, g_atomic_int_get(&source.scans));
    }
}

/* The engine's copy of the source. */
static struct fake_source *define(struct engine_case *test, const struct fake_source *source)
{
    g_autoptr(GError) error = NULL;
    struct fake_source *copy = g_memdup2(source, sizeof *source);
    test->class->define_batches(test->engine, "outside", &copy->base, &error);
    g_assert_no_error(error);
    return copy;
}

static void test_a_source_is_read_in_sql(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source = source_of(test, "SELECT i, 'x' || i AS name FROM range(9) r(i)");
    struct fake_source *defined = define(test, &source);
    expect_rows(test, "SELECT name FROM outside WHERE i > 6 ORDER BY ALL", "x7\nx8");
    expect_rows(test, "SELECT count(*) FROM outside", "9");
    expect_rows(test, "SELECT a.i FROM outside a JOIN outside b ON a.i = b.i + 7 ORDER BY 1",
                "7\n8");
    g_assert_cmpint(g_atomic_int_get(&defined->scans), ==, 4);
}

static void test_only_wanted_columns_are_read(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source =
        source_of(test, "SELECT i, i + 1 AS j, i + 2 AS k FROM range(9) r(i)");
    struct fake_source *defined = define(test, &source);
    expect_rows(test, "SELECT sum(k) FROM outside", "54");
    g_assert_cmpint(g_atomic_int_get(&defined->columns), ==, 1);
    expect_rows(test, "SELECT count(*) FROM outside", "9");
    g_assert_cmpint(g_atomic_int_get(&defined->columns), <=, 1);
    expect_rows(test, "SELECT sum(k - i) FROM outside WHERE j > 5", "8");
    g_assert_cmpint(g_atomic_int_get(&defined->columns), ==, 3);
}

static void check_gone(const char *what, GError *error)
{
    g_assert_cmpstr(error_details(error)->code, ==, "08006");
    check_error(what, error,
                &(struct expected_error){ERROR_TRANSIENT, -2, "the other side is gone"});
}

static void test_a_failure_keeps_kind_and_code(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    gint64 rows = -2;
    struct written written = {.notes = NULL};
    const struct target target = {.name = "t"};
    struct fake_source source = source_of(test, "SELECT i FROM range(9000) r(i)");
    run(test, "CREATE TABLE t AS SELECT 'as it was' AS word");
    source.fails_after = 2;
    source.streams = 2;
    g_assert_false(
        test->class->load_batches(test->session, &target, &source.base, NULL, &written, &error));
    check_gone("load", g_steal_pointer(&error));
    expect_rows(test, SETTINGS, "true|5");
    expect_rows(test, "FROM t", "as it was");
    define(test, &source);
    g_assert_false(
        test->class->execute(test->session, "SELECT sum(i) FROM outside", &rows, &error));
    check_gone("sql", error);
    expect_rows(test, "FROM t", "as it was");
}

/* An interrupt before the statement would end nothing. */
static gpointer interrupt(gpointer data)
{
    struct fake_source *source = data;
    while (!g_atomic_int_get(&source->is_waiting))
        g_usleep(1000);
    source->test->class->session_interrupt(source->test->session);
    return NULL;
}

static void test_an_interrupt_ends_the_reading(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    struct written written = {.notes = NULL};
    const struct target target = {.name = "t"};
    struct fake_source source = source_of(test, "SELECT i FROM range(9000) r(i)");
    source.waits = 1;
    GThread *thread = g_thread_new("interrupt", interrupt, &source);
    g_assert_false(
        test->class->load_batches(test->session, &target, &source.base, NULL, &written, &error));
    g_thread_join(thread);
    check_error("interrupt", error, &(struct expected_error){ERROR_CANCELLED, -2, NULL});
    g_assert_cmpint(run(test, "SELECT 1"), ==, 1);
}

/* Until some rows have come. */
static gpointer watch_rows(gpointer data)
{
    struct engine_case *test = data;
    struct progress progress = {.share = -1};
    while (progress.rows_done == 0) {
        g_usleep(1000);
        progress = test->class->session_progress(test->session);
    }
    test->class->session_interrupt(test->session);
    return GINT_TO_POINTER(progress.share == -1);
}

/* How many there will be nobody knows. */
static void test_rows_are_told_while_they_come(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    struct written written = {.notes = NULL};
    const struct target target = {.name = "t"};
    struct fake_source source = source_of(test, "SELECT i FROM range(100000000000) r(i)");
    GThread *thread = g_thread_new("watch", watch_rows, test);
    g_assert_false(
        test->class->load_batches(test->session, &target, &source.base, NULL, &written, &error));
    g_assert_true(GPOINTER_TO_INT(g_thread_join(thread)));
    check_error("interrupt", error, &(struct expected_error){ERROR_CANCELLED, -2, NULL});
    g_assert_cmpuint(test->class->session_progress(test->session).rows_done, ==, 0);
}

/* What isn't asked for isn't fetched: memory stays flat. */
static void test_rows_are_pulled_as_they_are_needed(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct fake_source source = source_of(test, "SELECT i FROM range(100000000000) r(i)");
    define(test, &source);
    expect_rows(test, "SELECT i FROM outside LIMIT 2", "0\n1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/batches/" name, struct engine_case, NULL, case_set_up, function,           \
               case_tear_down)
    CASE("all types are taken over", test_all_types_are_taken_over);
    CASE("an offset counts", test_an_offset_counts);
    CASE("long arrays come in slices", test_long_arrays_come_in_slices);
    CASE("streams come at the same time", test_streams_come_at_the_same_time);
    CASE("as many threads work as are set", test_as_many_threads_work_as_are_set);
    CASE("a load ends after its scan", test_a_load_ends_after_its_scan);
    CASE("a source is read in SQL", test_a_source_is_read_in_sql);
    CASE("only wanted columns are read", test_only_wanted_columns_are_read);
    CASE("a failure keeps kind and code", test_a_failure_keeps_kind_and_code);
    CASE("an interrupt ends the reading", test_an_interrupt_ends_the_reading);
    CASE("rows are told while they come", test_rows_are_told_while_they_come);
    CASE("rows are pulled as they are needed", test_rows_are_pulled_as_they_are_needed);
    return g_test_run();
}
