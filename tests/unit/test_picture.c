/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of plans: golden files, and what must hold for one of 500 steps. */
#include "docs/dot.h"
#include "docs/mermaid.h"
#include "docs/tree.h"
#include "golden.h"
#include "plan_fixture.h"

static const struct tree_style wide = {.utf8 = true, .faint = "", .off = ""};
static const struct tree_style narrow = {.width = 60, .utf8 = true, .faint = "", .off = ""};

static char *golden_folder(void)
{
    return g_canonicalize_filename("../golden/plans", g_test_get_dir(G_TEST_DIST));
}

static struct planned plan_file(const char *folder, const char *name)
{
    g_autofree char *file = g_build_filename(folder, name, NULL);
    g_autofree char *sf = NULL;
    g_assert_true(g_file_get_contents(file, &sf, NULL, NULL));
    struct planned planned = plan_text(folder, name, sf);
    if (!planned.plan)
        g_error("%s: %s", name, planned_messages(&planned));
    return planned;
}

static void write_wide(const struct graph *graph, GString *out)
{
    tree_write(graph, &wide, out);
}

static void write_narrow(const struct graph *graph, GString *out)
{
    tree_write(graph, &narrow, out);
}

/* FOLDER/STEM.dot, .mmd, .tree, and .narrow: the tree in a window of 60 columns. */
static void check_pictures(const char *folder, const char *stem, const struct graph *graph)
{
    static const struct {
        const char *extension;
        void (*write)(const struct graph *graph, GString *out);
    } forms[] = {
        {"dot", dot_write}, {"mmd", mermaid_write}, {"tree", write_wide}, {"narrow", write_narrow}};
    g_test_message("%s", stem);
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        forms[i].write(graph, out);
        check_golden(folder, stem, forms[i].extension, out);
    }
}

static void each_plan_has_its_pictures(void)
{
    g_autofree char *folder = golden_folder();
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint count = 0;
    for (const char *name = NULL; dir && (name = g_dir_read_name(dir));) {
        if (!g_str_has_suffix(name, ".sf"))
            continue;
        PLANNED planned = plan_file(folder, name);
        AUTO(graph) graph = graph_new(planned.plan->pipeline);
        graph_add_plan(graph, planned.plan, NULL, false);
        g_autofree char *stem = g_strndup(name, strlen(name) - strlen(".sf"));
        check_pictures(folder, stem, graph);
        count++;
    }
    g_assert_cmpuint(count, >=, 3);
}

static void the_last_run_is_in_the_picture(void)
{
    g_autofree char *folder = golden_folder();
    g_autofree char *results = g_build_filename(folder, "orders.results.json", NULL);
    PLANNED planned = plan_file(folder, "orders.sf");
    AUTO(graph) graph = graph_new(planned.plan->pipeline);
    graph_add_plan(graph, planned.plan, NULL, false);
    g_assert_true(graph_read_status(graph, "orders", results, NULL));
    check_pictures(folder, "orders.status", graph);
}

static void what_is_selected_is_the_picture(void)
{
    g_autofree char *folder = golden_folder();
    PLANNED planned = plan_file(folder, "orders.sf");
    const char *const select[] = {"+positive", NULL};
    const char *const exclude[] = {"known", NULL};
    g_autoptr(GByteArray) selected = NULL;
    g_assert_true(plan_select(planned.plan, select, exclude, &selected, NULL));
    AUTO(graph) graph = graph_new(planned.plan->pipeline);
    graph_add_plan(graph, planned.plan, selected, false);
    check_pictures(folder, "orders.selected", graph);
}

/* Pipelines are clusters, and what they include under names are clusters in these. */
static void a_project_is_one_picture(void)
{
    static const char *const names[] = {"orders", "aliases"};
    g_autofree char *folder = golden_folder();
    struct planned planned[G_N_ELEMENTS(names)];
    AUTO(graph) graph = graph_new("shop");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *file = g_strconcat(names[i], ".sf", NULL);
        planned[i] = plan_file(folder, file);
        g_free(planned[i].plan->pipeline);
        planned[i].plan->pipeline = g_strdup(names[i]);
        graph_add_plan(graph, planned[i].plan, NULL, true);
    }
    check_pictures(folder, "project", graph);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        planned_clear(&planned[i]);
}

/* 500 steps: 40 sources and their loads, tables of one to three others, views, checks, exports. */
static struct planned many_steps(void)
{
    g_autoptr(GString) sf = g_string_new(NULL);
    guint made = 40;
    for (guint i = 0; i < made; i++)
        g_string_append_printf(sf,
                               "SOURCE s%u TYPE CSV PARAMS {\"path\": \"d/%u.csv\"};"
                               "LOAD s%u INTO t%u;\n",
                               i, i, i, i);
    for (guint step = 80; step < 500; step++) {
        const guint one = (step * 7) % made, other = (step * 13 + 5) % made;
        if (step % 5 == 0)
            g_string_append_printf(sf, "EXPORT t%u TO 'out/%u.parquet';\n", one, step);
        else if (step % 7 == 0)
            g_string_append_printf(sf, "CHECK c%u ON t%u AS FROM t%u WHERE x;\n", step, one, one);
        else
            g_string_append_printf(sf, "CREATE %s t%u AS FROM t%u, t%u, t%u;\n",
                                   step % 11 ? "TABLE" : "VIEW", made++, one, other, step % 40);
    }
    return plan_text("/p", "many.sf", sf->str);
}

static guint count_of(const char *text, const char *part)
{
    guint count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static void five_hundred_steps_are_all_there(void)
{
    PLANNED planned = many_steps();
    AUTO(graph) graph = graph_new("many");
    graph_add_plan(graph, planned.plan, NULL, false);
    g_assert_cmpuint(graph->nodes->len, ==, 500);
    g_autoptr(GString) dot = g_string_new(NULL);
    g_autoptr(GString) mermaid = g_string_new(NULL);
    dot_write(graph, dot);
    mermaid_write(graph, mermaid);
    g_assert_cmpuint(count_of(dot->str, "[shape="), ==, 500);
    g_assert_cmpuint(count_of(dot->str, " -> "), ==, graph->edges->len);
    g_assert_cmpuint(count_of(mermaid->str, ":::"), ==, 500);
    g_assert_cmpuint(count_of(mermaid->str, " --> ") + count_of(mermaid->str, " -.-> "), ==,
                     graph->edges->len);
}

/* Every step has a line that begins with its name; no line is wider than the window. */
static void five_hundred_steps_are_readable_in_a_window(void)
{
    static const guint widths[] = {60, 80, 120};
    PLANNED planned = many_steps();
    AUTO(graph) graph = graph_new("many");
    graph_add_plan(graph, planned.plan, NULL, false);
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        const struct tree_style style = {.width = widths[i], .faint = "", .off = ""};
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        tree_write(graph, &style, out);
        g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
        for (char **line = lines; *line; line++) {
            g_assert_cmpint(g_utf8_strlen(*line, -1), <=, widths[i]);
            char *name = *line + strspn(*line, " |`-");
            name[strcspn(name, " ")] = '\0';
            g_hash_table_add(seen, name);
        }
        for (guint k = 0; k < graph->nodes->len; k++)
            g_assert_true(g_hash_table_contains(seen, graph_node(graph, k)->name));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/picture/" #name, name)
    ADD(each_plan_has_its_pictures);
    ADD(the_last_run_is_in_the_picture);
    ADD(what_is_selected_is_the_picture);
    ADD(a_project_is_one_picture);
    ADD(five_hundred_steps_are_all_there);
    ADD(five_hundred_steps_are_readable_in_a_window);
#undef ADD
    return g_test_run();
}
