/* SPDX-License-Identifier: Apache-2.0 */
#include "run/journaltables.h"

#include "run/journalsql.h"

#include <string.h>

#define LOG "CREATE TABLE $.log (run VARCHAR NOT NULL, sequence BIGINT, record VARCHAR NOT NULL)"
#define WATERMARKS                                                                                 \
    "CREATE TABLE $.watermarks (pipeline VARCHAR NOT NULL, kind VARCHAR NOT NULL, "                \
    "source VARCHAR NOT NULL, target VARCHAR NOT NULL, field VARCHAR NOT NULL, value VARCHAR, "    \
    "sequence BIGINT NOT NULL, run VARCHAR NOT NULL, step VARCHAR NOT NULL)"

/* The tables of a journal; "$." stands for the schema's name and a dot. */
static const char *const tables[] = {
    "CREATE TABLE $.journal (version INTEGER NOT NULL, made_at TIMESTAMP NOT NULL)",
    "CREATE TABLE $.runs (run VARCHAR NOT NULL, outcome VARCHAR NOT NULL, "
    "recorded_at TIMESTAMP NOT NULL, pipeline VARCHAR NOT NULL, profile VARCHAR NOT NULL, "
    "root VARCHAR NOT NULL, continues VARCHAR, now_at TIMESTAMP NOT NULL, selection VARCHAR, "
    "variables VARCHAR)",
    LOG,
    WATERMARKS,
    NULL,
};

static const char *const step_columns[][2] = {
    {"status", "VARCHAR"},        {"step", "VARCHAR"},        {"kind", "VARCHAR"},
    {"target", "VARCHAR"},        {"fingerprint", "VARCHAR"}, {"occurrence", "INTEGER"},
    {"recorded_at", "TIMESTAMP"}, {"duration_us", "BIGINT"},  {"row_count", "BIGINT"},
    {"tries", "INTEGER"},         {"inputs", "VARCHAR"},      {"outputs", "VARCHAR"},
    {"message", "VARCHAR"},
};

static const char *const write_columns[][2] = {
    {"name", "VARCHAR"},     {"step", "VARCHAR"},        {"kind", "VARCHAR"},
    {"target", "VARCHAR"},   {"fingerprint", "VARCHAR"}, {"occurrence", "INTEGER"},
    {"is_there", "BOOLEAN"},
};

/* Where a journal is made or changed. */
struct making {
    const struct engine_class *class;
    struct session *session;
    const char *prefix;
};

static bool run(const struct making *making, const char *statement, GError **error)
{
    g_autoptr(GString) sql = g_string_new(statement);
    g_string_replace(sql, "$.", making->prefix, 0);
    return journal_execute(making->class, making->session, sql->str, error);
}

static bool run_all(const struct making *making, const char *const *statements, GError **error)
{
    for (; *statements; statements++)
        if (!run(making, *statements, error))
            return false;
    return true;
}

static bool make_view(const struct making *making, const char *name, const char *const columns[][2],
                      gsize count, GError **error)
{
    g_autofree char *view = g_strconcat(making->prefix, name, NULL);
    g_autoptr(GPtrArray) list = columns_new();
    for (gsize i = 0; i < count; i++)
        columns_add(list, columns[i][0], columns[i][1]);
    return making->class->create_record_view(making->session, view, "log", list, error);
}

static bool make_views(const struct making *making, GError **error)
{
    return make_view(making, "steps", step_columns, G_N_ELEMENTS(step_columns), error) &&
           make_view(making, "writes", write_columns, G_N_ELEMENTS(write_columns), error);
}

static bool make_schema(const struct making *making, GError **error)
{
    g_autofree char *schema = g_strndup(making->prefix, strlen(making->prefix) - 1);
    g_autofree char *sql = g_strconcat("CREATE SCHEMA IF NOT EXISTS ", schema, NULL);
    return run(making, sql, error);
}

static bool make_new(const struct making *making, GError **error)
{
    return make_schema(making, error) && run_all(making, tables, error) &&
           make_views(making, error);
}

static bool add_watermarks(const struct making *making, GError **error)
{
    return run(making, WATERMARKS, error);
}

/* The cells of a row as a record of the log. */
static void append_row(GString *sql, const struct rows *rows, guint row)
{
    json_t *record = json_object();
    const char *run = "";
    const char *sequence = "NULL";
    for (guint i = 0; i < rows->columns->len; i++) {
        const struct column *column = g_ptr_array_index(rows->columns, i);
        const char *text = rows_cell(rows, row, i)->text;
        if (strcmp(column->name, "run") == 0)
            run = text;
        else if (strcmp(column->name, "sequence") == 0)
            sequence = text;
        else if (text)
            json_object_set_new(record, column->name, json_string(text));
    }
    journal_append_record(sql, run, sequence, record);
}

static bool move_to_log(const struct making *making, const char *table, GError **error)
{
    AUTO(rows) rows = rows_new(0);
    g_autofree char *query = g_strconcat("SELECT * FROM ", making->prefix, table, NULL);
    g_autofree char *drop = g_strconcat("DROP TABLE ", making->prefix, table, NULL);
    g_autoptr(GString) sql = journal_insert_into_log(making->prefix);
    if (!journal_query(making->class, making->session, query, rows, error))
        return false;
    for (guint i = 0; i < rows->count; i++)
        append_row(sql, rows, i);
    return (rows->count == 0 || run(making, sql->str, error)) && run(making, drop, error);
}

/* Steps and writes were tables, each value a column. */
static bool make_log(const struct making *making, GError **error)
{
    return run(making, LOG, error) && move_to_log(making, "steps", error) &&
           move_to_log(making, "writes", error) && make_views(making, error);
}

typedef bool (*making_function)(const struct making *, GError **);

/* By version: what makes it the next, or out of nothing the newest. */
static const making_function makings[JOURNAL_VERSION] = {make_new, add_watermarks, make_log};

bool journaltables_make(const struct engine_class *class, struct session *session,
                        const char *prefix, gint64 version, GError **error)
{
    const struct making making = {class, session, prefix};
    for (gint64 next = version; next < JOURNAL_VERSION; next = next ? next + 1 : JOURNAL_VERSION)
        if (!makings[next](&making, error))
            return false;
    g_autofree char *moment = journal_moment(g_get_real_time());
    g_autofree char *sql = g_strdup_printf("INSERT INTO $.journal VALUES (%d, TIMESTAMP '%s')",
                                           JOURNAL_VERSION, moment);
    return run(&making, sql, error);
}

bool journaltables_version(const struct engine_class *class, struct session *session,
                           const char *prefix, gint64 *out, GError **error)
{
    g_autofree char *table = g_strconcat(prefix, "journal", NULL);
    g_autofree char *sql = g_strconcat("SELECT max(version) FROM ", table, NULL);
    *out = 0;
    if (class->table_exists(session, table) == TABLE_NONE)
        return true;
    if (!journal_number(class, session, sql, out, error))
        return false;
    if (*out >= 1 && *out <= JOURNAL_VERSION)
        return true;
    error_set(error, ERROR_PLAN,
              *out > JOURNAL_VERSION
                  ? "the journal of this database is of version %" G_GINT64_FORMAT
                    ", made by a newer program; this one knows versions up to %d: nothing is done"
                  : "the journal of this database is of the unknown version %" G_GINT64_FORMAT
                    "; this program knows versions from 1 to %d: nothing is done",
              *out, JOURNAL_VERSION);
    return false;
}
