/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/mapping.h"

#include "base/name.h"
#include "engine/duckdb/fit.h"

#include <string.h>

/* While it is made. */
struct matching {
    const struct mapping_sides *sides;
    enum schema_policy policy;
    struct mapping *mapping;
    GString *differences; /* "amount is INTEGER in the table and DOUBLE in the rows; .." */
};

void mapping_free(struct mapping *mapping)
{
    if (!mapping)
        return;
    g_ptr_array_unref(mapping->names);
    g_ptr_array_unref(mapping->values);
    g_ptr_array_unref(mapping->checks);
    g_ptr_array_unref(mapping->changes);
    g_ptr_array_unref(mapping->notes);
    g_free(mapping);
}

static struct mapping *mapping_empty(void)
{
    struct mapping *mapping = g_new(struct mapping, 1);
    *mapping = (struct mapping){
        .names = g_ptr_array_new_with_free_func(g_free),
        .values = g_ptr_array_new_with_free_func(g_free),
        .checks = g_ptr_array_new_with_free_func(g_free),
        .changes = g_ptr_array_new_with_free_func(g_free),
        .notes = g_ptr_array_new_with_free_func(g_free),
    };
    return mapping;
}

static void differ(struct matching *matching, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void differ(struct matching *matching, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append(matching->differences, matching->differences->len ? "; " : "");
    g_string_append_vprintf(matching->differences, format, arguments);
    va_end(arguments);
}

static void note(struct matching *matching, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void note(struct matching *matching, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(matching->mapping->notes, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* The value as `type`, if it is the same again on the way back; else an error that shows it. */
static char *checked_value(const char *quoted, const char *from, const char *type)
{
    g_autofree char *who = quote_literal(quoted);
    return g_strdup_printf(
        "CASE WHEN TRY_CAST(TRY_CAST(%s AS %s) AS %s) IS NOT DISTINCT FROM %s THEN CAST(%s AS %s) "
        "ELSE error('column ' || %s || ': ' || CAST(%s AS VARCHAR) || ' is not exactly a %s') END",
        quoted, type, from, quoted, quoted, type, who, quoted, type);
}

static char *fitted_value(const char *quoted, const char *from, const char *type, enum fit fit)
{
    if (fit == FIT_SAME)
        return g_strdup(quoted);
    return fit == FIT_EXACT ? g_strdup_printf("CAST(%s AS %s)", quoted, type)
                            : checked_value(quoted, from, type);
}

/* The rows' column `row` goes into one called `name` of `type`. */
static void map(struct matching *matching, const struct column *row, const char *name,
                const char *type)
{
    enum fit fit = type_fit(row->type, type);
    g_autofree char *quoted = quote_identifier(row->name);
    g_ptr_array_add(matching->mapping->names, quote_identifier(name));
    g_ptr_array_add(matching->mapping->values, fitted_value(quoted, row->type, type, fit));
}

/* A column of NULLs has no type that a table could have. */
static const char *storable(const char *type)
{
    return strcmp(type, "\"NULL\"") == 0 ? "INTEGER" : type;
}

static void map_unknown(struct matching *matching, const struct column *row)
{
    const char *table = matching->sides->table;
    const char *type = storable(row->type);
    if (matching->policy == SCHEMA_STRICT) {
        differ(matching, "%s %s is only in the rows", row->name, row->type);
    } else if (matching->policy == SCHEMA_IGNORE) {
        note(matching, "%s: column %s of the rows is left out", table, row->name);
    } else {
        g_autofree char *quoted = quote_identifier(row->name);
        g_ptr_array_add(matching->mapping->changes,
                        g_strdup_printf("ADD COLUMN %s %s", quoted, type));
        note(matching, "%s: column %s %s added", table, row->name, type);
        map(matching, row, row->name, type);
    }
}

/* The table's column becomes wider; what is in it, too, must fit. */
static void widen(struct matching *matching, const struct column *column, const char *type)
{
    g_autofree char *quoted = quote_identifier(column->name);
    if (type_fit(column->type, type) < FIT_EXACT)
        g_ptr_array_add(matching->mapping->checks, checked_value(quoted, column->type, type));
    g_ptr_array_add(
        matching->mapping->changes,
        g_strdup_printf("ALTER %s TYPE %s USING CAST(%s AS %s)", quoted, type, quoted, type));
    note(matching, "%s.%s: %s became %s", matching->sides->table, column->name, column->type, type);
}

static void map_known(struct matching *matching, const struct column *row,
                      const struct column *column)
{
    const bool fits = type_fit(row->type, column->type) != FIT_NONE;
    const bool may_look =
        matching->sides->is_inferred && type_is_scalar(row->type) && type_is_scalar(column->type);
    g_autofree char *wider =
        matching->policy == SCHEMA_EVOLVE && !fits ? type_wider(column->type, row->type) : NULL;
    if (wider && strcmp(wider, column->type) != 0)
        widen(matching, column, wider);
    if (fits || wider || may_look)
        map(matching, row, column->name, wider ? wider : column->type);
    else
        differ(matching, "%s is %s in the table and %s in the rows", column->name, column->type,
               row->type);
}

static void map_row(struct matching *matching, guint index)
{
    const struct column *row = g_ptr_array_index(matching->sides->rows, index);
    const struct column *column = columns_find(matching->sides->columns, row->name);
    if (columns_find(matching->sides->rows, row->name) != row)
        differ(matching, "%s is twice in the rows", row->name);
    else if (column)
        map_known(matching, row, column);
    else
        map_unknown(matching, row);
}

/* A column of the table that the rows haven't. */
static void map_missing(struct matching *matching, const struct column *column)
{
    const struct mapping_sides *sides = matching->sides;
    if (sides->fills_itself(sides->user_data, column->name))
        return;
    if (matching->policy == SCHEMA_STRICT)
        differ(matching, "%s %s is only in the table", column->name, column->type);
    else
        note(matching, "%s.%s: not in the rows", sides->table, column->name);
}

struct mapping *mapping_new(const struct mapping_sides *sides, enum schema_policy policy,
                            GError **error)
{
    AUTO(mapping) mapping = mapping_empty();
    g_autoptr(GString) differences = g_string_new(NULL);
    struct matching matching = {
        .sides = sides, .policy = policy, .mapping = mapping, .differences = differences};
    for (guint i = 0; i < sides->rows->len; i++)
        map_row(&matching, i);
    for (guint i = 0; i < sides->columns->len; i++) {
        const struct column *column = g_ptr_array_index(sides->columns, i);
        if (!columns_find(sides->rows, column->name))
            map_missing(&matching, column);
    }
    if (differences->len == 0 && mapping->names->len == 0)
        differ(&matching, "they have no column in common");
    if (differences->len == 0)
        return g_steal_pointer(&mapping);
    char way_out[] = "OPTIONS {\"schema\": \"evolve\"} changes the table, \"ignore\" leaves new "
                     "columns out";
    const struct error_details details = {
        .position = -1,
        .suggestion = policy == SCHEMA_STRICT ? way_out : NULL,
    };
    g_autofree char *message =
        g_strdup_printf("the rows don't fit the table '%s': %s", sides->table, differences->str);
    error_set_full(error, ERROR_DATA, &details, message);
    return NULL;
}

char *mapping_select(const struct mapping *mapping)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < mapping->names->len; i++) {
        const char *name = g_ptr_array_index(mapping->names, i);
        const char *value = g_ptr_array_index(mapping->values, i);
        g_string_append_printf(sql, "%s%s AS %s", i ? ", " : "", value, name);
    }
    g_string_append(sql, " FROM (\n");
    return g_string_free(sql, FALSE);
}

char *mapping_names(const struct mapping *mapping)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < mapping->names->len; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "",
                               (const char *)g_ptr_array_index(mapping->names, i));
    return g_string_free(names, FALSE);
}
