/* SPDX-License-Identifier: Apache-2.0 */
/* Text to tree: every rule of the language. */
#include "tree.h"

struct tree_case {
    const char *text;
    const char *tree;
};

static void check_trees(const struct tree_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_test_message("%s", cases[i].text);
        struct parsed parsed = parse(cases[i].text);
        g_autofree char *errors = describe_errors(&parsed);
        g_assert_cmpstr(errors, ==, "");
        g_autofree char *tree = describe_tree(&parsed);
        g_assert_cmpstr(tree, ==, cases[i].tree);
        parsed_clear(&parsed);
    }
}

#define CHECK_TREES(cases) check_trees(cases, G_N_ELEMENTS(cases))

static void a_source_has_a_type_or_a_connector(void)
{
    static const struct tree_case cases[] = {
        {"SOURCE a TYPE csv PARAMS {\"path\": \"x\"}",
         "SOURCE name<a> type<csv> {\"path\": \"x\"}"},
        {"source \"a b\".c type CSV params {};", "SOURCE name<\"a b\".c> type<CSV> {}"},
        {"SOURCE a FROM 'wh';", "SOURCE name<a> target<'wh'>"},
        {"SOURCE a FROM \"w\\\"h\" OPTIONS {t: 1};",
         "SOURCE name<a> target<\"w\\\"h\"> {\"t\": 1}"},
        {"SOURCE s_${x} TYPE ${t} PARAMS {}", "SOURCE name<s_${x}> type<${t}> {}"},
    };
    CHECK_TREES(cases);
}

static void a_load_takes_both_orders_of_its_names(void)
{
    static const struct tree_case cases[] = {
        {"LOAD a INTO b", "LOAD name<a> table<b>"},
        {"LOAD b FROM a", "LOAD name<a> table<b>"},
        {"LOAD a.s INTO m.b OPTIONS {schema: 'evolve'}",
         "LOAD name<a.s> table<m.b> {\"schema\": \"evolve\"}"},
        {"LOAD a INTO b WHERE x > 1 AND (y) -- c\n",
         "LOAD name<a> table<b> body<x > 1 AND (y) -- c>"},
        {"LOAD a INTO b MODE REPLACE", "LOAD name<a> table<b> mode=replace"},
        {"LOAD a INTO b WHERE x MODE APPEND OPTIONS {}",
         "LOAD name<a> table<b> body<x> mode=append {}"},
        {"LOAD b FROM a MODE APPEND WHERE x OPTIONS {}",
         "LOAD name<a> table<b> body<x> mode=append {}"},
        {"LOAD a INTO b MODE UPSERT KEY k", "LOAD name<a> table<b> mode=upsert key<k>"},
        {"LOAD a INTO b MODE MERGE MERGE_KEYS (k, \"l m\")",
         "LOAD name<a> table<b> mode=upsert key<k> key<\"l m\">"},
        {"LOAD a INTO b MODE merge keys k, l", "LOAD name<a> table<b> mode=upsert key<k> key<l>"},
        {"LOAD b FROM a MODE UPSERT UPSERT_KEYS k, l WHERE x",
         "LOAD name<a> table<b> body<x> mode=upsert key<k> key<l>"},
    };
    CHECK_TREES(cases);
}

static void where_ends_at_the_last_mode_or_at_options(void)
{
    static const struct tree_case cases[] = {
        {"LOAD a INTO b WHERE mode = 'x' AND options > 2 MODE APPEND",
         "LOAD name<a> table<b> body<mode = 'x' AND options > 2> mode=append"},
        {"LOAD a INTO b WHERE x = mode", "LOAD name<a> table<b> body<x = mode>"},
        {"LOAD a INTO b WHERE x = options", "LOAD name<a> table<b> body<x = options>"},
        {"LOAD a INTO b WHERE f(mode replace) > 1",
         "LOAD name<a> table<b> body<f(mode replace) > 1>"},
        {"LOAD a INTO b WHERE mode append MODE REPLACE",
         "LOAD name<a> table<b> body<mode append> mode=replace"},
        {"LOAD a INTO b WHERE x = ';' OPTIONS {\"q\": \"\\\";\"}",
         "LOAD name<a> table<b> body<x = ';'> {\"q\": \"\\\";\"}"},
        {"LOAD a INTO b WHERE CASE WHEN x THEN y END",
         "LOAD name<a> table<b> body<CASE WHEN x THEN y END>"},
    };
    CHECK_TREES(cases);
}

static void other_loads_are_the_engines(void)
{
    static const struct tree_case cases[] = {
        {"LOAD icu", "SQL body<LOAD icu>"},          {"LOAD 'x.so';", "SQL body<LOAD 'x.so'>"},
        {"LOAD \"icu\";", "SQL body<LOAD \"icu\">"}, {"LOAD $$x$$", "SQL body<LOAD $$x$$>"},
        {"LOAD into;", "SQL body<LOAD into>"},
    };
    CHECK_TREES(cases);
}

static void a_create_of_a_query_is_ours(void)
{
    static const struct tree_case cases[] = {
        {"CREATE TABLE t AS SELECT 1", "CREATE table<t> body<SELECT 1>"},
        {"CREATE OR REPLACE TABLE s.t AS FROM x", "CREATE or_replace table<s.t> body<FROM x>"},
        {"CREATE VIEW v AS WITH c AS (SELECT 1) FROM c",
         "CREATE view table<v> body<WITH c AS (SELECT 1) FROM c>"},
        {"CREATE TABLE t AS (SELECT 1) UNION ALL (SELECT 2)",
         "CREATE table<t> body<(SELECT 1) UNION ALL (SELECT 2)>"},
        {"CREATE TABLE t AS VALUES (1)", "CREATE table<t> body<VALUES (1)>"},
        {"CREATE TABLE t AS TABLE u", "CREATE table<t> body<TABLE u>"},
        {"CREATE TABLE t AS PIVOT u ON a USING sum(b)",
         "CREATE table<t> body<PIVOT u ON a USING sum(b)>"},
        {"CREATE TABLE t AS ${q:raw}", "CREATE table<t> body<${q:raw}>"},
        {"CREATE TABLE t MODE APPEND AS SELECT 1", "CREATE table<t> body<SELECT 1> mode=append"},
        {"CREATE TABLE t MODE UPSERT KEY (a) OPTIONS {tags: ['x']} AS SELECT 1",
         "CREATE table<t> body<SELECT 1> mode=upsert key<a> {\"tags\": [\"x\"]}"},
        {"CREATE VIEW v OPTIONS {} AS SELECT 1", "CREATE view table<v> body<SELECT 1> {}"},
        {"CREATE TABLE t MODE INCREMENTAL BY ts AS SELECT 1",
         "CREATE table<t> body<SELECT 1> mode=incremental by<ts>"},
        {"CREATE TABLE t MODE INCREMENTAL BY ts LOOKBACK '7 days' AS SELECT 1",
         "CREATE table<t> body<SELECT 1> mode=incremental by<ts> lookback<'7 days'>"},
        {"CREATE TABLE t MODE INCREMENTAL BY \"t s\" LOOKBACK 7 DAYS OPTIONS {} AS SELECT 1",
         "CREATE table<t> body<SELECT 1> mode=incremental by<\"t s\"> lookback<7 DAYS> {}"},
        {"CREATE TABLE t MODE INCREMENTAL BY id LOOKBACK 100 AS SELECT 1",
         "CREATE table<t> body<SELECT 1> mode=incremental by<id> lookback<100>"},
        {"CREATE TABLE t MODE INCREMENTAL BY ts LOOKBACK ${n} hours AS SELECT 1",
         "CREATE table<t> body<SELECT 1> mode=incremental by<ts> lookback<${n} hours>"},
        {"CREATE TABLE if AS SELECT 1", "CREATE table<if> body<SELECT 1>"},
        {"CREATE TABLE t${y}2024.\"a\"\"b\" AS SELECT 1",
         "CREATE table<t${y}2024.\"a\"\"b\"> body<SELECT 1>"},
    };
    CHECK_TREES(cases);
}

static void other_creates_are_the_engines(void)
{
    static const char *const texts[] = {
        "CREATE TABLE t (a INT)",
        "CREATE TABLE t(a) AS SELECT 1",
        "CREATE TABLE IF NOT EXISTS t AS SELECT 1",
        "CREATE VIEW IF NOT EXISTS t AS SELECT 1",
        "CREATE TABLE t WITH (a = 1) AS SELECT 1",
        "CREATE TABLE t ON COMMIT DROP AS SELECT 1",
        "CREATE TABLE t PARTITIONED BY (a) AS SELECT 1",
        "CREATE TABLE 'x' AS SELECT 1",
        "CREATE TEMP TABLE t AS SELECT 1",
        "CREATE OR REPLACE TEMPORARY VIEW t AS SELECT 1",
        "CREATE INDEX i ON t (a)",
        "CREATE MACRO m(a) AS TABLE SELECT a",
        "CREATE OR REPLACE MACRO m() AS 1",
        "CREATE SCHEMA s",
        "CREATE OR nothing",
        "CREATE",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct parsed parsed = parse(texts[i]);
        g_autofree char *expected = g_strdup_printf("SQL body<%s>", texts[i]);
        g_autofree char *tree = describe_tree(&parsed);
        g_assert_cmpstr(tree, ==, expected);
        g_assert_cmpuint(diagnostics_count(parsed.diagnostics), ==, 0);
        parsed_clear(&parsed);
    }
}

static void a_check_has_a_query(void)
{
    static const struct tree_case cases[] = {
        {"CHECK c AS FROM t", "CHECK name<c> body<FROM t>"},
        {"CHECK on ON as AS SELECT 1", "CHECK name<on> table<as> body<SELECT 1>"},
        {"CHECK c ON s.t AS SELECT options FROM t WHERE options > 1 OPTIONS {severity: \"warn\"}",
         "CHECK name<c> table<s.t> body<SELECT options FROM t WHERE options > 1> "
         "{\"severity\": \"warn\"}"},
    };
    CHECK_TREES(cases);
}

static void an_export_ends_at_its_first_destination(void)
{
    static const struct tree_case cases[] = {
        {"EXPORT t TO 'x.csv'", "EXPORT table<t> target<'x.csv'>"},
        {"EXPORT s.\"t u\" TO \"x\\\\y\" TYPE csv OPTIONS {header: true}",
         "EXPORT table<s.\"t u\"> type<csv> target<\"x\\\\y\"> {\"header\": true}"},
        {"EXPORT ${t} TO 'x.csv' OPTIONS {}", "EXPORT table<${t}> target<'x.csv'> {}"},
        {"EXPORT SELECT 1 TO 'x.csv'", "EXPORT target<'x.csv'> body<SELECT 1>"},
        {"EXPORT (SELECT 1) TO 'x' TYPE csv", "EXPORT type<csv> target<'x'> body<(SELECT 1)>"},
        {"EXPORT FROM t -- it's all\nTO 'x' TYPE csv",
         "EXPORT type<csv> target<'x'> body<FROM t -- it's all>"},
        {"EXPORT SELECT 'a TO ''b'' TYPE c', \"TO\", x AS to TO 'x' TYPE csv",
         "EXPORT type<csv> target<'x'> body<SELECT 'a TO ''b'' TYPE c', \"TO\", x AS to>"},
        {"EXPORT SELECT t.to 'x' FROM t TO 'y.csv'",
         "EXPORT target<'y.csv'> body<SELECT t.to 'x' FROM t>"},
        {"EXPORT SELECT a SIMILAR TO 'b' FROM t TO 'x.csv'",
         "EXPORT target<'x.csv'> body<SELECT a SIMILAR TO 'b' FROM t>"},
        {"EXPORT SELECT (a SIMILAR TO 'b') TO 'x.csv'",
         "EXPORT target<'x.csv'> body<SELECT (a SIMILAR TO 'b')>"},
        {"EXPORT SELECT INTERVAL (1) YEAR, CAST(a AS to) FROM t TO 'x.csv'",
         "EXPORT target<'x.csv'> body<SELECT INTERVAL (1) YEAR, CAST(a AS to) FROM t>"},
        {"EXPORT SELECT 1 AS similar TO 'x' TYPE csv",
         "EXPORT type<csv> target<'x'> body<SELECT 1 AS similar>"},
        {"EXPORT SELECT 1 AS to, INTERVAL '1-2' YEAR TO MONTH TO 'x.csv'",
         "EXPORT target<'x.csv'> body<SELECT 1 AS to, INTERVAL '1-2' YEAR TO MONTH>"},
        {"EXPORT TABLE to TO 'x'", "EXPORT target<'x'> body<TABLE to>"},
        {"EXPORT select TO 'x'", "EXPORT table<select> target<'x'>"},
        {"EXPORT database TO 'x'", "EXPORT table<database> target<'x'>"},
    };
    CHECK_TREES(cases);
}

static void export_database_is_the_engines(void)
{
    static const struct tree_case cases[] = {
        {"EXPORT DATABASE 'x'", "SQL body<EXPORT DATABASE 'x'>"},
        {"EXPORT DATABASE 'x' (FORMAT csv)", "SQL body<EXPORT DATABASE 'x' (FORMAT csv)>"},
        {"EXPORT DATABASE d TO 'x'", "SQL body<EXPORT DATABASE d TO 'x'>"},
    };
    CHECK_TREES(cases);
}

static void a_set_of_a_variable_is_ours(void)
{
    static const struct tree_case cases[] = {
        {"SET a = 1", "SET name<a> target<1>"},
        {"SET a = 00501", "SET name<a> target<00501>"},
        {"SET a=-1.50", "SET name<a> target<-1.50>"},
        {"SET a = - 1", "SET name<a> target<- 1>"},
        {"SET a = 123456789012345678901234567890",
         "SET name<a> target<123456789012345678901234567890>"},
        {"SET a = true", "SET name<a> target<true>"},
        {"SET a = eu", "SET name<a> target<eu>"},
        {"SET a = 'it''s; -- ${b}'", "SET name<a> string<'it''s; -- ${b}'>"},
        {"SET a = \"x\\n\"", "SET name<a> string<\"x\\n\">"},
        {"SET a = ${b}", "SET name<a> target<${b}>"},
        {"SET a = x_${b}.${c|d e}", "SET name<a> target<x_${b}.${c|d e}>"},
        {"SET session = 1; SET variable = 2; SET time = 3",
         "SET name<session> target<1>; SET name<variable> target<2>; SET name<time> target<3>"},
        {"SET SESSION threads = 1", "SQL body<SET SESSION threads = 1>"},
        {"SET GLOBAL threads = 1", "SQL body<SET GLOBAL threads = 1>"},
        {"SET VARIABLE x = 1", "SQL body<SET VARIABLE x = 1>"},
        {"SET threads TO 1", "SQL body<SET threads TO 1>"},
        {"SET TIME ZONE 'UTC'", "SQL body<SET TIME ZONE 'UTC'>"},
        {"RESET threads", "SQL body<RESET threads>"},
    };
    CHECK_TREES(cases);
}

static void an_include_may_have_a_schema(void)
{
    static const struct tree_case cases[] = {
        {"INCLUDE 'a.sf'", "INCLUDE target<'a.sf'>"},
        {"INCLUDE \"a/${b}.sql\" AS c", "INCLUDE name<c> target<\"a/${b}.sql\">"},
    };
    CHECK_TREES(cases);
}

static void an_if_has_branches(void)
{
    static const struct tree_case cases[] = {
        {"IF a THEN END IF", "IF if<a> {}"},
        {"IF ${a} = 'THEN' THEN SELECT 1; END IF;", "IF if<${a} = 'THEN'> {QUERY body<SELECT 1>}"},
        {"IF a IN (then, 1) THEN ENDIF", "IF if<a IN (then, 1)> {}"},
        {"IF a THEN SELECT 1; SELECT 2; ELSE SELECT 3; END IF; SELECT 4",
         "IF if<a> {QUERY body<SELECT 1>; QUERY body<SELECT 2>} else {QUERY body<SELECT 3>}; "
         "QUERY body<SELECT 4>"},
        {"IF a THEN ELSEIF b THEN ELSE IF c THEN SELECT 1; ELSE END IF",
         "IF if<a> {} if<b> {} if<c> {QUERY body<SELECT 1>} else {}"},
        {"IF a THEN IF b THEN SELECT 1; END IF; SELECT 2; ELSE IF c THEN IF d THEN ELSE SELECT 3; "
         "ENDIF; END IF",
         "IF if<a> {IF if<b> {QUERY body<SELECT 1>}; QUERY body<SELECT 2>} if<c> {IF if<d> {} else "
         "{QUERY body<SELECT 3>}}"},
        {"IF a THEN SELECT CASE WHEN x THEN 1 ELSE 2 END; END IF",
         "IF if<a> {QUERY body<SELECT CASE WHEN x THEN 1 ELSE 2 END>}"},
        {"IF a THEN SELECT CASE WHEN x THEN 1 END AS if; END IF",
         "IF if<a> {QUERY body<SELECT CASE WHEN x THEN 1 END AS if>}"},
        {"IF a THEN DROP TABLE IF EXISTS t; END IF", "IF if<a> {SQL body<DROP TABLE IF EXISTS t>}"},
    };
    CHECK_TREES(cases);
}

static void every_other_statement_is_the_engines(void)
{
    static const struct tree_case cases[] = {
        {"SELECT 1", "QUERY body<SELECT 1>"},
        {"(SELECT 1)", "QUERY body<(SELECT 1)>"},
        {"FROM t", "QUERY body<FROM t>"},
        {"VALUES (1); TABLE t; PIVOT t ON a; UNPIVOT t ON a",
         "QUERY body<VALUES (1)>; QUERY body<TABLE t>; QUERY body<PIVOT t ON a>; "
         "QUERY body<UNPIVOT t ON a>"},
        {"WITH a AS (DELETE), b(c) AS (SELECT 1) SELECT 2",
         "QUERY body<WITH a AS (DELETE), b(c) AS (SELECT 1) SELECT 2>"},
        {"WITH insert AS (SELECT 1) INSERT INTO t FROM insert",
         "SQL body<WITH insert AS (SELECT 1) INSERT INTO t FROM insert>"},
        {"WITH a AS (SELECT 1) UPDATE t SET x = 1",
         "SQL body<WITH a AS (SELECT 1) UPDATE t SET x = 1>"},
        {"WITH a AS (SELECT 1) (SELECT 2)", "QUERY body<WITH a AS (SELECT 1) (SELECT 2)>"},
        {"INSERT INTO t VALUES (1, ';')", "SQL body<INSERT INTO t VALUES (1, ';')>"},
        {"END", "SQL body<END>"},
        {"BEGIN; COMMIT; INSTALL x; FORCE CHECKPOINT",
         "SQL body<BEGIN>; SQL body<COMMIT>; SQL body<INSTALL x>; SQL body<FORCE CHECKPOINT>"},
        {";;", ""},
        {"", ""},
        {"-- nothing\n", ""},
    };
    CHECK_TREES(cases);
}

static void bodies_are_kept_byte_for_byte(void)
{
    static const char *const bodies[] = {
        "SELECT a::INT, 'Mr. Smith', 'two  spaces', 'it''s', 1e5",
        "SELECT x->>'$.a' FROM t WHERE a <> b /* c ; */",
        "SELECT 1 -- c ; d\n  FROM t -- e",
        "SELECT $$ ; $$, $q$ ' ; $$ $q$, E'\\n;\\'', E'a'\n ';\\''",
        "SELECT [1,2][1], {'a': 1}.a, list_filter([1], x -> x > 0)",
        "FROM t SELECT \"quoted; name\", \"a\\\"",
        "SELECT CASE WHEN a THEN 1 END FROM t WHERE d > DATE '2020-01-01' - INTERVAL 1 DAY",
        "SELECT EXTRACT(YEAR FROM d), a IS DISTINCT FROM b, @start_date FROM größe",
        "SELECT a$$, $1 FROM t",
        "/* first */ SELECT\t1\r\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autofree char *data = g_strdup_printf("CREATE TABLE t AS %s\n;SELECT 2", bodies[i]);
        struct parsed parsed = parse(data);
        g_assert_cmpuint(diagnostics_count(parsed.diagnostics), ==, 0);
        g_assert_cmpuint(parsed.statements->len, ==, 2);
        const struct statement *first = g_ptr_array_index(parsed.statements, 0);
        g_autofree char *body = span_dup(first->body.span);
        g_autofree char *expected = g_strchomp(g_strdup(bodies[i]));
        g_assert_cmpstr(body, ==, expected);
        parsed_clear(&parsed);
    }
}

static char *fill(const char *pattern, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "@", -1);
    return g_strjoinv(word, parts);
}

static void keywords_may_be_names(void)
{
    static const char *const words[] = {"source", "type", "to", "mode",  "key",     "load",   "on",
                                        "from",   "into", "as", "where", "options", "params", "if"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *data =
            fill("SOURCE @ TYPE @ PARAMS {@: 1}; LOAD @ INTO @ MODE UPSERT KEY @;"
                 "CREATE TABLE @ MODE INCREMENTAL BY @ AS SELECT @;"
                 "CHECK @ ON @ AS FROM @; EXPORT @ TO 'x' TYPE @; SET @ = @;"
                 "INCLUDE 'a' AS @",
                 words[i]);
        g_autofree char *expected =
            fill("SOURCE name<@> type<@> {\"@\": 1}; LOAD name<@> table<@> mode=upsert key<@>; "
                 "CREATE table<@> body<SELECT @> mode=incremental by<@>; "
                 "CHECK name<@> table<@> body<FROM @>; EXPORT table<@> type<@> target<'x'>; "
                 "SET name<@> target<@>; INCLUDE name<@> target<'a'>",
                 words[i]);
        struct parsed parsed = parse(data);
        g_autofree char *tree = describe_tree(&parsed);
        g_assert_cmpstr(tree, ==, expected);
        g_assert_cmpuint(diagnostics_count(parsed.diagnostics), ==, 0);
        parsed_clear(&parsed);
    }
}

static void comment_lines_right_above_are_the_description(void)
{
    static const struct tree_case cases[] = {
        {"-- a\n-- b\nSELECT 1", "QUERY body<SELECT 1> comment<-- a\n-- b>"},
        {"/* a\n b */\r\n  SELECT 1", "QUERY body<SELECT 1> comment</* a\n b */>"},
        {"-- a\n\n-- b\nSELECT 1", "QUERY body<SELECT 1> comment<-- b>"},
        {"-- a\n \nSELECT 1", "QUERY body<SELECT 1>"},
        {"/* a */ SELECT 1", "QUERY body<SELECT 1>"},
        {"SELECT 1; -- a\nSELECT 2", "QUERY body<SELECT 1>; QUERY body<SELECT 2>"},
        {"SELECT 1; -- a\n-- b\nSELECT 2",
         "QUERY body<SELECT 1>; QUERY body<SELECT 2> comment<-- b>"},
        {"-- a\nIF x THEN\n -- b\n SELECT 1; -- c\n -- d\n END IF",
         "IF comment<-- a> if<x> {QUERY body<SELECT 1> comment<-- b>}"},
        {"-- a - b / c\nSELECT 1 - 2 / 3", "QUERY body<SELECT 1 - 2 / 3> comment<-- a - b / c>"},
    };
    CHECK_TREES(cases);
}

static void statements_know_their_places(void)
{
    struct parsed parsed =
        parse("\n  SOURCE a TYPE csv PARAMS {b: 1} ;\nIF x THEN\nSELECT 1 ;END IF ;");
    g_autofree char *source = span_dup(((struct statement *)parsed.statements->pdata[0])->span);
    g_assert_cmpstr(source, ==, "SOURCE a TYPE csv PARAMS {b: 1}");
    const struct statement *block = g_ptr_array_index(parsed.statements, 1);
    g_autofree char *whole = span_dup(block->span);
    g_assert_cmpstr(whole, ==, "IF x THEN\nSELECT 1 ;END IF");
    const struct branch *branch = g_ptr_array_index(block->branches, 0);
    const struct statement *query = g_ptr_array_index(branch->statements, 0);
    g_autofree char *inner = span_dup(query->span);
    g_assert_cmpstr(inner, ==, "SELECT 1");
    parsed_clear(&parsed);
}

static void a_mode_knows_its_place(void)
{
    struct parsed parsed = parse("LOAD a INTO b MODE UPSERT KEY (k, l) OPTIONS {}");
    const struct statement *load = g_ptr_array_index(parsed.statements, 0);
    g_autofree char *mode = span_dup(load->mode.span);
    g_assert_cmpstr(mode, ==, "MODE UPSERT KEY (k, l)");
    parsed_clear(&parsed);
}

static void places_of_resolved_text_are_found(void)
{
    const char *data = "..a ${x} b ${y}c";
    AUTO(text) text = text_new("p.sf", data, strlen(data), NULL);
    struct fragment fragment = {
        .span = {.text = text, .offset = 2, .length = 14},
        .pieces = g_array_new(FALSE, FALSE, sizeof(struct piece)),
    };
    const struct piece pieces[] = {
        {.at = 2, .length = 3, .span = {.text = text, .offset = 4, .length = 4}},
        {.at = 8, .length = 0, .span = {.text = text, .offset = 11, .length = 4}},
    };
    g_array_append_vals(fragment.pieces, pieces, 2);
    const struct {
        gsize at;
        guint32 offset;
        guint32 length;
    } cases[] = {
        {0, 2, 1}, {1, 3, 1},  {2, 4, 4},  {4, 4, 4},  {5, 8, 1},
        {6, 9, 1}, {7, 10, 1}, {8, 15, 1}, {9, 16, 0}, {99, 16, 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct span place = fragment_place(&fragment, cases[i].at);
        g_assert_cmpuint(place.offset, ==, cases[i].offset);
        g_assert_cmpuint(place.length, ==, cases[i].length);
    }
    g_array_unref(fragment.pieces);
}

static char *repeated(const char *before, const char *part, guint count, const char *after)
{
    GString *out = g_string_new(before);
    for (guint i = 0; i < count; i++)
        g_string_append(out, part);
    g_string_append(out, after);
    return g_string_free(out, FALSE);
}

static void a_statement_takes_a_few_microseconds(void)
{
    g_autofree char *data = repeated(
        "", "CREATE TABLE t AS SELECT a.id, sum(x) FROM t a JOIN u USING (id) GROUP BY 1;\n",
        100000, "");
    g_test_timer_start();
    struct parsed parsed = parse(data);
    /* The aim is 0.3 s; sanitizers and a busy machine take their part. */
    g_assert_cmpfloat(g_test_timer_elapsed(), <, 6.0);
    g_assert_cmpuint(parsed.statements->len, ==, 100000);
    parsed_clear(&parsed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parser/source", a_source_has_a_type_or_a_connector);
    g_test_add_func("/parser/load", a_load_takes_both_orders_of_its_names);
    g_test_add_func("/parser/where", where_ends_at_the_last_mode_or_at_options);
    g_test_add_func("/parser/load_engine", other_loads_are_the_engines);
    g_test_add_func("/parser/create", a_create_of_a_query_is_ours);
    g_test_add_func("/parser/create_engine", other_creates_are_the_engines);
    g_test_add_func("/parser/check", a_check_has_a_query);
    g_test_add_func("/parser/export", an_export_ends_at_its_first_destination);
    g_test_add_func("/parser/export_engine", export_database_is_the_engines);
    g_test_add_func("/parser/set", a_set_of_a_variable_is_ours);
    g_test_add_func("/parser/include", an_include_may_have_a_schema);
    g_test_add_func("/parser/if", an_if_has_branches);
    g_test_add_func("/parser/engine", every_other_statement_is_the_engines);
    g_test_add_func("/parser/bodies", bodies_are_kept_byte_for_byte);
    g_test_add_func("/parser/keywords", keywords_may_be_names);
    g_test_add_func("/parser/comments", comment_lines_right_above_are_the_description);
    g_test_add_func("/parser/places", statements_know_their_places);
    g_test_add_func("/parser/mode_place", a_mode_knows_its_place);
    g_test_add_func("/parser/resolved_places", places_of_resolved_text_are_found);
    g_test_add_func("/parser/speed", a_statement_takes_a_few_microseconds);
    return g_test_run();
}
