/* SPDX-License-Identifier: Apache-2.0 */
/* Plans as pictures. */
#include "docs/dot.h"
#include "docs/graphviz.h"
#include "docs/mermaid.h"
#include "docs/tree.h"
#include "plan_fixture.h"

#include <stdio.h>

static const struct tree_style plain = {.utf8 = true, .faint = "", .off = ""};

static struct graph *graph_of(const struct planned *planned, const GByteArray *selected)
{
    g_autofree char *messages = planned_messages(planned);
    if (!planned->plan)
        g_error("%s", messages);
    struct graph *graph = graph_new(planned->plan->pipeline);
    graph_add_plan(graph, planned->plan, selected, false);
    return graph;
}

/* "a>b c~>d": edges by names. */
static char *edges_of(const struct graph *graph)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        g_assert_cmpuint(edge->from, <, edge->to);
        g_string_append_printf(out, "%s%s%s%s", out->len ? " " : "",
                               graph_node(graph, edge->from)->name, edge->for_data ? ">" : "~>",
                               graph_node(graph, edge->to)->name);
    }
    return g_string_free(out, FALSE);
}

static void order_that_other_edges_say_is_left_out(void)
{
    PLANNED planned = plan_text("/p", "a.sf",
                                "CREATE TABLE a AS SELECT 1; SET SESSION threads = 1;"
                                "CREATE TABLE b AS FROM a; CREATE TABLE c AS FROM b;");
    AUTO(graph) graph = graph_of(&planned, NULL);
    g_autofree char *edges = edges_of(graph);
    g_assert_cmpstr(edges, ==, "a~>set threads a>b set threads~>b b>c");
}

static void what_is_read_through_a_view_is_left_out(void)
{
    PLANNED planned = plan_text("/p", "a.sf",
                                "CREATE TABLE a AS SELECT 1; CREATE VIEW v AS FROM a;"
                                "CREATE VIEW w AS FROM v; CREATE TABLE b AS FROM w;"
                                "CREATE TABLE c AS FROM v JOIN a USING (x);");
    AUTO(graph) graph = graph_of(&planned, NULL);
    g_autofree char *edges = edges_of(graph);
    g_assert_cmpstr(edges, ==, "a>v v>w w>b v>c");
}

static void what_is_not_selected_is_not_drawn(void)
{
    PLANNED planned = plan_text("/p", "a.sf",
                                "CREATE TABLE a AS SELECT 1; CREATE TABLE b AS FROM a;"
                                "CREATE TABLE c AS FROM b;");
    const char *const select[] = {"+b", NULL};
    g_autoptr(GByteArray) selected = NULL;
    g_assert_true(plan_select(planned.plan, select, NULL, &selected, NULL));
    AUTO(graph) graph = graph_of(&planned, selected);
    g_autofree char *edges = edges_of(graph);
    g_assert_cmpstr(edges, ==, "a>b");
    g_assert_cmpuint(graph->nodes->len, ==, 2);
}

/* A source of one pipeline is not the table of another that is called the same. */
static void pipelines_are_joined_by_tables_and_files(void)
{
    PLANNED first = plan_text("/p", "a.sf",
                              "SOURCE s TYPE CSV PARAMS {\"path\": \"s.csv\"}; LOAD s INTO t;"
                              "CREATE TABLE s2 AS FROM t; EXPORT t TO 'out/t.csv';");
    PLANNED second = plan_text("/p", "b.sf",
                               "SOURCE s2 TYPE CSV PARAMS {\"path\": \"out/*.csv\"};"
                               "LOAD s2 INTO u; CREATE TABLE v AS FROM t JOIN u USING (x);");
    AUTO(graph) graph = graph_new("p");
    g_free(second.plan->pipeline);
    second.plan->pipeline = g_strdup("second");
    graph_add_plan(graph, first.plan, NULL, true);
    graph_add_plan(graph, second.plan, NULL, true);
    g_autofree char *edges = edges_of(graph);
    g_assert_cmpstr(edges, ==, "s>t t>s2 t>out/t.csv out/t.csv>u s2>u t>v u>v");
    g_assert_cmpuint(graph->clusters->len, ==, 2);
    g_assert_cmpuint(graph_node(graph, graph->nodes->len - 1)->cluster, ==, 2);
}

static const char results[] =
    "{\"steps\": [{\"id\": \"transform_a\", \"status\": \"ok\", \"rows\": 1234567,"
    " \"duration_us\": 410000}, {\"id\": \"check_c\", \"status\": \"failed\", \"rows\": 1,"
    " \"duration_us\": 0}, {\"id\": \"transform_b\", \"status\": \"skipped\", \"rows\": null},"
    " {\"id\": \"gone\", \"status\": \"ok\"}]}";

static void states_are_those_of_the_last_run(void)
{
    PLANNED planned = plan_text("/p", "a.sf",
                                "CREATE TABLE a AS SELECT 1; CHECK c ON a AS FROM a;"
                                "CREATE TABLE b AS FROM a; CREATE TABLE later AS SELECT 1;");
    AUTO(graph) graph = graph_of(&planned, NULL);
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "sqlflow-results.json", NULL);
    g_assert_true(g_file_set_contents(path, results, -1, NULL));
    g_assert_true(graph_read_status(graph, "orders", path, NULL));
    static const char *const outcomes[] = {"ok, 1,234,567 rows, 0.41 s", "failed, 1 row, 0.00 s",
                                           "skipped", "not run"};
    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        g_autofree char *outcome = node_outcome(graph, graph_node(graph, i));
        g_assert_cmpstr(outcome, ==, outcomes[i]);
    }
    g_autoptr(GString) dot = g_string_new(NULL);
    dot_write(graph, dot);
    g_assert_nonnull(strstr(dot->str, "failed, 1 row, 0.00 s\""));
    g_assert_nonnull(strstr(dot->str, "penwidth=3"));
    g_autoptr(GString) mermaid = g_string_new(NULL);
    mermaid_write(graph, mermaid);
    g_assert_nonnull(strstr(mermaid->str, "n1{\"c<br>check<br>failed, 1 row, 0.00 s\"}:::failed"));
    g_assert_true(g_file_set_contents(path, "{}", -1, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(graph_read_status(graph, "orders", path, &error));
    g_assert_cmpint(error_kind(error), ==, ERROR_USAGE);
    remove(path);
}

static void a_deep_branch_goes_on_below(void)
{
    g_autoptr(GString) sf = g_string_new("CREATE TABLE t0 AS SELECT 1;");
    for (guint i = 1; i < 30; i++)
        g_string_append_printf(sf, "CREATE TABLE t%u AS FROM t%u;", i, i - 1);
    PLANNED planned = plan_text("/p", "a.sf", sf->str);
    AUTO(graph) graph = graph_of(&planned, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    tree_write(graph, &plain, out);
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
    guint named[30] = {0};
    for (char **line = lines; **line; line++) {
        g_assert_cmpint(g_utf8_strlen(*line, -1), <, 60);
        named[g_ascii_strtoull(strchr(*line, 't') + 1, NULL, 10)]++;
    }
    /* The one that goes on below is named at both places. */
    for (guint i = 0; i < 30; i++)
        g_assert_cmpuint(named[i], ==, i == 10 || i == 20 ? 2 : 1);
}

static struct planned hostile(void)
{
    return plan_text("/p", "a.sf",
                     "CREATE TABLE \"<b>\"\"]:::x;\n--> y\" AS SELECT 1;"
                     "EXPORT (FROM \"<b>\"\"]:::x;\n--> y\") TO 'a\\n\"{x}|<script>.csv';");
}

static void names_can_not_break_out(void)
{
    PLANNED planned = hostile();
    AUTO(graph) graph = graph_of(&planned, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    mermaid_write(graph, out);
    g_assert_nonnull(strstr(out->str, "#60;b#62;"));
    g_assert_null(strstr(out->str, "<script"));
    guint lines = 0;
    for (const char *at = out->str; *at; at++)
        lines += *at == '\n';
    g_assert_cmpuint(lines, ==, 1 + 2 + 1 + 2);
}

#if SQLFLOW_SANITIZED
/* What Graphviz's libraries keep until the process ends. */
const char *__lsan_default_suppressions(void); /* NOLINT: the sanitizer's name */
const char *__lsan_default_suppressions(void)  /* NOLINT */
{
    return "leak:libfontconfig.so\nleak:libgvc.so\nleak:libpango\nleak:libcairo\n";
}
#endif

static void graphviz_draws_it(void)
{
    g_autoptr(GString) dot = g_string_new(NULL);
    PLANNED planned = hostile();
    AUTO(graph) graph = graph_of(&planned, NULL);
    dot_write(graph, dot);
    g_autoptr(GError) error = NULL;
    AUTO(graphviz) graphviz = graphviz_open(&error);
    if (!graphviz && strstr(error->message, "isn't installed")) {
        g_assert_nonnull(strstr(error_details(error)->suggestion, "libgvc6"));
        g_test_skip("Graphviz's library isn't installed");
        return;
    }
    g_assert_no_error(error);
    g_autoptr(GBytes) svg = graphviz_render(graphviz, dot->str, "svg", &error);
    g_assert_no_error(error);
    g_autofree char *text = g_strndup(g_bytes_get_data(svg, NULL), g_bytes_get_size(svg));
    g_assert_nonnull(strstr(text, "<svg"));
    g_auto(GStrv) nodes = g_strsplit(text, "class=\"node\"", -1);
    g_assert_cmpuint(g_strv_length(nodes) - 1, ==, graph->nodes->len);
    g_assert_null(strstr(text, "<script"));
    g_assert_null(graphviz_render(graphviz, "digraph {", "svg", &error));
    g_assert_nonnull(strstr(error->message, "Graphviz can't read the graph for svg"));
    g_clear_error(&error);
    g_assert_null(graphviz_render(graphviz, dot->str, "nonsense", &error));
    g_assert_nonnull(strstr(error->message, "Graphviz can't draw nonsense"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/graph/" #name, name)
    ADD(order_that_other_edges_say_is_left_out);
    ADD(what_is_read_through_a_view_is_left_out);
    ADD(what_is_not_selected_is_not_drawn);
    ADD(pipelines_are_joined_by_tables_and_files);
    ADD(states_are_those_of_the_last_run);
    ADD(a_deep_branch_goes_on_below);
    ADD(names_can_not_break_out);
    ADD(graphviz_draws_it);
#undef ADD
    return g_test_run();
}
