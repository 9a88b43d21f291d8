/* SPDX-License-Identifier: Apache-2.0 */
#include "variable_bench.h"

static void assert_resolved(enum fragment_syntax syntax, const char *source, const char *expected)
{
    struct bench bench;
    bench_open(&bench, source);
    struct fragment fragment = {.span = whole(bench.text)};
    bool resolved = fragment_resolve(&fragment, syntax, bench.variables, bench.diagnostics);
    if (!resolved)
        g_test_message("%s: %s", source, diagnostics_get(bench.diagnostics, 0)->message);
    g_assert_true(resolved);
    g_assert_cmpuint(diagnostics_errors(bench.diagnostics), ==, 0);
    g_assert_cmpstr(fragment.text, ==, expected);
    g_assert_cmpuint(fragment.length, ==, strlen(expected));
    fragment_reset(&fragment);
    bench_close(&bench);
}

static void assert_sql(const char *source, const char *expected)
{
    assert_resolved(SYNTAX_SQL, source, expected);
}

/* The first message has this code and stands at the first `place` of the source. */
static void assert_refused(enum fragment_syntax syntax, const char *source, enum code code,
                           const char *place)
{
    struct bench bench;
    bench_open(&bench, source);
    struct fragment fragment = {.span = whole(bench.text)};
    g_test_message("%s", source);
    g_assert_false(fragment_resolve(&fragment, syntax, bench.variables, bench.diagnostics));
    g_assert_cmpuint(diagnostics_errors(bench.diagnostics), >, 0);
    const struct diagnostic *first = diagnostics_get(bench.diagnostics, 0);
    g_assert_cmpint((int)first->code, ==, (int)code);
    g_autofree char *at = span_dup(first->at);
    g_assert_cmpstr(at, ==, place);
    fragment_reset(&fragment);
    bench_close(&bench);
}

static void assert_sql_refused(const char *source, enum code code, const char *place)
{
    assert_refused(SYNTAX_SQL, source, code, place);
}

static void a_text_without_variables_comes_through_as_it_is(void)
{
    assert_sql("SELECT a::INT, 'it''s', $$ ; $$, E'\\n', {'a': 1}.a -- c", //
               "SELECT a::INT, 'it''s', $$ ; $$, E'\\n', {'a': 1}.a -- c");
    assert_sql("", "");
}

static void inside_quotes_a_value_cannot_end_them(void)
{
    assert_sql("SELECT 'x${quoted}y' FROM t", "SELECT 'xit''s \"q\"y' FROM t");
    assert_sql("SELECT \"x${quoted}y\" FROM t", "SELECT \"xit's \"\"q\"\"y\" FROM t");
    assert_sql("SELECT E'x${slashed}\\ny'", "SELECT E'xa\\\\''b\\ny'");
    assert_sql("SELECT '${zip}' = '${n}'", "SELECT '00501' = '5'");
    assert_sql("SELECT $t$ ${quoted} $t$", "SELECT $t$ it's \"q\" $t$");
    assert_sql("SELECT $t$ ${dollars} $t$", "SELECT $t$ a$$b $t$");
    assert_sql("SELECT '${empty}'", "SELECT ''");
    assert_sql("SELECT '${list:raw}'", "SELECT 'a, b,3, 007,'x,y''");
    assert_sql("SELECT x'${n}', DATE'${n}'", "SELECT x'5', DATE'5'");
}

static void a_value_with_the_delimiter_is_an_error(void)
{
    assert_sql_refused("SELECT $$ ${dollars} $$", SF_VALUE_ENDS_STRING, "$$");
    assert_sql_refused("SELECT $$ x${d|$}$$", SF_VALUE_ENDS_STRING, "$$");
    assert_sql_refused("SELECT $t$ ${d|\"$t\"}$t$", SF_VALUE_ENDS_STRING, "$t$");
    assert_sql("SELECT $t$ ${d|\"$t\"} $t$", "SELECT $t$ $t $t$");
}

static void beside_a_name_or_behind_a_dot_it_is_part_of_a_name(void)
{
    assert_sql("SELECT * FROM raw_${region}", "SELECT * FROM \"raw_eu\"");
    assert_sql("SELECT * FROM raw_${spaced}", "SELECT * FROM \"raw_a b\"");
    assert_sql("SELECT * FROM raw_${quoted}_v", "SELECT * FROM \"raw_it's \"\"q\"\"_v\"");
    assert_sql("SELECT * FROM ${region}_${n}2024", "SELECT * FROM \"eu_52024\"");
    assert_sql("SELECT t.${spaced} FROM t", "SELECT t.\"a b\" FROM t");
    assert_sql("SELECT t . ${spaced} FROM t", "SELECT t . \"a b\" FROM t");
    assert_sql("SELECT \"my t\".${col}", "SELECT \"my t\".\"amount\"");
    assert_sql("SELECT f(x).${col}", "SELECT f(x).\"amount\"");
    assert_sql("SELECT x_${region}.${col}.z", "SELECT \"x_eu\".\"amount\".z");
    assert_sql("SELECT * FROM ${region}.${dotted}", "SELECT * FROM \"eu\".\"s.t\"");
    assert_sql("SELECT * FROM ${region}.orders", "SELECT * FROM \"eu\".orders");
    assert_sql("SELECT my_${region}(1)", "SELECT \"my_eu\"(1)");
    assert_sql("SELECT a${n}", "SELECT \"a5\"");
    assert_sql("SELECT x_${col:raw}", "SELECT x_amount");
    assert_sql("SELECT \"a${quoted}\".x_${n}", "SELECT \"ait's \"\"q\"\"\".\"x_5\"");
}

static void where_a_table_stands_it_is_a_name_split_at_dots(void)
{
    assert_sql("SELECT * FROM ${dotted}", "SELECT * FROM \"s\".\"t\"");
    assert_sql("FROM ${region} SELECT 1", "FROM \"eu\" SELECT 1");
    assert_sql("SELECT * FROM a JOIN ${spaced} ON true", "SELECT * FROM a JOIN \"a b\" ON true");
    assert_sql("SELECT * FROM a x, ${region} y, ${spaced}", "SELECT * FROM a x, \"eu\" y, \"a b\"");
    assert_sql("SELECT * FROM a JOIN b ON a.x = b.x, ${region}",
               "SELECT * FROM a JOIN b ON a.x = b.x, \"eu\"");
    assert_sql("INSERT INTO ${dotted} (a, ${spaced}) VALUES (${n}, ${spaced})",
               "INSERT INTO \"s\".\"t\" (a, \"a b\") VALUES (5, 'a b')");
    assert_sql("UPDATE ${region} SET a = ${n}", "UPDATE \"eu\" SET a = 5");
    assert_sql("CREATE TABLE ${region} (a INT)", "CREATE TABLE \"eu\" (a INT)");
    assert_sql("CREATE TABLE IF NOT EXISTS ${region}(a INT)",
               "CREATE TABLE IF NOT EXISTS \"eu\"(a INT)");
    assert_sql("DROP VIEW IF EXISTS ${dotted}", "DROP VIEW IF EXISTS \"s\".\"t\"");
    assert_sql("DELETE FROM a USING ${region} WHERE x = ${region}",
               "DELETE FROM a USING \"eu\" WHERE x = 'eu'");
    assert_sql("SELECT * FROM (${region} JOIN b USING (${spaced}))",
               "SELECT * FROM (\"eu\" JOIN b USING (\"a b\"))");
    assert_sql("SELECT (SELECT max(x) FROM ${region}) FROM t",
               "SELECT (SELECT max(x) FROM \"eu\") FROM t");
    assert_sql("CREATE INDEX i ON ${region} (a)", "CREATE INDEX i ON \"eu\" (a)");
    assert_sql("SUMMARIZE ${region}", "SUMMARIZE \"eu\"");
    assert_sql("ALTER TABLE t ALTER a TYPE ${region}", "ALTER TABLE t ALTER a TYPE \"eu\"");
    assert_sql("SELECT * FROM ${d|\"\"}x", "SELECT * FROM \"x\"");
    assert_sql("WITH ${region} AS (SELECT 1), ${spaced} AS (SELECT 2) FROM ${region}",
               "WITH \"eu\" AS (SELECT 1), \"a b\" AS (SELECT 2) FROM \"eu\"");
    assert_sql("SELECT a AS ${spaced} FROM t", "SELECT a AS \"a b\" FROM t");
    assert_sql_refused("SELECT * FROM ${empty}", SF_VALUE_NO_NAME, "${empty}");
    assert_sql_refused("SELECT t.${empty}", SF_VALUE_NO_NAME, "${empty}");
    assert_sql_refused("SELECT * FROM ${x|a..b}", SF_VALUE_NO_NAME, "${x|a..b}");
}

static void a_from_that_names_no_table_is_followed_by_a_value(void)
{
    assert_sql("SELECT * FROM t WHERE a IS DISTINCT FROM ${region}",
               "SELECT * FROM t WHERE a IS DISTINCT FROM 'eu'");
    assert_sql("SELECT * FROM t WHERE a IS NOT DISTINCT FROM ${region}",
               "SELECT * FROM t WHERE a IS NOT DISTINCT FROM 'eu'");
    assert_sql("SELECT extract(year FROM ${region}), substring('abc' FROM ${n} FOR 2)",
               "SELECT extract(year FROM 'eu'), substring('abc' FROM 5 FOR 2)");
    assert_sql("SELECT trim(BOTH 'x' FROM ${spaced})", "SELECT trim(BOTH 'x' FROM 'a b')");
    assert_sql("COPY ${region} FROM ${spaced}", "COPY \"eu\" FROM 'a b'");
    assert_sql("SELECT a.from, ${n} FROM t", "SELECT a.from, 5 FROM t");
}

static void in_a_list_each_element_is_a_literal(void)
{
    assert_sql("SELECT 1 WHERE x IN (${list})",
               "SELECT 1 WHERE x IN ('a', 'b', '3', '007', 'x,y')");
    assert_sql("SELECT 1 WHERE x IN (${x|1, 2.5,-3}) OR x IN (${x|true, false})",
               "SELECT 1 WHERE x IN (1, 2.5, -3) OR x IN (true, false)");
    assert_sql("SELECT 1 WHERE x IN (${x|\"10001,'7'\"}) OR x IN (${x|true, 1})",
               "SELECT 1 WHERE x IN ('10001', '7') OR x IN ('true', '1')");
    assert_sql("SELECT 1 WHERE x NOT IN ( ${n} )", "SELECT 1 WHERE x NOT IN ( 5 )");
    assert_sql("SELECT 1 WHERE x IN ('k', ${region})", "SELECT 1 WHERE x IN ('k', 'eu')");
    assert_sql("SELECT 1 WHERE x IN (${quoted})", "SELECT 1 WHERE x IN ('it''s \"q\"')");
    assert_sql("SELECT 1 WHERE x IN (${list:literal})",
               "SELECT 1 WHERE x IN ('a, b,3, 007,''x,y''')");
    assert_sql("SELECT 1 WHERE x IN (${n} + 1)", "SELECT 1 WHERE x IN (5 + 1)");
    assert_sql("SELECT 1 WHERE x IN (SELECT a FROM ${region})",
               "SELECT 1 WHERE x IN (SELECT a FROM \"eu\")");
    assert_sql_refused("SELECT 1 WHERE x IN ${list}", SF_AMBIGUOUS_VARIABLE, "${list}");
}

static void as_an_operand_it_is_a_literal(void)
{
    assert_sql("SELECT 1 WHERE a = ${region} AND b=${n}", "SELECT 1 WHERE a = 'eu' AND b=5");
    assert_sql("SELECT f(${quoted}, ${yes}, ${price})", "SELECT f('it''s \"q\"', true, 1.10)");
    assert_sql("SELECT 1 LIMIT ${n}", "SELECT 1 LIMIT 5");
    assert_sql("SELECT 1 WHERE a = ${zip}", "SELECT 1 WHERE a = '00501'");
    assert_sql("SELECT 1 WHERE a = ${long}", "SELECT 1 WHERE a = 123456789012345678901234567890");
    assert_sql("SELECT 1 WHERE a = ${empty}", "SELECT 1 WHERE a = ''");
    assert_sql("SELECT ${region} || 'x'", "SELECT 'eu' || 'x'");
    assert_sql("SELECT [${region}, ${n}], {'a': ${region}}", "SELECT ['eu', 5], {'a': 'eu'}");
    assert_sql("SELECT a[${n}:${n}]", "SELECT a[5:5]");
    assert_sql("SELECT CASE WHEN a = 1 THEN ${region} ELSE ${spaced} END",
               "SELECT CASE WHEN a = 1 THEN 'eu' ELSE 'a b' END");
    assert_sql("SELECT ${region:literal}", "SELECT 'eu'");
    assert_sql("FROM ${spaced:literal}", "FROM 'a b'");
}

static void a_negative_number_makes_no_comment_and_keeps_its_sign(void)
{
    assert_sql("SELECT a -${negative}", "SELECT a -(-3)");
    assert_sql("SELECT a - ${negative}", "SELECT a - -3");
    assert_sql("SELECT f(${negative})", "SELECT f(-3)");
    assert_sql("SELECT f(${negative}::TEXT)", "SELECT f((-3)::TEXT)");
}

static void nothing_beside_a_value_grows_together_with_it(void)
{
    assert_sql_refused("SELECT 'a'${region}", SF_TOUCHING_VARIABLE, "${region}");
    assert_sql_refused("SELECT ${region}'a'", SF_TOUCHING_VARIABLE, "${region}");
    assert_sql_refused("SELECT x_${region}'a'", SF_TOUCHING_VARIABLE, "x_${region}");
    assert_sql_refused("SELECT ${region}\"a\"", SF_TOUCHING_VARIABLE, "\"a\"");
    assert_sql_refused("SELECT \"a\"${region}", SF_TOUCHING_VARIABLE, "\"a\"");
    assert_sql_refused("SELECT 1${n}", SF_TOUCHING_VARIABLE, "1");
    assert_sql_refused("SELECT x_${n}.5", SF_TOUCHING_VARIABLE, ".5");
    assert_sql_refused("SELECT ${n}$1", SF_TOUCHING_VARIABLE, "${n}");
    assert_sql_refused("SELECT $1${n}", SF_TOUCHING_VARIABLE, "${n}");
    assert_sql_refused("SELECT E'a'\n${slashed}", SF_TOUCHING_VARIABLE, "${slashed}");
    assert_sql_refused("SELECT 1 || ${region} ${region}", SF_TOUCHING_VARIABLE, "${region}");
    assert_sql("SELECT f(U&${slashed})", "SELECT f(U& 'a\\''b')");
}

static void where_a_name_or_a_value_could_stand_it_asks(void)
{
    assert_sql_refused("SELECT ${col} FROM t", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT DISTINCT ${col} FROM t", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT a, ${col}", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT ${col} AS x", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT DISTINCT ON (a) ${col} FROM t", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT a FROM t GROUP BY ${col}", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT a FROM t GROUP BY ROLLUP (a, ${col})", SF_AMBIGUOUS_VARIABLE,
                       "${col}");
    assert_sql_refused("SELECT a FROM t ORDER BY a, ${col} DESC", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT sum(a) OVER (PARTITION BY ${col})", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("PIVOT t ON ${col} USING sum(a)", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT ${col}(1)", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql_refused("SELECT ${region}.x FROM t", SF_AMBIGUOUS_VARIABLE, "${region}");
    assert_sql_refused("SELECT ${region} .x FROM t", SF_AMBIGUOUS_VARIABLE, "${region}");
    assert_sql_refused("SELECT a::${col}", SF_AMBIGUOUS_VARIABLE, "${col}");
    assert_sql("SELECT ${n}, ${yes} FROM t ORDER BY ${n}", "SELECT 5, true FROM t ORDER BY 5");
    assert_sql("SELECT ${col:ident}, ${dotted:ident} FROM t GROUP BY ${spaced:ident}",
               "SELECT \"amount\", \"s\".\"t\" FROM t GROUP BY \"a b\"");
    assert_sql("SELECT ${col:ident}(1), ${region:ident}.x, ${region:literal}.upper()",
               "SELECT \"amount\"(1), \"eu\".x, 'eu'.upper()");
    assert_sql("SELECT ${n:literal}.f()", "SELECT (5).f()");
    assert_sql("SELECT a::${x:raw|DECIMAL(10,2)}", "SELECT a::DECIMAL(10,2)");
    assert_sql("SELECT ${list:raw} FROM t", "SELECT a, b,3, 007,'x,y' FROM t");
}

static void a_form_stands_where_it_has_a_meaning(void)
{
    assert_sql_refused("SELECT '${col:ident}'", SF_BAD_VARIABLE, "${col:ident}");
    assert_sql_refused("SELECT t.${col:literal}", SF_BAD_VARIABLE, "${col:literal}");
    assert_sql_refused("SELECT x_${col:literal}", SF_BAD_VARIABLE, "${col:literal}");
    assert_sql_refused("SELECT ${col:idnt}", SF_BAD_VARIABLE, "${col:idnt}");
}

static void comments_are_left_alone(void)
{
    assert_sql("SELECT ${n} -- ${nothing} '\n/* ${nothing} /* ${x */ */ + ${n}",
               "SELECT 5 -- ${nothing} '\n/* ${nothing} /* ${x */ */ + 5");
    assert_sql("SELECT E'${n}' -- ${nothing}\n 'x'", "SELECT E'5' -- ${nothing}\n 'x'");
    assert_sql("SELECT E'a' -- ${nothing}\n '${n}'", "SELECT E'a' -- ${nothing}\n '5'");
}

static void a_backslash_makes_it_literal(void)
{
    assert_sql("SELECT '\\${region} ${region}'", "SELECT '${region} eu'");
    assert_sql("SELECT \\${region}", "SELECT ${region}");
    assert_sql("SELECT E'\\${region} \\\\${region}'", "SELECT E'${region} \\\\eu'");
    assert_sql("SELECT \"\\${region}\", $$\\${region}$$", "SELECT \"${region}\", $$${region}$$");
    assert_resolved(SYNTAX_STRING, "'\\${region}'", "${region}");
    assert_resolved(SYNTAX_WORD, "\\${region}", "${region}");
}

static void a_default_is_used_when_nothing_else_is(void)
{
    assert_sql("SELECT 1 WHERE a = ${x|eu} AND b = ${x|\"a b\"} AND c = ${n|7}",
               "SELECT 1 WHERE a = 'eu' AND b = 'a b' AND c = 5");
    assert_sql("SELECT '${x|it''s}', \"${x|\"\"a } b\"\"}\"", "SELECT 'it''s', \"a } b\"");
    assert_sql("SELECT 1 WHERE a = ${x|} OR a = ${x|\"q \\\" \\\\ }\"} OR a = ${ x | b }",
               "SELECT 1 WHERE a = '' OR a = 'q \" \\ }' OR a = 'b'");
    assert_sql("SELECT 1 WHERE a = ${x|'a b'}", "SELECT 1 WHERE a = 'a b'");
    assert_sql_refused("SELECT 1 + ${x|${y}}", SF_BAD_VARIABLE, "${x|${y}");
    assert_sql_refused("SELECT 1 + ${x|'a\"b'} \"", SF_BAD_VARIABLE, "${x|'a\"b'} \"");
    assert_sql_refused("SELECT 1 + ${x|d:literal}", SF_BAD_VARIABLE, "${x|d:literal}");
    assert_sql("SELECT 1 + ${x|\"d:raw\"} + ${x:raw|12:30}", "SELECT 1 + 'd:raw' + 12:30");
    assert_sql_refused("SELECT 1 + ${}", SF_BAD_VARIABLE, "${}");
    assert_sql_refused("SELECT '${x|'", SF_BAD_VARIABLE, "${");
    assert_sql_refused("SELECT '${x y}'", SF_BAD_VARIABLE, "${");
    assert_sql_refused("SELECT '${x|\"a}'", SF_BAD_VARIABLE, "${");
}

static void names_keep_their_form_and_are_quoted_when_needed(void)
{
    assert_resolved(SYNTAX_NAME, "raw_${region}", "raw_eu");
    assert_resolved(SYNTAX_NAME, "raw_${spaced}", "\"raw_a b\"");
    assert_resolved(SYNTAX_NAME, "${dotted}", "s.t");
    assert_resolved(SYNTAX_NAME, "${region}.\"x ${spaced}\"", "eu.\"x a b\"");
    assert_resolved(SYNTAX_NAME, "a.b", "a.b");
    assert_refused(SYNTAX_NAME, "${quoted}", SF_VALUE_NO_NAME, "${quoted}");
    assert_refused(SYNTAX_NAME, "${empty}", SF_VALUE_NO_NAME, "${empty}");
}

static void strings_are_decoded_and_take_values_as_text(void)
{
    assert_resolved(SYNTAX_STRING, "'a''b'", "a'b");
    assert_resolved(SYNTAX_STRING, "'data/${region}.csv'", "data/eu.csv");
    assert_resolved(SYNTAX_STRING, "'${quoted}''x'", "it's \"q\"'x");
    assert_resolved(SYNTAX_STRING, "\"a\\tb \\\"${quoted}\\\" \\u00e9\"", "a\tb \"it's \"q\"\" é");
    assert_resolved(SYNTAX_STRING, "\"\\ud83d\\ude00 \\u0024{region}\"", "😀 ${region}");
    assert_resolved(SYNTAX_STRING, "\"${x|\\\"a b\\\"}\"", "a b");
    assert_resolved(SYNTAX_STRING, "${region}", "eu");
    assert_resolved(SYNTAX_STRING, "''", "");
    assert_resolved(SYNTAX_WORD, "csv", "csv");
    assert_resolved(SYNTAX_WORD, "${region}", "eu");
    assert_resolved(SYNTAX_WORD, "7 ${region}", "7 eu");
    assert_refused(SYNTAX_STRING, "'${region:ident}'", SF_BAD_VARIABLE, "${region:ident}");
    assert_refused(SYNTAX_STRING, "'${region:'", SF_BAD_VARIABLE, "${");
}

static void every_undefined_variable_is_told_with_its_place(void)
{
    struct bench bench;
    bench_open(&bench, "SELECT '${regoin}' FROM ${nope}\nWHERE a_${nope2} = '${region}'");
    struct fragment fragment = {.span = whole(bench.text)};
    g_assert_false(fragment_resolve(&fragment, SYNTAX_SQL, bench.variables, bench.diagnostics));
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 3);
    static const char *const places[] = {"${regoin}", "${nope}", "${nope2}"};
    for (guint i = 0; i < 3; i++) {
        const struct diagnostic *entry = diagnostics_get(bench.diagnostics, i);
        g_autofree char *at = span_dup(entry->at);
        g_assert_cmpint((int)entry->code, ==, SF_UNDEFINED_VARIABLE);
        g_assert_cmpstr(at, ==, places[i]);
    }
    g_assert_cmpstr(diagnostics_get(bench.diagnostics, 0)->hint, ==, "did you mean 'region'?");
    fragment_reset(&fragment);
    bench_close(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/variable/" #name, name)
    ADD(a_text_without_variables_comes_through_as_it_is);
    ADD(inside_quotes_a_value_cannot_end_them);
    ADD(a_value_with_the_delimiter_is_an_error);
    ADD(beside_a_name_or_behind_a_dot_it_is_part_of_a_name);
    ADD(where_a_table_stands_it_is_a_name_split_at_dots);
    ADD(a_from_that_names_no_table_is_followed_by_a_value);
    ADD(in_a_list_each_element_is_a_literal);
    ADD(as_an_operand_it_is_a_literal);
    ADD(a_negative_number_makes_no_comment_and_keeps_its_sign);
    ADD(nothing_beside_a_value_grows_together_with_it);
    ADD(where_a_name_or_a_value_could_stand_it_asks);
    ADD(a_form_stands_where_it_has_a_meaning);
    ADD(comments_are_left_alone);
    ADD(a_backslash_makes_it_literal);
    ADD(a_default_is_used_when_nothing_else_is);
    ADD(names_keep_their_form_and_are_quoted_when_needed);
    ADD(strings_are_decoded_and_take_values_as_text);
    ADD(every_undefined_variable_is_told_with_its_place);
#undef ADD
    return g_test_run();
}
