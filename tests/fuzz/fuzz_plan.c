/* SPDX-License-Identifier: Apache-2.0 */
/* Any text gives an error or a plan whose every operation stands behind what it waits for. */
#include "docs/dot.h"
#include "docs/mermaid.h"
#include "docs/tree.h"
#include "fuzz.h"

static void draw(const struct plan *plan, GString *out)
{
    static const struct tree_style style = {.faint = "", .off = ""};
    AUTO(graph) graph = graph_new(plan->pipeline);
    graph_add_plan(graph, plan, NULL, false);
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        g_assert_cmpuint(edge->from, <, edge->to);
    }
    dot_write(graph, out);
    mermaid_write(graph, out);
    tree_write(graph, &style, out);
}

static void check(const struct plan *plan)
{
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        g_assert_nonnull(operation->id);
        g_assert_nonnull(operation->name);
        g_assert_nonnull(operation->fingerprint);
        for (guint k = 0; k < operation->dependencies->len; k++)
            g_assert_cmpuint(g_array_index(operation->dependencies, struct dependency, k).operation,
                             <, i);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    plan_write_text(plan, out);
    plan_write_json(plan, out);
    draw(plan, out);
    g_assert_true(g_utf8_validate_len(out->str, out->len, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char root[] = "/nowhere";
    static char names[][24] = {"dev", "duckdb", "target/dev.duckdb"};
    const struct project project = {.root = root, .is_project = true};
    g_autoptr(GPtrArray) connectors = g_ptr_array_new();
    const struct profile profile = {
        .name = names[0], .engine = names[1], .database_path = names[2], .connectors = connectors};
    struct text *text = text_new("a.sf", (const char *)data, size, NULL);
    if (!text)
        return 0;
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(variables) variables = variables_new();
    const struct expand_options options = {.project_directory = root, .variables = variables};
    struct script *script = script_new(text, &options, diagnostics);
    AUTO(registry) registry = registry_new_own();
    const struct plan_input input = {
        .pipeline = "a", .project = &project, .profile = &profile, .registry = registry};
    struct plan *plan = plan_new(script, &input, diagnostics);
    g_assert_true(plan || diagnostics_errors(diagnostics));
    fuzz_render(diagnostics);
    if (plan)
        check(plan);
    plan_free(plan);
    return 0;
}
