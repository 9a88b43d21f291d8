/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/csv.h"

#include "engine/duckdb/message.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

static bool is_csv(const struct relation *relation)
{
    return strcmp(relation->format, "csv") == 0;
}

/* How many fields the first record has, from its first line. */
static guint count_fields(const char *line, const char *delimiter, char quote)
{
    guint fields = 1;
    bool quoted = false;
    for (const char *c = line; *c; c++) {
        if (quote && *c == quote)
            quoted = !quoted;
        else if (!quoted && g_str_has_prefix(c, delimiter))
            fields++;
    }
    return fields;
}

/* The first value of the first row, as text; NULL when there is none. */
static char *first_cell(struct session *session, const char *sql)
{
    duckdb_result result;
    char *cell = NULL;
    if (duckdb_query(session->connection, sql, &result) == DuckDBSuccess) {
        char *text = duckdb_value_varchar(&result, 0, 0);
        cell = g_strdup(text);
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return cell;
}

/* A file's first line behind what is skipped, unparsed. */
static char *first_line(struct session *session, const struct relation *one)
{
    g_autofree char *path = path_literal(g_ptr_array_index(one->paths, 0));
    GString *sql = g_string_new(NULL);
    g_string_printf(sql,
                    "SELECT line FROM read_csv([%s], auto_detect = false, header = false, "
                    "delim = chr(1), quote = '', escape = '', columns = {'line': 'VARCHAR'}",
                    path);
    static const char *const also[] = {"skip", "encoding", "compression", "comment"};
    for (gsize i = 0; i < G_N_ELEMENTS(also); i++) {
        const struct setting *setting = relation_get(one, also[i]);
        g_autofree char *value = setting ? setting_value(setting) : NULL;
        if (value)
            g_string_append_printf(sql, ", %s = %s", also[i], value);
    }
    g_string_append(sql, ") LIMIT 1");
    char *line = first_cell(session, sql->str);
    g_string_free(sql, TRUE);
    return line;
}

/* Columns of text, as many as the first line has. */
static void declare_fields(struct relation *one, guint fields)
{
    struct setting *columns = relation_set(one, "columns", SETTING_PAIRS, NULL);
    for (guint i = 0; i < fields; i++) {
        g_ptr_array_add(columns->items, g_strdup_printf("c%u", i + 1));
        g_ptr_array_add(columns->items, g_strdup("VARCHAR"));
    }
}

static const char *text_setting(const struct relation *relation, const char *name,
                                const char *missing)
{
    const struct setting *setting = relation_get(relation, name);
    return setting ? setting->text : missing;
}

/* Reads a file as text from end to end; true when that gave an error that names a line. */
static bool explain_file(struct session *session, struct relation *one, GError **out)
{
    g_autofree char *line = first_line(session, one);
    if (!line)
        return false;
    const char *quote = text_setting(one, "quote", "\"");
    declare_fields(one, count_fields(line, text_setting(one, "delimiter", ","), *quote));
    g_autofree char *query = scan_query(one, SCAN_STRICT, NULL);
    if (!query)
        return false;
    g_autofree char *sql =
        g_strconcat("SELECT count(*) FROM (SELECT DISTINCT NULL FROM (", query, "))", NULL);
    g_autoptr(GError) failure = NULL;
    if (statement_run_own(session, sql, &failure) || !strstr(failure->message, ", line "))
        return false;
    *out = g_steal_pointer(&failure);
    return true;
}

void csv_explain(struct session *session, const struct relation *relation, GError **error)
{
    if (!is_csv(relation) || !strstr((*error)->message, MESSAGE_NOT_CSV))
        return;
    struct engine *engine = session->engine;
    GError *better = NULL;
    pthread_mutex_lock(&engine->own_lock);
    for (guint i = 0; i < relation->paths->len && !better; i++) {
        AUTO(relation) one = scan_one_file(relation, i);
        explain_file(engine->own, one, &better);
    }
    pthread_mutex_unlock(&engine->own_lock);
    if (!better)
        return;
    g_clear_error(error);
    *error = better;
}
