/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "connect/arrow_shape.h"
#include "connect/filter.h"
#include "connect/outside/context.h"

#include <errno.h>

struct outside_source {
    struct batch_source base;
    struct usage usage;
    struct sqlflow_context context;
    const struct sqlflow_connector *connector;
    void *handle;
    GArray *filters; /* struct sqlflow_filter */
    struct arrow_shape *shape;
};

struct batch_scan {
    struct outside_source *source;
    struct sqlflow_context context; /* the source's, with the reading's own interruption */
    void *handle;
    guint32 streams;
    struct arrow_shape *shape;    /* of the wanted columns */
    struct sqlflow_error failure; /* of its streams */
};

/* A stream of the connector's, whose arrays are checked. */
struct checked {
    struct batch_scan *scan;
    struct ArrowArrayStream inner;
    GError *error; /* why an array was refused */
};

static bool fail_other_columns(const struct outside_source *source, GError **error)
{
    error_set(error, ERROR_DATA, "the connector '%s' gives other columns than it said",
              source->usage.connector->name);
    return false;
}

/* The columns, looked at. */
static struct arrow_shape *ask_schema(struct outside_source *source, struct ArrowSchema *out,
                                      GError **error)
{
    struct sqlflow_error failure = context_error(&source->context);
    *out = (struct ArrowSchema){0};
    if (!outcome(source->connector->source_schema(source->handle, out, &failure), &source->context,
                 &failure, error))
        return NULL;
    struct arrow_shape *shape = arrow_shape_new(out, error);
    if (!shape && out->release)
        out->release(out);
    return shape;
}

/* An engine asks again: what it gets is what its arrays are checked by. */
static bool source_schema(struct batch_source *base, struct ArrowSchema *out, GError **error)
{
    struct outside_source *source = (struct outside_source *)base;
    AUTO(arrow_shape) shape = ask_schema(source, out, error);
    if (!shape || arrow_shape_equal(shape, source->shape))
        return shape != NULL;
    out->release(out);
    return fail_other_columns(source, error);
}

static void source_free(struct batch_source *base)
{
    struct outside_source *source = (struct outside_source *)base;
    if (source->handle)
        source->connector->source_close(source->handle);
    arrow_shape_free(source->shape);
    g_array_unref(source->filters);
    context_clear(&source->context);
    outside_moment_unref(source->usage.moment);
    g_free(source);
}

static void scan_free(struct batch_scan *scan)
{
    if (scan->handle)
        scan->source->connector->scan_close(scan->handle);
    arrow_shape_free(scan->shape);
    g_clear_error(&scan->failure.error);
    g_free(scan);
}

static bool start_scan(struct batch_scan *scan, const struct batch_request *request, GError **error)
{
    const struct outside_source *source = scan->source;
    const struct sqlflow_scan wanted = {
        .size = sizeof wanted,
        .columns = request->columns,
        .column_count = request->column_count,
        .filters = (const struct sqlflow_filter *)(gconstpointer)source->filters->data,
        .filter_count = source->filters->len,
        .threads = MAX(request->threads, 1),
        .context = &scan->context,
        .error = &scan->failure,
    };
    struct sqlflow_error failure = context_error(&scan->context);
    if (!outcome(source->connector->scan_open(source->handle, &wanted, &scan->handle,
                                              &scan->streams, &failure),
                 &scan->context, &failure, error))
        return false;
    if (scan->streams > 0)
        return true;
    error_set(error, ERROR_SYSTEM, "the connector '%s' gives no stream of rows",
              source->usage.connector->name);
    return false;
}

static bool source_scan(struct batch_source *base, const struct batch_request *request,
                        struct batch_scan **out, GError **error)
{
    struct outside_source *source = (struct outside_source *)base;
    struct batch_scan *scan = g_new0(struct batch_scan, 1);
    scan->source = source;
    scan->context = source->context;
    scan->context.is_interrupted[1] = request->is_interrupted;
    scan->failure = context_error(&scan->context);
    scan->shape = arrow_shape_project(source->shape, request->columns, request->column_count);
    if (!start_scan(scan, request, error)) {
        scan_free(scan);
        return false;
    }
    *out = scan;
    return true;
}

static guint scan_streams(const struct batch_scan *scan)
{
    return scan->streams;
}

static int checked_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct checked *checked = stream->private_data;
    *out = (struct ArrowArray){0};
    const int failed = checked->inner.get_next(&checked->inner, out);
    const bool is_end = !out->release && out->length == 0;
    if (failed != 0 || is_end || arrow_shape_check(checked->scan->shape, out, &checked->error))
        return failed;
    if (out->release)
        out->release(out);
    out->release = NULL;
    return EINVAL;
}

static int checked_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct checked *checked = stream->private_data;
    return checked->inner.get_schema(&checked->inner, out);
}

static const char *checked_error(struct ArrowArrayStream *stream)
{
    struct checked *checked = stream->private_data;
    if (checked->error)
        return checked->error->message;
    return checked->inner.get_last_error ? checked->inner.get_last_error(&checked->inner) : NULL;
}

static void checked_release(struct ArrowArrayStream *stream)
{
    struct checked *checked = stream->private_data;
    if (checked->inner.release)
        checked->inner.release(&checked->inner);
    g_clear_error(&checked->error);
    g_free(checked);
    *stream = (struct ArrowArrayStream){0};
}

/* Streams fail at the same time: each gets a copy of the first reason. */
static void explain(struct checked *checked, GError **error)
{
    struct batch_scan *scan = checked->scan;
    struct sqlflow_error failure = context_error(&scan->context);
    if (checked->error)
        failure.error = g_error_copy(checked->error);
    pthread_mutex_lock(&scan->failure.lock);
    if (!failure.error && scan->failure.error)
        failure.error = g_error_copy(scan->failure.error);
    failure.retry_after_ms = scan->failure.retry_after_ms;
    failure.has_given_up = scan->failure.has_given_up;
    pthread_mutex_unlock(&scan->failure.lock);
    const char *message = failure.error || !checked->inner.get_last_error
                              ? NULL
                              : checked->inner.get_last_error(&checked->inner);
    if (message)
        host_table()->fail(&failure, SQLFLOW_ERROR_SYSTEM, NULL, "%s", message);
    (void)outcome(false, &scan->context, &failure, error);
}

/* The stream gives the columns that were asked for. */
static bool check_schema(struct checked *checked, GError **error)
{
    struct ArrowSchema schema = {0};
    if (checked->inner.get_schema(&checked->inner, &schema) != 0) {
        explain(checked, error);
        return false;
    }
    AUTO(arrow_shape) shape = arrow_shape_new(&schema, error);
    if (schema.release)
        schema.release(&schema);
    return shape && (arrow_shape_equal(shape, checked->scan->shape) ||
                     fail_other_columns(checked->scan->source, error));
}

static bool is_stream(const struct ArrowArrayStream *stream)
{
    return stream->release && stream->get_schema && stream->get_next;
}

static bool scan_stream(struct batch_scan *scan, guint index, struct ArrowArrayStream *out,
                        GError **error)
{
    struct checked *checked = g_new0(struct checked, 1);
    checked->scan = scan;
    struct ArrowArrayStream stream = {
        .get_schema = checked_schema,
        .get_next = checked_next,
        .get_last_error = checked_error,
        .release = checked_release,
        .private_data = checked,
    };
    struct sqlflow_error failure = context_error(&scan->context);
    const bool opened = outcome(
        scan->source->connector->scan_stream(scan->handle, index, &checked->inner, &failure),
        &scan->context, &failure, error);
    if (!opened)
        checked->inner.release = NULL;
    else if (!is_stream(&checked->inner))
        error_set(error, ERROR_SYSTEM, "the connector '%s' gives no stream of rows",
                  scan->source->usage.connector->name);
    if (!opened || !is_stream(&checked->inner) || !check_schema(checked, error)) {
        stream.release(&stream);
        return false;
    }
    *out = stream;
    return true;
}

static void scan_explain(struct batch_scan *scan, struct ArrowArrayStream *stream, GError **error)
{
    (void)scan;
    explain(stream->private_data, error);
}

static void scan_cancel(struct batch_scan *scan)
{
    if (scan->source->connector->scan_cancel)
        scan->source->connector->scan_cancel(scan->handle);
}

static const struct batch_source_class source_class = {
    .schema = source_schema,
    .scan = source_scan,
    .free = source_free,
    .scan_streams = scan_streams,
    .scan_stream = scan_stream,
    .scan_explain = scan_explain,
    .scan_cancel = scan_cancel,
    .scan_free = scan_free,
};

/* Names are compared without case. */
static bool check_names(const struct arrow_shape *shape, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < arrow_shape_columns(shape); i++) {
        const char *name = arrow_shape_name(shape, i);
        if (g_hash_table_add(names, g_ascii_strdown(name, -1)))
            continue;
        error_set(error, ERROR_DATA, "two columns are called '%s'", name);
        return false;
    }
    return true;
}

static bool open_source(struct outside_source *source, GError **error)
{
    const struct sqlflow_call call = context_call(&source->context);
    struct sqlflow_error failure = context_error(&source->context);
    if (!outcome(source->connector->source_open(&call, &source->handle, &failure), &source->context,
                 &failure, error))
        return false;
    struct ArrowSchema schema;
    source->shape = ask_schema(source, &schema, error);
    if (!source->shape)
        return false;
    schema.release(&schema);
    if (arrow_shape_columns(source->shape) > 0)
        return check_names(source->shape, error);
    error_set(error, ERROR_DATA, "there are no columns to read");
    return false;
}

struct batch_source *outside_open(const struct usage *usage, const char *where, GError **error)
{
    struct outside_source *source = g_new0(struct outside_source, 1);
    source->base.class = &source_class;
    source->usage = *usage;
    source->connector = usage->connector->descriptor;
    if (!context_init(&source->context, &source->usage, error)) {
        g_free(source);
        return NULL;
    }
    outside_moment_ref(source->usage.moment);
    source->filters = filters_read(where);
    const bool opened = open_source(source, error);
    source->context.is_interrupted[0] = NULL; /* from now on the statement counts that reads it */
    if (opened)
        return &source->base;
    source_free(&source->base);
    return NULL;
}

void outside_hush(struct batch_source *base)
{
    ((struct outside_source *)base)->usage.note = NULL;
}
