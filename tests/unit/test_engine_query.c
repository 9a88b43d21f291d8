/* SPDX-License-Identifier: Apache-2.0 */
/* Queries: rows as text, columns without rows; SQL arrives byte for byte. */
#include "engine_case.h"

/* "name TYPE, .." */
static char *columns_text(const GPtrArray *columns)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_string_append_printf(text, "%s%s %s", i ? ", " : "", column->name, column->type);
    }
    return g_string_free(text, FALSE);
}

static char *described(struct engine_case *test, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) columns = NULL;
    if (!test->class->describe(test->session, sql, &columns, &error))
        g_error("%s: %s", sql, error->message);
    return columns_text(columns);
}

static char *given_columns(struct engine_case *test, const char *sql)
{
    g_autoptr(GError) error = NULL;
    AUTO(rows) rows = rows_new(0);
    struct row_sink sink = rows_sink(rows);
    test->class->query(test->session, sql, &sink, &error);
    g_assert_no_error(error);
    return columns_text(rows->columns);
}

#define PIVOT_SQL "PIVOT (SELECT 1 a, 'x' b UNION ALL SELECT 2, 'y') ON b USING sum(a)"

static const struct shown {
    const char *sql;
    const char *columns;
    const char *rows;
} shown_queries[] = {
    {"SELECT 1 a, 2 a, NULL b", "a INTEGER, a INTEGER, b INTEGER", "1|2|NULL"},
    {"FROM range(2)", "range BIGINT", "0\n1"},
    {"FROM t SELECT a", "a INTEGER", "1"},
    {"VALUES (1, 'x'), (2, 'y')", "col0 INTEGER, col1 VARCHAR", "1|x\n2|y"},
    {"TABLE t", "a INTEGER, b VARCHAR", "1|q"},
    {"(SELECT 1.50 AS d)", "d DECIMAL(3,2)", "1.50"},
    {"WITH c AS (SELECT 5 x) SELECT x FROM c", "x INTEGER", "5"},
    {"SELECT 1 AS x -- a comment at the end", "x INTEGER", "1"},
    {"SELECT 1 AS x;", "x INTEGER", "1"},
    {"SELECT * FROM range(3) ORDER BY range DESC", "range BIGINT", "2\n1\n0"},
    {PIVOT_SQL, "x HUGEINT, y HUGEINT", "1|2"},
    {"SELECT * FROM (" PIVOT_SQL ")", "x HUGEINT, y HUGEINT", "1|2"},
    {"UNPIVOT (SELECT 1 a, 2 b) ON a, b", "name VARCHAR, value INTEGER", "a|1\nb|2"},
    {"SELECT column_name FROM (DESCRIBE t)", "column_name VARCHAR", "a\nb"},
    {"SHOW TABLES", "name VARCHAR", "t\nv"},
    {"FROM v", "a INTEGER", "1"},
    {"INSERT INTO t VALUES (7, 'z'), (8, NULL) RETURNING a, b", "a INTEGER, b VARCHAR",
     "7|z\n8|NULL"},
    {"SELECT name, type FROM pragma_table_info('v')", "name VARCHAR, type VARCHAR", "a|INTEGER"},
    {"PRAGMA table_info('v')",
     "cid INTEGER, name VARCHAR, type VARCHAR, notnull BOOLEAN, dflt_value VARCHAR, pk BOOLEAN",
     "0|a|INTEGER|false|NULL|false"},
    {"CALL pragma_table_info('v')",
     "cid INTEGER, name VARCHAR, type VARCHAR, notnull BOOLEAN, dflt_value VARCHAR, pk BOOLEAN",
     "0|a|INTEGER|false|NULL|false"},
};

static void test_rows_are_text(struct engine_case *test, gconstpointer data)
{
    (void)data;
    run(test, "CREATE TABLE t AS SELECT 1 a, 'q' b");
    run(test, "CREATE VIEW v AS SELECT 1 a");
    for (gsize i = 0; i < G_N_ELEMENTS(shown_queries); i++) {
        const struct shown *shown = &shown_queries[i];
        bool inserts = g_str_has_prefix(shown->sql, "INSERT");
        g_autofree char *columns = inserts ? NULL : given_columns(test, shown->sql);
        g_test_message("%s", shown->sql);
        if (columns)
            g_assert_cmpstr(columns, ==, shown->columns);
        expect_rows(test, shown->sql, shown->rows);
    }
}

static void test_other_shapes_give_rows(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const statements[] = {"EXPLAIN SELECT 1",     "EXPLAIN ANALYZE SELECT 1",
                                             "SUMMARIZE SELECT 1 a", "DESCRIBE SELECT 1 a",
                                             "PRAGMA version",       "SHOW ALL TABLES"};
    run(test, "CREATE TABLE t (a INT)");
    for (gsize i = 0; i < G_N_ELEMENTS(statements); i++) {
        g_autofree char *rows = case_rows(test, test->session, statements[i]);
        g_test_message("%s", statements[i]);
        g_assert_cmpuint(strlen(rows), >, 3);
    }
}

/* Every type as DuckDB's own cast to VARCHAR has it, and under the name that DESCRIBE has. */
static void test_types_as_duckdb_shows_them(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const values[] = {
        "170141183460469231731687303715884105727::HUGEINT",
        "5::UHUGEINT",
        "1.1::FLOAT",
        "'nan'::DOUBLE",
        "12345678901234567890123456.789::DECIMAL(38,3)",
        "INTERVAL '1 day 3 microseconds'",
        "'10:00:00.123456+02'::TIMETZ",
        "'10:00:00.123456'::TIME",
        "TIMESTAMP_NS '2020-01-01 00:00:00.123456789'",
        "TIMESTAMP_S '2020-01-01 00:00:00'",
        "TIMESTAMP_MS '2020-01-01 00:00:00.123'",
        "TIMESTAMPTZ '2020-01-01 00:00:00.123456+02'",
        "'infinity'::DATE",
        "'8ee9e4f7-1f36-4b55-9a4b-0e8f2a7f7c11'::UUID",
        "'\\xAA\\x00'::BLOB",
        "'0101'::BIT",
        "'it''s'::ENUM('it''s', 'b')",
        "[1, NULL, 2]",
        "[1, 2]::INTEGER[2]",
        "[[1], []]",
        "{'x': 1, 'A b': {'y': [1.5]}}",
        "MAP {'k': [1]}",
        "union_value(n := 1)",
        "true",
        "255::UTINYINT",
        "18446744073709551615::UBIGINT",
        "'{\"a\":1}'::JSON",
        "'12345678901234567890'::BIGNUM",
        "3::USMALLINT",
        "4::UINTEGER",
        "1::TINYINT",
        "1::SMALLINT",
        "'10:00:00.123456789'::TIME_NS",
        "'a' || chr(0) || 'b'",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT %s AS c", values[i]);
        g_autofree char *cast = g_strdup_printf("SELECT CAST(%s AS VARCHAR)", values[i]);
        g_autofree char *describe =
            g_strdup_printf("SELECT 'c ' || column_type FROM (DESCRIBE %s)", sql);
        g_autofree char *wanted = case_rows(test, test->session, cast);
        g_autofree char *wanted_type = case_rows(test, test->session, describe);
        g_autofree char *type = described(test, sql);
        expect_rows(test, sql, wanted);
        g_assert_cmpstr(type, ==, wanted_type);
    }
}

static void test_describe_runs_nothing(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    run(test, "CREATE SEQUENCE s");
    g_autofree char *query = described(test, "SELECT nextval('s') AS n, 'x' AS t");
    g_assert_cmpstr(query, ==, "n BIGINT, t VARCHAR");
    g_autofree char *create = described(test, "CREATE TABLE made AS SELECT nextval('s') AS n");
    g_assert_cmpstr(create, ==, "");
    g_assert_cmpint(test->class->table_exists(test->session, "made"), ==, TABLE_NONE);
    expect_rows(test, "SELECT nextval('s')", "1");
    g_autofree char *pivot = described(test, PIVOT_SQL);
    g_assert_cmpstr(pivot, ==, "x HUGEINT, y HUGEINT");

    static const struct expected_error unknown = {ERROR_DATA, 7, "nosuch"};
    GPtrArray *columns = NULL;
    g_assert_false(test->class->describe(test->session, "SELECT nosuch", &columns, &error));
    g_assert_null(columns);
    check_error("describe", g_steal_pointer(&error), &unknown);
}

/* What a body is wrapped in must not change what it means, nor where its errors are. */
static void test_wrapped_errors_have_the_callers_place(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct expected_error wanted = {ERROR_DATA, 15, "Could not convert"};
    const char *sql = "SELECT 1, 'ää', CAST(x AS INT) FROM (VALUES ('y')) t(x)";
    GError *error = NULL;
    AUTO(rows) rows = rows_new(0);
    struct row_sink sink = rows_sink(rows);
    g_assert_false(test->class->query(test->session, sql, &sink, &error));
    struct expected_error place = wanted;
    place.position = strstr(sql, "CAST") - sql;
    check_error(sql, error, &place);
}

static void test_an_index_that_is_there_has_no_rows(struct engine_case *test, gconstpointer data)
{
    static const char again[] = "-- once\ncreate /* and */ unique\n index IF NOT EXISTS i ON n (a)";
    (void)data;
    run(test, "CREATE TABLE n AS SELECT 5000000000 AS a");
    g_assert_cmpint(run(test, again), ==, -1);
    g_assert_cmpint(run(test, again), ==, -1);
}

static void test_a_sink_may_stop(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    AUTO(rows) rows = rows_new(3);
    struct row_sink sink = rows_sink(rows);
    g_assert_true(test->class->query(test->session, "FROM range(100000000000)", &sink, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(rows->count, ==, 3);
    g_assert_true(rows->more);
    expect_rows(test, "SELECT 1", "1");
}

/* Bodies that a tool that reads SQL in its own way would harm: the value, and in between the text
 * as DuckDB got it. */
static const struct body {
    const char *sql;
    const char *rows;
} bodies[] = {
    {"SELECT '5'::INT + 1", "6"},
    {"SELECT 'Mr. Smith'", "Mr. Smith"},
    {"SELECT 'two  spaces'", "two  spaces"},
    {"SELECT 'it''s'", "it's"},
    {"SELECT 1e5", "100000.0"},
    {"SELECT '{\"a\": \"b\"}'::JSON->>'$.a'", "b"},
    {"SELECT 1 <> 2", "true"},
    {"SELECT /* c ; /* nested */ */ 1", "1"},
    {"SELECT 1 -- c ; d\n + 2", "3"},
    {"SELECT $$ ; $$", " ; "},
    {"SELECT $x$ ';\" $x$", " ';\" "},
    {"SELECT E'\\n;'", "\n;"},
    {"SELECT [1, 2][1]", "1"},
    {"SELECT {'a': 1}.a", "1"},
    {"SELECT list_transform([1, 2], lambda x : x + 1)", "[2, 3]"},
    {"FROM t SELECT a", "1"},
    {"WITH c AS (SELECT 3 y) SELECT y FROM c", "3"},
    {"SELECT CASE WHEN 1 = 1 THEN 'END' END", "END"},
    {"SELECT DATE '2024-01-31' + INTERVAL 1 DAY", "2024-02-01 00:00:00"},
    {"SELECT 1 AS \"quoted; name\"", "1"},
    {"SELECT @(-5)", "5"},
    {"SELECT 'ünï' AS \"größe\"", "ünï"},
    {"SELECT größe FROM (SELECT 4 AS größe)", "4"},
    {PIVOT_SQL, "1|2"},
    {"SELECT 1 IS DISTINCT FROM NULL", "true"},
    {"SELECT EXTRACT(year FROM DATE '2024-01-31')", "2024"},
    {"SELECT substring('abc' FROM 2), trim(BOTH 'x' FROM 'xax')", "bc|a"},
    {"SELECT \"source\", \"type\", \"to\", \"mode\", \"key\", \"load\" FROM (SELECT 1 AS source, 2 "
     "\"type\", 3 \"to\", 4 AS mode, 5 \"key\", 6 AS load)",
     "1|2|3|4|5|6"},
    {"SELECT '\\'", "\\"},
    {"SELECT \"a\"\"b\" FROM (SELECT 1 \"a\"\"b\")", "1"},
    {"SELECT\t1\r\n,\r\n2", "1|2"},
};

static void test_sql_arrives_byte_for_byte(struct engine_case *test, gconstpointer data)
{
    (void)data;
    run(test, "CREATE TABLE t AS SELECT 1 a");
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GError) error = NULL;
        const struct target target = {.name = "made"};
        gint64 rows = -2;
        g_test_message("%s", bodies[i].sql);
        expect_rows(test, bodies[i].sql, bodies[i].rows);
        g_assert_true(case_create(test, &target, bodies[i].sql, &rows, &error));
        g_assert_no_error(error);
        g_assert_cmpint(rows, ==, 1);
        expect_rows(test, "FROM made", bodies[i].rows);
        g_assert_cmpint(run(test, bodies[i].sql), ==, 1);
    }
}

/* DuckDB tells the text that it runs. */
static void test_duckdb_got_the_text_itself(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const char *body =
        "SELECT  current_query() AS \"q;\",\t'it''s  so' AS x, 1e5 /* c; */ -- ; end";
    const struct target target = {.name = "made"};
    gint64 rows = -2;
    case_create(test, &target, body, &rows, &error);
    g_assert_no_error(error);
    g_autofree char *wanted =
        g_strconcat("CREATE OR REPLACE TABLE \"made\" AS\n", body, "\n", NULL);
    expect_rows(test, "SELECT \"q;\" FROM made", wanted);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/query/" name, struct engine_case, NULL, case_set_up, function,             \
               case_tear_down)
    CASE("rows are text under the query's own names", test_rows_are_text);
    CASE("EXPLAIN, SUMMARIZE, DESCRIBE and PRAGMA give rows", test_other_shapes_give_rows);
    CASE("every type is shown as DuckDB shows it", test_types_as_duckdb_shows_them);
    CASE("describe runs nothing", test_describe_runs_nothing);
    CASE("errors of a wrapped query have their place in it",
         test_wrapped_errors_have_the_callers_place);
    CASE("an index that is there has no rows", test_an_index_that_is_there_has_no_rows);
    CASE("a sink may stop a query early", test_a_sink_may_stop);
    CASE("SQL arrives byte for byte", test_sql_arrives_byte_for_byte);
    CASE("DuckDB got the text itself", test_duckdb_got_the_text_itself);
    return g_test_run();
}
