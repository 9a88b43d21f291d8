/* SPDX-License-Identifier: Apache-2.0 */
#include "run/journalsql.h"

#include "base/name.h"

char *journal_prefix(const char *catalog)
{
    g_autofree char *quoted = quote_identifier(catalog);
    return g_strconcat(quoted, ".\"sqlflow\".", NULL);
}

char *journal_text(const char *text)
{
    g_autofree char *valid = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
    return quote_literal(valid ? valid : text);
}

char *journal_moment(gint64 time_us)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) time = g_date_time_add(second, time_us % G_USEC_PER_SEC);
    return g_date_time_format(time, "%Y-%m-%d %H:%M:%S.%f");
}

GString *journal_insert_into_log(const char *prefix)
{
    GString *sql = g_string_new("INSERT INTO ");
    g_string_append_printf(sql, "%slog VALUES ", prefix);
    return sql;
}

void journal_append_record(GString *sql, const char *run, const char *sequence, json_t *record)
{
    g_autofree char *text = json_dumps(record, JSON_COMPACT);
    g_autofree char *literal = quote_literal(text);
    g_autofree char *run_literal = journal_text(run);
    g_string_append_printf(sql, "%s(%s, %s, %s)", sql->str[sql->len - 1] == ')' ? ", " : "",
                           run_literal, sequence, literal);
    json_decref(record);
}

/* Where in our own statement it failed tells the user nothing. */
static void fail(GError **error, GError *cause, const char *what)
{
    const struct error_details details = {.code = error_details(cause)->code, .position = -1};
    g_autofree char *message = g_strdup_printf(
        "the journal (schema sqlflow of the database) can't be %s: %s", what, cause->message);
    error_set_full(error, error_kind(cause), &details, message);
}

bool journal_execute(const struct engine_class *class, struct session *session, const char *sql,
                     GError **error)
{
    gint64 rows = -1;
    g_autoptr(GError) cause = NULL;
    if (class->execute(session, sql, &rows, &cause))
        return true;
    fail(error, cause, "written");
    return false;
}

bool journal_query(const struct engine_class *class, struct session *session, const char *sql,
                   struct rows *rows, GError **error)
{
    const struct row_sink sink = rows_sink(rows);
    g_autoptr(GError) cause = NULL;
    if (class->query(session, sql, &sink, &cause))
        return true;
    fail(error, cause, "read");
    return false;
}

bool journal_number(const struct engine_class *class, struct session *session, const char *sql,
                    gint64 *out, GError **error)
{
    AUTO(rows) rows = rows_new(0);
    if (!journal_query(class, session, sql, rows, error))
        return false;
    const char *text = rows->count > 0 ? rows_cell(rows, 0, 0)->text : NULL;
    *out = text ? g_ascii_strtoll(text, NULL, 10) : 0;
    return true;
}
