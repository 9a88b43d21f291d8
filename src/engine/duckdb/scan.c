/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/scan.h"

#include "base/name.h"

#include <string.h>
#include <sys/stat.h>

/* CSV files that DuckDB converts have types from all rows up to this size (together). */
enum { FULL_SAMPLE_BYTES = 64 * 1024 * 1024 };

/*
 * Settings by format. What DuckDB would find out by guessing, and drop rows when the guess is
 * wrong, is pinned (connectors.md, "CSV"): the dialect, strictness, which rows are a header, and
 * that a quoted empty field is a text and not a NULL.
 */
static const struct scan_parameter {
    const char *format;
    const char *setting;   /* canonical name (connectors.md) */
    const char *parameter; /* DuckDB's */
    const char *preset;    /* SQL of the value when the setting isn't given; NULL: DuckDB's own */
} scan_parameters[] = {
    {"csv", "header", "header", "true"},
    {"csv", "delimiter", "delim", "','"},
    {"csv", "quote", "quote", "'\"'"},
    {"csv", "escape", "escape", NULL},
    {"csv", "skip", "skip", "0"},
    {"csv", "comment", "comment", "''"},
    {"csv", "null_padding", "null_padding", "false"},
    {"csv", "ignore_errors", "ignore_errors", "false"},
    {"csv", "encoding", "encoding", NULL},
    {"csv", "compression", "compression", NULL},
    {"csv", "nullstr", "nullstr", NULL},
    {"csv", "types", "types", NULL},
    {"csv", "names", "names", NULL},
    {"csv", "all_varchar", "all_varchar", NULL},
    {"csv", "sample_size", "sample_size", NULL},
    {"csv", "dateformat", "dateformat", NULL},
    {"csv", "timestampformat", "timestampformat", NULL},
    {"csv", "decimal_separator", "decimal_separator", NULL},
    {"csv", "thousands", "thousands", NULL},
    {"csv", "union_by_name", "union_by_name", NULL},
    {"csv", "filename", "filename", NULL},
    {"csv", "hive_partitioning", "hive_partitioning", NULL},
    {"csv", "new_line", "new_line", NULL},
    {"csv", "max_line_size", "max_line_size", NULL},
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
    {"csv", "read_csv", ", strict_mode = true, allow_quoted_nulls = false"},
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

/* Settings that are left out when columns are read as text, and those that are also left out when
 * only the names in one file are asked for. */
static const char *const type_settings[] = {"columns",     "types",      "all_varchar",
                                            "sample_size", "dateformat", "timestampformat"};
static const char *const shape_settings[] = {"union_by_name", "filename", "hive_partitioning"};

static bool is_among(const char *setting, const char *const *names, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (strcmp(setting, names[i]) == 0)
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

static bool is_left_out(const char *setting, guint flags)
{
    bool as_text = (flags & (SCAN_NAMES_ONLY | SCAN_TEXT)) != 0;
    return (as_text && is_among(setting, type_settings, G_N_ELEMENTS(type_settings))) ||
           ((flags & SCAN_NAMES_ONLY) &&
            is_among(setting, shape_settings, G_N_ELEMENTS(shape_settings)));
}

static void append_parameters(GString *sql, const struct relation *relation, guint flags)
{
    for (gsize i = 0; i < G_N_ELEMENTS(scan_parameters); i++) {
        const struct scan_parameter *parameter = &scan_parameters[i];
        if (strcmp(parameter->format, relation->format) != 0 ||
            is_left_out(parameter->setting, flags))
            continue;
        const struct setting *setting = relation_get(relation, parameter->setting);
        g_autofree char *value =
            setting ? scan_value(relation, setting) : g_strdup(parameter->preset);
        if (value)
            g_string_append_printf(sql, ", %s = %s", parameter->parameter, value);
    }
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
    const struct setting *header = relation_get(relation, "header");
    if (!columns || strcmp(relation->format, "csv") != 0 || (flags & SCAN_NAMES_ONLY))
        return;
    g_autofree char *pairs = pairs_value(columns->items);
    if (flags & SCAN_STRICT) {
        g_string_append_printf(sql, ", auto_detect = false, columns = %s", pairs);
        return;
    }
    if (header && strcmp(header->text, "false") == 0)
        append_names(sql, columns->items);
    if (!(flags & SCAN_TEXT))
        g_string_append_printf(sql, ", types = %s", pairs);
}

static bool is_small(const struct relation *relation)
{
    gint64 bytes = 0;
    for (guint i = 0; i < relation->paths->len; i++) {
        struct stat status;
        if (stat(g_ptr_array_index(relation->paths, i), &status) == 0)
            bytes += S_ISREG(status.st_mode) ? status.st_size : FULL_SAMPLE_BYTES;
    }
    return bytes <= FULL_SAMPLE_BYTES;
}

/* Types, and of JSON the members, are found from all rows: what DuckDB meets behind its sample it
 * casts or leaves out without a word. */
static void append_sample(GString *sql, const struct relation *relation, bool is_csv)
{
    if (!is_csv)
        g_string_append_printf(sql, ", sample_size = -1, maximum_sample_files = %u",
                               MAX(relation->paths->len, 32));
    else if (is_small(relation))
        g_string_append(sql, ", sample_size = -1, files_to_sniff = -1");
}

/* Every column is text, and DuckDB tries no other types: with the header said, they would decide
 * nothing, and trying forms of dates takes ten times as long as all else that it does to open a
 * file. */
static const char as_text[] = ", all_varchar = true, auto_type_candidates = ['VARCHAR']";

/* Presets that hang on other settings or on the files. */
static void append_derived(GString *sql, const struct relation *relation, guint flags)
{
    bool is_csv = strcmp(relation->format, "csv") == 0;
    if (is_csv && !relation_get(relation, "escape")) {
        const struct setting *quote = relation_get(relation, "quote");
        g_autofree char *escape = quote_literal(quote ? quote->text : "\"");
        g_string_append_printf(sql, ", escape = %s", escape);
    }
    append_columns(sql, relation, flags);
    if (flags & SCAN_NAMES_ONLY) {
        g_string_append(sql, is_csv ? as_text : "");
        g_string_append(sql, is_csv ? ", sample_size = 1" : "");
        return;
    }
    const struct setting *all_text = relation_get(relation, "all_varchar");
    const struct setting *columns = relation_get(relation, "columns");
    if (flags & SCAN_TEXT) {
        g_string_append(sql, as_text);
        return;
    }
    bool is_typed = strcmp(relation->format, "parquet") == 0 || columns ||
                    relation_get(relation, "sample_size") ||
                    (all_text && strcmp(all_text->text, "true") == 0);
    if (!is_typed)
        append_sample(sql, relation, is_csv);
}

static void append_projection(GString *sql, const struct relation *relation)
{
    const struct setting *columns = relation_get(relation, "columns");
    if (!columns || !is_projection(relation, columns)) {
        g_string_append_c(sql, '*');
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
    append_projection(sql, relation);
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
    return one;
}
