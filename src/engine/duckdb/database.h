/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open database and its sessions.
 *
 * Threads: `lock` guards the list of sources, `own_lock` the engine's own session, `define_lock`
 * the making of views for sources, `threads_lock` the number of threads. Neither of the first two
 * is held while another is taken.
 */
#pragma once

#include "engine/engine.h"

#include "duckdb.h"
#include <pthread.h>

struct engine {
    duckdb_database database;
    struct session *own; /* for questions outside of any transaction; guarded by own_lock */
    gint64 now_us;
    pthread_mutex_t lock;
    pthread_mutex_t own_lock;
    pthread_mutex_t define_lock;
    pthread_mutex_t threads_lock;
    GPtrArray *sources;      /* struct source */
    gint *slots;             /* of strict conversions (strict.h) */
    gint next_slot;          /* atomic */
    struct batches *batches; /* rows from outside (batches.h) */
    struct threads *threads; /* that work on statements (threads.h) */
    gint thread_count;       /* of them, and who runs the statement; atomic */
};

struct session {
    struct engine *engine;
    duckdb_connection connection;
    idx_t connection_id;
    gint is_interrupted; /* atomic: by session_interrupt, since the statement began */
    bool in_transaction;
    bool is_aborted;      /* a statement of the transaction failed: it can only be rolled back */
    bool only_binds;      /* no statement runs: sources needn't be read from end to end */
    char *schema;         /* of use_schema, or NULL */
    char *outside_path;   /* search_path to go back to when `schema` ends */
    GPtrArray *macros;    /* tracer_macro.h: those of users; NULL: to be looked for */
    GError *source_error; /* why a source that the statement may mention has no view */
    GHashTable *sources;  /* names of sources that have their view on this connection */
    struct written found; /* only its notes: what was found when sources were first read */
    guint load_settings;  /* batches.h: bits of those that a load has changed */
};

bool database_open(const struct engine_options *options, struct engine **out, GError **error);
void database_close(struct engine *engine);

bool session_new(struct engine *engine, struct session **out, GError **error);
void session_free(struct session *session);
/* What a setting of DuckDB is; "" when it can't be asked. */
char *session_setting(struct session *session, const char *name);

void session_interrupt(struct session *session);
struct progress session_progress(struct session *session);
bool session_begin(struct session *session, GError **error);
bool session_commit(struct session *session, GError **error);
void session_rollback(struct session *session);
bool session_use_schema(struct session *session, const char *schema, GError **error);
bool session_create_schema(struct session *session, const char *schema, GError **error);
