/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/tree.h"

#include <string.h>

/* Deeper than this a branch goes on further down, as a tree of its own. */
enum { DEPTH_MAX = 10 };

/* Widths of columns; a longer text moves what is behind it. */
enum { NAME_COLUMN_MIN = 24, NAME_COLUMN_MAX = 56, WHAT_COLUMN = 14, OUTCOME_COLUMN = 20 };

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

static void trim(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
}

/* What is told of a node behind its kind, or below it: a word, and names that may be many. */
struct remark {
    const char *word;
    GPtrArray *names; /* char * */
};

/* What it reads besides its parent, or (`for_data` is false) only comes after. */
static struct remark find_remark(const struct tree *tree, guint index, bool for_data)
{
    const struct graph *graph = tree->graph;
    struct remark remark = {.word = for_data ? "+ " : "after ",
                            .names = g_ptr_array_new_with_free_func(g_free)};
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        if (edge->to == index && edge->for_data == for_data &&
            edge->from + 1 != tree->parents[index])
            g_ptr_array_add(remark.names, full_name(graph, graph_node(graph, edge->from)));
    }
    return remark;
}

static void append_remark(GString *line, const struct remark *remark)
{
    for (guint i = 0; i < remark->names->len; i++)
        g_string_append_printf(line, "%s%s", i ? ", " : remark->word,
                               (char *)g_ptr_array_index(remark->names, i));
    g_string_append(line, remark->names->len > 0 ? "  " : "");
}

static void write_line(const struct tree *tree, const char *below, GString *line)
{
    trim(line);
    g_string_append_printf(tree->out, "%s%s\n", below, line->str);
}

/* As many names a line as there is room for. */
static void write_remark(const struct tree *tree, const struct remark *remark, const char *below)
{
    const guint room = tree->style->width - MIN(tree->style->width, width_of(below));
    g_autoptr(GString) line = g_string_new(remark->word);
    for (guint i = 0; i < remark->names->len; i++) {
        const char *name = g_ptr_array_index(remark->names, i);
        if (i > 0)
            g_string_append(line, ", ");
        if (i > 0 && width_of(line->str) + width_of(name) + 1 > room) {
            write_line(tree, below, line);
            g_string_printf(line, "%*s", (int)strlen(remark->word), "");
        }
        g_string_append(line, name);
    }
    if (remark->names->len > 0)
        write_line(tree, below, line);
}

/* A part of a node's line. */
struct part {
    const char *text;
    const char *on; /* begins its style, or "" */
    guint column;   /* where it stands, if what is before it leaves room */
};

enum { NO_ROOM = G_MAXINT };

static bool has_room(const struct tree *tree, const struct part *part, guint used)
{
    const guint end = MAX(used, part->column) + 2 + width_of(part->text);
    return used < NO_ROOM && (tree->style->width == 0 || end <= tree->style->width);
}

/* Behind the `used` columns of its line; from the first part that has no room on, below. */
static void write_part(const struct tree *tree, const struct part *part, const char *below,
                       guint *used)
{
    if (has_room(tree, part, *used)) {
        pad(tree->out, *used, MAX(*used, part->column) + 2);
        *used = MAX(*used, part->column) + 2 + width_of(part->text);
    } else {
        g_string_append_printf(tree->out, "\n%s", below);
        *used = NO_ROOM;
    }
    g_string_append_printf(tree->out, "%s%s%s", part->on, part->text,
                           *part->on ? tree->style->off : "");
}

/* Ends the line of a node. */
static void write_remarks(const struct tree *tree, guint index, const char *below, guint used)
{
    const struct remark reads = find_remark(tree, index, true);
    const struct remark follows = find_remark(tree, index, false);
    g_autoptr(GString) text = g_string_new(NULL);
    append_remark(text, &reads);
    append_remark(text, &follows);
    trim(text);
    const struct part part = {text->str, "", tree->name_width + 2 + WHAT_COLUMN};
    if (text->len > 0 && has_room(tree, &part, used)) {
        write_part(tree, &part, below, &used);
        g_string_append_c(tree->out, '\n');
    } else {
        g_string_append_c(tree->out, '\n');
        write_remark(tree, &reads, below);
        write_remark(tree, &follows, below);
    }
    g_ptr_array_unref(reads.names);
    g_ptr_array_unref(follows.names);
}

/* `below` is what lines below the node begin with. */
static void write_node(const struct tree *tree, guint index, const char *lead, const char *below,
                       bool goes_on_below)
{
    const struct node *node = graph_node(tree->graph, index);
    const struct tree_style *style = tree->style;
    g_autofree char *name = full_name(tree->graph, node);
    g_autofree char *outcome = node_outcome(tree->graph, node);
    const char *more = goes_on_below ? tree->strokes->more : "";
    const char *state = outcome ? style->states[node->status] : NULL;
    const char *on = state ? state : "";
    g_string_append_printf(tree->out, "%s%s%s%s%s", lead, on, name, *on ? style->off : "", more);
    guint used = width_of(lead) + width_of(name) + width_of(more);
    write_part(tree, &(struct part){node->what, style->faint, tree->name_width}, below, &used);
    if (outcome)
        write_part(tree, &(struct part){outcome, on, tree->name_width + 2 + WHAT_COLUMN}, below,
                   &used);
    write_remarks(tree, index, below, used);
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it */
static void write_below(struct tree *tree, guint index, const char *lead, guint depth)
{
    const GArray *children = children_of(tree, index);
    for (guint i = 0; i < children->len; i++) {
        const guint child = g_array_index(children, guint, i);
        const bool is_last = i + 1 == children->len;
        const bool is_parent = children_of(tree, child)->len > 0;
        const bool is_deep = depth == DEPTH_MAX && is_parent;
        g_autofree char *own =
            g_strconcat(lead, is_last ? tree->strokes->last : tree->strokes->child, NULL);
        g_autofree char *inner =
            g_strconcat(lead, is_last ? tree->strokes->nothing : tree->strokes->around, NULL);
        g_autofree char *below = g_strconcat(
            inner, is_parent && !is_deep ? tree->strokes->around : tree->strokes->nothing, NULL);
        write_node(tree, child, own, below, is_deep);
        if (is_deep)
            g_array_append_val(tree->roots, child);
        else
            write_below(tree, child, inner, depth + 1);
    }
}

/* Columns for names that leave room for the rest of a line. */
static guint name_width_max(const struct tree *tree)
{
    const guint rest = 2 + WHAT_COLUMN + 2 + (tree->graph->has_status ? OUTCOME_COLUMN : 0);
    const guint window = tree->style->width;
    if (window == 0)
        return NAME_COLUMN_MAX;
    return CLAMP(window - MIN(window, rest), NAME_COLUMN_MIN, NAME_COLUMN_MAX);
}

/* Room for the names, less those that are far in. */
static guint name_width(const struct tree *tree)
{
    const guint most = name_width_max(tree);
    guint width = 0;
    g_autofree guint *depths = g_new0(guint, tree->graph->nodes->len + 1);
    for (guint i = 0; i < tree->graph->nodes->len; i++) {
        const guint parent = tree->parents[i];
        depths[i] = parent ? depths[parent - 1] % DEPTH_MAX + 1 : 0;
        g_autofree char *name = full_name(tree->graph, graph_node(tree->graph, i));
        width = MAX(width, MIN(width_of(name) + 3 * depths[i], most));
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
        const bool is_parent = children_of(&tree, root)->len > 0;
        write_node(&tree, root, "", is_parent ? tree.strokes->around : tree.strokes->nothing,
                   false);
        write_below(&tree, root, "", 1);
    }
    g_free(tree.parents);
    g_ptr_array_unref(tree.children);
    g_array_unref(tree.roots);
}
