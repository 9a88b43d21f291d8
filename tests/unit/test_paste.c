/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that try to get out of the token they stand in. The seed is fixed: a failure comes again.
 * Judged by our lexer and by the engine's own parser: a text with a nasty value has as many tokens
 * and statements as with a harmless one, and what arrives is the value.
 */
#include "lang/lexer.h"
#include "lang/variable.h"

#include <duckdb.h>
#include <string.h>

enum { ROUNDS = 400, VALUE_PARTS = 6 };

struct template
{
    const char *text;
    const char *without; /* characters that change what the value means there */
};

static const struct template templates[] = {
    {"SELECT '${v}'; SELECT 1", ""},
    {"SELECT 'a${v}b''c${v}'; SELECT 1", ""},
    {"SELECT E'${v}'; SELECT 1", ""},
    {"SELECT E'a\\'${v}\\\\${v}\\n'; SELECT 1", ""},
    {"SELECT E'a'\n  'b${v}'; SELECT 1", ""},
    {"SELECT 1 AS \"${v}\"; SELECT 1", ""},
    {"SELECT 1 AS \"a${v}\"\"b\"; SELECT 1", ""},
    {"SELECT $$${v}$$; SELECT 1", ""},
    {"SELECT $t$ ${v} $t$; SELECT 1", ""},
    {"SELECT $t$${v}$$t$; SELECT 1", ""},
    {"SELECT * FROM raw_${v}; SELECT 1", ""},
    {"SELECT * FROM ${v}_raw${v}; SELECT 1", ""},
    {"SELECT t.${v} FROM t; SELECT 1", ""},
    {"SELECT * FROM ${v}.t; SELECT 1", ""},
    {"SELECT * FROM ${v}; SELECT 1", "."},
    {"SELECT * FROM t, ${v}; SELECT 1", "."},
    {"INSERT INTO ${v} VALUES (1); SELECT 1", "."},
    {"UPDATE ${v} SET a = 1; SELECT 1", "."},
    {"CREATE TABLE IF NOT EXISTS ${v}(a INT); SELECT 1", "."},
    {"SELECT 1 AS ${v}; SELECT 1", ""},
    {"SELECT ${v:ident}; SELECT 1", "."},
    {"SELECT ${v:literal}; SELECT 1", ""},
    {"SELECT 1 WHERE 'x' IN (${v}); SELECT 1", ",1t"},
    {"SELECT 1 WHERE 'x' IN ('y', ${v}, 'z'); SELECT 1", ",1t"},
    {"SELECT 1 WHERE a = ${v}; SELECT 1", ""},
    {"SELECT 1 WHERE a=${v} AND b; SELECT 1", ""},
    {"SELECT f(${v}, ${v}); SELECT 1", ""},
    {"SELECT a || ${v} || b; SELECT 1", ""},
    {"SELECT a -${v}; SELECT 1", ""},
    {"SELECT a &${v}; SELECT 1", ""},
    {"SELECT U&${v}; SELECT 1", ""},
    {"SELECT 'x' || ${v}\n'y'; SELECT 1", ""},
    {"SELECT E'x'\n${v}; SELECT 1", ""},
    {"SELECT a[${v}]; SELECT 1", ""},
    {"SELECT {'a': ${v}}; SELECT 1", ""},
    {"SELECT ${v}::VARCHAR; SELECT 1", ""},
    {"SELECT 1 -- ${v}\n; SELECT 1", ""},
    {"SELECT 1 /* ${v} */; SELECT 1", ""},
    {"SELECT a FROM t GROUP BY ${v:ident} ORDER BY ${v:ident}; SELECT 1", "."},
    {"SELECT 1 LIMIT ${v}; SELECT 1", ""},
};

static const char *const nasty_parts[] = {
    "'",        "\"",
    ";",        "--",
    "\n",       "\r",
    "${v}",     "${",
    "}",        "*/",
    "/*",       "$$",
    "$t$",      "$t",
    "$",        "\\",
    "\\'",      "E'",
    "U&'",      "x'",
    ",",        ".",
    "(",        ")",
    "[",        "{",
    "''",       "\"\"",
    " ",        "\t",
    "-",        "1",
    "true",     "null",
    "n",        "é",
    "\xc2\xa0", "\xe2\x80\x8b",
    "OR 1=1",   "; DROP TABLE t; --",
    "';",       "\\\\",
    "$$;",
};

/* Always a text: a number or boolean would be another kind of token than the harmless value. */
static char *nasty_value(GRand *random, const char *without)
{
    GString *value = g_string_new(NULL);
    guint count = (guint)g_rand_int_range(random, 1, VALUE_PARTS + 1);
    for (guint i = 0; i < count; i++) {
        const char *part = nasty_parts[g_rand_int_range(random, 0, G_N_ELEMENTS(nasty_parts))];
        if (!strpbrk(part, *without ? without : "\x01"))
            g_string_append(value, part);
    }
    if (value->len == 0 || text_is_number(value->str) || g_str_equal(value->str, "true"))
        g_string_append_c(value, 'n');
    return g_string_free(value, FALSE);
}

/* NULL when the value is refused there. */
static char *resolve(const char *source, const char *value)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("t.sf", source, strlen(source), &error);
    g_assert_no_error(error);
    AUTO(variables) variables = variables_new();
    AUTO(diagnostics) diagnostics = diagnostics_new();
    variables_set(variables, ORIGIN_COMMAND_LINE, "v", value, (struct span){0});
    struct fragment fragment = {.span = {.text = text, .length = (guint32)text->length}};
    bool resolved = fragment_resolve(&fragment, SYNTAX_SQL, variables, diagnostics);
    g_assert_cmpint(resolved, ==, diagnostics_errors(diagnostics) == 0);
    g_clear_pointer(&fragment.pieces, g_array_unref);
    g_autofree char *result = g_steal_pointer(&fragment.text);
    return resolved ? g_steal_pointer(&result) : NULL;
}

/* The kinds of all tokens, one letter each. */
static char *token_kinds(const char *sql)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("t.sql", sql, strlen(sql), &error);
    g_assert_no_error(error);
    GString *kinds = g_string_new(NULL);
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    for (;;) {
        struct token token = lexer_next(&lexer);
        g_assert_false(token.unclosed);
        if (token.kind == TOKEN_END)
            break;
        g_string_append_c(kinds, (char)('a' + (int)token.kind));
    }
    g_assert_null(lexer.unclosed_comment.text);
    return g_string_free(kinds, FALSE);
}

static gint count_statements(duckdb_connection connection, const char *sql)
{
    duckdb_extracted_statements statements = NULL;
    idx_t count = duckdb_extract_statements(connection, sql, &statements);
    if (count == 0)
        g_test_message("%s: %s", sql, duckdb_extract_statements_error(statements));
    duckdb_destroy_extracted(&statements);
    return (gint)count;
}

static duckdb_database database;
static duckdb_connection connection;

static void open_engine(void)
{
    g_assert_cmpint((int)duckdb_open(NULL, &database), ==, DuckDBSuccess);
    g_assert_cmpint((int)duckdb_connect(database, &connection), ==, DuckDBSuccess);
}

static void close_engine(void)
{
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

/* How many of the rounds had a value that the place takes. */
static guint try_template(GRand *random, const struct template *template, bool with_engine)
{
    g_autofree char *harmless = resolve(template->text, "n");
    g_autofree char *kinds = harmless ? token_kinds(harmless) : NULL;
    gint statements = harmless && with_engine ? count_statements(connection, harmless) : 0;
    guint taken = 0;
    if (harmless && with_engine)
        g_assert_cmpint(statements, ==, 2);
    for (guint i = 0; i < ROUNDS; i++) {
        g_autofree char *value = nasty_value(random, template->without);
        g_autofree char *sql = resolve(template->text, value);
        if (!sql)
            continue;
        taken++;
        g_assert_nonnull(harmless);
        g_autofree char *found = token_kinds(sql);
        if (!g_str_equal(found, kinds))
            g_test_message("value <%s> in <%s>", value, sql);
        g_assert_cmpstr(found, ==, kinds);
        if (with_engine)
            g_assert_cmpint(count_statements(connection, sql), ==, statements);
    }
    return taken;
}

static void try_all(bool with_engine)
{
    GRand *random = g_rand_new_with_seed(20240501);
    guint takers = 0;
    for (guint i = 0; i < G_N_ELEMENTS(templates); i++)
        takers += try_template(random, &templates[i], with_engine) > ROUNDS / 4;
    /* Five ask for another form whatever the value is. */
    g_assert_cmpuint(takers, >=, G_N_ELEMENTS(templates) - 5);
    g_rand_free(random);
}

static void no_value_changes_the_tokens_around_it(void)
{
    try_all(false);
}

static void no_value_changes_the_engines_count_of_statements(void)
{
    open_engine();
    try_all(true);
    close_engine();
}

/* The text of the first column of the first row. */
static char *query_text(const char *sql)
{
    duckdb_result result;
    duckdb_state state = duckdb_query(connection, sql, &result);
    if (state != DuckDBSuccess)
        g_test_message("%s: %s", sql, duckdb_result_error(&result));
    g_assert_cmpint((int)state, ==, DuckDBSuccess);
    char *text = duckdb_value_varchar(&result, 0, 0);
    char *copy = g_strdup(text);
    duckdb_free(text);
    duckdb_destroy_result(&result);
    return copy;
}

static char *query_column(const char *sql)
{
    duckdb_result result;
    g_assert_cmpint((int)duckdb_query(connection, sql, &result), ==, DuckDBSuccess);
    char *name = g_strdup(duckdb_column_name(&result, 0));
    duckdb_destroy_result(&result);
    return name;
}

static void what_arrives_is_the_value(void)
{
    static const char *const texts[] = {
        "SELECT '${v}'",
        "SELECT E'${v}'",
        "SELECT ${v:literal}",
        "SELECT concat(${v})",
        "SELECT ${v} || ''",
        "SELECT $long$${v}$long$",
        "SELECT x FROM (SELECT ${v:literal} AS x) WHERE x IN (${v:literal}) OR x <> ${v}",
    };
    open_engine();
    GRand *random = g_rand_new_with_seed(7);
    for (guint i = 0; i < 150; i++) {
        g_autofree char *value = nasty_value(random, "");
        for (guint j = 0; j < G_N_ELEMENTS(texts); j++) {
            g_autofree char *sql = resolve(texts[j], value);
            g_assert_nonnull(sql);
            g_autofree char *arrived = query_text(sql);
            g_assert_cmpstr(arrived, ==, value);
        }
        g_autofree char *named = resolve("SELECT 1 AS \"${v}\"", value);
        g_autofree char *glued = resolve("SELECT 1 AS x${v}", value);
        g_autofree char *expected = g_strconcat("x", value, NULL);
        g_autofree char *name = query_column(named);
        g_autofree char *glued_name = query_column(glued);
        g_assert_cmpstr(name, ==, value);
        g_assert_cmpstr(glued_name, ==, expected);
    }
    g_rand_free(random);
    close_engine();
}

static void numbers_arrive_as_they_are_written(void)
{
    static const char *const rows[][3] = {
        {"00501", "VARCHAR", "00501"},
        {"1.10", "DECIMAL(3,2)", "1.10"},
        {"123456789012345678901234567890", "HUGEINT", "123456789012345678901234567890"},
        {"-3", "INTEGER", "-3"},
        {"true", "BOOLEAN", "true"},
        {"True", "VARCHAR", "True"},
        {"1e5", "VARCHAR", "1e5"},
    };
    open_engine();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *type_sql = resolve("SELECT typeof(${v})", rows[i][0]);
        g_autofree char *text_sql = resolve("SELECT ${v}::VARCHAR", rows[i][0]);
        g_autofree char *type = query_text(type_sql);
        g_autofree char *text = query_text(text_sql);
        g_assert_cmpstr(type, ==, rows[i][1]);
        g_assert_cmpstr(text, ==, rows[i][2]);
    }
    close_engine();
}

static void a_list_with_a_text_in_it_is_compared_as_text(void)
{
    open_engine();
    static const char sql[] =
        "SELECT count(*) FROM (VALUES ('10001'), ('00501'), ('501'), ('abc')) t(zip) "
        "WHERE zip IN (${v})";
    g_autofree char *resolved = resolve(sql, "10001,00501");
    g_autofree char *count = query_text(resolved);
    g_assert_cmpstr(count, ==, "2");
    close_engine();
}

static void quoted_names_are_found_whatever_their_case(void)
{
    open_engine();
    duckdb_state made = duckdb_query(connection,
                                     "CREATE TABLE Raw_Orders AS SELECT 5 AS Amount;"
                                     "CREATE SCHEMA s; CREATE TABLE s.T AS SELECT 6 AS \"a b\"",
                                     NULL);
    g_assert_cmpint((int)made, ==, DuckDBSuccess);
    static const char *const rows[][3] = {
        {"SELECT amount FROM raw_${v}", "orders", "5"},
        {"SELECT r.${v} FROM RAW_ORDERS r", "AMOUNT", "5"},
        {"SELECT \"A B\" FROM ${v}", "S.t", "6"},
        {"SELECT ${v:ident} FROM s.t", "a b", "6"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *sql = resolve(rows[i][0], rows[i][1]);
        g_autofree char *text = query_text(sql);
        g_assert_cmpstr(text, ==, rows[i][2]);
    }
    close_engine();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/paste/" #name, name)
    ADD(no_value_changes_the_tokens_around_it);
    ADD(no_value_changes_the_engines_count_of_statements);
    ADD(what_arrives_is_the_value);
    ADD(numbers_arrive_as_they_are_written);
    ADD(a_list_with_a_text_in_it_is_compared_as_text);
    ADD(quoted_names_are_found_whatever_their_case);
#undef ADD
    return g_test_run();
}
