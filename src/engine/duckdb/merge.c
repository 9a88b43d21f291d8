/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An APPEND is one INSERT. An UPSERT first puts the rows aside, so that their keys can be looked at
 * before anything changes, and then is one MERGE, which leaves rows alone that are as they should
 * be. How many were inserted is told by the table's size, which costs less than RETURNING.
 */
#include "engine/duckdb/merge.h"

#include "base/name.h"
#include "engine/duckdb/fit.h"
#include "engine/duckdb/keys.h"
#include "engine/duckdb/mapping.h"
#include "engine/duckdb/statement.h"
#include "engine/duckdb/window.h"

#include <string.h>

#define STAGE "__sqlflow_rows"
#define STAGED "temp." STAGE

/* What is known of one write. */
struct merge {
    struct session *session;
    const struct target *target;
    const struct table_place *place;
    const struct mapping *mapping;
};

GPtrArray *merge_columns(struct session *session, const struct table_place *place, GError **error)
{
    g_autofree char *query = g_strconcat("SELECT * FROM ", place->table, NULL);
    const struct input all = {.before = query, .text = "", .after = ""};
    return input_columns(session, &all, error);
}

/* Can it be bound? One that can't aborts nothing. *out_error may be NULL. */
static bool binds(struct session *session, const char *before, const struct input *input,
                  const char *after, GError **out_error)
{
    const bool was_aborted = session->is_aborted;
    g_autofree char *lead = g_strconcat(before, input->before, NULL);
    g_autofree char *end = g_strconcat(input->after, after, NULL);
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, lead, input->text, end);
    const bool bound = statement_prepare(session, &statement, &prepared, out_error);
    if (bound)
        duckdb_destroy_prepare(&prepared);
    statement_clear(&statement);
    session->is_aborted = was_aborted;
    return bound;
}

/* A column that can't be written to. */
static bool fills_itself(gpointer user_data, const char *column)
{
    const struct merge *merge = user_data;
    const struct input nothing = {.before = "", .text = "", .after = ""};
    g_autofree char *quoted = quote_identifier(column);
    g_autofree char *sql =
        g_strdup_printf("INSERT INTO %s (%s) VALUES (DEFAULT)", merge->place->table, quoted);
    g_autoptr(GError) error = NULL;
    return !binds(merge->session, sql, &nothing, "", &error) &&
           strstr(error->message, "generated column");
}

/* DuckDB tells INTEGER of a column of NULLs that has no type; but no INTEGER goes with a date. */
static void find_untyped(struct session *session, const struct input *input,
                         const GPtrArray *columns, GPtrArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        struct column *column = g_ptr_array_index(rows, i);
        const struct column *into = columns_find(columns, column->name);
        if (!into || strcmp(column->type, "INTEGER") != 0 || type_fit("INTEGER", into->type))
            continue;
        g_autofree char *quoted = quote_identifier(column->name);
        g_autofree char *probe =
            g_strdup_printf("SELECT coalesce(%s, DATE '2000-01-01') FROM (\n", quoted);
        if (!binds(session, probe, input, ")", NULL))
            continue;
        g_free(column->type);
        column->type = g_strdup("\"NULL\"");
    }
}

static bool count(struct session *session, const char *quoted, gint64 *out, GError **error)
{
    g_autofree char *sql = g_strconcat("SELECT count(*) FROM ", quoted, NULL);
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    *out = duckdb_value_int64(&result, 0, 0);
    duckdb_destroy_result(&result);
    return true;
}

/* They are no part of the ALTER: a function in it lets the engine's log end in an error when it is
 * read again after a crash, and the database never opens any more (tried on 1.5.6). */
static bool check_table(const struct merge *merge, GError **error)
{
    const GPtrArray *checks = merge->mapping->checks;
    for (guint i = 0; i < checks->len; i++) {
        const char *check = g_ptr_array_index(checks, i);
        g_autofree char *sql =
            g_strdup_printf("SELECT count(%s) FROM %s", check, merge->place->table);
        if (!statement_run_own(merge->session, sql, error))
            return false;
    }
    return true;
}

/* The table's columns become what the mapping says. */
static bool change_table(const struct merge *merge, struct written *out, GError **error)
{
    const struct mapping *mapping = merge->mapping;
    if (!check_table(merge, error))
        return false;
    for (guint i = 0; i < mapping->changes->len; i++) {
        g_autofree char *sql = g_strconcat("ALTER TABLE ", merge->place->table, " ",
                                           g_ptr_array_index(mapping->changes, i), NULL);
        if (!statement_run_own(merge->session, sql, error))
            return false;
    }
    for (guint i = 0; i < mapping->notes->len; i++)
        written_note(out, g_strdup(g_ptr_array_index(mapping->notes, i)));
    return true;
}

/* Puts the rows aside; *out_read: how many. */
static bool stage(const struct merge *merge, const struct input *mapped, gint64 *out_read,
                  struct written *out, GError **error)
{
    return input_create(merge->session, "TEMP TABLE", STAGE, mapped, out_read, error) &&
           (!merge->target->window ||
            window_check(merge->session, merge->target, STAGED, out, error));
}

/* A statement of our own; how many rows it changed. */
static bool run_counted(struct session *session, const char *sql, gint64 *out_rows, GError **error)
{
    struct statement statement;
    statement_init(&statement, sql, "", NULL);
    bool ran = statement_run(session, &statement, out_rows, error);
    statement_clear(&statement);
    return ran;
}

static bool change(const struct merge *merge, const char *before, const char *after,
                   gint64 *out_rows, GError **error)
{
    g_autofree char *sql = g_strconcat(before, " ", merge->place->table, " ", after, NULL);
    return run_counted(merge->session, sql, out_rows, error);
}

static char *table_condition(const struct merge *merge)
{
    g_autofree char *quoted = quote_identifier(merge->target->column);
    return window_condition(merge->target->window, quoted);
}

/* Rows may be read from the table: they are put aside before any are deleted. */
static bool replace_window(const struct merge *merge, const struct input *mapped,
                           struct written *out, GError **error)
{
    gint64 read = 0;
    gint64 deleted = 0;
    gint64 inserted = 0;
    g_autofree char *inside = table_condition(merge);
    g_autofree char *where = g_strconcat("WHERE ", inside, NULL);
    if (!stage(merge, mapped, &read, out, error) ||
        !change(merge, "DELETE FROM", where, &deleted, error) ||
        !change(merge, "INSERT INTO", "BY NAME FROM " STAGED, &inserted, error))
        return false;
    out->rows = (struct row_counts){.read = read, .inserted = inserted, .deleted = deleted};
    return statement_run_own(merge->session, "DROP TABLE " STAGED, error);
}

/* What the table has inside of the window is left out, as often as it has it. */
static bool append_new(const struct merge *merge, const struct input *mapped, struct written *out,
                       GError **error)
{
    gint64 read = 0;
    gint64 inserted = 0;
    g_autofree char *inside = table_condition(merge);
    g_autofree char *names = mapping_names(merge->mapping);
    g_autofree char *query =
        g_strdup_printf("(%s) SELECT %s FROM " STAGED " EXCEPT ALL SELECT %s FROM %s WHERE %s",
                        names, names, names, merge->place->table, inside);
    if (!stage(merge, mapped, &read, out, error) ||
        !change(merge, "INSERT INTO", query, &inserted, error))
        return false;
    out->rows =
        (struct row_counts){.read = read, .inserted = inserted, .unchanged = read - inserted};
    return statement_run_own(merge->session, "DROP TABLE " STAGED, error);
}

static bool append(const struct merge *merge, const struct input *mapped, struct written *out,
                   GError **error)
{
    g_autofree char *lead = g_strconcat("INSERT INTO ", merge->place->table, " BY NAME", NULL);
    gint64 rows = -1;
    if (!input_run(merge->session, lead, mapped, &rows, error))
        return false;
    out->rows = (struct row_counts){.read = rows, .inserted = rows};
    return true;
}

static bool is_key(const struct merge *merge, const char *quoted)
{
    for (guint i = 0; merge->target->keys[i]; i++) {
        g_autofree char *key = quote_identifier(merge->target->keys[i]);
        if (g_ascii_strcasecmp(key, quoted) == 0)
            return true;
    }
    return false;
}

/* WHEN MATCHED AND a column differs THEN UPDATE; nothing when all columns are keys. */
static void append_update(GString *sql, const struct merge *merge)
{
    g_autoptr(GString) differs = g_string_new(NULL);
    g_autoptr(GString) set = g_string_new(NULL);
    for (guint i = 0; i < merge->mapping->names->len; i++) {
        const char *name = g_ptr_array_index(merge->mapping->names, i);
        if (is_key(merge, name))
            continue;
        g_string_append_printf(differs, "%s__old.%s IS DISTINCT FROM __new.%s",
                               differs->len ? " OR " : "", name, name);
        g_string_append_printf(set, "%s%s = __new.%s", set->len ? ", " : "", name, name);
    }
    if (set->len)
        g_string_append_printf(sql, " WHEN MATCHED AND (%s) THEN UPDATE SET %s", differs->str,
                               set->str);
}

static void append_insert(GString *sql, const struct merge *merge)
{
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(GString) values = g_string_new(NULL);
    for (guint i = 0; i < merge->mapping->names->len; i++) {
        const char *name = g_ptr_array_index(merge->mapping->names, i);
        g_string_append_printf(names, "%s%s", i ? ", " : "", name);
        g_string_append_printf(values, "%s__new.%s", i ? ", " : "", name);
    }
    g_string_append_printf(sql, " WHEN NOT MATCHED THEN INSERT (%s) VALUES (%s)", names->str,
                           values->str);
}

static bool run_merge(const struct merge *merge, gint64 *out_changed, GError **error)
{
    g_autofree char *same = keys_join(merge->target->keys, "__old.%s = __new.%s", " AND ");
    g_autoptr(GString) sql = g_string_new(NULL);
    g_string_printf(sql, "MERGE INTO %s AS __old USING " STAGED " AS __new ON %s",
                    merge->place->table, same);
    append_update(sql, merge);
    append_insert(sql, merge);
    return run_counted(merge->session, sql->str, out_changed, error);
}

/* The rows are in the stage; `read` of them. */
static bool upsert_staged(const struct merge *merge, gint64 read, struct written *out,
                          GError **error)
{
    const char *table = merge->place->table;
    gint64 before = 0;
    gint64 after = 0;
    gint64 changed = 0;
    if (!keys_check(merge->session, merge->target->keys, STAGED, error) ||
        !count(merge->session, table, &before, error) || !run_merge(merge, &changed, error) ||
        !count(merge->session, table, &after, error))
        return false;
    out->rows = (struct row_counts){
        .read = read,
        .inserted = after - before,
        .updated = changed - (after - before),
        .unchanged = MAX(read - changed, 0),
    };
    return true;
}

static bool upsert(const struct merge *merge, const struct input *mapped, struct written *out,
                   GError **error)
{
    gint64 read = 0;
    return stage(merge, mapped, &read, out, error) && upsert_staged(merge, read, out, error) &&
           statement_run_own(merge->session, "DROP TABLE " STAGED, error);
}

static bool write_mapped(const struct merge *merge, const struct input *input, struct written *out,
                         GError **error)
{
    g_autofree char *select = mapping_select(merge->mapping);
    g_autofree char *before = g_strconcat(select, input->before, NULL);
    g_autofree char *after = g_strconcat(input->after, ")", NULL);
    const struct input mapped = {.before = before, .text = input->text, .after = after};
    if (!change_table(merge, out, error))
        return false;
    switch (merge->target->mode) {
    case WRITE_UPSERT:
        return upsert(merge, &mapped, out, error);
    case WRITE_WINDOW:
        return replace_window(merge, &mapped, out, error);
    case WRITE_APPEND:
        return merge->target->window ? append_new(merge, &mapped, out, error)
                                     : append(merge, &mapped, out, error);
    case WRITE_REPLACE:
        break;
    }
    g_assert_not_reached();
}

/* A key has to be on both sides, whatever the schema policy leaves out. */
static bool check_keys(const struct target *target, const struct mapping_sides *sides,
                       GError **error)
{
    g_autofree char *where = g_strdup_printf("the table '%s'", sides->table);
    if (target->window && !columns_find(sides->columns, target->column)) {
        error_set(error, ERROR_DATA, "'%s' is no column of %s", target->column, where);
        return false;
    }
    if (target->mode != WRITE_UPSERT)
        return true;
    return keys_exist(target->keys, sides->rows, "the rows", error) &&
           keys_exist(target->keys, sides->columns, where, error);
}

bool merge_rows(struct session *session, const struct target *target,
                const struct table_place *place, const struct input *input, struct written *out,
                GError **error)
{
    struct merge merge = {.session = session, .target = target, .place = place};
    g_autoptr(GPtrArray) columns = merge_columns(session, place, error);
    g_autoptr(GPtrArray) rows = columns ? input_columns(session, input, error) : NULL;
    if (!rows)
        return false;
    find_untyped(session, input, columns, rows);
    const struct mapping_sides sides = {
        .table = target->name,
        .columns = columns,
        .rows = rows,
        .is_inferred = input->is_inferred,
        .fills_itself = fills_itself,
        .user_data = &merge,
    };
    if (!check_keys(target, &sides, error))
        return false;
    AUTO(mapping) mapping = mapping_new(&sides, target->schema, error);
    merge.mapping = mapping;
    return mapping && write_mapped(&merge, input, out, error);
}

bool merge_check_made(struct session *session, const struct target *target,
                      const struct table_place *place, struct written *out, GError **error)
{
    if (target->window && !window_check(session, target, place->table, out, error))
        return false;
    if (target->mode != WRITE_UPSERT)
        return true;
    g_autoptr(GPtrArray) columns = merge_columns(session, place, error);
    return columns && keys_exist(target->keys, columns, "the rows", error) &&
           keys_check(session, target->keys, place->table, error);
}
