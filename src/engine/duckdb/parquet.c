/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/parquet.h"

#include "base/name.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

/* Name of a column that isn't read as what it is, its file, and whether that is a DECIMAL. */
static const char losing_columns[] =
    "SELECT name, min(file_name), kind = 'decimal' FROM (SELECT *, CASE "
    "WHEN duckdb_type = 'DOUBLE' AND (converted_type = 'DECIMAL' OR "
    "starts_with(logical_type, 'DecimalType')) THEN 'decimal' "
    "WHEN \"type\" = 'INT96' OR (contains(logical_type, 'isAdjustedToUTC=1') AND "
    "contains(logical_type, 'NanoSeconds()')) THEN 'nanoseconds' END AS kind "
    "FROM parquet_schema([%s])) WHERE kind IS NOT NULL%s GROUP BY name, kind ORDER BY kind, name";

static char *literals(const GPtrArray *texts, char *(*write)(const char *text))
{
    GString *sql = g_string_new(NULL);
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *literal = write(g_ptr_array_index(texts, i));
        g_string_append_printf(sql, "%s%s", i ? ", " : "", literal);
    }
    return g_string_free(sql, FALSE);
}

static char *check_query(const struct relation *relation)
{
    const struct setting *columns = relation_get(relation, "columns");
    g_autofree char *paths = literals(relation->paths, path_literal);
    g_autofree char *names = columns ? literals(columns->items, quote_literal) : NULL;
    g_autofree char *only = names ? g_strdup_printf(" AND name IN (%s)", names) : g_strdup("");
    return g_strdup_printf(losing_columns, paths, only);
}

static bool tell(duckdb_result *result, idx_t row, const char *table, struct written *out,
                 GError **error)
{
    char *column = duckdb_value_varchar(result, 0, row);
    char *path = duckdb_value_varchar(result, 1, row);
    const bool is_decimal = duckdb_value_boolean(result, 2, row);
    if (is_decimal)
        error_set(error, ERROR_DATA,
                  "%s: column %s is a DECIMAL of more than 38 digits, which the engine would read "
                  "as DOUBLE: leave it out with the option \"columns\"",
                  path, column);
    else
        written_note(out, g_strdup_printf("%s.%s: read in microseconds, digits of nanoseconds are "
                                          "left out",
                                          table, column));
    duckdb_free(column);
    duckdb_free(path);
    return !is_decimal;
}

bool parquet_check(struct session *session, const struct relation *relation, const char *table,
                   struct written *out, GError **error)
{
    if (strcmp(relation->format, "parquet") != 0)
        return true;
    g_autofree char *sql = check_query(relation);
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    bool is_fine = true;
    for (idx_t row = 0; row < duckdb_row_count(&result) && is_fine; row++)
        is_fine = tell(&result, row, table, out, error);
    duckdb_destroy_result(&result);
    return is_fine;
}
