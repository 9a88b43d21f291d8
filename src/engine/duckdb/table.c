/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/table.h"

#include "engine/duckdb/catalog.h"
#include "engine/duckdb/csv.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

/* The rows that a target gets: `before` + `text` + `after`, where `text` is the caller's. */
struct rows {
    const char *before;
    const char *text;
    const char *after;
};

/* Runs a statement of our own about the target. */
static bool run_on(struct session *session, const char *before, const char *quoted,
                   const char *after, GError **error)
{
    g_autofree char *sql = g_strconcat(before, quoted, after, NULL);
    return statement_run_own(session, sql, error);
}

/* `lead` + rows, with the rows of it counted. */
static bool run_rows(struct session *session, const char *lead, const struct rows *rows,
                     gint64 *out_rows, GError **error)
{
    g_autofree char *before = g_strconcat(lead, "\n", rows->before, NULL);
    struct statement statement;
    statement_init(&statement, before, rows->text, rows->after);
    bool ran = statement_run(session, &statement, out_rows, error);
    statement_clear(&statement);
    return ran;
}

/* A table can't replace a view nor a view a table: what is of the other kind goes first. */
static bool make_room(struct session *session, const struct target *target, const char *quoted,
                      GError **error)
{
    enum table_kind kind = catalog_target_kind(session, target->name);
    if (kind == TABLE_VIEW && !target->is_view)
        return run_on(session, "DROP VIEW ", quoted, "", error);
    if (kind == TABLE_BASE && target->is_view)
        return run_on(session, "DROP TABLE ", quoted, "", error);
    return true;
}

static bool replace(struct session *session, const struct target *target, const char *quoted,
                    const struct rows *rows, gint64 *out_rows, GError **error)
{
    g_autofree char *lead = g_strconcat("CREATE OR REPLACE ", target->is_view ? "VIEW " : "TABLE ",
                                        quoted, " AS", NULL);
    return make_room(session, target, quoted, error) &&
           run_rows(session, lead, rows, out_rows, error);
}

/* The rows are put aside first: they may be read from the table that they replace. */
static bool refill(struct session *session, const char *quoted, const struct rows *rows,
                   gint64 *out_rows, GError **error)
{
    return run_rows(session, "CREATE OR REPLACE TEMP TABLE __sqlflow_rows AS", rows, out_rows,
                    error) &&
           run_on(session, "DELETE FROM ", quoted, "", error) &&
           run_on(session, "INSERT INTO ", quoted, " BY NAME FROM temp.__sqlflow_rows", error) &&
           statement_run_own(session, "DROP TABLE temp.__sqlflow_rows", error);
}

static bool fill(struct session *session, const struct target *target, const char *quoted,
                 const struct rows *rows, gint64 *out_rows, GError **error)
{
    if (target->keep_declaration)
        return refill(session, quoted, rows, out_rows, error);
    return replace(session, target, quoted, rows, out_rows, error);
}

/* In the caller's transaction, or in one of its own. */
static bool fill_whole(struct session *session, const struct target *target,
                       const struct rows *rows, gint64 *out_rows, GError **error)
{
    gint64 count = -1;
    bool own = !session->in_transaction;
    g_autofree char *quoted = catalog_target(session, target->name, error);
    if (!quoted || (own && !session_begin(session, error)))
        return false;
    bool filled = fill(session, target, quoted, rows, &count, error);
    if (filled && own)
        filled = session_commit(session, error);
    else if (own)
        session_rollback(session);
    if (filled)
        *out_rows = count;
    return filled;
}

bool table_create(struct session *session, const struct target *target, const char *query,
                  gint64 *out_rows, GError **error)
{
    const struct rows rows = {.before = "", .text = query, .after = "\n"};
    return fill_whole(session, target, &rows, out_rows, error);
}

bool table_load(struct session *session, const struct target *target,
                const struct relation *relation, const char *where, gint64 *out_rows,
                GError **error)
{
    g_autofree char *query = scan_query(relation, 0, error);
    if (!query || !csv_check(session, relation, error))
        return false;
    g_autofree char *before = where ? g_strconcat(query, "\nWHERE (\n", NULL) : g_strdup(query);
    const struct rows rows = {
        .before = before,
        .text = where ? where : "",
        .after = where ? "\n)" : "\n",
    };
    g_autoptr(GError) failure = NULL;
    if (fill_whole(session, target, &rows, out_rows, &failure))
        return true;
    csv_explain(session, relation, &failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}
