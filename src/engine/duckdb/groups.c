/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant: a row group is left out only when the engine itself would find no row of it that meets
 * the condition. So statistics are compared as the engine compares the column, and types whose
 * least and greatest value are no bounds (DOUBLE has NaN) don't count.
 */
#include "engine/duckdb/groups.h"

#include "base/name.h"
#include "engine/duckdb/statement.h"
#include "sqlflow/connector.h"

#include <string.h>

/* May a row meet it? ":low" and ":high" are the statistics, ":constant" is what is compared. What
 * comes to NULL or fails may. */
static const char *const tests[] = {
    [SQLFLOW_EQUAL] = "(:low <= :constant AND :high >= :constant)",
    [SQLFLOW_LESS] = ":low < :constant",
    [SQLFLOW_LESS_OR_EQUAL] = ":low <= :constant",
    [SQLFLOW_GREATER] = ":high > :constant",
    [SQLFLOW_GREATER_OR_EQUAL] = ":high >= :constant",
    [SQLFLOW_IS_NULL] = "stats_null_count > 0",
    [SQLFLOW_IS_NOT_NULL] = "stats_null_count < num_values",
};

/* How a type is compared. */
enum form {
    FORM_NONE = 0,
    FORM_NUMBER,
    FORM_BOOLEAN,
    FORM_TIME,
    FORM_TEXT,
};

static const struct {
    const char *type;
    enum form form;
} forms[] = {
    {"TINYINT", FORM_NUMBER},  {"SMALLINT", FORM_NUMBER}, {"INTEGER", FORM_NUMBER},
    {"BIGINT", FORM_NUMBER},   {"UTINYINT", FORM_NUMBER}, {"USMALLINT", FORM_NUMBER},
    {"UINTEGER", FORM_NUMBER}, {"UBIGINT", FORM_NUMBER},  {"BOOLEAN", FORM_BOOLEAN},
    {"DATE", FORM_TIME},       {"TIMESTAMP", FORM_TIME},  {"VARCHAR", FORM_TEXT},
};

static const guint32 constants[] = {
    [FORM_NUMBER] = SQLFLOW_CONSTANT_NUMBER,
    [FORM_BOOLEAN] = SQLFLOW_CONSTANT_BOOLEAN,
    [FORM_TIME] = SQLFLOW_CONSTANT_TIME,
    [FORM_TEXT] = SQLFLOW_CONSTANT_TEXT,
};

static enum form form_of(const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++)
        if (strcmp(forms[i].type, type) == 0)
            return forms[i].form;
    return g_str_has_prefix(type, "DECIMAL(") ? FORM_NUMBER : FORM_NONE;
}

/* The type of the only column of this name, nested ones included; "" when there isn't just one. */
static char *read_type(struct session *session, const char *file, const char *column,
                       GError **error)
{
    duckdb_result result;
    g_autofree char *name = quote_literal(column);
    g_autofree char *sql =
        g_strdup_printf("SELECT CASE count(*) WHEN 1 THEN any_value(duckdb_type) ELSE '' END FROM "
                        "parquet_schema(%s) WHERE lower(name) = lower(%s)",
                        file, name);
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess) {
        (void)statement_fail_result(session, NULL, &result, error);
        return NULL;
    }
    char *value = duckdb_value_varchar(&result, 0, 0);
    char *type = g_strdup(value ? value : "");
    duckdb_free(value);
    duckdb_destroy_result(&result);
    return type;
}

/* How the column is compared: by its type, when that is the one of the first file, to which the
 * engine casts all others. */
static bool find_form(struct session *session, const char *file, const struct parquet_wish *wish,
                      const struct sqlflow_filter *filter, char **out_type, GError **error)
{
    g_autofree char *type = read_type(session, file, filter->column, error);
    if (!type)
        return false;
    const char *first = g_hash_table_lookup(wish->types, filter->column);
    if (!first)
        g_hash_table_insert(wish->types, g_strdup(filter->column), g_strdup(type));
    *out_type = !first || strcmp(first, type) == 0 ? g_steal_pointer(&type) : g_strdup("");
    return true;
}

static char *with_constant(const char *test, const char *type, const char *constant)
{
    g_autofree char *low = g_strdup_printf("TRY_CAST(stats_min_value AS %s)", type);
    g_autofree char *high = g_strdup_printf("TRY_CAST(stats_max_value AS %s)", type);
    GString *sql = g_string_new(test);
    g_string_replace(sql, ":low", low, 0);
    g_string_replace(sql, ":high", high, 0);
    g_string_replace(sql, ":constant", constant, 0);
    return g_string_free(sql, FALSE);
}

/* A day beside a timestamp may be cast either way, by how the constant is written. */
static char *time_test(const char *test, const char *text)
{
    g_autofree char *literal = quote_literal(text);
    g_autofree char *exact = g_strdup_printf("TRY_CAST(%s AS TIMESTAMP)", literal);
    g_autofree char *day = g_strdup_printf("CAST(TRY_CAST(%s AS DATE) AS TIMESTAMP)", exact);
    g_autofree char *by_exact = with_constant(test, "TIMESTAMP", exact);
    g_autofree char *by_day = with_constant(test, "TIMESTAMP", day);
    return g_strdup_printf("(%s OR %s)", by_exact, by_day);
}

/* Text that is compared as bytes: without a collation, and with statistics that are text themselves
 * (others are shown with \x). */
static char *text_test(const char *test, const char *text)
{
    g_autofree char *literal = quote_literal(text);
    g_autofree char *compared = with_constant(test, "VARCHAR", literal);
    return g_strdup_printf("CASE WHEN current_setting('default_collation') = '' AND "
                           "NOT contains(stats_min_value || stats_max_value, '\') THEN %s END",
                           compared);
}

/* NULL: this filter tells nothing of a column of this type. */
static char *test_of(const struct sqlflow_filter *filter, const char *type)
{
    const enum form form = form_of(type);
    const char *test = filter->operation < G_N_ELEMENTS(tests) ? tests[filter->operation] : NULL;
    if (!test || form == FORM_NONE)
        return NULL;
    if (filter->operation == SQLFLOW_IS_NULL || filter->operation == SQLFLOW_IS_NOT_NULL)
        return g_strdup(test);
    const bool is_untyped = form == FORM_TIME && filter->constant == SQLFLOW_CONSTANT_TEXT;
    if (filter->constant != constants[form] && !is_untyped)
        return NULL;
    if (form == FORM_TIME)
        return time_test(test, filter->text);
    return form == FORM_TEXT ? text_test(test, filter->text)
                             : with_constant(test, type, filter->text);
}

static bool add_test(struct session *session, const char *file, const struct parquet_wish *wish,
                     const struct sqlflow_filter *filter, GString *sql, GError **error)
{
    g_autofree char *type = NULL;
    if (!find_form(session, file, wish, filter, &type, error))
        return false;
    g_autofree char *test = test_of(filter, type);
    g_autofree char *name = quote_literal(filter->column);
    if (test)
        g_string_append_printf(sql,
                               " OR (lower(path_in_schema) = lower(%s) AND "
                               "NOT coalesce(TRY(%s), true))",
                               name, test);
    return true;
}

static bool run(struct session *session, const char *sql, GArray *groups, GError **error)
{
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (idx_t row = 0; row < duckdb_row_count(&result); row++) {
        const guint group = duckdb_value_uint32(&result, 0, row);
        g_array_append_val(groups, group);
    }
    duckdb_destroy_result(&result);
    return true;
}

GArray *groups_unwanted(struct session *session, const char *file, const struct parquet_wish *wish,
                        GError **error)
{
    g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GString) sql = g_string_new(NULL);
    g_string_printf(sql, "SELECT DISTINCT row_group_id FROM parquet_metadata(%s) WHERE false",
                    file);
    for (guint i = 0; i < wish->filter_count; i++)
        if (!add_test(session, file, wish, &wish->filters[i], sql, error))
            return NULL;
    if (wish->filter_count > 0 && !run(session, sql->str, groups, error))
        return NULL;
    return g_steal_pointer(&groups);
}
