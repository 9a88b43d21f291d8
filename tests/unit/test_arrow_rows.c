/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random Arrow arrays: what the check takes comes out of the engine as the texts that were written
 * down beside the values. ARROW_ROUNDS=n makes more of them.
 */
#include "engine_case.h"
#include "random_arrow.h"

#include "connect/arrow_shape.h"

enum { ROUNDS = 100 };

/* The array as a source of one stream. */
struct rows_source {
    struct batch_source base;
    struct random_rows *rows;
};

struct batch_scan {
    struct random_rows *rows;
};

static bool source_schema(struct batch_source *base, struct ArrowSchema *out, GError **error)
{
    (void)error;
    *out = *((struct rows_source *)base)->rows->schema;
    return true;
}

static bool source_scan(struct batch_source *base, const struct batch_request *request,
                        struct batch_scan **out, GError **error)
{
    (void)error;
    struct random_rows *rows = ((struct rows_source *)base)->rows;
    g_assert_cmpint(request->column_count, ==, rows->schema->n_children);
    *out = g_new(struct batch_scan, 1);
    (*out)->rows = rows;
    return true;
}

static guint scan_streams(const struct batch_scan *scan)
{
    (void)scan;
    return 1;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct random_rows *rows = stream->private_data;
    *out = rows->array;
    rows->array.release = NULL;
    return 0;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static bool scan_stream(struct batch_scan *scan, guint index, struct ArrowArrayStream *out,
                        GError **error)
{
    (void)index;
    (void)error;
    *out = (struct ArrowArrayStream){
        .get_next = stream_next, .release = stream_release, .private_data = scan->rows};
    return true;
}

static void scan_cancel(struct batch_scan *scan)
{
    (void)scan;
}

static void scan_free(struct batch_scan *scan)
{
    g_free(scan);
}

static const struct batch_source_class source_class = {
    .schema = source_schema,
    .scan = source_scan,
    .scan_streams = scan_streams,
    .scan_stream = scan_stream,
    .scan_cancel = scan_cancel,
    .scan_free = scan_free,
};

/* What an engine reads wrongly is refused by name; all else is taken. */
static bool is_taken(const struct random_rows *rows, guint32 seed)
{
    g_autoptr(GError) error = NULL;
    AUTO(arrow_shape) shape = arrow_shape_new(rows->schema, &error);
    const bool taken = shape && arrow_shape_check(shape, &rows->array, &error);
    if (!taken && !strstr(error->message, "is not supported"))
        g_error("seed %u: %s", seed, error->message);
    return taken;
}

static void compare(const struct random_rows *wanted, guint32 seed, const char *found)
{
    g_auto(GStrv) rows = g_strsplit(found, "\n", -1);
    g_assert_cmpuint(g_strv_length(rows), ==, wanted->texts->len);
    for (guint i = 0; i < wanted->texts->len; i++) {
        const char *text = g_ptr_array_index(wanted->texts, i);
        if (strcmp(rows[i], text) != 0)
            g_error("seed %u, row %u is\n%s, wanted\n%s", seed, i, rows[i], text);
    }
}

static void load(struct engine_case *test, struct random_rows *rows, guint32 seed)
{
    g_autoptr(GError) error = NULL;
    struct rows_source source = {.base = {&source_class}, .rows = rows};
    const struct target target = {.name = "t"};
    struct written written = {.notes = NULL};
    if (!test->class->load_batches(test->session, &target, &source.base, NULL, &written, &error))
        g_error("seed %u: %s", seed, error->message);
    g_autofree char *found =
        case_rows(test, test->session, "SELECT CAST(t AS VARCHAR) FROM t ORDER BY rowid");
    compare(rows, seed, found);
}

static void test_random_arrays_are_read_as_they_are(struct engine_case *test, gconstpointer data)
{
    (void)data;
    const char *given = g_getenv("ARROW_ROUNDS");
    const guint rounds = given ? (guint)g_ascii_strtoull(given, NULL, 10) : ROUNDS;
    guint taken = 0;
    for (guint32 seed = 1; seed <= rounds; seed++) {
        struct random_rows rows;
        random_rows_init(&rows, seed);
        if (is_taken(&rows, seed)) {
            load(test, &rows, seed);
            taken++;
        }
        random_rows_clear(&rows);
    }
    g_test_message("%u of %u taken", taken, rounds);
    g_assert_cmpuint(taken, >, rounds * 3 / 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/engine/batches/random arrays are read as they are", struct engine_case, NULL,
               case_set_up, test_random_arrays_are_read_as_they_are, case_tear_down);
    return g_test_run();
}
