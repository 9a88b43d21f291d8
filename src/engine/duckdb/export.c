/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant: no value changes on its way into a file. What a format can't hold exactly is cast to
 * what it can, checked row by row, or refused before anything is written.
 */
#include "engine/duckdb/export.h"

#include "base/file.h"
#include "base/name.h"
#include "engine/duckdb/fidelity.h"
#include "engine/duckdb/lines.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

/* Settings by format: DuckDB's option, and its value when the setting isn't given. */
static const struct copy_option {
    const char *format;
    const char *setting;
    const char *option;
    const char *preset;
} copy_options[] = {
    {"csv", "header", "HEADER", "true"},
    {"csv", "delimiter", "DELIMITER", NULL},
    {"csv", "quote", "QUOTE", NULL},
    {"csv", "escape", "ESCAPE", NULL},
    {"csv", "null", "NULLSTR", NULL},
    {"csv", "dateformat", "DATEFORMAT", NULL},
    {"csv", "timestampformat", "TIMESTAMPFORMAT", NULL},
    {"csv", "compression", "COMPRESSION", NULL},
    {"csv", "partition_by", "PARTITION_BY", NULL},
    {"csv", "file_size", "FILE_SIZE_BYTES", NULL},
    {"parquet", "compression", "COMPRESSION", "'zstd'"},
    {"parquet", "row_group_size", "ROW_GROUP_SIZE", NULL},
    {"parquet", "partition_by", "PARTITION_BY", NULL},
    {"parquet", "file_size", "FILE_SIZE_BYTES", NULL},
    {"json", "format", "ARRAY", NULL},
    {"json", "compression", "COMPRESSION", NULL},
    {"json", "dateformat", "DATEFORMAT", NULL},
    {"json", "timestampformat", "TIMESTAMPFORMAT", NULL},
};

static const struct copy_option *find_option(const char *format, const char *setting)
{
    for (gsize i = 0; i < G_N_ELEMENTS(copy_options); i++) {
        const struct copy_option *option = &copy_options[i];
        if (strcmp(option->format, format) == 0 && strcmp(option->setting, setting) == 0)
            return option;
    }
    return NULL;
}

static bool knows_format(const char *format)
{
    for (gsize i = 0; i < G_N_ELEMENTS(copy_options); i++) {
        if (strcmp(copy_options[i].format, format) == 0)
            return true;
    }
    return false;
}

static bool check_settings(const struct relation *relation, GError **error)
{
    if (!knows_format(relation->format) || relation->paths->len != 1) {
        error_set(error, ERROR_PLAN, "the engine can't write %s", relation->format);
        return false;
    }
    for (guint i = 0; i < relation->settings->len; i++) {
        const struct setting *setting = g_ptr_array_index(relation->settings, i);
        if (!find_option(relation->format, setting->name)) {
            error_set(error, ERROR_PLAN, "the engine can't write %s with '%s'", relation->format,
                      setting->name);
            return false;
        }
    }
    return true;
}

static char *name_list(const GPtrArray *items)
{
    GString *sql = g_string_new("(");
    for (guint i = 0; i < items->len; i++) {
        g_autofree char *name = quote_identifier(g_ptr_array_index(items, i));
        g_string_append_printf(sql, "%s%s", i ? ", " : "", name);
    }
    return g_string_free(g_string_append_c(sql, ')'), FALSE);
}

static char *option_value(const struct copy_option *option, const struct setting *setting)
{
    if (!setting)
        return g_strdup(option->preset);
    if (strcmp(option->option, "ARRAY") == 0)
        return g_strdup(strcmp(setting->text, "array") == 0 ? "true" : "false");
    if (strcmp(option->option, "PARTITION_BY") == 0 && setting->items)
        return name_list(setting->items);
    return setting_value(setting);
}

/* ") TO 'path' (FORMAT .., ..)"; without what splits the rows over files when `is_single`. */
static char *copy_tail(const struct relation *relation, const char *path, bool is_single)
{
    g_autofree char *literal = path_literal(path);
    GString *sql = g_string_new(NULL);
    g_string_printf(sql, "\n) TO %s (FORMAT %s", literal, relation->format);
    for (gsize i = 0; i < G_N_ELEMENTS(copy_options); i++) {
        const struct copy_option *option = &copy_options[i];
        bool splits = strcmp(option->option, "PARTITION_BY") == 0 ||
                      strcmp(option->option, "FILE_SIZE_BYTES") == 0;
        if (strcmp(option->format, relation->format) != 0 || (splits && is_single))
            continue;
        g_autofree char *value = option_value(option, relation_get(relation, option->setting));
        if (value)
            g_string_append_printf(sql, ", %s %s", option->option, value);
    }
    return g_string_free(g_string_append_c(sql, ')'), FALSE);
}

static bool copy(struct session *session, const char *query, const char *head, const char *tail,
                 gint64 *out_rows, GError **error)
{
    struct statement statement;
    statement_init(&statement, head, query, tail);
    bool done = statement_run(session, &statement, out_rows, error);
    statement_clear(&statement);
    return done;
}

/* A folder of no rows still gets a file, so that a reader finds the columns. */
static bool copy_schema(struct session *session, const char *query, const char *head,
                        const char *end, const struct relation *relation, GError **error)
{
    const char *folder = g_ptr_array_index(relation->paths, 0);
    g_autofree char *name = g_strconcat("data_0.", relation->format, NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (!folder_make(folder, error))
        return false;
    g_autofree char *options = copy_tail(relation, path, true);
    g_autofree char *tail = g_strconcat(end, options, NULL);
    return copy(session, query, head, tail, NULL, error);
}

static bool is_text(const char *type)
{
    return strcmp(type, "VARCHAR") == 0 || strcmp(type, "JSON") == 0 ||
           g_str_has_prefix(type, "ENUM(");
}

/* What texts that become folders have to meet, or "". */
static char *folder_conditions(const GPtrArray *columns, const struct relation *relation)
{
    const struct setting *by = relation_get(relation, "partition_by");
    GString *sql = g_string_new(NULL);
    for (guint i = 0; by && by->items && i < by->items->len; i++)
        for (guint k = 0; k < columns->len; k++) {
            const struct column *column = g_ptr_array_index(columns, k);
            if (g_ascii_strcasecmp(g_ptr_array_index(by->items, i), column->name) != 0 ||
                !is_text(column->type))
                continue;
            g_autofree char *name = quote_identifier(column->name);
            g_autofree char *condition = fidelity_is_folder(name);
            g_string_append_printf(sql, " %s %s", sql->len > 0 ? "AND" : "WHERE", condition);
        }
    return g_string_free(sql, FALSE);
}

static bool copy_checked(struct session *session, const char *query, const GPtrArray *columns,
                         const struct relation *relation, gint64 *out_rows, GError **error)
{
    g_autofree char *list = NULL;
    const char *path = g_ptr_array_index(relation->paths, 0);
    if (!fidelity_columns(relation->format, columns, &list, error))
        return false;
    const struct lines_query lines = {.text = query, .columns = columns, .list = list};
    if (lines_apply(relation))
        return lines_write(session, &lines, path, out_rows, error);
    g_autofree char *conditions = folder_conditions(columns, relation);
    const bool is_wrapped = list || *conditions;
    g_autofree char *head = is_wrapped
                                ? g_strconcat("COPY (SELECT ", list ? list : "*", " FROM (\n", NULL)
                                : g_strdup("COPY (\n");
    g_autofree char *end = g_strconcat(is_wrapped ? "\n)" : "", conditions, NULL);
    g_autofree char *options = copy_tail(relation, path, false);
    g_autofree char *tail = g_strconcat(end, options, NULL);
    gint64 rows = 0;
    if (!copy(session, query, head, tail, &rows, error))
        return false;
    bool is_empty_folder = rows == 0 && (relation_get(relation, "partition_by") ||
                                         relation_get(relation, "file_size"));
    if (is_empty_folder && !copy_schema(session, query, head, end, relation, error))
        return false;
    *out_rows = rows;
    return true;
}

/* The columns of PIVOT are only known by running it, so its rows are put aside first. */
static bool copy_stored(struct session *session, const char *query, const struct relation *relation,
                        gint64 *out_rows, GError **error)
{
    static const char stored[] = "SELECT * FROM temp.__sqlflow_export";
    g_autoptr(GPtrArray) columns = NULL;
    return copy(session, query, "CREATE OR REPLACE TEMP TABLE __sqlflow_export AS\n", "\n", NULL,
                error) &&
           query_columns(session, stored, &columns, error) &&
           copy_checked(session, stored, columns, relation, out_rows, error) &&
           statement_run_own(session, "DROP TABLE temp.__sqlflow_export", error);
}

bool export_query(struct session *session, const char *query, const struct relation *relation,
                  gint64 *out_rows, GError **error)
{
    if (!check_settings(relation, error))
        return false;
    if (statement_parts(session, query) > 1)
        return copy_stored(session, query, relation, out_rows, error);
    g_autoptr(GPtrArray) columns = NULL;
    return query_columns(session, query, &columns, error) &&
           copy_checked(session, query, columns, relation, out_rows, error);
}
