/* SPDX-License-Identifier: Apache-2.0 */
/* viz: the graph of a pipeline, or of all of a project, as a picture. */
#include "cli/history.h"
#include "cli/report.h"
#include "cli/workspace.h"
#include "docs/dot.h"
#include "docs/graphviz.h"
#include "docs/mermaid.h"
#include "docs/tree.h"

#include <string.h>

struct picture {
    const char *format; /* as --format has it */
    const char *const *extensions;
    /* NULL: Graphviz's own format of that name. */
    void (*write)(const struct call *call, const struct graph *graph, GString *out);
};

static void write_dot(const struct call *call, const struct graph *graph, GString *out)
{
    (void)call;
    dot_write(graph, out);
}

static void write_mermaid(const struct call *call, const struct graph *graph, GString *out)
{
    (void)call;
    mermaid_write(graph, out);
}

static void write_text(const struct call *call, const struct graph *graph, GString *out)
{
    const bool is_shown = !flags_given(call->flags, FLAG_OUT);
    const bool color = is_shown && call->out.color;
    const struct tree_style style = {
        .width = is_shown ? terminal_width(&call->out) : 0,
        .utf8 = call->out.utf8 || !is_shown,
        .faint = style_on(color, STYLE_DIM),
        .off = style_off(color),
        .states =
            {
                [STEP_PENDING] = style_on(color, STYLE_DIM),
                [STEP_RUNNING] = style_on(color, STYLE_CYAN),
                [STEP_RETRYING] = style_on(color, STYLE_YELLOW),
                [STEP_OK] = style_on(color, STYLE_GREEN),
                [STEP_DONE] = style_on(color, STYLE_GREEN),
                [STEP_WARNED] = style_on(color, STYLE_YELLOW),
                [STEP_FAILED] = style_on(color, STYLE_RED),
                [STEP_SKIPPED] = style_on(color, STYLE_DIM),
                [STEP_CANCELLED] = style_on(color, STYLE_YELLOW),
                [STEP_NOT_RUN] = style_on(color, STYLE_DIM),
            },
    };
    tree_write(graph, &style, out);
}

static const struct picture pictures[] = {
    {"dot", (const char *const[]){".dot", ".gv", NULL}, write_dot},
    {"mermaid", (const char *const[]){".mmd", ".mermaid", NULL}, write_mermaid},
    {"png", (const char *const[]){".png", NULL}, NULL},
    {"svg", (const char *const[]){".svg", NULL}, NULL},
    {"text", (const char *const[]){".txt", NULL}, write_text},
};

static const struct picture *picture_of(const char *format)
{
    for (guint i = 0; i < G_N_ELEMENTS(pictures); i++)
        if (strcmp(pictures[i].format, format) == 0)
            return &pictures[i];
    g_assert_not_reached();
}

/* What --format says, else the extension of --out, else what the reader can see. */
static const struct picture *choose_picture(const struct call *call)
{
    const char *format = flags_text(call->flags, FLAG_FORMAT);
    const char *out = flags_text(call->flags, FLAG_OUT);
    if (format)
        return picture_of(format);
    for (guint i = 0; out && i < G_N_ELEMENTS(pictures); i++)
        for (const char *const *extension = pictures[i].extensions; *extension; extension++)
            if (g_str_has_suffix(out, *extension))
                return &pictures[i];
    return picture_of(!out && call->out.is_terminal ? "text" : "dot");
}

static bool add_pipeline(struct graph *graph, const struct workspace *workspace,
                         const struct planned *planned, bool is_one_of_many, GError **error)
{
    const struct flags *flags = workspace->call->flags;
    g_autoptr(GByteArray) selected = NULL;
    if (!plan_select(planned->plan, flags_list(flags, FLAG_SELECT), flags_list(flags, FLAG_EXCLUDE),
                     &selected, error))
        return false;
    graph_add_plan(graph, planned->plan, selected, is_one_of_many);
    return true;
}

/* From the newest run of each pipeline. */
static bool add_status(struct graph *graph, const GPtrArray *all_planned, GError **error)
{
    g_autoptr(GHashTable) runs = history_read("target/run");
    for (guint i = 0; i < all_planned->len; i++) {
        const struct planned *planned = g_ptr_array_index(all_planned, i);
        const struct last_run *run = g_hash_table_lookup(runs, planned->name);
        if (!run || !run->run_id)
            continue;
        g_autofree char *path = g_strdup_printf("target/run/%s/run_results.json", run->run_id);
        if (!graph_read_status(graph, planned->name, path, error))
            return false;
    }
    if (!graph->has_status)
        error_set(error, ERROR_USAGE, "there is no run of '%s' in target/run", graph->name);
    return graph->has_status;
}

static struct graph *make_graph(const struct workspace *workspace, GPtrArray *all_planned,
                                bool is_project, GError **error)
{
    const struct planned *first = g_ptr_array_index(all_planned, 0);
    g_autofree char *project = g_path_get_basename(workspace->project->root);
    AUTO(graph) graph = graph_new(all_planned->len > 1 ? project : first->name);
    if (is_project && !planned_order(all_planned, error))
        return NULL;
    const bool are_many = all_planned->len > 1;
    for (guint i = 0; i < all_planned->len; i++)
        if (!add_pipeline(graph, workspace, g_ptr_array_index(all_planned, i), are_many, error))
            return NULL;
    if (flags_given(workspace->call->flags, FLAG_STATUS) && !add_status(graph, all_planned, error))
        return NULL;
    return g_steal_pointer(&graph);
}

static bool write_graph(const struct workspace *workspace, const struct graph *graph,
                        GError **error)
{
    const struct call *call = workspace->call;
    const struct picture *picture = choose_picture(call);
    const bool is_shown = !flags_given(call->flags, FLAG_OUT);
    g_autoptr(GString) text = g_string_new(NULL);
    if (picture->write) {
        picture->write(call, graph, text);
        return workspace_write_out(workspace, text, error);
    }
    if (is_shown && call->out.is_terminal) {
        error_set(error, ERROR_USAGE, "a terminal shows no %s: write it to a file with -o FILE",
                  picture->format);
        return false;
    }
    dot_write(graph, text);
    AUTO(graphviz) graphviz = graphviz_open(error);
    g_autoptr(GBytes) bytes =
        graphviz ? graphviz_render(graphviz, text->str, picture->format, error) : NULL;
    if (!bytes)
        return false;
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    g_string_truncate(text, 0);
    g_string_append_len(text, data, (gssize)length);
    return workspace_write_out(workspace, text, error);
}

/* The pipelines to draw; NULL with an error, or with none after messages. */
static GPtrArray *plan_them(struct workspace *workspace, bool is_project, GError **error)
{
    const struct call *call = workspace->call;
    g_autoptr(GPtrArray) all =
        workspace_plan_list(workspace, is_project, call_argument(call, 0), error);
    report_diagnostics(call, workspace->diagnostics);
    if (!all || *error || diagnostics_errors(workspace->diagnostics) > 0)
        return NULL;
    return g_steal_pointer(&all);
}

enum exit_code command_viz(struct call *call)
{
    const bool is_project = flags_given(call->flags, FLAG_ALL);
    g_autoptr(GError) error = NULL;
    if (is_project && call_argument(call, 0)) {
        error_set(&error, ERROR_USAGE, "either a pipeline or --all");
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    AUTO(workspace) workspace = workspace_open(call, call_argument(call, 0));
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GPtrArray) all = plan_them(workspace, is_project, &error);
    AUTO(graph) graph = all ? make_graph(workspace, all, is_project, &error) : NULL;
    if (graph && write_graph(workspace, graph, &error))
        return EXIT_CODE_OK;
    if (error)
        report_error(call, error);
    return error ? exit_code_of(error) : EXIT_CODE_USAGE;
}
