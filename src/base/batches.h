/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that come from outside as Arrow streams: what a connector gives when the engine can't scan
 * by itself (relation.h is the other way). Made by connect/, read by an engine.
 *
 * Threads: a source may be scanned by several threads at the same time; a scan is started and freed
 * by one, its streams are pulled by as many as there are, each by one at a time. scan_cancel may be
 * called by any thread between `scan` and `scan_free`.
 */
#pragma once

#include "base/arrow.h"
#include "base/auto.h"

#include <stdbool.h>

struct batch_source;
struct batch_scan;

/* What one reading wants. */
struct batch_request {
    const guint32 *columns; /* indexes in the schema, in the order wanted; there may be none */
    guint column_count;
    guint threads; /* how many streams are pulled at the same time */
    /* Atomic; lives as long as the scan, which is to end soon when it isn't 0. May be NULL. */
    gint *is_interrupted;
};

struct batch_source_class {
    /* The columns, as the children of a struct. The caller releases it. */
    bool (*schema)(struct batch_source *source, struct ArrowSchema *out, GError **error);
    bool (*scan)(struct batch_source *source, const struct batch_request *request,
                 struct batch_scan **out, GError **error);
    void (*free)(struct batch_source *source);

    guint (*scan_streams)(const struct batch_scan *scan);
    /* Each once. Released before the scan is freed; its arrays perhaps later. */
    bool (*scan_stream)(struct batch_scan *scan, guint index, struct ArrowArrayStream *out,
                        GError **error);
    /* Sets why a stream failed. */
    void (*scan_explain)(struct batch_scan *scan, struct ArrowArrayStream *stream, GError **error);
    /* Its streams end soon, with an error. */
    void (*scan_cancel)(struct batch_scan *scan);
    void (*scan_free)(struct batch_scan *scan);
};

/* The first member of whatever makes it. */
struct batch_source {
    const struct batch_source_class *class;
};

static inline void batch_source_free(struct batch_source *source)
{
    if (source)
        source->class->free(source);
}
DEFINE_AUTO(batch_source, batch_source_free);
