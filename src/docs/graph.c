/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/graph.h"

#include "connect/glob.h"

#include <string.h>

enum { LABEL_MAX = 36, REDUCED_MAX = 4000 };

static const char *const kind_names[NODE_KIND_COUNT] = {
    [NODE_SOURCE] = "source", [NODE_LOAD] = "load",   [NODE_TABLE] = "table",
    [NODE_VIEW] = "view",     [NODE_CHECK] = "check", [NODE_EXPORT] = "export",
    [NODE_SQL] = "sql",       [NODE_QUERY] = "query",
};

const char *node_kind_name(enum node_kind kind)
{
    return kind_names[kind];
}

static void node_free(gpointer data)
{
    struct node *node = data;
    g_free(node->name);
    g_free(node->what);
    g_free(node);
}

static void cluster_free(gpointer data)
{
    struct cluster *cluster = data;
    g_free(cluster->name);
    g_free(cluster);
}

struct graph *graph_new(const char *name)
{
    struct graph *graph = g_new0(struct graph, 1);
    graph->name = g_strdup(name);
    graph->nodes = g_ptr_array_new_with_free_func(node_free);
    graph->clusters = g_ptr_array_new_with_free_func(cluster_free);
    graph->edges = g_array_new(FALSE, FALSE, sizeof(struct graph_edge));
    return graph;
}

void graph_free(struct graph *graph)
{
    if (!graph)
        return;
    g_ptr_array_unref(graph->nodes);
    g_ptr_array_unref(graph->clusters);
    g_array_unref(graph->edges);
    g_free(graph->name);
    g_free(graph);
}

static enum node_kind kind_of(const struct operation *operation)
{
    switch (operation->type) {
    case OPERATION_SOURCE:
        return NODE_SOURCE;
    case OPERATION_LOAD:
        return NODE_LOAD;
    case OPERATION_TRANSFORM:
        return operation->statement->is_view ? NODE_VIEW : NODE_TABLE;
    case OPERATION_CHECK:
        return NODE_CHECK;
    case OPERATION_EXPORT:
        return NODE_EXPORT;
    case OPERATION_SQL:
        return NODE_SQL;
    case OPERATION_QUERY:
        return NODE_QUERY;
    }
    g_assert_not_reached();
}

/* On one line, and cut where nobody would read on: a path at its start, all else at its end. */
static char *label_of(const char *name, bool keep_end)
{
    g_autofree char *line = g_strdup(name);
    for (char *at = line; *at; at++)
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    const glong length = g_utf8_strlen(line, -1);
    if (length <= LABEL_MAX)
        return g_steal_pointer(&line);
    const glong from = keep_end ? length - LABEL_MAX + 1 : 0;
    g_autofree char *cut = g_utf8_substring(line, from, from + LABEL_MAX - 1);
    return keep_end ? g_strconcat("…", cut, NULL) : g_strconcat(cut, "…", NULL);
}

static void add_node(struct graph *graph, const struct operation *operation, guint cluster)
{
    struct node *node = g_new0(struct node, 1);
    const bool has_connector = operation->connector && operation->type != OPERATION_LOAD;
    node->operation = operation;
    node->kind = kind_of(operation);
    node->cluster = cluster;
    node->rows = node->duration_us = -1;
    node->name = label_of(operation->name, node->kind == NODE_EXPORT);
    node->what = has_connector
                     ? g_strdup_printf("%s %s", kind_names[node->kind], operation->connector->name)
                     : g_strdup(kind_names[node->kind]);
    g_ptr_array_add(graph->nodes, node);
}

/* Index + 1 of a cluster, which is made if it isn't there. */
static guint find_cluster(struct graph *graph, const char *name, guint outer)
{
    for (guint i = outer; i < graph->clusters->len; i++) {
        const struct cluster *cluster = g_ptr_array_index(graph->clusters, i);
        if (cluster->outer == outer && strcmp(cluster->name, name) == 0)
            return i + 1;
    }
    struct cluster *cluster = g_new0(struct cluster, 1);
    cluster->name = g_strdup(name);
    cluster->outer = outer;
    g_ptr_array_add(graph->clusters, cluster);
    return graph->clusters->len;
}

static void add_edge(struct graph *graph, guint from, guint to, bool for_data)
{
    const struct graph_edge edge = {.from = from, .to = to, .for_data = for_data};
    g_array_append_val(graph->edges, edge);
}

static bool is_in(const GPtrArray *keys, const char *key)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)keys, key, g_str_equal, NULL);
}

/* The file that a key stands for; NULL for a table. */
static const char *file_of(const char *key)
{
    return g_str_has_prefix(key, "file:") ? key + strlen("file:") : NULL;
}

static bool writes(const struct operation *operation, const char *key)
{
    if (!file_of(key))
        return is_in(operation->writes, key);
    for (guint i = 0; i < operation->writes->len; i++) {
        const char *path = file_of(g_ptr_array_index(operation->writes, i));
        if (path && glob_covers(file_of(key), path))
            return true;
    }
    return false;
}

/* The last node of [from, end) that writes it, + 1; 0 when none does. */
static guint find_writer(const struct graph *graph, guint from, guint end, const char *key)
{
    for (guint i = end; i > from; i--)
        if (writes(graph_node(graph, i - 1)->operation, key))
            return i;
    return 0;
}

/* What a node of the pipeline that begins at `first` reads of the pipelines before it. */
static void add_foreign_edges(struct graph *graph, guint first, guint index)
{
    const struct operation *operation = graph_node(graph, index)->operation;
    for (guint i = 0; i < operation->reads->len; i++) {
        const char *key = g_ptr_array_index(operation->reads, i);
        if (find_writer(graph, first, graph->nodes->len, key))
            continue;
        guint writer = find_writer(graph, 0, first, key);
        while (writer > 0 && graph_node(graph, writer - 1)->kind == NODE_SOURCE)
            writer = find_writer(graph, 0, writer - 1, key);
        if (writer > 0)
            add_edge(graph, writer - 1, index, true);
    }
}

/* Edges of the nodes from `first` on; `place` has node + 1 for the operations that are drawn. */
static void add_edges(struct graph *graph, guint first, const guint *place)
{
    for (guint i = first; i < graph->nodes->len; i++) {
        const GArray *dependencies = graph_node(graph, i)->operation->dependencies;
        for (guint k = 0; k < dependencies->len; k++) {
            const struct dependency *dependency =
                &g_array_index(dependencies, struct dependency, k);
            if (place[dependency->operation])
                add_edge(graph, place[dependency->operation] - 1, i, dependency->for_data);
        }
        add_foreign_edges(graph, first, i);
    }
}

/* One bit a pair of nodes. */
static guint64 *bits_of(guint64 *bits, guint words, guint node)
{
    return bits + (gsize)node * words;
}

static void add_bits(guint64 *to, const guint64 *from, guint words)
{
    for (guint i = 0; i < words; i++)
        to[i] |= from[i];
}

/* For each node those that it leads to by two edges or more. */
static guint64 *find_far(const struct graph *graph, guint words)
{
    const gsize size = (gsize)graph->nodes->len * words + 1;
    g_autofree guint64 *all = g_new0(guint64, size);
    guint64 *far = g_new0(guint64, size);
    /* By `to`, from the last on: all that begins at `to` was met before. */
    for (guint i = graph->edges->len; i > 0; i--) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i - 1);
        guint64 *own = bits_of(all, words, edge->from);
        const guint64 *next = bits_of(all, words, edge->to);
        add_bits(bits_of(far, words, edge->from), next, words);
        add_bits(own, next, words);
        own[edge->to / 64] |= (guint64)1 << (edge->to % 64);
    }
    return far;
}

/* Leaves out what is order only and said by other edges, too. */
static void reduce(struct graph *graph)
{
    const guint words = graph->nodes->len / 64 + 1;
    if (graph->nodes->len > REDUCED_MAX)
        return;
    g_autofree guint64 *far = find_far(graph, words);
    guint kept = 0;
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge edge = g_array_index(graph->edges, struct graph_edge, i);
        const guint64 word = bits_of(far, words, edge.from)[edge.to / 64];
        if (edge.for_data || !((word >> (edge.to % 64)) & 1))
            g_array_index(graph->edges, struct graph_edge, kept++) = edge;
    }
    g_array_set_size(graph->edges, kept);
}

static gint compare_edges(gconstpointer left, gconstpointer right)
{
    const struct graph_edge *one = left;
    const struct graph_edge *other = right;
    if (one->to != other->to)
        return one->to < other->to ? -1 : 1;
    if (one->from != other->from)
        return one->from < other->from ? -1 : 1;
    return other->for_data - one->for_data;
}

static gpointer edge_key(guint from, guint to)
{
    return (gpointer)(((guintptr)from << 32) | to);
}

/* What a node reads through a view is said by the view's edges. `data` has the keys of all edges
 * for data; `index` is the node's first edge. */
static bool is_through_view(const struct graph *graph, GHashTable *data, guint index,
                            const struct graph_edge *edge)
{
    for (guint i = index; i < graph->edges->len; i++) {
        const struct graph_edge *other = &g_array_index(graph->edges, struct graph_edge, i);
        if (other->to != edge->to)
            return false;
        if (other->for_data && graph_node(graph, other->from)->kind == NODE_VIEW &&
            g_hash_table_contains(data, edge_key(edge->from, other->from)))
            return true;
    }
    return false;
}

/* Leaves out what is read through views. */
static void reduce_views(struct graph *graph)
{
    g_autoptr(GHashTable) data = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(struct graph_edge));
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        if (edge->for_data)
            g_hash_table_add(data, edge_key(edge->from, edge->to));
    }
    guint first = 0;
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        if (g_array_index(graph->edges, struct graph_edge, first).to != edge->to)
            first = i;
        if (!edge->for_data || !is_through_view(graph, data, first, edge))
            g_array_append_val(kept, *edge);
    }
    g_array_unref(graph->edges);
    graph->edges = g_steal_pointer(&kept);
}

/* One edge between two nodes is enough: the one for data, if there is one. */
static void sort_edges(struct graph *graph)
{
    g_array_sort(graph->edges, compare_edges);
    guint kept = 0;
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge edge = g_array_index(graph->edges, struct graph_edge, i);
        const struct graph_edge *last =
            kept > 0 ? &g_array_index(graph->edges, struct graph_edge, kept - 1) : NULL;
        if (!last || last->from != edge.from || last->to != edge.to)
            g_array_index(graph->edges, struct graph_edge, kept++) = edge;
    }
    g_array_set_size(graph->edges, kept);
}

void graph_add_plan(struct graph *graph, const struct plan *plan, const GByteArray *selected,
                    bool is_one_of_many)
{
    const guint first = graph->nodes->len;
    const guint outer = is_one_of_many ? find_cluster(graph, plan->pipeline, 0) : 0;
    g_autofree guint *place = g_new0(guint, plan->operations->len + 1);
    if (outer)
        ((struct cluster *)g_ptr_array_index(graph->clusters, outer - 1))->is_pipeline = true;
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        if (selected && !selected->data[i])
            continue;
        const guint cluster =
            operation->alias ? find_cluster(graph, operation->alias, outer) : outer;
        add_node(graph, operation, cluster);
        place[i] = graph->nodes->len;
    }
    add_edges(graph, first, place);
    sort_edges(graph);
    reduce_views(graph);
    reduce(graph);
}
