/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name.h"
#include "base/nearest.h"
#include "cli/database.h"
#include "cli/output.h"
#include "cli/report.h"
#include "lang/lexer.h"

#include <string.h>

/* The engine's message with the place in the query. */
static void report_query_error(const struct call *call, const char *sql, const GError *error)
{
    const struct error_details *details = error_details(error);
    struct text *text = text_new("query", sql, strlen(sql), NULL);
    if (!text || details->position < 0 || (gsize)details->position > text->length) {
        text_free(text);
        report_error(call, error);
        return;
    }
    AUTO(diagnostics) list = diagnostics_new();
    struct span at = {.text = text, .offset = (guint32)details->position, .length = 1};
    diagnostics_keep(list, text);
    diagnostics_add(list, SF_STATEMENT_FAILED, span_widen(at), details->suggestion, "%s",
                    error->message);
    report_diagnostics(call, list);
}

static enum exit_code with_database(struct call *call,
                                    bool (*ask)(const struct call *call,
                                                const struct database *database, GError **error))
{
    AUTO(workspace) workspace = workspace_open(call, NULL);
    if (!workspace)
        return EXIT_CODE_USAGE;
    report_diagnostics(call, workspace->diagnostics);
    struct database database = {0};
    g_autoptr(GError) error = NULL;
    enum exit_code code = EXIT_CODE_OK;
    if (!database_open(&database, workspace, &error)) {
        report_error(call, error);
        code = EXIT_CODE_USAGE;
    } else if (!ask(call, &database, &error)) {
        report_query_error(call, call_argument(call, 0) ? call_argument(call, 0) : "", error);
        code = EXIT_CODE_FAILED;
    }
    database_close(&database);
    return code;
}

/* The text up to its `;`, if it has one; NULL where a second statement follows. */
static char *only_statement(const char *sql, GError **error)
{
    struct text *text = text_new("query", sql, strlen(sql), NULL);
    if (!text)
        return g_strdup(sql);
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    struct token token = lexer_next(&lexer);
    while (token.kind != TOKEN_END && token.kind != TOKEN_SEMICOLON)
        token = lexer_next(&lexer);
    gsize length = token.kind == TOKEN_END ? text->length : token.span.offset;
    while (token.kind == TOKEN_SEMICOLON)
        token = lexer_next(&lexer);
    bool is_only = token.kind == TOKEN_END;
    struct error_details details = {.position = token.span.offset};
    text_free(text);
    if (is_only)
        return g_strndup(sql, length);
    error_set_full(error, ERROR_USAGE, &details, "one statement at a time");
    return NULL;
}

static bool ask_query(const struct call *call, const struct database *database, GError **error)
{
    g_autofree char *sql = only_statement(call_argument(call, 0), error);
    return sql && output_query(call, database->class, database->session, sql, error);
}

enum exit_code command_query(struct call *call)
{
    return with_database(call, ask_query);
}

static bool show_names(const struct call *call, const struct database *database, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    if (!database->class->table_list(database->session, &names, error))
        return false;
    AUTO(rows) rows = rows_new(0);
    bool is_for_people =
        !flags_text(call->flags, FLAG_OUTPUT) && !flags_given(call->flags, FLAG_JSON);
    if (names->len == 0 && is_for_people) {
        report_note(call, "no tables yet: sqlflow run makes them");
        return true;
    }
    columns_add(rows->columns, "name", "VARCHAR");
    for (guint i = 0; i < names->len; i++)
        rows_append(rows, (const char *[]){g_ptr_array_index(names, i)});
    output_all(call, rows);
    return true;
}

static bool fail_unknown_table(const struct database *database, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    if (!database->class->table_list(database->session, &names, error))
        return false;
    g_autoptr(GPtrArray) list = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(list, g_strdup(g_ptr_array_index(names, i)));
    g_autofree char *hint = nearest_hint(name, (const char *const *)list->pdata);
    g_autofree char *message = g_strdup_printf("there is no table '%s' in the database", name);
    g_autofree char *list_hint = g_strdup("sqlflow show lists the tables");
    struct error_details details = {.position = -1, .suggestion = hint ? hint : list_hint};
    error_set_full(error, ERROR_DATA, &details, message);
    return false;
}

static bool ask_table(const struct call *call, const struct database *database, GError **error)
{
    const char *name = call_argument(call, 0);
    if (!name)
        return show_names(call, database, error);
    g_auto(GStrv) parts = name_split(name);
    if (!parts || database->class->table_exists(database->session, name) == TABLE_NONE)
        return fail_unknown_table(database, name, error);
    g_autofree char *quoted = quote_name(name);
    g_autofree char *sql = g_strconcat("SELECT * FROM ", quoted, NULL);
    return output_query(call, database->class, database->session, sql, error);
}

enum exit_code command_show(struct call *call)
{
    return with_database(call, ask_table);
}
