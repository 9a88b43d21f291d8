/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans as a graph to draw: what the pictures (dot.h, mermaid.h, tree.h) have in common.
 *
 * Invariant: edges lead from a node to one behind it in the list; what is order only and said by
 * other edges, too, and what is read through a view, is left out. Owns its texts; points into the
 * plans, which must outlive it.
 */
#pragma once

#include "run/run.h"

enum node_kind {
    NODE_SOURCE = 1,
    NODE_LOAD,
    NODE_TABLE,
    NODE_VIEW,
    NODE_CHECK,
    NODE_EXPORT,
    NODE_SQL,
    NODE_QUERY,
    NODE_KIND_COUNT, /* how many there are; no kind */
};

struct node {
    const struct operation *operation;
    enum node_kind kind;
    guint cluster;           /* index + 1 of the cluster it is in; 0: none */
    enum step_status status; /* of the last run; 0 (STEP_PENDING): not known */
    gint64 rows;             /* -1: none to tell */
    gint64 duration_us;      /* -1 */
    char *name;              /* what it is about, short enough to be drawn */
    char *what;              /* "source csv", "table" */
};

/* An INCLUDE .. AS, or a pipeline of several. */
struct cluster {
    char *name;
    guint outer; /* index + 1 of the cluster around it; 0: none */
    bool is_pipeline;
};

struct graph_edge {
    guint from, to;
    bool for_data; /* false: order only */
};

struct graph {
    char *name;
    bool has_status;
    GPtrArray *nodes;    /* struct node */
    GPtrArray *clusters; /* struct cluster; inner ones behind outer ones */
    GArray *edges;       /* struct graph_edge, by `to`, then by `from` */
};

struct graph *graph_new(const char *name);
void graph_free(struct graph *graph);
DEFINE_AUTO(graph, graph_free);

/* Adds the operations that `selected` (plan_select; NULL: all) has a byte for. With
 * `is_one_of_many` they are in a cluster called like the pipeline, and read what is in the graph
 * already; pipelines are added in the order of planned_order. */
void graph_add_plan(struct graph *graph, const struct plan *plan, const GByteArray *selected,
                    bool is_one_of_many);

/* What became of the nodes of a pipeline, by their ids, from a run_results.json. Nodes that it
 * doesn't have were not run. ERROR_USAGE when the file can't be read as one. */
bool graph_read_status(struct graph *graph, const char *pipeline, const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "source", "table", .. */
const char *node_kind_name(enum node_kind kind);

static inline const struct node *graph_node(const struct graph *graph, guint index)
{
    return (const struct node *)g_ptr_array_index(graph->nodes, index);
}

/* "failed", "ok, 1,000 rows, 0.41 s": what is known of the last run; NULL when nothing is. */
char *node_outcome(const struct graph *graph, const struct node *node);
