/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/table.h"

#include "engine/duckdb/csv.h"
#include "engine/duckdb/header.h"
#include "engine/duckdb/jsonload.h"
#include "engine/duckdb/lossless.h"
#include "engine/duckdb/merge.h"
#include "engine/duckdb/parquet.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"
#include "engine/duckdb/window.h"

#include <string.h>

/* One write on its way. */
struct write {
    struct session *session;
    const struct target *target;
    struct table_place place;
    bool merges; /* into a table that is there and stays */
};

/* Where the rows come from: a query, or a relation or a scan of our own with a filter (NULL: all).
 */
struct origin {
    const char *query;
    const struct relation *relation;
    const char *scan;
    const char *where;
};

/* Runs a statement of our own about the target. */
static bool run_on(struct session *session, const char *before, const char *quoted,
                   const char *after, GError **error)
{
    g_autofree char *sql = g_strconcat(before, quoted, after, NULL);
    return statement_run_own(session, sql, error);
}

/* A table instead of a view, which its rows may be read from. */
static bool supplant_view(struct session *session, const struct table_place *place,
                          const struct input *input, gint64 *out_rows, GError **error)
{
    g_autofree char *rename = g_strconcat(" RENAME TO ", place->bare, NULL);
    return input_create(session, "TABLE", place->sibling, input, out_rows, error) &&
           run_on(session, "DROP VIEW ", place->table, "", error) &&
           run_on(session, "ALTER TABLE ", place->sibling, rename, error);
}

/* CREATE OR REPLACE doesn't put a table in a view's place, nor a view in a table's. */
static bool replace(const struct write *write, const struct input *input, gint64 *out_rows,
                    GError **error)
{
    struct session *session = write->session;
    const struct table_place *place = &write->place;
    enum table_kind kind = catalog_target_kind(session, write->target->name);
    if (!write->target->is_view)
        return kind == TABLE_VIEW
                   ? supplant_view(session, place, input, out_rows, error)
                   : input_create(session, "TABLE", place->table, input, out_rows, error);
    if (kind == TABLE_BASE && !run_on(session, "DROP TABLE ", place->table, "", error))
        return false;
    return input_create(session, "VIEW", place->table, input, out_rows, error);
}

/* Rows that may be read from the table that they replace are put aside first. */
static bool refill(struct session *session, const struct table_place *place,
                   const struct input *input, gint64 *out_rows, GError **error)
{
    g_autofree char *lead = g_strconcat("INSERT INTO ", place->table, " BY NAME", NULL);
    if (input->only_files)
        return run_on(session, "DELETE FROM ", place->table, "", error) &&
               input_run(session, lead, input, out_rows, error);
    return input_create(session, "TEMP TABLE", "__sqlflow_rows", input, out_rows, error) &&
           run_on(session, "DELETE FROM ", place->table, "", error) &&
           run_on(session, lead, "", " FROM temp.__sqlflow_rows", error) &&
           statement_run_own(session, "DROP TABLE temp.__sqlflow_rows", error);
}

static bool fill_inside(const struct write *write, const struct input *input, struct written *out,
                        GError **error)
{
    struct session *session = write->session;
    const struct target *target = write->target;
    gint64 rows = -1;
    if (write->merges)
        return merge_rows(session, target, &write->place, input, out, error);
    bool filled = target->keep_declaration ? refill(session, &write->place, input, &rows, error)
                                           : replace(write, input, &rows, error);
    if (filled)
        out->rows =
            rows < 0 ? row_counts_none() : (struct row_counts){.read = rows, .inserted = rows};
    return filled;
}

static bool fill(const struct write *write, const struct input *input, struct written *out,
                 GError **error)
{
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    if (!write->target->window)
        return fill_inside(write, input, out, error);
    const struct input limited = window_limit(input, write->target, &before, &after);
    return fill_inside(write, &limited, out, error);
}

/* The rows of a scan that pass the caller's filter. */
static bool fill_scan(const struct write *write, const struct origin *origin, const char *scan,
                      struct written *out, GError **error)
{
    const char *where = origin->where;
    g_autofree char *before =
        where ? g_strconcat("SELECT * FROM (", scan, ")\nWHERE (\n", NULL) : g_strdup(scan);
    const struct input input = {
        .before = before,
        .text = where ? where : "",
        .after = where ? "\n)" : "\n",
        .only_files = !where,
        .is_inferred = origin->relation && strcmp(origin->relation->format, "parquet") != 0,
    };
    return fill(write, &input, out, error);
}

/* How many rows the files gave; -1 where some were filtered out. */
static gint64 rows_of_files(const struct write *write, const struct origin *origin,
                            const struct written *out)
{
    const struct window *window = write->target->window;
    const bool takes_all = !origin->where && !(window && (window->start || window->end));
    return takes_all ? out->rows.read : -1;
}

/* All records are there; what the user should know of the load. */
static bool finish(const struct write *write, const struct origin *origin,
                   struct lossless *lossless, struct written *out, GError **error)
{
    if (!lossless_finish(lossless, write->session, rows_of_files(write, origin, out), error))
        return false;
    out->rows.rejected = (gint64)lossless_rejected(lossless);
    lossless_tell(lossless, write->target->name, out);
    return true;
}

/* Fills, and when a text didn't fit the type that the first rows have, once more with the types
 * that all rows have. */
static bool fill_lossless(const struct write *write, const struct origin *origin,
                          struct lossless *lossless, struct written *out, GError **error)
{
    g_autofree char *first = lossless_query(lossless, true);
    if (!fill_scan(write, origin, first, out, error))
        return false;
    if (!lossless_misfits(lossless))
        return finish(write, origin, lossless, out, error);
    if (!lossless_check(lossless, write->session, error))
        return false;
    g_autofree char *second = lossless_query(lossless, false);
    return fill_scan(write, origin, second, out, error) &&
           finish(write, origin, lossless, out, error);
}

/* What the table becomes is known before it changes: the types that all rows have. */
static bool fill_evolving(const struct write *write, const struct origin *origin,
                          struct lossless *lossless, struct written *out, GError **error)
{
    if (!lossless_release(lossless, write->session, error))
        return false;
    g_autofree char *query = lossless_query(lossless, false);
    return fill_scan(write, origin, query, out, error) &&
           finish(write, origin, lossless, out, error);
}

/* The types that values are to have: the table's; in one that isn't declared, what the source says
 * of a column comes before. */
static bool find_wanted(const struct write *write, const struct relation *relation,
                        GPtrArray **out_columns, GError **error)
{
    GPtrArray *columns = merge_columns(write->session, &write->place, error);
    for (guint i = columns && write->merges ? columns->len : 0; i > 0; i--) {
        const struct column *column = g_ptr_array_index(columns, i - 1);
        if (scan_declares(relation, column->name))
            g_ptr_array_remove_index(columns, i - 1);
    }
    *out_columns = columns;
    return columns != NULL;
}

static bool fill_csv(const struct write *write, const struct origin *origin, struct written *out,
                     GError **error)
{
    g_autoptr(GPtrArray) declared = NULL;
    struct session *session = write->session;
    const bool keeps_types = write->merges || write->target->keep_declaration;
    if (keeps_types && !find_wanted(write, origin->relation, &declared, error))
        return false;
    AUTO(lossless) lossless = lossless_new(session, origin->relation, declared, error);
    if (!lossless)
        return false;
    const bool evolves = write->merges && write->target->schema == SCHEMA_EVOLVE;
    bool filled = evolves ? fill_evolving(write, origin, lossless, out, error)
                          : fill_lossless(write, origin, lossless, out, error);
    if (!filled)
        lossless_explain(lossless, session, error);
    return filled;
}

/* A table that evolves keeps the types that all values fit. */
static struct json_load *look_at_json(const struct write *write, const struct relation *relation,
                                      GError **error)
{
    g_autoptr(GPtrArray) declared = NULL;
    struct session *session = write->session;
    const bool evolves = write->merges && write->target->schema == SCHEMA_EVOLVE;
    const bool keeps_types = write->merges || write->target->keep_declaration;
    if (keeps_types && !find_wanted(write, relation, &declared, error))
        return NULL;
    const guint wanted = declared ? declared->len : 0;
    AUTO(json_load) load = json_load_new(session, relation, declared, error);
    if (!load || !evolves)
        return g_steal_pointer(&load);
    if (!json_load_release(load, session, declared, error))
        return NULL;
    const bool widened = declared && declared->len != wanted;
    return widened ? json_load_new(session, relation, declared, error) : g_steal_pointer(&load);
}

static bool fill_json(const struct write *write, const struct origin *origin, struct written *out,
                      GError **error)
{
    AUTO(json_load) load = look_at_json(write, origin->relation, error);
    if (!load)
        return false;
    g_autofree char *query = json_load_query(load);
    if (fill_scan(write, origin, query, out, error) &&
        json_load_finish(load, write->session, rows_of_files(write, origin, out), error)) {
        json_load_tell(load, write->target->name, out);
        return true;
    }
    json_load_explain(load, write->session, error);
    return false;
}

static bool fill_relation(const struct write *write, const struct origin *origin,
                          struct written *out, GError **error)
{
    if (!header_check(write->session, origin->relation, error))
        return false;
    if (lossless_applies(origin->relation))
        return fill_csv(write, origin, out, error);
    if (json_load_applies(origin->relation))
        return fill_json(write, origin, out, error);
    g_autofree char *scan = scan_query(origin->relation, 0, error);
    return scan &&
           parquet_check(write->session, origin->relation, write->target->name, out, error) &&
           fill_scan(write, origin, scan, out, error);
}

static bool fill_query(const struct write *write, const struct origin *origin, struct written *out,
                       GError **error)
{
    const struct input input = {.before = "", .text = origin->query, .after = "\n"};
    return fill(write, &input, out, error);
}

static bool fill_origin(const struct write *write, const struct origin *origin, struct written *out,
                        GError **error)
{
    if (origin->query)
        return fill_query(write, origin, out, error);
    return origin->scan ? fill_scan(write, origin, origin->scan, out, error)
                        : fill_relation(write, origin, out, error);
}

/* Finds out whether the rows go into a table that is there. */
static bool look(struct write *write, GError **error)
{
    if (write->target->mode == WRITE_REPLACE)
        return true;
    enum table_kind kind = catalog_target_kind(write->session, write->target->name);
    write->merges = kind == TABLE_BASE;
    if (kind != TABLE_VIEW)
        return true;
    error_set(error, ERROR_DATA, "'%s' is a view: only a table can be added to",
              write->target->name);
    return false;
}

/* In the caller's transaction, or in one of its own. */
static bool write_whole(struct session *session, const struct target *target,
                        const struct origin *origin, struct written *out, GError **error)
{
    struct write write = {.session = session, .target = target};
    const bool own = !session->in_transaction;
    if (!table_place_init(&write.place, session, target->name, error))
        return false;
    bool done = (!own || session_begin(session, error)) && look(&write, error) &&
                fill_origin(&write, origin, out, error) &&
                (write.merges || merge_check_made(session, target, &write.place, out, error));
    if (done && own)
        done = session_commit(session, error);
    else if (own)
        session_rollback(session);
    table_place_clear(&write.place);
    return done;
}

bool table_create(struct session *session, const struct target *target, const char *query,
                  struct written *out, GError **error)
{
    const struct origin origin = {.query = query};
    return write_whole(session, target, &origin, out, error);
}

bool table_fill(struct session *session, const struct target *target, const char *scan,
                const char *where, struct written *out, GError **error)
{
    const struct origin origin = {.scan = scan, .where = where};
    return write_whole(session, target, &origin, out, error);
}

bool table_load(struct session *session, const struct target *target,
                const struct relation *relation, const char *where, struct written *out,
                GError **error)
{
    const struct origin origin = {.relation = relation, .where = where};
    g_autoptr(GError) failure = NULL;
    if (write_whole(session, target, &origin, out, &failure))
        return true;
    csv_explain(relation, &failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}
