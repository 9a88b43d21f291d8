/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/table.h"

#include "engine/duckdb/catalog.h"
#include "engine/duckdb/csv.h"
#include "engine/duckdb/header.h"
#include "engine/duckdb/lossless.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

/* The rows that a target gets: `before` + `text` + `after`, where `text` is the caller's. */
struct rows {
    const char *before;
    const char *text;
    const char *after;
    bool only_files; /* no table is read */
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

static bool create_as(struct session *session, const char *kind, const char *quoted,
                      const struct rows *rows, gint64 *out_rows, GError **error)
{
    g_autofree char *lead = g_strconcat("CREATE OR REPLACE ", kind, " ", quoted, " AS", NULL);
    return run_rows(session, lead, rows, out_rows, error);
}

/* A table instead of a view, which its rows may be read from. */
static bool supplant_view(struct session *session, const struct table_place *place,
                          const struct rows *rows, gint64 *out_rows, GError **error)
{
    g_autofree char *rename = g_strconcat(" RENAME TO ", place->bare, NULL);
    return create_as(session, "TABLE", place->sibling, rows, out_rows, error) &&
           run_on(session, "DROP VIEW ", place->table, "", error) &&
           run_on(session, "ALTER TABLE ", place->sibling, rename, error);
}

/* CREATE OR REPLACE doesn't put a table in a view's place, nor a view in a table's. */
static bool replace(struct session *session, const struct target *target,
                    const struct table_place *place, const struct rows *rows, gint64 *out_rows,
                    GError **error)
{
    enum table_kind kind = catalog_target_kind(session, target->name);
    if (!target->is_view)
        return kind == TABLE_VIEW
                   ? supplant_view(session, place, rows, out_rows, error)
                   : create_as(session, "TABLE", place->table, rows, out_rows, error);
    if (kind == TABLE_BASE && !run_on(session, "DROP TABLE ", place->table, "", error))
        return false;
    return create_as(session, "VIEW", place->table, rows, out_rows, error);
}

/* Rows that may be read from the table that they replace are put aside first. */
static bool refill(struct session *session, const struct table_place *place,
                   const struct rows *rows, gint64 *out_rows, GError **error)
{
    g_autofree char *lead = g_strconcat("INSERT INTO ", place->table, " BY NAME", NULL);
    if (rows->only_files)
        return run_on(session, "DELETE FROM ", place->table, "", error) &&
               run_rows(session, lead, rows, out_rows, error);
    return create_as(session, "TEMP TABLE", "__sqlflow_rows", rows, out_rows, error) &&
           run_on(session, "DELETE FROM ", place->table, "", error) &&
           run_on(session, lead, "", " FROM temp.__sqlflow_rows", error) &&
           statement_run_own(session, "DROP TABLE temp.__sqlflow_rows", error);
}

static bool fill(struct session *session, const struct target *target,
                 const struct table_place *place, const struct rows *rows, gint64 *out_rows,
                 GError **error)
{
    if (target->keep_declaration)
        return refill(session, place, rows, out_rows, error);
    return replace(session, target, place, rows, out_rows, error);
}

/* In the caller's transaction, or in one of its own. */
static bool fill_whole(struct session *session, const struct target *target,
                       const struct rows *rows, gint64 *out_rows, GError **error)
{
    gint64 count = -1;
    struct table_place place;
    bool own = !session->in_transaction;
    if (!table_place_init(&place, session, target->name, error))
        return false;
    bool filled = !own || session_begin(session, error);
    filled = filled && fill(session, target, &place, rows, &count, error);
    if (filled && own)
        filled = session_commit(session, error);
    else if (own)
        session_rollback(session);
    table_place_clear(&place);
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

bool table_fill(struct session *session, const struct target *target, const char *scan,
                const char *where, gint64 *out_rows, GError **error)
{
    g_autofree char *before =
        where ? g_strconcat("SELECT * FROM (", scan, ")\nWHERE (\n", NULL) : g_strdup(scan);
    const struct rows rows = {
        .before = before,
        .text = where ? where : "",
        .after = where ? "\n)" : "\n",
        .only_files = !where,
    };
    return fill_whole(session, target, &rows, out_rows, error);
}

/* Fills, and when a text didn't fit the type that the first rows have, once more with the types
 * that all rows have. Inside a transaction. */
static bool fill_lossless(struct session *session, const struct target *target,
                          struct lossless *lossless, const char *where, gint64 *out_rows,
                          GError **error)
{
    g_autofree char *first = lossless_query(lossless, true);
    if (!table_fill(session, target, first, where, out_rows, error))
        return false;
    if (!lossless_misfits(lossless))
        return true;
    if (!lossless_check(lossless, session, error))
        return false;
    g_autofree char *second = lossless_query(lossless, false);
    return table_fill(session, target, second, where, out_rows, error);
}

static bool fill_csv(struct session *session, const struct target *target,
                     struct lossless *lossless, const char *where, gint64 *out_rows, GError **error)
{
    bool own = !session->in_transaction;
    gint64 rows = -1;
    bool filled = (!own || session_begin(session, error)) &&
                  fill_lossless(session, target, lossless, where, &rows, error);
    if (filled && own)
        filled = session_commit(session, error);
    else if (own)
        session_rollback(session);
    if (filled)
        *out_rows = rows;
    else
        lossless_explain(lossless, session, error);
    return filled;
}

static bool load_csv(struct session *session, const struct target *target,
                     const struct relation *relation, const char *where, gint64 *out_rows,
                     GError **error)
{
    g_autoptr(GPtrArray) declared = NULL;
    if (target->keep_declaration && !catalog_columns(session, target->name, &declared, error))
        return false;
    AUTO(lossless) lossless = lossless_new(session, relation, declared, error);
    return lossless && fill_csv(session, target, lossless, where, out_rows, error);
}

static bool load_scan(struct session *session, const struct target *target,
                      const struct relation *relation, const char *where, gint64 *out_rows,
                      GError **error)
{
    g_autofree char *scan = scan_query(relation, 0, error);
    return scan && table_fill(session, target, scan, where, out_rows, error);
}

bool table_load(struct session *session, const struct target *target,
                const struct relation *relation, const char *where, gint64 *out_rows,
                GError **error)
{
    if (!header_check(session, relation, error))
        return false;
    g_autoptr(GError) failure = NULL;
    bool loaded = lossless_applies(relation)
                      ? load_csv(session, target, relation, where, out_rows, &failure)
                      : load_scan(session, target, relation, where, out_rows, &failure);
    if (loaded)
        return true;
    csv_explain(session, relation, &failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}
