/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/tree.h"

#include <string.h>

/* Deeper than this a branch goes on further down, as a tree of its own. */
enum { DEPTH_MAX = 10, NAME_COLUMN_MAX = 56, WHAT_COLUMN = 14 };

/* What is drawn before a node: for each node around it whether more of its children follow. */
struct strokes {
    const char *child, *last, *around, *nothing, *more;
};
static const struct strokes boxes = {"├─ ", "└─ ", "│  ", "   ", " ↓"};
static const struct strokes ascii = {"|- ", "`- ", "|  ", "   ", " ..below"};

struct tree {
    const struct graph *graph;
    const struct tree_style *style;
    const struct strokes *strokes;
    guint *parents;      /* per node: its parent + 1, or 0 */
    GPtrArray *children; /* per node: GArray of guint */
    GArray *roots;       /* guint, in the order in which their trees are drawn */
    guint name_width;
    GString *out;
};

static GArray *children_of(const struct tree *tree, guint node)
{
    return g_ptr_array_index(tree->children, node);
}

static void free_indices(gpointer indices)
{
    g_array_unref(indices);
}

/* The last node whose rows a node reads is its parent. */
static void find_parents(struct tree *tree)
{
    const struct graph *graph = tree->graph;
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        if (edge->for_data)
            tree->parents[edge->to] = MAX(tree->parents[edge->to], edge->from + 1);
    }
    for (guint i = 0; i < graph->nodes->len; i++) {
        g_ptr_array_add(tree->children, g_array_new(FALSE, FALSE, sizeof(guint)));
        if (tree->parents[i])
            g_array_append_val(children_of(tree, tree->parents[i] - 1), i);
        else
            g_array_append_val(tree->roots, i);
    }
}

static guint width_of(const char *text)
{
    guint width = 0;
    for (const char *at = text; *at; at += g_utf8_skip[(guchar)*at]) {
        const gunichar character = g_utf8_get_char(at);
        if (!g_unichar_iszerowidth(character))
            width += g_unichar_iswide(character) ? 2 : 1;
    }
    return width;
}

static void pad(GString *out, guint used, guint width)
{
    for (; used < width; used++)
        g_string_append_c(out, ' ');
}

/* `shop.sales` says itself that it is in `shop`. */
static bool says_cluster(const struct node *node, const char *cluster)
{
    const gsize length = strlen(cluster);
    return strncmp(node->name, cluster, length) == 0 && node->name[length] == '.';
}

/* Its name, with those of the clusters that it is in. */
static char *full_name(const struct graph *graph, const struct node *node)
{
    GString *name = g_string_new(node->name);
    for (guint i = node->cluster; i > 0;) {
        const struct cluster *cluster = g_ptr_array_index(graph->clusters, i - 1);
        if (!says_cluster(node, cluster->name)) {
            g_string_prepend_c(name, ':');
            g_string_prepend(name, cluster->name);
        }
        i = cluster->outer;
    }
    return g_string_free(name, FALSE);
}

/* What it reads besides its parent, and what it only comes after. */
static void append_others(const struct tree *tree, guint index)
{
    const struct graph *graph = tree->graph;
    const char *before[2] = {"after ", "+ "};
    for (int for_data = 1; for_data >= 0; for_data--) {
        const char *separator = before[for_data];
        for (guint i = 0; i < graph->edges->len; i++) {
            const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
            if (edge->to != index || edge->for_data != (for_data == 1) ||
                edge->from + 1 == tree->parents[index])
                continue;
            g_autofree char *name = full_name(graph, graph_node(graph, edge->from));
            g_string_append_printf(tree->out, "%s%s", separator, name);
            separator = ", ";
        }
        if (separator != before[for_data])
            g_string_append(tree->out, "  ");
    }
}

static void trim(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
}

static void write_node(const struct tree *tree, guint index, const char *lead, bool goes_on_below)
{
    const struct node *node = graph_node(tree->graph, index);
    const struct tree_style *style = tree->style;
    g_autofree char *name = full_name(tree->graph, node);
    g_autofree char *outcome = node_outcome(tree->graph, node);
    const char *more = goes_on_below ? tree->strokes->more : "";
    const char *state = outcome ? style->states[node->status] : NULL;
    const char *on = state ? state : "";
    const char *off = state ? style->off : "";
    g_string_append_printf(tree->out, "%s%s%s%s%s  ", lead, on, name, off, more);
    pad(tree->out, width_of(lead) + width_of(name) + width_of(more), tree->name_width);
    g_string_append_printf(tree->out, "%s%s%s  ", style->faint, node->what, style->off);
    pad(tree->out, width_of(node->what), WHAT_COLUMN);
    if (outcome)
        g_string_append_printf(tree->out, "%s%s%s  ", on, outcome, off);
    append_others(tree, index);
    trim(tree->out);
    g_string_append_c(tree->out, '\n');
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it */
static void write_below(struct tree *tree, guint index, const char *lead, guint depth)
{
    const GArray *children = children_of(tree, index);
    for (guint i = 0; i < children->len; i++) {
        const guint child = g_array_index(children, guint, i);
        const bool is_last = i + 1 == children->len;
        const bool is_deep = depth == DEPTH_MAX && children_of(tree, child)->len > 0;
        g_autofree char *own =
            g_strconcat(lead, is_last ? tree->strokes->last : tree->strokes->child, NULL);
        g_autofree char *inner =
            g_strconcat(lead, is_last ? tree->strokes->nothing : tree->strokes->around, NULL);
        write_node(tree, child, own, is_deep);
        if (is_deep)
            g_array_append_val(tree->roots, child);
        else
            write_below(tree, child, inner, depth + 1);
    }
}

/* Room for the names, less those that are far in. */
static guint name_width(const struct tree *tree)
{
    guint width = 0;
    g_autofree guint *depths = g_new0(guint, tree->graph->nodes->len + 1);
    for (guint i = 0; i < tree->graph->nodes->len; i++) {
        const guint parent = tree->parents[i];
        depths[i] = parent ? depths[parent - 1] % DEPTH_MAX + 1 : 0;
        g_autofree char *name = full_name(tree->graph, graph_node(tree->graph, i));
        width = MAX(width, MIN(width_of(name) + 3 * depths[i], NAME_COLUMN_MAX));
    }
    return width;
}

void tree_write(const struct graph *graph, const struct tree_style *style, GString *out)
{
    struct tree tree = {
        .graph = graph,
        .style = style,
        .strokes = style->utf8 ? &boxes : &ascii,
        .parents = g_new0(guint, graph->nodes->len + 1),
        .children = g_ptr_array_new_with_free_func(free_indices),
        .roots = g_array_new(FALSE, FALSE, sizeof(guint)),
        .out = out,
    };
    find_parents(&tree);
    tree.name_width = name_width(&tree);
    for (guint i = 0; i < tree.roots->len; i++) {
        const guint root = g_array_index(tree.roots, guint, i);
        write_node(&tree, root, "", false);
        write_below(&tree, root, "", 1);
    }
    g_free(tree.parents);
    g_ptr_array_unref(tree.children);
    g_array_unref(tree.roots);
}
