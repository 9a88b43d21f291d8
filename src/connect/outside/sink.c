/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "connect/outside/context.h"

struct sink {
    struct usage usage;
    struct sqlflow_context context;
    const struct sqlflow_connector *connector;
    void *handle;
};

void sink_close(struct sink *sink)
{
    if (!sink)
        return;
    if (sink->handle)
        sink->connector->sink_close(sink->handle);
    context_clear(&sink->context);
    g_free(sink);
}

struct sink *sink_open(const struct usage *usage, const struct ArrowSchema *columns, GError **error)
{
    struct sink *sink = g_new0(struct sink, 1);
    sink->usage = *usage;
    sink->connector = usage->connector->descriptor;
    if (!context_init(&sink->context, &sink->usage, error)) {
        g_free(sink);
        return NULL;
    }
    const struct sqlflow_call call = context_call(&sink->context);
    struct sqlflow_error failure = context_error(&sink->context);
    if (outcome(sink->connector->sink_open(&call, columns, &sink->handle, &failure), &sink->context,
                &failure, error))
        return sink;
    sink->handle = NULL;
    sink_close(sink);
    return NULL;
}

bool sink_write(struct sink *sink, struct ArrowArrayStream *rows, gint64 *out_rows, GError **error)
{
    struct sqlflow_error failure = context_error(&sink->context);
    return outcome(sink->connector->sink_write(sink->handle, rows, out_rows, &failure),
                   &sink->context, &failure, error);
}

bool sink_commit(struct sink *sink, GError **error)
{
    struct sqlflow_error failure = context_error(&sink->context);
    return outcome(sink->connector->sink_commit(sink->handle, &failure), &sink->context, &failure,
                   error);
}

void sink_cancel(struct sink *sink)
{
    if (sink->connector->sink_cancel)
        sink->connector->sink_cancel(sink->handle);
}
