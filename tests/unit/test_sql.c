/* SPDX-License-Identifier: Apache-2.0 */
/* What a statement reads and writes, and of which class it is. */
#include "lang/sql.h"

#include "lang/repeatable.h"

#include <string.h>

/* `t` is read, `>t` written, `+t` made, `'f'` a file; `?` can't be known. */
static char *describe(const struct sql_summary *summary)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < summary->reference_count; i++) {
        const struct sql_reference *reference = &summary->references[i];
        g_string_append(out, out->len ? " " : "");
        g_string_append(out, reference->is_definition ? "+" : reference->is_write ? ">" : "");
        g_string_append_printf(out, reference->is_file ? "'%s'" : "%s", reference->name);
    }
    if (summary->is_unknown)
        g_string_append(out, out->len ? " ?" : "?");
    return g_string_free(out, FALSE);
}

struct reference_case {
    const char *sql;
    const char *expected;
};

static void check_references(const struct reference_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_test_message("%s", cases[i].sql);
        AUTO(arena) arena = arena_new();
        const struct sql_summary *summary =
            sql_summarize(arena, cases[i].sql, strlen(cases[i].sql));
        g_autofree char *found = describe(summary);
        g_assert_cmpstr(found, ==, cases[i].expected);
    }
}

static void tables_stand_after_from_join_and_commas(void)
{
    static const struct reference_case cases[] = {
        {"SELECT 1", ""},
        {"SELECT a FROM t", "t"},
        {"select a from t as x, u y where x.a in (select b from v)", "t u v"},
        {"SELECT * FROM a JOIN b USING (id), c", "a b c"},
        {"SELECT * FROM a LEFT OUTER JOIN b ON a.x = b.x AND f(a.y, b.y) , c", "a b c"},
        {"FROM t", "t"},
        {"FROM t, u SELECT a, b", "t u"},
        {"FROM t SELECT a, b WHERE a = 1 ORDER BY a, b LIMIT 3", "t"},
        {"FROM (a CROSS JOIN (b NATURAL JOIN c)), d", "a b c d"},
        {"SELECT * FROM ((SELECT 1 FROM a) UNION ALL SELECT 2 FROM b) x, c", "a b c"},
        {"SELECT (SELECT max(x) FROM u WHERE u.a = t.a) FROM t", "u t"},
        {"SELECT EXISTS (FROM u), ARRAY(SELECT x FROM v), [a, b], {'a': b, c: d} FROM t", "u v t"},
        {"SELECT * FROM t, LATERAL (SELECT t.a FROM u) x", "t u"},
        {"FROM ONLY t", "t"},
        {"FROM t POSITIONAL JOIN u ASOF JOIN v SEMI JOIN w USING (k)", "t u v w"},
        {"VALUES (1), ((SELECT a FROM t))", "t"},
        {"SELECT * FROM (VALUES (1), (2)) v(x), t", "t"},
        {"SELECT * FROM VALUES (1), (2) v(x), t", "t"},
        {"SELECT * FROM VALUES ('a'), ('b') v(x), t", "t"},
        {"TABLE t", "t"},
        {"(TABLE t) UNION ALL BY NAME TABLE u", "t u"},
        {"FROM a UNION FROM b EXCEPT (SELECT 1 FROM c) INTERSECT SELECT 2 FROM d", "a b c d"},
        {"SELECT * FROM t TABLESAMPLE reservoir(10 ROWS), u", "t u"},
        {"FROM x: t, y: u SELECT a: 1", "t u"},
        {"SELECT DISTINCT ON (a) b FROM t WINDOW w AS (PARTITION BY a, b)", "t"},
        {"SELECT * FROM s.t, \"S\".\"my t\", db . s . u", "s.t \"S\".\"my t\" db.s.u"},
        {"SELECT * FROM täble", "täble"},
        {"SELECT a FROM t -- FROM x\n /* , y */ , u", "t u"},
        {"SELECT $$ FROM x $$, 'FROM y', E'\\' FROM z' FROM t", "t"},
        {"FROM 't'", "\"t\""},
        {"FROM \"select\"", "\"select\""},
        {"EXPLAIN ANALYZE SELECT * FROM t", "t"},
        {"EXPLAIN (FORMAT json) FROM t", "t"},
    };
    check_references(cases, G_N_ELEMENTS(cases));
}

static void the_from_of_a_function_names_no_table(void)
{
    static const struct reference_case cases[] = {
        {"SELECT extract(year FROM d), substring(a FROM 2 FOR 3), trim(BOTH 'x' FROM b) FROM t",
         "t"},
        {"SELECT overlay(a PLACING 'x' FROM c), position('a' IN e) FROM t", "t"},
        {"SELECT trim((SELECT x FROM u)) FROM t", "u t"},
        {"SELECT a IS DISTINCT FROM b, c IS NOT DISTINCT FROM d FROM t", "t"},
        {"SELECT DISTINCT x FROM t", "t"},
        {"SELECT t.from, t.join, x.table FROM t", "t"},
        {"SELECT 1 AS from, 2 AS table, 3 AS join FROM t", "t"},
        {"SELECT f(table := 1, from => 2), {from: 1} FROM t", "t"},
        {"SELECT * FROM t JOIN u USING (a, b) WHERE a = 1", "t u"},
        {"SELECT sum(a) FILTER (WHERE b), list(a ORDER BY b, c) FROM t", "t"},
        {"SELECT substring FROM t", "t"},
        {"SELECT x FROM range(10) r(x), unnest([1, 2]) u, generate_series(1, 2)", ""},
    };
    check_references(cases, G_N_ELEMENTS(cases));
}

static void names_of_ctes_are_no_tables_where_they_are_in_scope(void)
{
    static const struct reference_case cases[] = {
        {"WITH c AS (SELECT * FROM t) SELECT * FROM c", "t"},
        {"WITH t AS (SELECT * FROM t) SELECT * FROM t", "t"},
        {"WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) FROM t", ""},
        {"WITH a AS (FROM b), b AS (FROM x) FROM a, b", "b x"},
        {"WITH a(x, y) AS MATERIALIZED (FROM t), \"B\" AS NOT MATERIALIZED (FROM A) FROM a, b",
         "t"},
        {"WITH RECURSIVE u(a) USING KEY (a) AS (SELECT 1 UNION SELECT a FROM u) FROM u, v", "v"},
        {"SELECT * FROM (WITH c AS (FROM t) FROM c) x, c", "t c"},
        {"WITH c AS (FROM t) SELECT * FROM (SELECT * FROM c, (WITH d AS (FROM c) FROM d)), d",
         "t d"},
        {"WITH c AS (FROM t) FROM main.c", "t main.c"},
        {"WITH c AS (FROM t) FROM a UNION ALL (FROM c)", "t a"},
        {"WITH c AS (SELECT 1) INSERT INTO c FROM c", ">c"},
        {"INSERT INTO t WITH c AS (FROM u) FROM c", ">t u"},
        {"WITH c AS (SELECT 1) TABLE c", ""},
        {"WITH c AS (FROM t) PIVOT c ON x USING sum(y)", "t"},
    };
    check_references(cases, G_N_ELEMENTS(cases));
}

static void statements_that_describe_and_pivot_read(void)
{
    static const struct reference_case cases[] = {
        {"DESCRIBE t", "t"},
        {"DESC TABLE s.t", "s.t"},
        {"SUMMARIZE t", "t"},
        {"SUMMARIZE SELECT a FROM t", "t"},
        {"SHOW t", "t"},
        {"SHOW TABLES", "?"},
        {"SHOW ALL TABLES", "?"},
        {"DESCRIBE", "?"},
        {"SELECT * FROM (DESCRIBE t), (SUMMARIZE u)", "t u"},
        {"PIVOT t ON a, b USING sum(c), max(d) GROUP BY e", "t"},
        {"PIVOT (SELECT * FROM t) ON a IN (1, 2)", "t"},
        {"PIVOT_WIDER t ON a USING sum(b)", "t"},
        {"UNPIVOT t ON a, b INTO NAME n VALUE v", "t"},
        {"SELECT * FROM t PIVOT (sum(x) FOR y IN (1, 2)), u", "t u"},
        {"FROM t ORDER BY a DESC", "t"},
    };
    check_references(cases, G_N_ELEMENTS(cases));
}

static void statements_that_change_tables_write_them(void)
{
    static const struct reference_case cases[] = {
        {"INSERT INTO t SELECT * FROM u", ">t u"},
        {"INSERT OR REPLACE INTO s.t (a, b) BY NAME FROM u", ">s.t u"},
        {"INSERT INTO t VALUES (1, (SELECT 2 FROM u)) ON CONFLICT (a) DO UPDATE SET b = 1", ">t u"},
        {"INSERT INTO t TABLE u", ">t u"},
        {"UPDATE t SET a = u.b, c = 1 FROM u WHERE t.a = u.a", ">t u"},
        {"DELETE FROM t USING u, v WHERE t.a IN (FROM w)", ">t u v w"},
        {"TRUNCATE t", ">t"},
        {"TRUNCATE TABLE t", ">t"},
        {"MERGE INTO t USING u ON (t.a = u.a) WHEN MATCHED THEN UPDATE SET b = 1, c = 2 "
         "WHEN NOT MATCHED THEN INSERT (a, b) VALUES (1, 2)",
         ">t u"},
        {"MERGE INTO t AS x USING (SELECT 1 FROM u) AS y USING (a) WHEN MATCHED THEN DELETE",
         ">t u"},
        {"ALTER TABLE t ADD COLUMN a INT", ">t"},
        {"ALTER TABLE IF EXISTS s.t RENAME TO u", ">s.t +s.u"},
        {"ALTER TABLE t RENAME COLUMN a TO b", ">t"},
        {"DROP TABLE IF EXISTS t", ">t"},
        {"DROP VIEW s.v CASCADE", ">s.v"},
        {"CREATE TABLE t (a INT DEFAULT 1, b INT REFERENCES u(x))", "+t u"},
        {"CREATE TABLE IF NOT EXISTS t AS FROM u", "+t u"},
        {"CREATE OR REPLACE VIEW v (a, b) AS SELECT * FROM t", "+v t"},
        {"CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a, f(b))", ">t"},
        {"CREATE INDEX ON t USING ART (a)", ">t"},
        {"CREATE MACRO f(a, b := 1) AS (SELECT a FROM t)", "+f t"},
        {"CREATE OR REPLACE MACRO s.f(a) AS TABLE SELECT * FROM t, u", "+s.f t u"},
        {"CREATE TABLE t AS WITH c AS (FROM u) FROM c", "+t u"},
        {"PREPARE p AS SELECT * FROM t WHERE a = $1", "t"},
        {"SET VARIABLE x = (SELECT max(a) FROM t)", "+x t"},
    };
    check_references(cases, G_N_ELEMENTS(cases));
}

static void files_are_told_from_tables(void)
{
    static const struct reference_case cases[] = {
        {"FROM 'data/x.csv'", "'data/x.csv'"},
        {"SELECT * FROM read_csv('a.csv', header = true), t", "'a.csv' t"},
        {"FROM read_parquet(['a.parquet', 'it''s.parquet'], union_by_name = true)",
         "'a.parquet' 'it's.parquet'"},
        {"FROM read_json_auto($$x.json$$)", "'x.json'"},
        {"FROM read_csv(getvariable('f'))", "?"},
        {"FROM read_csv('a' || '.csv')", "?"},
        {"FROM glob('data/*')", "'data/*'"},
        {"FROM query_table('t')", "t"},
        {"FROM query_table(['a', 'b'])", "a b"},
        {"FROM query_table(x)", "?"},
        {"FROM query('SELECT 1')", "?"},
        {"FROM duckdb_tables()", "?"},
        {"FROM information_schema.tables", "information_schema.tables ?"},
        {"FROM $1", "?"},
        {"FROM E'x.csv'", "?"},
        {"COPY t TO 'out/x.csv'", "t >'out/x.csv'"},
        {"COPY s.t (a, b) TO 'x.csv' (HEADER)", "s.t >'x.csv'"},
        {"COPY (SELECT * FROM t) TO 'x.parquet' (FORMAT parquet)", "t >'x.parquet'"},
        {"COPY t FROM 'x.csv'", ">t 'x.csv'"},
        {"COPY t (a) FROM 'x.csv'", ">t 'x.csv'"},
        {"COPY t TO (concat('a', '.csv'))", "t ?"},
        {"ATTACH 'other.db' AS o", "'other.db'"},
        {"ATTACH ':memory:' AS o", ""},
        {"USE s", "+s"},
        {"SET SESSION TimeZone = 'UTC'", "+TimeZone"},
        {"SET threads TO 4", "+threads"},
        {"SET variable = 4", "+variable"},
        {"DETACH DATABASE IF EXISTS o", "+o"},
        {"LOAD icu", "+icu"},
        {"ATTACH IF NOT EXISTS 'other.db'", "'other.db'"},
    };
    check_references(cases, G_N_ELEMENTS(cases));
}

static void what_is_no_sql_ends_without_harm(void)
{
    static const char *const texts[] = {
        "",
        ";",
        ")))",
        "(((((",
        "FROM",
        "FROM (",
        "WITH",
        "WITH a",
        "WITH a AS",
        "WITH a AS (",
        "WITH RECURSIVE",
        "COPY",
        "COPY t",
        "COPY t TO",
        "CREATE",
        "CREATE TABLE",
        "CREATE INDEX",
        "CREATE TABLE t (",
        "INSERT",
        "ALTER TABLE t RENAME TO",
        "DROP TABLE a,",
        "FROM 'x",
        "FROM $a$x",
        "FROM \"x",
        "FROM a.",
        "FROM .a",
        "FROM read_csv(",
        "FROM read_csv(['a',",
        "DESCRIBE (",
        "FROM x:",
        "}{][",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        AUTO(arena) arena = arena_new();
        const struct sql_summary *summary = sql_summarize(arena, texts[i], strlen(texts[i]));
        g_assert_nonnull(summary->verb);
        const struct sql_summary *expression =
            sql_summarize_expression(arena, texts[i], strlen(texts[i]));
        g_assert_cmpint(expression->class, ==, SQL_DATA);
    }
}

static void depth_costs_no_stack(void)
{
    enum { DEPTH = 200000 };
    GString *sql = g_string_new(NULL);
    for (guint i = 0; i < DEPTH; i++)
        g_string_append(sql, "(SELECT * FROM ");
    g_string_append(sql, "t");
    AUTO(arena) arena = arena_new();
    const struct sql_summary *summary = sql_summarize(arena, sql->str, sql->len);
    g_autofree char *found = describe(summary);
    g_assert_cmpstr(found, ==, "t");
    g_string_free(sql, TRUE);
}

static void an_expression_is_no_statement(void)
{
    static const struct reference_case cases[] = {
        {"load > 5 AND comment IS DISTINCT FROM 'x'", ""},
        {"update = 1 AND a IN (SELECT b FROM t)", "t"},
        {"create = drop", ""},
        {"x = (WITH c AS (FROM t) SELECT max(a) FROM c)", "t"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(arena) arena = arena_new();
        const struct sql_summary *summary =
            sql_summarize_expression(arena, cases[i].sql, strlen(cases[i].sql));
        g_autofree char *found = describe(summary);
        g_assert_cmpstr(found, ==, cases[i].expected);
        g_assert_cmpint(summary->class, ==, SQL_DATA);
        g_assert_false(summary->is_barrier);
    }
}

static void every_rule_is_met_by_its_own_words(void)
{
    for (const struct sql_rule *rule = sql_rules(); rule->words; rule++) {
        g_autofree char *sql = g_strconcat(rule->words, " x", NULL);
        g_autofree char *lower = g_ascii_strdown(sql, -1);
        g_test_message("%s", lower);
        AUTO(arena) arena = arena_new();
        const struct sql_summary *summary = sql_summarize(arena, lower, strlen(lower));
        g_assert_cmpint(summary->class, ==, rule->class);
        g_assert_cmpint(summary->is_barrier, ==,
                        rule->is_barrier || rule->class == SQL_SESSION ||
                            rule->class == SQL_DEFINITION);
        const bool is_refused = rule->class == SQL_TEMPORARY || rule->class == SQL_REFUSED;
        g_assert_cmpint(summary->way_out != NULL, ==, is_refused);
        g_assert_true(g_str_has_prefix(rule->words, summary->verb) ||
                      g_str_has_prefix(summary->verb, rule->words));
    }
}

static void classes_look_past_or_replace(void)
{
    static const struct {
        const char *sql;
        enum sql_class class;
        const char *verb;
    } cases[] = {
        {"CREATE OR REPLACE TEMP TABLE t AS SELECT 1", SQL_TEMPORARY, "CREATE TEMP TABLE"},
        {"create or replace macro f() as 1", SQL_DEFINITION, "CREATE MACRO"},
        {"CREATE UNIQUE INDEX i ON t (a)", SQL_DATA, "CREATE INDEX"},
        {"SET threads TO 4", SQL_SESSION, "SET"},
        {"INSERT INTO t VALUES (1)", SQL_DATA, "INSERT"},
        {"PRAGMA threads=4", SQL_SESSION, "PRAGMA"},
        {"PRAGMA table_info('t')", SQL_DATA, "PRAGMA TABLE_INFO"},
        {"CHECKPOINT FORCE", SQL_REFUSED, "CHECKPOINT FORCE"},
        {"CHECKPOINT", SQL_DATA, "CHECKPOINT"},
        {"INSTALL httpfs", SQL_REFUSED, "INSTALL"},
        {"DROP TABLE t", SQL_DATA, "DROP TABLE"},
        {"COPY t FROM 'x.csv'", SQL_DATA, "COPY"},
        {"COPY FROM DATABASE a TO b", SQL_DEFINITION, "COPY FROM"},
        {"(SELECT 1)", SQL_DATA, "SELECT"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].sql);
        AUTO(arena) arena = arena_new();
        const struct sql_summary *summary =
            sql_summarize(arena, cases[i].sql, strlen(cases[i].sql));
        g_assert_cmpint(summary->class, ==, cases[i].class);
        g_assert_cmpstr(summary->verb, ==, cases[i].verb);
    }
}

static void flags_tell_what_is_made(void)
{
    static const struct {
        const char *sql;
        bool creates, declares, drops, view, macro;
    } cases[] = {
        {.sql = "CREATE TABLE t (a INT)", .creates = true, .declares = true},
        {.sql = "CREATE OR REPLACE TABLE t (a INT)", .declares = true},
        {.sql = "CREATE TABLE IF NOT EXISTS t (a INT)", .declares = true},
        {.sql = "CREATE TABLE t (a, b) AS SELECT 1, 2", .creates = true},
        {.sql = "CREATE INDEX i ON t (a)", .creates = true},
        {.sql = "CREATE OR REPLACE VIEW v AS SELECT 1", .view = true},
        {.sql = "CREATE FUNCTION f(a) AS a + 1", .creates = true, .macro = true},
        {.sql = "DROP TABLE t", .drops = true},
        {.sql = "INSERT INTO t VALUES (1)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].sql);
        AUTO(arena) arena = arena_new();
        const struct sql_summary *summary =
            sql_summarize(arena, cases[i].sql, strlen(cases[i].sql));
        g_assert_cmpint(summary->creates, ==, cases[i].creates);
        g_assert_cmpint(summary->declares_columns, ==, cases[i].declares);
        g_assert_cmpint(summary->drops, ==, cases[i].drops);
        g_assert_cmpint(summary->is_view, ==, cases[i].view);
        g_assert_cmpint(summary->is_macro, ==, cases[i].macro);
    }
}

static void functions_are_told_by_name(void)
{
    static const char sql[] = "SELECT Net(a), s.tax(b), c.upper(), count(*) FROM \"My F\"(1), t(x)";
    AUTO(arena) arena = arena_new();
    const struct sql_summary *summary = sql_summarize(arena, sql, strlen(sql));
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < summary->function_count; i++)
        g_string_append_printf(names, "%s%s", i ? " " : "", summary->functions[i]);
    g_assert_cmpstr(names->str, ==, "net s.tax c.upper count \"my f\" t");
}

static void what_gives_other_rows_each_time_is_found(void)
{
    static const struct {
        const char *sql;
        const char *found; /* NULL: nothing */
    } cases[] = {
        {"SELECT random() FROM t", "random"},
        {"SELECT Gen_Random_UUID ( )", "Gen_Random_UUID"},
        {"INSERT INTO t SELECT nextval('s')", "nextval"},
        {"SELECT random, t.random(), a AS random FROM t", NULL},
        {"FROM t LIMIT 10", "LIMIT"},
        {"FROM t ORDER BY x LIMIT 10", NULL},
        {"SELECT list(x ORDER BY x), row_number() OVER (ORDER BY x) FROM t LIMIT (3)", "LIMIT"},
        {"SELECT * FROM (FROM t ORDER BY x LIMIT 1) JOIN (FROM u LIMIT $1) USING (x)", "LIMIT"},
        {"WITH c AS (FROM t LIMIT 2) FROM c ORDER BY 1 LIMIT 1", "LIMIT"},
        {"FROM t LIMIT 0", NULL},
        {"FROM t LIMIT ALL", NULL},
        {"SELECT t.limit, 1 AS limit FROM t", NULL},
        {"FROM t TABLESAMPLE 10%", "TABLESAMPLE"},
        {"FROM t USING SAMPLE 3 ROWS", "SAMPLE"},
        {"FROM t TABLESAMPLE reservoir(3 ROWS) REPEATABLE (42)", NULL},
        {"FROM t USING SAMPLE 20% (bernoulli, 42)", NULL},
        {"FROM t USING SAMPLE 20% (bernoulli)", "SAMPLE"},
        {"SELECT sample FROM t JOIN u USING (sample)", NULL},
        {"SELECT 'random()', \"random\" /* random() */ FROM t", NULL},
        {"", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct unrepeatable found = sql_find_unrepeatable(cases[i].sql, strlen(cases[i].sql));
        g_autofree char *words =
            found.why ? g_strndup(cases[i].sql + found.offset, found.length) : NULL;
        g_test_message("%s", cases[i].sql);
        g_assert_cmpstr(words, ==, cases[i].found);
    }
}

static void references_know_their_place(void)
{
    static const char sql[] = "SELECT * FROM a , s . \"b\"";
    AUTO(arena) arena = arena_new();
    const struct sql_summary *summary = sql_summarize(arena, sql, strlen(sql));
    const struct sql_reference *second = &summary->references[1];
    g_assert_cmpuint(second->offset, ==, 18);
    g_assert_cmpuint(second->length, ==, 7);
    g_assert_cmpstr(second->name, ==, "s.\"b\"");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/sql/" #name, name)
    TEST(tables_stand_after_from_join_and_commas);
    TEST(the_from_of_a_function_names_no_table);
    TEST(names_of_ctes_are_no_tables_where_they_are_in_scope);
    TEST(statements_that_describe_and_pivot_read);
    TEST(statements_that_change_tables_write_them);
    TEST(files_are_told_from_tables);
    TEST(what_is_no_sql_ends_without_harm);
    TEST(depth_costs_no_stack);
    TEST(an_expression_is_no_statement);
    TEST(every_rule_is_met_by_its_own_words);
    TEST(classes_look_past_or_replace);
    TEST(flags_tell_what_is_made);
    TEST(functions_are_told_by_name);
    TEST(what_gives_other_rows_each_time_is_found);
    TEST(references_know_their_place);
    return g_test_run();
}
