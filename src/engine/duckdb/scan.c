/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/scan.h"

#include "base/name.h"
#include "engine/duckdb/copy.h"

#include <string.h>

/*
 * Settings by format. What DuckDB would find out by guessing, and drop rows when the guess is
 * wrong, is pinned (connectors.md, "CSV"): the dialect, strictness, which rows are a header, and
 * that a quoted empty field is a text and not a NULL.
 */
static const struct scan_parameter {
    const char *format;
    const char *setting;   /* canonical name (connectors.md) */
    const char *parameter; /* DuckDB's; NULL: it is not DuckDB who does it (lossless.h) */
    const char *preset;    /* SQL of the value when the setting isn't given; NULL: DuckDB's own */
} scan_parameters[] = {
    {"csv", "header", "header", "true"},
    {"csv", "delimiter", "delim", "','"},
    {"csv", "quote", "quote", "'\"'"},
    {"csv", "escape", "escape", NULL},
    {"csv", "skip", "skip", "0"},
    {"csv", "comment", "comment", "''"},
    {"csv", "null_padding", "null_padding", "false"},
    {"csv", "encoding", "encoding", NULL},
    {"csv", "compression", "compression", NULL},
    {"csv", "nullstr", "nullstr", NULL},
    {"csv", "names", "names", NULL},
    {"csv", "union_by_name", "union_by_name", NULL},
    {"csv", "filename", "filename", NULL},
    {"csv", "hive_partitioning", "hive_partitioning", NULL},
    {"csv", "max_line_size", "max_line_size", "2000000"},
    {"csv", "new_line", NULL, NULL},
    {"csv", "types", NULL, NULL},
    {"csv", "all_varchar", NULL, NULL},
    {"csv", "sample_size", NULL, NULL},
    {"csv", "dateformat", NULL, NULL},
    {"csv", "timestampformat", NULL, NULL},
    {"csv", "decimal_separator", NULL, NULL},
    {"csv", "thousands", NULL, NULL},
    {"csv", "ignore_errors", NULL, NULL},
    {"csv", "max_errors", NULL, NULL},
    {"csv", "rejects_file", NULL, NULL},
    {"parquet", "union_by_name", "union_by_name", NULL},
    {"parquet", "filename", "filename", NULL},
    {"parquet", "hive_partitioning", "hive_partitioning", NULL},
    {"json", "format", "format", NULL},
    {"json", "columns", "columns", NULL},
    {"json", "union_by_name", "union_by_name", NULL},
    {"json", "filename", "filename", NULL},
    {"json", "hive_partitioning", "hive_partitioning", NULL},
    {"json", "compression", "compression", NULL},
    {"json", "ignore_errors", "ignore_errors", NULL},
    {"json", "dateformat", "dateformat", NULL},
    {"json", "timestampformat", "timestampformat", NULL},
    {"json", "sample_size", "sample_size", NULL},
    {"json", "maximum_object_size", "maximum_object_size", NULL},
    {"json", "maximum_depth", "maximum_depth", NULL},
};

/* Which function reads a format, and what it is told in any case. */
static const struct scan_format {
    const char *format;
    const char *function;
    const char *always;
} scan_formats[] = {
    {"csv", "read_csv",
     ", strict_mode = true, allow_quoted_nulls = false, hive_types_autocast = false"},
    {"parquet", "read_parquet", ""},
    {"json", "read_json", ""},
};

static char *list_value(const GPtrArray *items)
{
    GString *sql = g_string_new("[");
    for (guint i = 0; i < items->len; i++) {
        g_autofree char *literal = quote_literal(g_ptr_array_index(items, i));
        g_string_append_printf(sql, "%s%s", i ? ", " : "", literal);
    }
    return g_string_free(g_string_append_c(sql, ']'), FALSE);
}

static char *pairs_value(const GPtrArray *items)
{
    GString *sql = g_string_new("{");
    for (guint i = 0; i + 1 < items->len; i += 2) {
        g_autofree char *name = quote_literal(g_ptr_array_index(items, i));
        g_autofree char *value = quote_literal(g_ptr_array_index(items, i + 1));
        g_string_append_printf(sql, "%s%s: %s", i ? ", " : "", name, value);
    }
    return g_string_free(g_string_append_c(sql, '}'), FALSE);
}

char *setting_value(const struct setting *setting)
{
    switch (setting->kind) {
    case SETTING_INTEGER:
    case SETTING_BOOLEAN:
        return g_strdup(setting->text);
    case SETTING_LIST:
        return list_value(setting->items);
    case SETTING_PAIRS:
        return pairs_value(setting->items);
    case SETTING_TEXT:
        break;
    }
    return quote_literal(setting->text);
}

/* An existing file's name is never taken as a pattern (tried on 1.5.6, also with `*` and `[`). */
char *path_literal(const char *path)
{
    bool is_plain = *path == '/' || (*path != '~' && !strstr(path, ":/"));
    g_autofree char *here = is_plain ? NULL : g_strconcat("./", path, NULL);
    return quote_literal(here ? here : path);
}

static const struct scan_parameter *find_parameter(const char *format, const char *setting)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scan_parameters); i++) {
        const struct scan_parameter *parameter = &scan_parameters[i];
        if (strcmp(parameter->format, format) == 0 && strcmp(parameter->setting, setting) == 0)
            return parameter;
    }
    return NULL;
}

/* Those that are no parameter of the scan, or not one alone. */
static bool is_special(const struct relation *relation, const struct setting *setting)
{
    bool is_columns = strcmp(setting->name, "columns") == 0;
    return is_columns &&
           ((strcmp(relation->format, "parquet") == 0 && setting->kind == SETTING_LIST) ||
            (strcmp(relation->format, "csv") == 0 && setting->kind == SETTING_PAIRS &&
             !relation_get(relation, "types")));
}

static bool is_projection(const struct relation *relation, const struct setting *setting)
{
    return strcmp(relation->format, "parquet") == 0 && strcmp(setting->name, "columns") == 0 &&
           setting->kind == SETTING_LIST;
}

/* Every setting has its place, or it is an error: none is left out without a word. */
static bool check_settings(const struct relation *relation, GError **error)
{
    for (guint i = 0; i < relation->settings->len; i++) {
        const struct setting *setting = g_ptr_array_index(relation->settings, i);
        if (!is_special(relation, setting) && !find_parameter(relation->format, setting->name)) {
            error_set(error, ERROR_PLAN, "the engine can't read %s with '%s'", relation->format,
                      setting->name);
            return false;
        }
    }
    return true;
}

/* Settings that are left out when only the names in one file are asked for. */
static const char *const shape_settings[] = {"union_by_name", "filename", "hive_partitioning"};

static bool is_shape(const char *setting)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shape_settings); i++) {
        if (strcmp(setting, shape_settings[i]) == 0)
            return true;
    }
    return false;
}

/* read_json has names of its own for compressions. */
static char *scan_value(const struct relation *relation, const struct setting *setting)
{
    if (strcmp(relation->format, "json") != 0 || strcmp(setting->name, "compression") != 0)
        return setting_value(setting);
    return quote_literal(strcmp(setting->text, "none") == 0   ? "uncompressed"
                         : strcmp(setting->text, "auto") == 0 ? "auto_detect"
                                                              : setting->text);
}

static void append_parameters(GString *sql, const struct relation *relation, guint flags)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scan_parameters); i++) {
        const struct scan_parameter *parameter = &scan_parameters[i];
        if (strcmp(parameter->format, relation->format) != 0 || !parameter->parameter ||
            ((flags & SCAN_NAMES_ONLY) && is_shape(parameter->setting)))
            continue;
        const struct setting *setting = relation_get(relation, parameter->setting);
        g_autofree char *value =
            setting ? scan_value(relation, setting) : g_strdup(parameter->preset);
        if (value)
            g_string_append_printf(sql, ", %s = %s", parameter->parameter, value);
    }
    /* Not told, DuckDB looks for folders such as year=2024 by itself. */
    if (flags & SCAN_NAMES_ONLY)
        g_string_append(sql, ", hive_partitioning = false");
}

/* The names of pairs. */
static void append_names(GString *sql, const GPtrArray *pairs)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i + 1 < pairs->len; i += 2)
        g_ptr_array_add(names, g_ptr_array_index(pairs, i));
    g_autofree char *list = list_value(names);
    g_string_append_printf(sql, ", names = %s", list);
}

/* DuckDB's own `columns` of CSV takes the columns as they come, whatever the header says, and is
 * confused by a comment before it (tried on 1.5.6). The names are those of the header, which
 * header_check compares, or given where there is none. */
static void append_columns(GString *sql, const struct relation *relation, guint flags)
{
    const struct setting *columns = relation_get(relation, "columns");
    const struct setting *types = columns ? columns : relation_get(relation, "types");
    const struct setting *header = relation_get(relation, "header");
    if (columns && header && strcmp(header->text, "false") == 0)
        append_names(sql, columns->items);
    if (!types || !(flags & SCAN_DECLARED))
        return;
    g_autofree char *pairs = pairs_value(types->items);
    g_string_append_printf(sql, ", types = %s", pairs);
}

static void append_escape(GString *sql, const struct relation *relation)
{
    const struct setting *quote = relation_get(relation, "quote");
    g_autofree char *escape = quote_literal(quote ? quote->text : "\"");
    if (!relation_get(relation, "escape"))
        g_string_append_printf(sql, ", escape = %s", escape);
}

/* Every column is text, and DuckDB tries no other types: with the header said, they would decide
 * nothing, and trying forms of dates takes ten times as long as all else that it does to open a
 * file. */
static void append_csv(GString *sql, const struct relation *relation, guint flags)
{
    append_escape(sql, relation);
    if (!(flags & SCAN_NAMES_ONLY))
        append_columns(sql, relation, flags);
    g_string_append(sql, ", auto_type_candidates = ['VARCHAR']");
    g_string_append(sql, flags & SCAN_DECLARED ? "" : ", all_varchar = true");
    g_string_append(sql, flags & SCAN_NAMES_ONLY ? ", sample_size = 1, ignore_errors = true" : "");
}

/* Types and members are found from all rows: what DuckDB meets behind its sample it casts or leaves
 * out without a word. */
static void append_json(GString *sql, const struct relation *relation, guint flags)
{
    if (!(flags & SCAN_NAMES_ONLY) && !relation_get(relation, "columns") &&
        !relation_get(relation, "sample_size"))
        g_string_append_printf(sql, ", sample_size = -1, maximum_sample_files = %u",
                               MAX(relation->paths->len, 32));
}

/* What hangs on other settings or on the files. */
static void append_derived(GString *sql, const struct relation *relation, guint flags)
{
    if (strcmp(relation->format, "csv") == 0)
        append_csv(sql, relation, flags);
    else if (strcmp(relation->format, "json") == 0)
        append_json(sql, relation, flags);
}

/* The column `filename` of copies of ours holds what they are copies of. */
static void append_origins(GString *sql, const struct relation *relation, guint flags)
{
    const struct setting *filename = relation_get(relation, "filename");
    if (!relation->origins || (flags & SCAN_NAMES_ONLY) || !filename ||
        strcmp(filename->text, "true") != 0)
        return;
    g_autofree char *name = copy_filename(relation, relation, "filename");
    g_string_append_printf(sql, " REPLACE (%s AS filename)", name);
}

static void append_projection(GString *sql, const struct relation *relation, guint flags)
{
    const struct setting *columns = relation_get(relation, "columns");
    if (!columns || !is_projection(relation, columns)) {
        g_string_append_c(sql, '*');
        append_origins(sql, relation, flags);
        return;
    }
    for (guint i = 0; i < columns->items->len; i++) {
        g_autofree char *name = quote_identifier(g_ptr_array_index(columns->items, i));
        g_string_append_printf(sql, "%s%s", i ? ", " : "", name);
    }
}

static void append_paths(GString *sql, const struct relation *relation)
{
    g_string_append_c(sql, '[');
    for (guint i = 0; i < relation->paths->len; i++) {
        g_autofree char *path = path_literal(g_ptr_array_index(relation->paths, i));
        g_string_append_printf(sql, "%s%s", i ? ", " : "", path);
    }
    g_string_append_c(sql, ']');
}

static const struct scan_format *find_format(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scan_formats); i++) {
        if (strcmp(scan_formats[i].format, name) == 0)
            return &scan_formats[i];
    }
    return NULL;
}

char *scan_query(const struct relation *relation, guint flags, GError **error)
{
    const struct scan_format *format = find_format(relation->format);
    if (!format || relation->paths->len == 0) {
        error_set(error, ERROR_PLAN, "the engine can't read %s",
                  format ? "no file" : relation->format);
        return NULL;
    }
    if (!check_settings(relation, error))
        return NULL;
    GString *sql = g_string_new("SELECT ");
    append_projection(sql, relation, flags);
    g_string_append_printf(sql, " FROM %s(", format->function);
    append_paths(sql, relation);
    append_parameters(sql, relation, flags);
    append_derived(sql, relation, flags);
    g_string_append_printf(sql, "%s)", format->always);
    return g_string_free(sql, FALSE);
}

struct relation *scan_one_file(const struct relation *relation, guint index)
{
    struct relation *one = relation_copy(relation);
    g_ptr_array_set_size(one->paths, 0);
    g_ptr_array_add(one->paths, g_strdup(g_ptr_array_index(relation->paths, index)));
    if (relation->origins) {
        g_ptr_array_set_size(one->origins, 0);
        g_ptr_array_add(one->origins, g_strdup(relation_origin(relation, index)));
    }
    return one;
}

bool scan_declares(const struct relation *relation, const char *column)
{
    return relation_has_pair(relation, "types", column) ||
           relation_has_pair(relation, "columns", column);
}
