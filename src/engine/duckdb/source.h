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
    char *name; /* the last part of it: all that DuckDB tells of a missing table */
    char *full; /* as given */
    char *view;
    char *query; /* the scan, once it was wanted */
    struct relation *relation;
};

void source_free(gpointer data);

/* engine_class.define_source. */
bool source_define(struct engine *engine, const char *name, const struct relation *relation,
                   GError **error);

/* Tells the database about sources; once, when it is opened. */
void source_watch(struct engine *engine);

/* Makes the views of those sources that the text may mention. */
bool source_define_read(struct session *session, const char *sql,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* May the text mention a source or a view? */
bool source_or_view_in(struct session *session, const char *sql);
