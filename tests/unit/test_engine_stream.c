/* SPDX-License-Identifier: Apache-2.0 */
/* Queries as Arrow streams. */
#include "engine_case.h"

static struct ArrowArrayStream open_stream(struct engine_case *test, const char *sql)
{
    g_autoptr(GError) error = NULL;
    struct ArrowArrayStream stream;
    if (!test->class->stream(test->session, sql, &stream, &error))
        g_error("%s: %s", sql, error->message);
    return stream;
}

static void test_the_schema_is_the_querys(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const formats[][2] = {
        {"i", "l"}, {"s", "u"}, {"d", "tdD"}, {"m", "d:5,2,128"}};
    struct ArrowArrayStream stream = open_stream(
        test, "SELECT 1::BIGINT i, 'x' s, DATE '2024-01-31' d, 1.5::DECIMAL(5,2) m -- the end");
    struct ArrowSchema schema;
    g_assert_cmpint(stream.get_schema(&stream, &schema), ==, 0);
    g_assert_cmpstr(schema.format, ==, "+s");
    g_assert_cmpint(schema.n_children, ==, G_N_ELEMENTS(formats));
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_assert_cmpstr(schema.children[i]->name, ==, formats[i][0]);
        g_assert_cmpstr(schema.children[i]->format, ==, formats[i][1]);
    }
    schema.release(&schema);
    stream.release(&stream);
    g_assert_null(stream.release);
    g_assert_cmpint(run(test, "SELECT 1"), ==, 1);
}

/* Every third value is NULL. */
static gint64 sum_of(const struct ArrowArray *rows)
{
    const struct ArrowArray *column = rows->children[0];
    const guint8 *validity = column->buffers[0];
    const gint64 *values = column->buffers[1];
    gint64 sum = 0;
    for (gint64 i = 0; i < rows->length; i++) {
        gint64 at = i + column->offset;
        if (!validity || (validity[at / 8] >> (at % 8)) & 1)
            sum += values[at];
    }
    return sum;
}

static void test_all_rows_come(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct ArrowArrayStream stream =
        open_stream(test, "SELECT CASE WHEN range % 3 <> 0 THEN range END AS n FROM range(100000)");
    gint64 rows = 0, sum = 0;
    guint arrays = 0;
    struct ArrowArray array;
    while (stream.get_next(&stream, &array) == 0 && array.release) {
        rows += array.length;
        sum += sum_of(&array);
        arrays++;
        array.release(&array);
    }
    g_assert_null(stream.get_last_error(&stream));
    stream.release(&stream);
    g_assert_cmpint(rows, ==, 100000);
    g_assert_cmpuint(arrays, >, 1);
    expect_rows(test, "SELECT sum(range) FROM range(100000) WHERE range % 3 <> 0", "3333266667");
    g_assert_cmpint(sum, ==, G_GINT64_CONSTANT(3333266667));
}

static void test_errors_early_and_late(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    struct ArrowArrayStream stream;
    g_assert_false(test->class->stream(test->session, "SELECT nocol", &stream, &error));
    check_error("early", error, &(struct expected_error){ERROR_DATA, 7, "nocol"});

    stream = open_stream(
        test, "SELECT CASE WHEN range = 500000 THEN error('late') ELSE 1 END FROM range(1000000)");
    struct ArrowArray array;
    int failed = 0;
    while ((failed = stream.get_next(&stream, &array)) == 0 && array.release)
        array.release(&array);
    g_assert_cmpint(failed, !=, 0);
    g_assert_cmpstr(stream.get_last_error(&stream), ==, "late");
    g_assert_cmpint(stream.get_next(&stream, &array), !=, 0);
    stream.release(&stream);
    g_assert_cmpint(run(test, "SELECT 1"), ==, 1);
}

static void test_a_stream_may_end_early(struct engine_case *test, gconstpointer data)
{
    (void)data;
    struct ArrowArrayStream stream = open_stream(test, "FROM range(100000000000)");
    struct ArrowArray array;
    g_assert_cmpint(stream.get_next(&stream, &array), ==, 0);
    stream.release(&stream);
    g_assert_cmpint(array.children[0]->length, >, 0); /* outlives its stream */
    array.release(&array);
    g_assert_cmpint(run(test, "SELECT 1"), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/stream/" name, struct engine_case, NULL, case_set_up, function,            \
               case_tear_down)
    CASE("the schema is the query's", test_the_schema_is_the_querys);
    CASE("all rows come", test_all_rows_come);
    CASE("errors come early and late", test_errors_early_and_late);
    CASE("a stream may end early", test_a_stream_may_end_early);
    return g_test_run();
}
