/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/misfit.h"

#include "base/name.h"
#include "base/quantity.h"
#include "engine/duckdb/records.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

/* Of the record-th record of a CSV file that is read; 0 when it isn't found. */
static guint64 line_of(const struct relation *relation, guint file, guint64 record,
                       struct rejects *rejects)
{
    if (rejects)
        return rejects_line(rejects, file, record);
    g_autoptr(GError) ignored = NULL;
    struct record found = {0};
    AUTO(records) records = records_open(relation, file, &ignored);
    for (; records && record > 0; record--) {
        if (!records_next(records, &found, &ignored))
            return 0;
    }
    return found.line;
}

static bool has_lines(const struct relation *relation)
{
    return strcmp(relation->format, "csv") == 0;
}

static const char *path_of(const struct relation *relation, guint file,
                           const struct rejects *rejects)
{
    const struct relation *given = rejects ? rejects_given(rejects) : relation;
    return g_ptr_array_index(given->paths, file);
}

/* SQL that is true for a text that doesn't fit. */
static char *is_misfit(const struct relation *relation, const struct convert_column *column,
                       const char *text)
{
    g_autofree char *value = convert_value(relation, column, text, 0);
    return g_strdup_printf("(%s IS NOT NULL AND TRY(%s) IS NULL)", text, value);
}

/* The first misfit of one column in one file. */
static bool find_first(struct session *session, const struct relation *relation, guint file,
                       const struct convert_column *column, struct misfit *out)
{
    AUTO(relation) one = scan_one_file(relation, file);
    g_autofree char *name = quote_identifier(column->name);
    g_autofree char *scan = scan_query(one, 0, NULL);
    g_autofree char *test = is_misfit(relation, column, "v");
    g_autofree char *sql = g_strdup_printf(
        "SELECT n, v FROM (SELECT row_number() OVER () AS n, %s AS v FROM (%s)) WHERE %s LIMIT 1",
        name, scan, test);
    duckdb_result result;
    bool found = duckdb_query(session->connection, sql, &result) == DuckDBSuccess &&
                 duckdb_row_count(&result) > 0;
    if (found) {
        char *text = duckdb_value_varchar(&result, 1, 0);
        *out = (struct misfit){.record = (guint64)duckdb_value_int64(&result, 0, 0),
                               .value = g_strdup(text)};
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return found;
}

char *misfit_place(struct session *session, const struct relation *relation,
                   const struct convert_column *column, struct rejects *rejects)
{
    struct misfit misfit;
    guint file = 0;
    while (file < relation->paths->len && !find_first(session, relation, file, column, &misfit))
        file++;
    if (file == relation->paths->len)
        return NULL;
    g_autofree char *value = misfit.value;
    g_autofree char *line = count_format(line_of(relation, file, misfit.record, rejects));
    const bool is_one = relation->paths->len == 1;
    return g_strdup_printf("'%s' at line %s%s%s", value, line, is_one ? "" : " of ",
                           is_one ? "" : path_of(relation, file, rejects));
}

static bool is_checked(const struct convert_column *column)
{
    return column->declared && !column->is_folder && strcmp(column->declared, "VARCHAR") != 0;
}

static char *explain_file(struct session *session, const struct relation *relation, guint file,
                          const GPtrArray *columns, struct rejects *rejects)
{
    for (guint i = 0; i < columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(columns, i);
        struct misfit misfit;
        if (!is_checked(column) || !find_first(session, relation, file, column, &misfit))
            continue;
        g_autofree char *value = misfit.value;
        const guint64 line =
            has_lines(relation) ? line_of(relation, file, misfit.record, rejects) : 0;
        return g_strdup_printf("%s, %s %" G_GUINT64_FORMAT ", column %s: '%s' is not exactly a %s",
                               path_of(relation, file, rejects), line ? "line" : "record",
                               line ? line : misfit.record, column->name, value, column->declared);
    }
    return NULL;
}

char *misfit_explain(struct session *session, const struct relation *relation,
                     const GPtrArray *columns, struct rejects *rejects)
{
    char *found = NULL;
    for (guint i = 0; i < relation->paths->len && !found; i++)
        found = explain_file(session, relation, i, columns, rejects);
    return found;
}

/* All records of a file with a misfit: number, which column, the text. */
static char *reject_query(const struct relation *relation, guint file, const GPtrArray *columns)
{
    AUTO(relation) one = scan_one_file(relation, file);
    g_autofree char *scan = scan_query(one, 0, NULL);
    g_autoptr(GString) which = g_string_new(NULL);
    g_autoptr(GString) value = g_string_new(NULL);
    for (guint i = 0; i < columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(columns, i);
        if (!is_checked(column))
            continue;
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *test = is_misfit(relation, column, name);
        g_string_append_printf(which, " WHEN %s THEN %u", test, i);
        g_string_append_printf(value, " WHEN %u THEN %s", i, name);
    }
    return g_strdup_printf("SELECT n, i, CASE i%s END FROM (SELECT *, row_number() OVER () AS n, "
                           "CASE%s END AS i FROM (%s)) WHERE i IS NOT NULL",
                           value->str, which->str, scan);
}

static bool add_row(duckdb_result *result, idx_t row, guint file, const GPtrArray *columns,
                    struct rejects *rejects, GError **error)
{
    const struct convert_column *column =
        g_ptr_array_index(columns, (guint)duckdb_value_int64(result, 1, row));
    char *text = duckdb_value_varchar(result, 2, row);
    const struct misfit misfit = {
        .record = (guint64)duckdb_value_int64(result, 0, row),
        .column = g_strdup(column->name),
        .type = g_strdup(column->declared),
        .value = g_strdup(text),
    };
    duckdb_free(text);
    return rejects_add(rejects, file, &misfit, error);
}

bool misfit_reject(struct session *session, const struct relation *relation, guint file,
                   const GPtrArray *columns, struct rejects *rejects, GError **error)
{
    g_autofree char *sql = reject_query(relation, file, columns);
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    bool added = true;
    for (idx_t row = 0; row < duckdb_row_count(&result) && added; row++)
        added = add_row(&result, row, file, columns, rejects, error);
    duckdb_destroy_result(&result);
    return added;
}
