/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/dot.h"

#include "docs/look.h"

#include <string.h>

static const char *const shapes[NODE_KIND_COUNT] = {
    [NODE_SOURCE] = "cylinder", [NODE_LOAD] = "tab",      [NODE_TABLE] = "box",
    [NODE_VIEW] = "component",  [NODE_CHECK] = "hexagon", [NODE_EXPORT] = "note",
    [NODE_SQL] = "octagon",     [NODE_QUERY] = "ellipse",
};

/* Inside quotes; a backslash would begin one of Graphviz's escapes. */
static void append_escaped(GString *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, g_ascii_iscntrl(*text) ? ' ' : *text);
    }
}

/* Borders tell states apart without colour. */
static const char *const borders[STEP_STATUS_COUNT] = {
    [STEP_PENDING] = ", style=\"filled,dashed\"",   [STEP_FAILED] = ", penwidth=3",
    [STEP_SKIPPED] = ", style=\"filled,dashed\"",   [STEP_NOT_RUN] = ", style=\"filled,dashed\"",
    [STEP_CANCELLED] = ", style=\"filled,dotted\"",
};

static void write_node(const struct graph *graph, guint index, const char *indent, GString *out)
{
    const struct node *node = graph_node(graph, index);
    const struct look *look = look_of(graph, node);
    const char *border = graph->has_status ? borders[node->status] : NULL;
    g_autofree char *outcome = node_outcome(graph, node);
    g_string_append_printf(out, "%sn%u [shape=%s, label=\"", indent, index, shapes[node->kind]);
    append_escaped(out, node->name);
    g_string_append_printf(out, "\\n%s", node->what);
    if (outcome)
        g_string_append_printf(out, "\\n%s", outcome);
    g_string_append(out, "\", tooltip=\"");
    append_escaped(out, node->operation->id);
    g_string_append_printf(out, "\", fillcolor=\"%s\", color=\"%s\"%s];\n", look->fill, look->line,
                           border ? border : "");
}

/* The clusters in a cluster (index + 1; 0: none), then its nodes. */
/* NOLINTNEXTLINE(misc-no-recursion): a pipeline, then its aliases */
static void write_cluster(const struct graph *graph, guint cluster, guint depth, GString *out)
{
    g_autofree char *indent = g_strnfill(2 * (gsize)depth + 2, ' ');
    for (guint i = cluster; i < graph->clusters->len; i++) {
        const struct cluster *inner = g_ptr_array_index(graph->clusters, i);
        if (inner->outer != cluster)
            continue;
        g_string_append_printf(out, "%ssubgraph cluster_%u {\n%s  label=\"", indent, i, indent);
        append_escaped(out, inner->name);
        g_string_append(out, "\";\n");
        write_cluster(graph, i + 1, depth + 1, out);
        g_string_append_printf(out, "%s}\n", indent);
    }
    for (guint i = 0; i < graph->nodes->len; i++)
        if (graph_node(graph, i)->cluster == cluster)
            write_node(graph, i, indent, out);
}

/* Inches between ranks: many steps have many edges, which need room to be followed. */
static gdouble room_of(const struct graph *graph)
{
    return MIN(0.45 + 0.004 * graph->nodes->len, 3.0);
}

void dot_write(const struct graph *graph, GString *out)
{
    char room[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(room, sizeof room, "%.2f", room_of(graph));
    g_string_append(out, "digraph \"");
    append_escaped(out, graph->name);
    g_string_append_printf(out,
                           "\" {\n  rankdir=LR; nodesep=0.2; ranksep=%s;"
                           " fontname=\"sans-serif\";\n",
                           room);
    g_string_append(out, "  style=rounded; color=\"#9ca3af\";\n"
                         "  node [fontname=\"sans-serif\", fontsize=11, style=filled,"
                         " fontcolor=\"#111827\", margin=\"0.12,0.06\", height=0.4];\n"
                         "  edge [color=\"#6b7280\", arrowsize=0.7];\n");
    write_cluster(graph, 0, 0, out);
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        g_string_append_printf(out, "  n%u -> n%u%s;\n", edge->from, edge->to,
                               edge->for_data ? "" : " [style=dashed]");
    }
    g_string_append(out, "}\n");
}
