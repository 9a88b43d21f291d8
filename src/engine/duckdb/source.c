/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/source.h"

#include "base/name.h"
#include "engine/duckdb/batches.h"
#include "engine/duckdb/csv.h"
#include "engine/duckdb/header.h"
#include "engine/duckdb/jsonload.h"
#include "engine/duckdb/lossless.h"
#include "engine/duckdb/parquet.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

void source_free(gpointer data)
{
    struct source *source = data;
    g_free(source->name);
    g_free(source->written);
    g_free(source->full);
    g_free(source->view);
    g_free(source->query);
    lossless_free(source->lossless);
    json_load_free(source->json);
    relation_free(source->relation);
    batch_source_free(source->batches);
    g_free(source);
}

static struct source *find_source(struct engine *engine, const char *name)
{
    for (guint i = 0; i < engine->sources->len; i++) {
        struct source *source = g_ptr_array_index(engine->sources, i);
        if (g_ascii_strcasecmp(source->name, name) == 0)
            return source;
    }
    return NULL;
}

/* DuckDB asks with the bare name, whatever schema stood before it: two sources with one last part
 * can't be told apart. */
static bool check_name(struct engine *engine, const char *name, const char *last, GError **error)
{
    const struct source *other = find_source(engine, last);
    if (!other)
        return true;
    error_set(error, ERROR_PLAN,
              "the sources '%s' and '%s' can't both be read without LOAD: LOAD one of them",
              other->full, name);
    return false;
}

/* With quotes doubled, as it stands in SQL. */
static char *written_name(const char *name)
{
    g_autoptr(GString) written = g_string_new(name);
    g_string_replace(written, "\"", "\"\"", 0);
    return g_strdup(written->str);
}

/* Takes the source over; its names and view are filled in. */
static bool add_source(struct engine *engine, const char *name, struct source *source,
                       GError **error)
{
    g_auto(GStrv) parts = name_split(name);
    const char *last = parts ? parts[g_strv_length(parts) - 1] : NULL;
    if (!parts)
        error_set(error, ERROR_PLAN, "'%s' is no name of a source", name);
    pthread_mutex_lock(&engine->lock);
    bool fine = parts && check_name(engine, name, last, error);
    if (fine) {
        source->name = g_strdup(last);
        source->written = written_name(last);
        source->full = g_strdup(name);
        source->view = g_strdup_printf(SOURCE_VIEW_PREFIX "%u", engine->sources->len + 1);
        g_ptr_array_add(engine->sources, source);
    }
    pthread_mutex_unlock(&engine->lock);
    if (!fine)
        source_free(source);
    return fine;
}

bool source_define(struct engine *engine, const char *name, const struct relation *relation,
                   GError **error)
{
    g_autofree char *query = scan_query(relation, 0, error); /* its settings can be said */
    if (!query)
        return false;
    struct source *source = g_new0(struct source, 1);
    source->relation = relation_copy(relation);
    return add_source(engine, name, source, error);
}

bool source_define_batches(struct engine *engine, const char *name, struct batch_source *batches,
                           GError **error)
{
    struct source *source = g_new0(struct source, 1);
    source->batches = batches;
    source->query = batches_query(batches_register(engine, batches));
    return add_source(engine, name, source, error);
}

/* Called by DuckDB, on any thread, for a table that doesn't exist. */
static void replace_table(duckdb_replacement_scan_info info, const char *table, void *data)
{
    struct engine *engine = data;
    pthread_mutex_lock(&engine->lock);
    const struct source *source = find_source(engine, table);
    g_autofree char *name = source ? g_strconcat("temp.", source->view, NULL) : NULL;
    pthread_mutex_unlock(&engine->lock);
    if (!name)
        return;
    duckdb_replacement_scan_set_function_name(info, "query_table");
    duckdb_value parameter = duckdb_create_varchar(name);
    duckdb_replacement_scan_add_parameter(info, parameter);
    duckdb_destroy_value(&parameter);
}

void source_watch(struct engine *engine)
{
    duckdb_add_replacement_scan(engine->database, replace_table, engine, NULL);
}

static bool is_name_char(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '$' || (guchar)c >= 0x80;
}

/* Does the name stand anywhere in the text, and not as a part of another? */
static bool mentions(const char *text, const struct source *source)
{
    gsize length = strlen(source->written);
    for (const char *at = text; *at; at++) {
        if (g_ascii_strncasecmp(at, source->written, length) == 0 && !is_name_char(at[length]) &&
            (at == text || !is_name_char(at[-1])))
            return true;
    }
    return false;
}

static char *make_json(struct session *session, struct source *source, GError **error)
{
    AUTO(json_load) load = json_load_new(session, source->relation, NULL, error);
    if (!load || (!session->only_binds && !json_load_finish(load, session, -1, error)))
        return NULL;
    if (!session->only_binds)
        json_load_tell(load, source->full, &session->found);
    g_clear_pointer(&source->json, json_load_free);
    source->json = g_steal_pointer(&load);
    return json_load_query(source->json);
}

/* The scan of a source. Of CSV, with the types that all its rows have; with those that the first
 * rows have when the session only binds. */
static char *make_query(struct session *session, struct source *source, GError **error)
{
    if (json_load_applies(source->relation))
        return make_json(session, source, error);
    if (!lossless_applies(source->relation))
        return parquet_check(session, source->relation, source->full, &session->found, error)
                   ? scan_query(source->relation, 0, error)
                   : NULL;
    AUTO(lossless) lossless = lossless_new(session, source->relation, NULL, error);
    if (!lossless || (!session->only_binds && !(lossless_check(lossless, session, error) &&
                                                lossless_finish(lossless, session, -1, error))))
        return NULL;
    if (!session->only_binds)
        lossless_tell(lossless, source->full, &session->found);
    char *query = lossless_query(lossless, false);
    g_clear_pointer(&source->lossless, lossless_free);
    source->lossless = g_steal_pointer(&lossless);
    return query;
}

/* The one that was made for good is used again by all sessions. */
static char *find_query(struct session *session, struct source *source, GError **error)
{
    if (source->query)
        return g_strdup(source->query);
    if (!header_check(session, source->relation, error))
        return NULL;
    char *query = make_query(session, source, error);
    if (!session->only_binds)
        source->query = g_strdup(query);
    return query;
}

static bool create_view(struct session *session, const struct source *source, const char *query,
                        GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("CREATE OR REPLACE TEMP VIEW %s AS %s", source->view, query);
    return statement_run_own(session, sql, error);
}

static bool define_view(struct session *session, struct source *source, GError **error)
{
    g_autoptr(GError) failure = NULL;
    pthread_mutex_lock(&session->engine->define_lock);
    g_autofree char *query = find_query(session, source, &failure);
    pthread_mutex_unlock(&session->engine->define_lock);
    if (query && create_view(session, source, query, &failure))
        return true;
    if (source->relation)
        csv_explain(source->relation, &failure);
    g_propagate_prefixed_error(error, g_steal_pointer(&failure), "source %s: ", source->full);
    return false;
}

/* The sources whose views this connection lacks and the text may want. Sources are never removed
 * while sessions live, so the records may be used without the lock. */
static GPtrArray *wanted(struct session *session, const char *sql)
{
    GPtrArray *list = g_ptr_array_new();
    pthread_mutex_lock(&session->engine->lock);
    for (guint i = 0; i < session->engine->sources->len; i++) {
        struct source *source = g_ptr_array_index(session->engine->sources, i);
        if (!g_hash_table_contains(session->sources, source->name) && mentions(sql, source))
            g_ptr_array_add(list, source);
    }
    pthread_mutex_unlock(&session->engine->lock);
    return list;
}

void source_define_read(struct session *session, const char *sql)
{
    g_clear_error(&session->source_error);
    g_autoptr(GPtrArray) list = wanted(session, sql);
    for (guint i = 0; i < list->len; i++) {
        struct source *source = g_ptr_array_index(list, i);
        g_autoptr(GError) error = NULL;
        bool defined = define_view(session, source, &error);
        if (defined && !session->only_binds)
            g_hash_table_add(session->sources, source->name);
        if (!defined && !session->source_error)
            session->source_error = g_steal_pointer(&error);
    }
}

void source_take_notes(struct session *session, struct written *out)
{
    for (guint i = 0; session->found.notes && i < session->found.notes->len; i++)
        written_note(out, g_strdup(g_ptr_array_index(session->found.notes, i)));
    written_clear(&session->found);
}

bool source_is_why(const struct session *session, const char *message)
{
    return session->source_error &&
           (strstr(message, SOURCE_VIEW_PREFIX) || strstr(message, "transaction is aborted"));
}

static bool view_in(struct session *own, const char *sql)
{
    static const char query[] =
        "SELECT 1 FROM duckdb_views() WHERE NOT internal AND contains(lower($1), lower(view_name))";
    duckdb_prepared_statement prepared;
    duckdb_result result;
    bool found = true; /* when it can't be known */
    if (duckdb_prepare(own->connection, query, &prepared) == DuckDBSuccess) {
        duckdb_bind_varchar(prepared, 1, sql);
        if (duckdb_execute_prepared(prepared, &result) == DuckDBSuccess)
            found = duckdb_row_count(&result) > 0;
        duckdb_destroy_result(&result);
    }
    duckdb_destroy_prepare(&prepared);
    return found;
}

bool source_or_view_in(struct session *session, const char *sql)
{
    struct engine *engine = session->engine;
    bool found = false;
    pthread_mutex_lock(&engine->lock);
    for (guint i = 0; i < engine->sources->len && !found; i++) {
        const struct source *source = g_ptr_array_index(engine->sources, i);
        found = mentions(sql, source);
    }
    pthread_mutex_unlock(&engine->lock);
    if (found)
        return true;
    pthread_mutex_lock(&engine->own_lock);
    found = view_in(engine->own, sql);
    pthread_mutex_unlock(&engine->own_lock);
    return found;
}

bool source_waits(struct session *session, const char *sql)
{
    struct engine *engine = session->engine;
    bool has_batches = false;
    pthread_mutex_lock(&engine->lock);
    for (guint i = 0; i < engine->sources->len && !has_batches; i++)
        has_batches =
            ((const struct source *)g_ptr_array_index(engine->sources, i))->batches != NULL;
    pthread_mutex_unlock(&engine->lock);
    return has_batches && source_or_view_in(session, sql);
}
