/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/mermaid.h"

#include "docs/look.h"

#include <string.h>

/* What stands before and behind a node's text. */
static const char *const brackets[NODE_KIND_COUNT][2] = {
    [NODE_SOURCE] = {"[(", ")]"}, [NODE_LOAD] = {"[/", "/]"},  [NODE_TABLE] = {"[", "]"},
    [NODE_VIEW] = {"[[", "]]"},   [NODE_CHECK] = {"{", "}"},   [NODE_EXPORT] = {">", "]"},
    [NODE_SQL] = {"{{", "}}"},    [NODE_QUERY] = {"([", "])"},
};

/* Inside quotes: Mermaid takes entities, reads HTML and Markdown, and nothing else is safe. */
static void append_escaped(GString *out, const char *text)
{
    for (; *text; text++) {
        if (g_ascii_isalnum(*text) || (guchar)*text >= 0x80 || strchr(" ./,-:+=()…", *text))
            g_string_append_c(out, *text);
        else if (*text == '_')
            g_string_append_c(out, '_');
        else
            g_string_append_printf(out, "#%d;", g_ascii_iscntrl(*text) ? ' ' : *text);
    }
}

static void write_node(const struct graph *graph, guint index, const char *indent, GString *out)
{
    const struct node *node = graph_node(graph, index);
    g_autofree char *outcome = node_outcome(graph, node);
    g_string_append_printf(out, "%sn%u%s\"", indent, index, brackets[node->kind][0]);
    append_escaped(out, node->name);
    g_string_append_printf(out, "<br>%s", node->what);
    if (outcome)
        g_string_append_printf(out, "<br>%s", outcome);
    g_string_append_printf(out, "\"%s:::%s\n", brackets[node->kind][1], look_of(graph, node)->name);
}

/* NOLINTNEXTLINE(misc-no-recursion): a pipeline, then its aliases */
static void write_cluster(const struct graph *graph, guint cluster, guint depth, GString *out)
{
    g_autofree char *indent = g_strnfill(2 * (gsize)depth + 2, ' ');
    for (guint i = cluster; i < graph->clusters->len; i++) {
        const struct cluster *inner = g_ptr_array_index(graph->clusters, i);
        if (inner->outer != cluster)
            continue;
        g_string_append_printf(out, "%ssubgraph c%u[\"", indent, i);
        append_escaped(out, inner->name);
        g_string_append(out, "\"]\n");
        write_cluster(graph, i + 1, depth + 1, out);
        g_string_append_printf(out, "%send\n", indent);
    }
    for (guint i = 0; i < graph->nodes->len; i++)
        if (graph_node(graph, i)->cluster == cluster)
            write_node(graph, i, indent, out);
}

/* The looks that are used, in the order of their first use. */
static void write_classes(const struct graph *graph, GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < graph->nodes->len; i++) {
        const struct look *look = look_of(graph, graph_node(graph, i));
        if (g_hash_table_add(seen, (gpointer)(guintptr)look->name))
            g_string_append_printf(out, "  classDef %s fill:%s,stroke:%s,color:#111827\n",
                                   look->name, look->fill, look->line);
    }
}

void mermaid_write(const struct graph *graph, GString *out)
{
    g_string_append(out, "flowchart LR\n");
    write_cluster(graph, 0, 0, out);
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        g_string_append_printf(out, "  n%u %s n%u\n", edge->from, edge->for_data ? "-->" : "-.->",
                               edge->to);
    }
    write_classes(graph, out);
}
