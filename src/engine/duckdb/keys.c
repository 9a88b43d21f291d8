/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/keys.h"

#include "base/name.h"
#include "engine/duckdb/statement.h"

enum { ROWS_SHOWN = 3, ROW_WIDTH = 200 };

char *keys_join(const char *const *keys, const char *format, const char *between)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; keys[i]; i++) {
        g_autofree char *quoted = quote_identifier(keys[i]);
        g_autoptr(GString) one = g_string_new(format);
        g_string_replace(one, "%s", quoted, 0);
        g_string_append_printf(out, "%s%s", i ? between : "", one->str);
    }
    return g_string_free(out, FALSE);
}

bool keys_exist(const char *const *keys, const GPtrArray *columns, const char *where,
                GError **error)
{
    for (guint i = 0; keys[i]; i++) {
        if (columns_find(columns, keys[i]))
            continue;
        g_autoptr(GString) names = g_string_new(NULL);
        for (guint j = 0; j < columns->len; j++) {
            const struct column *column = g_ptr_array_index(columns, j);
            g_string_append_printf(names, "%s%s", j ? ", " : "", column->name);
        }
        error_set(error, ERROR_DATA, "the key '%s' is no column of %s, which has %s", keys[i],
                  where, names->str);
        return false;
    }
    return true;
}

/* The number of rows that the condition finds, and the first of them as texts. */
struct offenders {
    gint64 count;
    GString *rows;
};

static bool find_offenders(struct session *session, const char *sql, struct offenders *out,
                           GError **error)
{
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    out->rows = g_string_new(NULL);
    for (idx_t i = 0; i < duckdb_row_count(&result); i++) {
        out->count = duckdb_value_int64(&result, 0, i);
        char *row = duckdb_value_varchar(&result, 1, i);
        g_string_append_printf(out->rows, "%s%s", i ? ", " : "", row);
        duckdb_free(row);
    }
    if (out->count > ROWS_SHOWN)
        g_string_append(out->rows, ", ..");
    duckdb_destroy_result(&result);
    return true;
}

/* `offenders` is a query that gives __number, how many there are in all, and __row. */
static bool refuse(struct session *session, const char *query, const char *message,
                   const char *suggestion, GError **error)
{
    struct offenders offenders = {0};
    g_autofree char *sql =
        g_strdup_printf("SELECT __number, left(CAST(__row AS VARCHAR), %d) FROM (%s) LIMIT %d",
                        ROW_WIDTH, query, ROWS_SHOWN);
    if (!find_offenders(session, sql, &offenders, error))
        return false;
    const bool found = offenders.count > 0;
    if (found) {
        g_autofree char *way_out = g_strdup(suggestion);
        const struct error_details details = {.position = -1, .suggestion = way_out};
        g_autofree char *text =
            g_strdup_printf("%s in %" G_GINT64_FORMAT " row%s: %s", message, offenders.count,
                            offenders.count == 1 ? "" : "s", offenders.rows->str);
        error_set_full(error, ERROR_DATA, &details, text);
        session->is_aborted = session->in_transaction;
    }
    g_string_free(offenders.rows, TRUE);
    return !found;
}

bool keys_check_null(struct session *session, const char *what, const char *const *keys,
                     const char *quoted, GError **error)
{
    g_autofree char *is_null = keys_join(keys, "__row.%s IS NULL", " OR ");
    g_autofree char *query = g_strdup_printf(
        "SELECT count(*) OVER () AS __number, __row FROM %s AS __row WHERE %s", quoted, is_null);
    g_autofree char *names = keys_join(keys, "%s", ", ");
    g_autofree char *message = g_strdup_printf("%s (%s) is NULL", what, names);
    return refuse(session, query, message, "leave them out with WHERE .. IS NOT NULL", error);
}

static bool check_twice(struct session *session, const char *const *keys, const char *quoted,
                        GError **error)
{
    g_autofree char *names = keys_join(keys, "%s", ", ");
    g_autofree char *same = keys_join(keys, "__row.%s = __twice.%s", " AND ");
    g_autofree char *query = g_strdup_printf(
        "SELECT count(*) OVER () AS __number, __row FROM %s AS __row SEMI JOIN (SELECT %s FROM %s "
        "GROUP BY %s HAVING count(*) > 1) AS __twice ON %s ORDER BY %s",
        quoted, names, quoted, names, same, names);
    g_autofree char *message = g_strdup_printf("the key (%s) is there more than once", names);
    return refuse(session, query, message,
                  "keep one row of each key: QUALIFY row_number() OVER (PARTITION BY key ORDER "
                  "BY ..) = 1",
                  error);
}

bool keys_check(struct session *session, const char *const *keys, const char *quoted,
                GError **error)
{
    return keys_check_null(session, "the key", keys, quoted, error) &&
           check_twice(session, keys, quoted, error);
}
