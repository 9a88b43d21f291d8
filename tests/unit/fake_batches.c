/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_batches.h"

#include <pthread.h>

struct puller {
    const struct batch_source_class *class;
    struct batch_scan *scan;
    guint index; /* of its stream */
    gint64 rows;
    GError *error;
    pthread_t thread;
};

static void pull_arrays(struct puller *puller, struct ArrowArrayStream *stream)
{
    struct ArrowArray array = {0};
    int failed = 0;
    while ((failed = stream->get_next(stream, &array)) == 0 && array.release) {
        puller->rows += array.length;
        array.release(&array);
    }
    if (failed != 0)
        puller->class->scan_explain(puller->scan, stream, &puller->error);
}

static void *pull(void *data)
{
    struct puller *puller = data;
    struct ArrowArrayStream stream;
    if (!puller->class->scan_stream(puller->scan, puller->index, &stream, &puller->error))
        return NULL;
    pull_arrays(puller, &stream);
    stream.release(&stream);
    return NULL;
}

/* The first failure counts. */
static bool take(struct puller *puller, gint64 *rows, GError **error)
{
    pthread_join(puller->thread, NULL);
    *rows += puller->rows;
    if (!puller->error)
        return true;
    if (error && !*error)
        g_propagate_error(error, puller->error);
    else
        g_error_free(puller->error);
    return false;
}

bool fake_pull(struct batch_source *source, gint64 *out_rows, GError **error)
{
    const guint32 first[] = {0};
    const struct batch_request request = {.columns = first, .column_count = 1, .threads = 2};
    struct batch_scan *scan = NULL;
    if (!source->class->scan(source, &request, &scan, error))
        return false;
    const guint count = source->class->scan_streams(scan);
    g_autofree struct puller *pullers = g_new0(struct puller, count);
    for (guint i = 0; i < count; i++) {
        pullers[i] = (struct puller){.class = source->class, .scan = scan, .index = i};
        g_assert_cmpint(pthread_create(&pullers[i].thread, NULL, pull, &pullers[i]), ==, 0);
    }
    bool done = true;
    gint64 rows = 0;
    for (guint i = 0; i < count; i++)
        done = take(&pullers[i], &rows, error) && done;
    source->class->scan_free(scan);
    *out_rows = rows;
    return done;
}
