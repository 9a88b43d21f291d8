/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/catalog.h"

#include "base/compare.h"
#include "base/name.h"
#include "engine/duckdb/statement.h"

#include <string.h>

/* A name's parts; NULL for what isn't given. */
struct table_key {
    const char *catalog;
    const char *schema;
    const char *table;
};

/* Binds $1.. in order; runs; true when there is a row. */
static bool has_row(struct session *session, const char *sql, const struct table_key *place)
{
    duckdb_prepared_statement prepared;
    duckdb_result result;
    bool found = false;
    if (duckdb_prepare(session->connection, sql, &prepared) == DuckDBSuccess) {
        duckdb_bind_varchar(prepared, 1, place->table);
        duckdb_bind_varchar(prepared, 2, place->schema ? place->schema : "");
        duckdb_bind_varchar(prepared, 3, place->catalog ? place->catalog : "");
        if (duckdb_execute_prepared(prepared, &result) == DuckDBSuccess)
            found = duckdb_row_count(&result) > 0;
        duckdb_destroy_result(&result);
    }
    duckdb_destroy_prepare(&prepared);
    return found;
}

static bool is_view(struct session *session, const struct table_key *place)
{
    return has_row(session,
                   "SELECT 1 FROM duckdb_views() WHERE NOT internal AND lower(view_name) = "
                   "lower($1) AND CASE WHEN $2 = '' THEN schema_name IN (SELECT "
                   "unnest(current_schemas(true))) ELSE lower(schema_name) = lower($2) END AND "
                   "lower(database_name) = lower(CASE WHEN $3 = '' THEN current_database() ELSE "
                   "$3 END)",
                   place);
}

/* The C API finds tables by their entry; of views it only says that they aren't tables. */
static enum table_kind place_kind(struct session *session, const struct table_key *place)
{
    duckdb_table_description description;
    bool is_table =
        duckdb_table_description_create_ext(session->connection, place->catalog, place->schema,
                                            place->table, &description) == DuckDBSuccess;
    const char *message = is_table ? NULL : duckdb_table_description_error(description);
    bool is_missing = message && strstr(message, "No table with that schema+name");
    duckdb_table_description_destroy(&description);
    if (is_table)
        return TABLE_BASE;
    return !is_missing && is_view(session, place) ? TABLE_VIEW : TABLE_NONE;
}

/* `a.t` is a table of the schema a, or else of the database a. */
static enum table_kind parts_kind(struct session *session, char **parts)
{
    guint count = g_strv_length(parts);
    struct table_key place = {.table = parts[count - 1]};
    if (count > 1)
        place.schema = parts[count - 2];
    if (count > 2)
        place.catalog = parts[0];
    enum table_kind kind = place_kind(session, &place);
    if (kind != TABLE_NONE || count != 2)
        return kind;
    place = (struct table_key){.catalog = parts[0], .schema = "main", .table = parts[1]};
    return place_kind(session, &place);
}

enum table_kind catalog_exists(struct session *session, const char *name)
{
    g_auto(GStrv) parts = name_split(name);
    return parts ? parts_kind(session, parts) : TABLE_NONE;
}

static char **target_parts(const struct session *session, const char *name)
{
    char **parts = name_split(name);
    if (!parts || !session->schema || g_strv_length(parts) != 1)
        return parts;
    char **placed = g_new0(char *, 3);
    placed[0] = g_strdup(session->schema);
    placed[1] = g_strdup(parts[0]);
    g_strfreev(parts);
    return placed;
}

static void append_part(GString *name, const char *part)
{
    g_autofree char *quoted = quote_identifier(part);
    g_string_append(name, quoted);
}

bool table_place_init(struct table_place *place, const struct session *session, const char *name,
                      GError **error)
{
    g_auto(GStrv) parts = target_parts(session, name);
    if (!parts) {
        error_set(error, ERROR_PLAN, "'%s' is no name of a table", name);
        return false;
    }
    guint count = g_strv_length(parts);
    g_autoptr(GString) folder = g_string_new(NULL);
    for (guint i = 0; i + 1 < count; i++) {
        append_part(folder, parts[i]);
        g_string_append_c(folder, '.');
    }
    place->bare = quote_identifier(parts[count - 1]);
    place->table = g_strconcat(folder->str, place->bare, NULL);
    place->sibling = g_strconcat(folder->str, "__sqlflow_new", NULL);
    return true;
}

/* What the database is called that the engine was opened with: its own session never leaves it. */
static char *own_catalog(struct engine *engine)
{
    duckdb_result result;
    char *name = NULL;
    pthread_mutex_lock(&engine->own_lock);
    if (duckdb_query(engine->own->connection, "SELECT current_database()", &result) ==
        DuckDBSuccess)
        name = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    pthread_mutex_unlock(&engine->own_lock);
    char *copy = g_strdup(name);
    duckdb_free(name);
    return copy;
}

bool catalog_is_outside(struct session *session, const char *name)
{
    g_auto(GStrv) parts = name ? name_split(name) : NULL;
    if (name && (!parts || g_strv_length(parts) == 1))
        return false;
    g_autofree char *own = own_catalog(session->engine);
    const struct table_key place = {.catalog = own, .table = parts ? parts[0] : ""};
    return has_row(
        session,
        "SELECT 1 FROM duckdb_databases() WHERE lower(database_name) = lower(CASE WHEN "
        "$1 = '' THEN current_database() ELSE $1 END) AND $2 = '' AND database_name <> $3",
        &place);
}

void table_place_clear(struct table_place *place)
{
    g_clear_pointer(&place->table, g_free);
    g_clear_pointer(&place->bare, g_free);
    g_clear_pointer(&place->sibling, g_free);
}

enum table_kind catalog_target_kind(struct session *session, const char *name)
{
    g_auto(GStrv) parts = target_parts(session, name);
    return parts ? parts_kind(session, parts) : TABLE_NONE;
}

bool catalog_columns(struct session *session, const char *name, GPtrArray **out_columns,
                     GError **error)
{
    if (catalog_exists(session, name) == TABLE_NONE) {
        error_set(error, ERROR_DATA, "there is no table '%s'", name);
        return false;
    }
    g_autofree char *quoted = quote_name(name);
    g_autofree char *sql = g_strdup_printf("SELECT * FROM %s", quoted);
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, sql, "", NULL);
    bool done = statement_prepare(session, &statement, &prepared, error);
    statement_clear(&statement);
    if (!done)
        return false;
    *out_columns = columns_new();
    statement_columns(prepared, *out_columns);
    duckdb_destroy_prepare(&prepared);
    return true;
}

static const char list_query[] =
    "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary AND "
    "database_name = current_database() AND schema_name <> 'sqlflow' "
    "UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal AND NOT "
    "temporary "
    "AND database_name = current_database() AND schema_name <> 'sqlflow'";

/* Quoted where a dot or quote in it would be misread. */
static char *shown_part(const char *part)
{
    return strpbrk(part, ".\"") ? quote_identifier(part) : g_strdup(part);
}

static char *shown_name(const char *schema, const char *name)
{
    g_autofree char *last = shown_part(name);
    if (strcmp(schema, "main") == 0)
        return g_steal_pointer(&last);
    g_autofree char *first = shown_part(schema);
    return g_strconcat(first, ".", last, NULL);
}

bool catalog_list(struct session *session, GPtrArray **out_names, GError **error)
{
    duckdb_result result;
    if (duckdb_query(session->connection, list_query, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    *out_names = g_ptr_array_new_with_free_func(g_free);
    for (idx_t i = 0; i < duckdb_row_count(&result); i++) {
        char *schema = duckdb_value_varchar(&result, 0, i);
        char *name = duckdb_value_varchar(&result, 1, i);
        g_ptr_array_add(*out_names, shown_name(schema, name));
        duckdb_free(schema);
        duckdb_free(name);
    }
    duckdb_destroy_result(&result);
    g_ptr_array_sort(*out_names, compare_texts);
    return true;
}

static const char views_query[] =
    "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal AND NOT temporary "
    "AND database_name = current_database() AND schema_name <> 'sqlflow' ORDER BY ALL";

bool catalog_views(struct session *session, GPtrArray **out_views, GError **error)
{
    duckdb_result result;
    if (duckdb_query(session->connection, views_query, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    *out_views = views_new();
    for (idx_t i = 0; i < duckdb_row_count(&result); i++) {
        char *schema = duckdb_value_varchar(&result, 0, i);
        char *name = duckdb_value_varchar(&result, 1, i);
        char *sql = duckdb_value_varchar(&result, 2, i);
        g_autofree char *shown = shown_name(schema, name);
        views_add(*out_views, shown, sql ? sql : "");
        duckdb_free(schema);
        duckdb_free(name);
        duckdb_free(sql);
    }
    duckdb_destroy_result(&result);
    return true;
}
