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

static bool is_true(const struct relation *relation, const char *name, bool missing)
{
    const struct setting *setting = relation_get(relation, name);
    return setting ? strcmp(setting->text, "true") == 0 : missing;
}

/* The same relation with one file of it. */
static struct relation *one_file(const struct relation *relation, guint index)
{
    struct relation *one = relation_copy(relation);
    g_ptr_array_set_size(one->paths, 0);
    g_ptr_array_add(one->paths, g_strdup(g_ptr_array_index(relation->paths, index)));
    return one;
}

/* The names in a file's header, in their order; free with g_ptr_array_unref. */
static GPtrArray *header_names(struct session *session, const struct relation *relation,
                               guint index, GError **error)
{
    AUTO(relation) one = one_file(relation, index);
    g_autofree char *query = scan_query(one, SCAN_NAMES_ONLY, error);
    if (!query)
        return NULL;
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, query, "", NULL);
    bool done = statement_prepare_own(session, &statement, &prepared, error);
    statement_clear(&statement);
    if (!done)
        return NULL;
    GPtrArray *names = columns_new();
    statement_columns(prepared, names);
    duckdb_destroy_prepare(&prepared);
    return names;
}

/* `by_count`: there are no names, only how many counts. */
static bool same_names(const GPtrArray *left, const GPtrArray *right, bool by_count)
{
    if (left->len != right->len || by_count)
        return left->len == right->len;
    for (guint i = 0; i < left->len; i++) {
        const struct column *a = g_ptr_array_index(left, i);
        const struct column *b = g_ptr_array_index(right, i);
        if (g_ascii_strcasecmp(a->name, b->name) != 0)
            return false;
    }
    return true;
}

static char *join_names(const GPtrArray *names)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++) {
        const struct column *column = g_ptr_array_index(names, i);
        g_string_append_printf(text, "%s%s", i ? ", " : "", column->name);
    }
    return g_string_free(text, FALSE);
}

/* `columns` as names; NULL when it isn't given. */
static GPtrArray *declared_names(const struct relation *relation)
{
    const struct setting *columns = relation_get(relation, "columns");
    if (!columns)
        return NULL;
    GPtrArray *names = columns_new();
    for (guint i = 0; i + 1 < columns->items->len; i += 2)
        columns_add(names, g_ptr_array_index(columns->items, i), "");
    return names;
}

static void fail_header(const struct relation *relation, guint index, const GPtrArray *found,
                        const GPtrArray *wanted, const char *wanted_by, GError **error)
{
    g_autofree char *found_text = join_names(found);
    g_autofree char *wanted_text = join_names(wanted);
    error_set(error, ERROR_DATA, "%s has the columns (%s), but %s (%s)",
              (const char *)g_ptr_array_index(relation->paths, index), found_text, wanted_by,
              wanted_text);
}

static bool check_headers(struct session *session, const struct relation *relation,
                          GPtrArray *declared, GError **error)
{
    g_autoptr(GPtrArray) first = NULL;
    for (guint i = 0; i < relation->paths->len; i++) {
        g_autoptr(GPtrArray) names = header_names(session, relation, i, error);
        if (!names)
            return false;
        const GPtrArray *wanted = declared ? declared : first;
        if (wanted && !same_names(names, wanted, !is_true(relation, "header", true))) {
            fail_header(relation, i, names, wanted,
                        declared ? "'columns' says" : "the first file has", error);
            return false;
        }
        if (!first)
            first = g_steal_pointer(&names);
    }
    return true;
}

bool csv_check(struct session *session, const struct relation *relation, GError **error)
{
    if (!is_csv(relation) || is_true(relation, "union_by_name", false))
        return true;
    g_autoptr(GPtrArray) declared = declared_names(relation);
    if (!declared && relation->paths->len < 2)
        return true;
    g_autoptr(GError) failure = NULL;
    if (check_headers(session, relation, declared, &failure))
        return true;
    csv_explain(session, relation, &failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
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
        AUTO(relation) one = one_file(relation, i);
        explain_file(engine->own, one, &better);
    }
    pthread_mutex_unlock(&engine->own_lock);
    if (!better)
        return;
    g_clear_error(error);
    *error = better;
}
