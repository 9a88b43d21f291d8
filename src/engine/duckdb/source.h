/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources that are read in SQL without a LOAD. Each is a hidden temp view on every connection, made
 * when a statement first mentions it; one replacement scan maps a table name that nothing else
 * answers to, to that view. So a real table wins, filters reach the scan, and the text stays as it
 * is.
 */
#pragma once

#include "engine/duckdb/database.h"

struct source {
    char *name;                /* the last part of it: all that DuckDB tells of a missing table */
    char *written;             /* the same as it stands in SQL */
    char *full;                /* as given */
    char *view;                /* its name, which needs no quotes */
    char *query;               /* the scan, once it was wanted */
    struct relation *relation; /* NULL: the query reads batches */
    struct batch_source *batches; /* or NULL */
    struct json_load *json;       /* the same of JSON */
    struct lossless *lossless;    /* of `query`, which may read copies that it holds; or NULL */
};

void source_free(gpointer data);

/* engine_class.define_source. */
bool source_define(struct engine *engine, const char *name, const struct relation *relation,
                   GError **error);

/* engine_class.define_batches. */
bool source_define_batches(struct engine *engine, const char *name, struct batch_source *batches,
                           GError **error);

/* Tells the database about sources; once, when it is opened. */
void source_watch(struct engine *engine);

#define SOURCE_VIEW_PREFIX "__source_"

/* Makes the views of those sources that the text may mention. One that fails is remembered in the
 * session: a column may just be called like it. */
void source_define_read(struct session *session, const char *sql);

/* engine_class.take_notes. */
void source_take_notes(struct session *session, struct written *out);

/* Is what is remembered the reason for this message? */
bool source_is_why(const struct session *session, const char *message);

/* May the text read rows that come from elsewhere, while it waits for them? */
bool source_waits(struct session *session, const char *sql);

/* May the text mention a source or a view? */
bool source_or_view_in(struct session *session, const char *sql);
