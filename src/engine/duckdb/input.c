/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/input.h"

#include "engine/duckdb/statement.h"

bool input_run(struct session *session, const char *lead, const struct input *input,
               gint64 *out_rows, GError **error)
{
    g_autofree char *before = g_strconcat(lead, "\n", input->before, NULL);
    struct statement statement;
    statement_init(&statement, before, input->text, input->after);
    bool ran = statement_run(session, &statement, out_rows, error);
    statement_clear(&statement);
    return ran;
}

bool input_create(struct session *session, const char *kind, const char *quoted,
                  const struct input *input, gint64 *out_rows, GError **error)
{
    g_autofree char *lead = g_strconcat("CREATE OR REPLACE ", kind, " ", quoted, " AS", NULL);
    return input_run(session, lead, input, out_rows, error);
}

GPtrArray *input_columns(struct session *session, const struct input *input, GError **error)
{
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, input->before, input->text, input->after);
    bool bound = statement_prepare(session, &statement, &prepared, error);
    statement_clear(&statement);
    if (!bound)
        return NULL;
    GPtrArray *columns = columns_new();
    statement_columns(prepared, columns);
    duckdb_destroy_prepare(&prepared);
    return columns;
}
