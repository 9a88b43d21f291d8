/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/header.h"

#include "engine/duckdb/csv.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

static bool is_true(const struct relation *relation, const char *name, bool missing)
{
    const struct setting *setting = relation_get(relation, name);
    return setting ? strcmp(setting->text, "true") == 0 : missing;
}

/* A file's columns, of CSV in their order; free with g_ptr_array_unref. */
static GPtrArray *header_names(struct session *session, const struct relation *relation,
                               guint index, GError **error)
{
    AUTO(relation) one = scan_one_file(relation, index);
    g_autofree char *query = scan_query(one, SCAN_NAMES_ONLY, error);
    return query ? statement_bind(session, query, error) : NULL;
}

/* The same names in the same order. */
static bool same_header(const GPtrArray *left, const GPtrArray *right)
{
    for (guint i = 0; i < left->len; i++) {
        const struct column *a = g_ptr_array_index(left, i);
        const struct column *b = g_ptr_array_index(right, i);
        if (g_ascii_strcasecmp(a->name, b->name) != 0)
            return false;
    }
    return true;
}

static bool has_column(const GPtrArray *columns, const struct column *wanted)
{
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        if (g_ascii_strcasecmp(column->name, wanted->name) == 0)
            return strcmp(column->type, wanted->type) == 0;
    }
    return false;
}

/* The same columns with the same types, in any order. */
static bool same_schema(const GPtrArray *left, const GPtrArray *right)
{
    for (guint i = 0; i < left->len; i++) {
        if (!has_column(right, g_ptr_array_index(left, i)))
            return false;
    }
    return true;
}

/* Without a header only the count counts. */
static bool fits_together(const struct relation *relation, const GPtrArray *left,
                          const GPtrArray *right)
{
    if (left->len != right->len)
        return false;
    if (strcmp(relation->format, "parquet") == 0)
        return same_schema(left, right);
    return !is_true(relation, "header", true) || same_header(left, right);
}

static char *join_names(const GPtrArray *names)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++) {
        const struct column *column = g_ptr_array_index(names, i);
        const char *type = strcmp(column->type, "VARCHAR") == 0 ? "" : column->type;
        g_string_append_printf(text, "%s%s%s%s", i ? ", " : "", column->name, *type ? " " : "",
                               type);
    }
    return g_string_free(text, FALSE);
}

/* `columns` as names; NULL when it isn't given. */
static GPtrArray *declared_names(const struct relation *relation)
{
    const struct setting *columns = relation_get(relation, "columns");
    if (!columns || columns->kind != SETTING_PAIRS)
        return NULL;
    GPtrArray *names = columns_new();
    for (guint i = 0; i + 1 < columns->items->len; i += 2)
        columns_add(names, g_ptr_array_index(columns->items, i), "");
    return names;
}

static void fail_header(const struct relation *relation, guint index, const GPtrArray *found,
                        const GPtrArray *wanted, const char *wanted_by, GError **error)
{
    g_autofree char *found_text = join_names(found);
    g_autofree char *wanted_text = join_names(wanted);
    error_set(error, ERROR_DATA, "%s has the columns (%s), but %s (%s)",
              (const char *)g_ptr_array_index(relation->paths, index), found_text, wanted_by,
              wanted_text);
}

static bool check_headers(struct session *session, const struct relation *relation,
                          GPtrArray *declared, GError **error)
{
    g_autoptr(GPtrArray) first = NULL;
    for (guint i = 0; i < relation->paths->len; i++) {
        g_autoptr(GPtrArray) names = header_names(session, relation, i, error);
        if (!names)
            return false;
        const GPtrArray *wanted = declared ? declared : first;
        if (wanted && !fits_together(relation, names, wanted)) {
            fail_header(relation, i, names, wanted,
                        declared ? "'columns' says" : "the first file has", error);
            return false;
        }
        if (!first)
            first = g_steal_pointer(&names);
    }
    return true;
}

bool header_check(struct session *session, const struct relation *relation, GError **error)
{
    if (strcmp(relation->format, "json") == 0 || is_true(relation, "union_by_name", false))
        return true;
    g_autoptr(GPtrArray) declared = declared_names(relation);
    if (!declared && relation->paths->len < 2)
        return true;
    g_autoptr(GError) failure = NULL;
    if (check_headers(session, relation, declared, &failure))
        return true;
    csv_explain(relation, &failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}
