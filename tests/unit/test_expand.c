/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "lang/expand.h"
#include "lang/scope.h"

#include <glib/gstdio.h>
#include <string.h>

/* A project in a folder of its own. */
struct bench {
    char *root;
    struct variables *variables;
    struct diagnostics *diagnostics;
    struct script *script;
};

static void bench_open(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    *bench = (struct bench){.variables = variables_new(), .diagnostics = diagnostics_new()};
    bench->root = g_dir_make_tmp("sqlflow-XXXXXX", &error);
    g_assert_no_error(error);
}

static void bench_write(const struct bench *bench, const char *name, const char *content)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(bench->root, name, NULL);
    g_assert_true(file_write(path, content, strlen(content), &error));
    g_assert_no_error(error);
}

static void bench_expand(struct bench *bench, const char *source)
{
    g_autoptr(GError) error = NULL;
    struct text *text = text_new("pipelines/main.sf", source, strlen(source), &error);
    g_assert_no_error(error);
    const struct expand_options options = {.project_directory = bench->root,
                                           .variables = bench->variables};
    bench->script = script_new(text, &options, bench->diagnostics);
}

static void bench_close(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    diagnostics_free(bench->diagnostics);
    variables_free(bench->variables);
    script_free(bench->script);
    g_assert_true(path_remove(bench->root, &error));
    g_free(bench->root);
}

/* Each item as `alias:text`, one a line: the body, else table or name. */
static char *dump(const struct bench *bench)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < bench->script->items->len; i++) {
        const struct item *item = &g_array_index(bench->script->items, struct item, i);
        const struct statement *statement = item->statement;
        const struct fragment *shown = fragment_present(&statement->body)    ? &statement->body
                                       : fragment_present(&statement->table) ? &statement->table
                                                                             : &statement->name;
        g_string_append_printf(out, "%s%s%s\n", item->alias ? item->alias : "",
                               item->alias ? ":" : "", shown->text);
    }
    return g_string_free(out, FALSE);
}

static void assert_items(struct bench *bench, const char *expected)
{
    g_autoptr(GString) told = g_string_new(NULL);
    diagnostics_render(bench->diagnostics, false, told);
    if (told->len)
        g_test_message("%s", told->str);
    g_assert_cmpuint(diagnostics_errors(bench->diagnostics), ==, 0);
    g_autofree char *items = dump(bench);
    g_assert_cmpstr(items, ==, expected);
}

static void assert_expands(const char *source, const char *expected)
{
    struct bench bench;
    bench_open(&bench);
    bench_expand(&bench, source);
    assert_items(&bench, expected);
    bench_close(&bench);
}

static const struct diagnostic *message(const struct bench *bench, guint index)
{
    g_assert_cmpuint(diagnostics_count(bench->diagnostics), >, index);
    return diagnostics_get(bench->diagnostics, index);
}

static void assert_message(const struct bench *bench, guint index, enum code code,
                           const char *place)
{
    const struct diagnostic *entry = message(bench, index);
    g_autofree char *at = span_dup(entry->at);
    g_test_message("%s", entry->message);
    g_assert_cmpint((int)entry->code, ==, (int)code);
    g_assert_cmpstr(at, ==, place);
}

static void a_set_counts_for_what_is_below_it(void)
{
    assert_expands("SET x = 1; SELECT 0 + ${x}; SET x = 2; SELECT 0 + ${x};",
                   "SELECT 0 + 1\nSELECT 0 + 2\n");
    assert_expands("SET a = 'it''s'; SET b = \"${a} \\\"b\\\"\"; SET c = ${b}; SELECT '${c}';",
                   "SELECT 'it''s \"b\"'\n");
    assert_expands("SET a = 00501; SET b = -1.10; SET c = yes; SET d = ${n|7};"
                   "SELECT 0 + ${a}, 0 + ${b}, 0 + ${c}, 0 + ${d};",
                   "SELECT 0 + '00501', 0 + -1.10, 0 + 'yes', 0 + 7\n");
}

static void a_use_above_its_set_is_told_where_that_is(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_expand(&bench, "SELECT '${x}';\nSET x = 1;\nSELECT '${x}'");
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 1);
    assert_message(&bench, 0, SF_UNDEFINED_VARIABLE, "${x}");
    g_autofree char *related = span_dup(message(&bench, 0)->related);
    g_assert_cmpstr(related, ==, "x");
    bench_close(&bench);
}

static void all_undefined_variables_are_told_in_one_go(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_expand(&bench, "SOURCE ${a} TYPE ${b} PARAMS {\"path\": \"${c}\", \"${d}\": [${e}]};\n"
                         "LOAD s INTO ${f} WHERE x = ${g};\n"
                         "EXPORT SELECT '${h}' TO '${i}' TYPE csv OPTIONS {\"x\": '${j}'};\n"
                         "IF ${k} = 1 THEN SELECT 1; END IF; SET l = ${l}; SELECT '${l}'");
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 12);
    for (guint i = 0; i < 12; i++) {
        g_autofree char *expected = g_strdup_printf("${%c}", (char)('a' + i));
        assert_message(&bench, i, SF_UNDEFINED_VARIABLE, expected);
    }
    bench_close(&bench);
}

static void an_unused_variable_is_a_warning(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_expand(&bench, "SET a = 1; SET b = 2; SET c = ${b}; SET d = 3; SET e = 4; SET f = 5;"
                         "IF DEFINED(d) THEN SELECT 1; ELSE SELECT '${e}'; END IF;"
                         "IF false AND DEFINED(f) THEN SELECT 1; END IF;");
    g_assert_cmpuint(diagnostics_errors(bench.diagnostics), ==, 0);
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 2);
    assert_message(&bench, 0, SF_UNUSED_VARIABLE, "a");
    assert_message(&bench, 1, SF_UNUSED_VARIABLE, "c");
    for (const char *name = "bdef"; *name; name++)
        g_assert_true(variables_mentioned(bench.variables, (const char[]){*name, '\0'}));
    g_assert_false(variables_mentioned(bench.variables, "a"));
    bench_close(&bench);
}

static void the_first_branch_whose_condition_holds_is_taken(void)
{
    static const char *const expected[] = {"SELECT 5\nSELECT 0\n",
                                           "SELECT 1\nSELECT 11\nSELECT 0\n",
                                           "SELECT 2\nSELECT 0\n", "SELECT 3\nSELECT 0\n"};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *source = g_strdup_printf(
            "SET n = %u; IF ${n} = 1 THEN SELECT 1; SELECT 11; ELSEIF ${n} = 2 THEN SELECT 2;"
            "ELSE IF ${n} IN (2, 3) THEN SELECT 3; ELSE SELECT 5; END IF; SELECT 0;",
            i);
        assert_expands(source, expected[i]);
    }
}

static void sets_and_ifs_nest(void)
{
    assert_expands("SET env = prod; IF ${env} = prod THEN SET n = 8;"
                   " IF ${n} > 7 THEN SET big = true; ENDIF; ELSE SET n = 1; END IF;"
                   "IF ${big|false} THEN SELECT 0 + ${n}; END IF",
                   "SELECT 0 + 8\n");
}

static void branches_not_taken_are_parsed_and_resolve_nothing(void)
{
    assert_expands("IF false THEN SELECT '${nope}'; INCLUDE 'nope.sf'; SET x = ${nope};"
                   "IF ${nope} = 1 THEN SELECT 1; END IF; END IF; SELECT 2",
                   "SELECT 2\n");
    struct bench bench;
    bench_open(&bench);
    bench_expand(&bench, "IF true THEN SELECT 1; ELSE IF 1 = THEN SELECT 2; END IF;"
                         "IF false THEN IF 2 = THEN SELECT 1; END IF; END IF;");
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 2);
    assert_message(&bench, 0, SF_BAD_CONDITION, "");
    bench_close(&bench);
}

static void after_a_condition_with_an_error_its_sets_are_no_news(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_expand(&bench, "IF ${n} = THEN SET x = 1; SELECT '${y}'; ELSE SET x = 2; END IF;"
                         "SELECT '${x}'; SELECT '${z}'");
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 2);
    assert_message(&bench, 1, SF_UNDEFINED_VARIABLE, "${z}");
    bench_close(&bench);
}

static void an_included_file_stands_in_its_place(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_write(&bench, "pipelines/lib/a.sf", "SET y = ${x}; SELECT 'a${y}'; INCLUDE 'b.sf';");
    bench_write(&bench, "pipelines/lib/b.sf", "SELECT 'b';");
    bench_write(&bench, "shared/c.sql", "SELECT 'c${y}'; SELECT 3 AS source");
    bench_expand(&bench, "SET x = 1; SELECT 0; INCLUDE 'lib/${dir|a}.sf'; SELECT '${y}';"
                         "INCLUDE 'shared/c.sql'; INCLUDE \"lib/b.sf\"; INCLUDE 'lib/../lib/b.sf'");
    assert_items(
        &bench, "SELECT 0\nSELECT 'a1'\nSELECT 'b'\nSELECT '1'\nSELECT 'c1'\nSELECT 3 AS source\n");
    g_assert_cmpuint(bench.script->texts->len, ==, 3);
    const struct text *first = g_ptr_array_index(bench.script->texts, 0);
    g_assert_cmpstr(first->path, ==, "pipelines/lib/a.sf");
    bench_close(&bench);
}

static void an_alias_is_a_schema_with_sets_of_its_own(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_write(&bench, "pipelines/a.sf",
                "SET x = 2; SELECT 'a${x}${z}'; INCLUDE 'b.sf' AS b;"
                "INCLUDE 'c.sf';");
    bench_write(&bench, "pipelines/b.sf", "SET x = 3; SELECT 'b${x}';");
    bench_write(&bench, "pipelines/c.sf", "SELECT 'c';");
    bench_expand(&bench, "SET x = 1; SET z = 9; INCLUDE 'a.sf' AS one; INCLUDE 'a.sf' AS \"Two\";"
                         "INCLUDE 'a.sf' AS ONE; INCLUDE 'c.sf'; SELECT 'm${x}';");
    assert_items(&bench, "one:SELECT 'a29'\none_b:SELECT 'b3'\none:SELECT 'c'\n"
                         "Two:SELECT 'a29'\nTwo_b:SELECT 'b3'\nTwo:SELECT 'c'\n"
                         "SELECT 'c'\nSELECT 'm1'\n");
    static const char *const aliases[] = {"one", "one_b", "Two", "Two_b"};
    g_assert_cmpuint(bench.script->aliases->len, ==, G_N_ELEMENTS(aliases));
    for (guint i = 0; i < G_N_ELEMENTS(aliases); i++)
        g_assert_cmpstr(g_ptr_array_index(bench.script->aliases, i), ==, aliases[i]);
    bench_close(&bench);
}

static void an_alias_that_cannot_be_a_schema_is_refused(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_write(&bench, "pipelines/a.sf", "SELECT 1");
    bench_expand(&bench, "INCLUDE 'a.sf' AS main; INCLUDE 'a.sf' AS SqlFlow;"
                         "INCLUDE 'a.sf' AS ${x|a.b}; INCLUDE 'a.sf' AS \"x,y\"");
    assert_message(&bench, 0, SF_ALIAS_NAME, "main");
    assert_message(&bench, 1, SF_ALIAS_NAME, "SqlFlow");
    assert_message(&bench, 2, SF_ALIAS_NAME, "${x|a.b}");
    assert_message(&bench, 3, SF_ALIAS_NAME, "\"x,y\"");
    bench_close(&bench);
}

static void a_missing_file_is_told_with_the_nearest_one(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_write(&bench, "pipelines/lib/orders.sf", "SET x = 1");
    bench_write(&bench, "shared/sources.sf", "");
    bench_expand(&bench, "INCLUDE 'lib/ordres.sf'; INCLUDE 'no/orders.sf'; INCLUDE '';\n"
                         "INCLUDE 'lib'; SELECT '${x}'; INCLUDE 'shared/sorces.sf';"
                         "INCLUDE 'shared/zebra.sql'");
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 6);
    g_assert_cmpstr(message(&bench, 4)->hint, ==, "did you mean 'shared/sources.sf'?");
    g_assert_null(message(&bench, 5)->hint);
    assert_message(&bench, 0, SF_INCLUDE_MISSING, "'lib/ordres.sf'");
    g_assert_cmpstr(message(&bench, 0)->hint, ==, "did you mean 'lib/orders.sf'?");
    assert_message(&bench, 1, SF_INCLUDE_MISSING, "'no/orders.sf'");
    g_assert_cmpstr(message(&bench, 1)->hint, ==, "there is no folder 'no'");
    assert_message(&bench, 2, SF_INCLUDE_MISSING, "''");
    assert_message(&bench, 3, SF_INCLUDE_UNREADABLE, "'lib'");
    bench_close(&bench);
}

static void a_file_that_includes_itself_is_told_with_the_chain(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_write(&bench, "pipelines/a.sf", "INCLUDE 'b.sf' AS y;");
    bench_write(&bench, "pipelines/b.sf", "SELECT 1;\nINCLUDE '../pipelines/a.sf' AS z;");
    bench_write(&bench, "pipelines/main.sf", "");
    bench_expand(&bench, "INCLUDE 'a.sf' AS x; INCLUDE 'main.sf';");
    assert_message(&bench, 0, SF_INCLUDE_CYCLE, "'../pipelines/a.sf'");
    g_assert_cmpstr(message(&bench, 0)->message, ==,
                    "this file includes itself: "
                    "pipelines/a.sf -> pipelines/b.sf -> pipelines/a.sf");
    assert_message(&bench, 1, SF_INCLUDE_CYCLE, "'main.sf'");
    g_autoptr(GString) shown = g_string_new(NULL);
    diagnostics_render(bench.diagnostics, false, shown);
    g_assert_nonnull(strstr(shown->str, "pipelines/b.sf:2:9"));
    g_assert_nonnull(strstr(shown->str, "pipelines/a.sf:1:1"));
    g_assert_nonnull(strstr(shown->str, "pipelines/main.sf:1:1"));
    bench_close(&bench);
}

static void files_are_64_deep_at_most(void)
{
    struct bench bench;
    bench_open(&bench);
    for (guint i = 1; i <= 65; i++) {
        g_autofree char *name = g_strdup_printf("pipelines/%u.sf", i);
        g_autofree char *content = g_strdup_printf("SELECT %u; INCLUDE '%u.sf';", i, i + 1);
        bench_write(&bench, name, content);
    }
    bench_expand(&bench, "INCLUDE '1.sf'");
    g_assert_cmpuint(bench.script->items->len, ==, 64);
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 1);
    assert_message(&bench, 0, SF_LIMIT, "'65.sf'");
    bench_close(&bench);
}

static void statements_of_all_files_are_counted(void)
{
    struct bench bench;
    bench_open(&bench);
    g_autoptr(GString) many = g_string_new(NULL);
    for (guint i = 0; i < 60000; i++)
        g_string_append(many, "SELECT 1;");
    bench_write(&bench, "pipelines/a.sf", many->str);
    bench_expand(&bench, "INCLUDE 'a.sf' AS x; INCLUDE 'a.sf' AS y; SELECT '${nope}'");
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 1);
    assert_message(&bench, 0, SF_LIMIT, "'a.sf'");
    bench_close(&bench);
}

static void a_value_can_double_but_not_without_end(void)
{
    struct bench bench;
    bench_open(&bench);
    g_autoptr(GString) source = g_string_new("SET x = 'aaaaaaaaaaaaaaaa';");
    for (guint i = 0; i < 60; i++)
        g_string_append(source, "SET x = '${x}${x}';\n");
    g_string_append(source, "SELECT '${x}'");
    bench_expand(&bench, source->str);
    assert_message(&bench, 0, SF_LIMIT, "${x}");
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 1);
    bench_close(&bench);
}

static void all_fragments_of_a_statement_are_resolved(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_expand(&bench,
                 "SET n = orders; SET k = 'a b'; SET p = 2;\n"
                 "SOURCE ${n} TYPE ${t|csv} PARAMS {\"path\": \"data/${n}.csv\", \"skip\": ${p}};\n"
                 "LOAD ${n} INTO raw_${n} WHERE x = ${k} MODE UPSERT KEY (${n}, id_${k});\n"
                 "EXPORT raw_${n} TO 'out/${n}.csv' TYPE ${t|csv};\n"
                 "CREATE TABLE day_${n} MODE INCREMENTAL BY ${n} LOOKBACK '${p} days' AS SELECT 1");
    g_assert_cmpuint(diagnostics_errors(bench.diagnostics), ==, 0);
    const struct item *items = (const struct item *)(void *)bench.script->items->data;
    const struct statement *source = items[0].statement;
    g_assert_cmpstr(source->name.text, ==, "orders");
    g_assert_cmpstr(source->type.text, ==, "csv");
    g_assert_cmpstr(value_get(source->options, "path")->text, ==, "data/orders.csv");
    g_assert_cmpint((int)value_get(source->options, "skip")->kind, ==, VALUE_NUMBER);
    const struct statement *load = items[1].statement;
    const struct fragment *key = g_ptr_array_index(load->mode.keys, 1);
    g_assert_cmpstr(load->table.text, ==, "raw_orders");
    g_assert_nonnull(strstr(load->body.text, "x = 'a b'"));
    g_assert_cmpstr(key->text, ==, "\"id_a b\"");
    g_assert_cmpstr(items[2].statement->table.text, ==, "raw_orders");
    g_assert_cmpstr(items[2].statement->target.text, ==, "out/orders.csv");
    const struct statement *create = items[3].statement;
    g_assert_cmpstr(create->mode.column.text, ==, "orders");
    g_assert_cmpstr(create->mode.lookback.text, ==, "2 days");
    bench_close(&bench);
}

static void a_place_behind_pasted_values_is_found_in_the_source(void)
{
    struct bench bench;
    bench_open(&bench);
    static const char source[] =
        "SET x = 'long value'; SELECT '${x}', E'\\${a}${x}', bad FROM ${x} WHERE '${x}' = worse";
    bench_expand(&bench, source);
    g_assert_cmpuint(diagnostics_errors(bench.diagnostics), ==, 0);
    const struct item *item = &g_array_index(bench.script->items, struct item, 0);
    const struct fragment *body = &item->statement->body;
    static const char *const words[] = {"bad", "worse", "SELECT"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        gsize at = (gsize)(strstr(body->text, words[i]) - body->text);
        struct span place = fragment_place(body, at);
        g_assert_cmpuint(place.offset, ==, (gsize)(strstr(source, words[i]) - source));
        g_assert_cmpuint(place.length, ==, 1);
    }
    gsize at = (gsize)(strstr(body->text, "\"long value\"") - body->text);
    g_autofree char *variable = span_dup(fragment_place(body, at + 3));
    g_assert_cmpstr(variable, ==, "${x}");
    bench_close(&bench);
}

static void a_hundred_thousand_statements_are_expanded_in_linear_time(void)
{
    gdouble seconds[2];
    for (guint round = 0; round < 2; round++) {
        struct bench bench;
        bench_open(&bench);
        g_autoptr(GString) source = g_string_new("SET x = 1;");
        for (guint i = 0; i < (round ? 99999U : 10000U); i++)
            g_string_append(source, "SELECT a, b FROM t WHERE c = 'some text' AND d = ${x};\n");
        gint64 start = g_get_monotonic_time();
        bench_expand(&bench, source->str);
        seconds[round] = (gdouble)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
        g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 0);
        bench_close(&bench);
    }
    g_test_message("10,000: %.3f s; 100,000: %.3f s", seconds[0], seconds[1]);
    g_assert_cmpfloat(seconds[1], <, 40 * seconds[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/expand/" #name, name)
    ADD(a_set_counts_for_what_is_below_it);
    ADD(a_use_above_its_set_is_told_where_that_is);
    ADD(all_undefined_variables_are_told_in_one_go);
    ADD(an_unused_variable_is_a_warning);
    ADD(the_first_branch_whose_condition_holds_is_taken);
    ADD(sets_and_ifs_nest);
    ADD(branches_not_taken_are_parsed_and_resolve_nothing);
    ADD(after_a_condition_with_an_error_its_sets_are_no_news);
    ADD(an_included_file_stands_in_its_place);
    ADD(an_alias_is_a_schema_with_sets_of_its_own);
    ADD(an_alias_that_cannot_be_a_schema_is_refused);
    ADD(a_missing_file_is_told_with_the_nearest_one);
    ADD(a_file_that_includes_itself_is_told_with_the_chain);
    ADD(files_are_64_deep_at_most);
    ADD(statements_of_all_files_are_counted);
    ADD(a_value_can_double_but_not_without_end);
    ADD(all_fragments_of_a_statement_are_resolved);
    ADD(a_place_behind_pasted_values_is_found_in_the_source);
    ADD(a_hundred_thousand_statements_are_expanded_in_linear_time);
#undef ADD
    return g_test_run();
}
