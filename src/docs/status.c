/* SPDX-License-Identifier: Apache-2.0 */
/* What the last run left, onto a graph. */
#include "docs/graph.h"
#include "run/results.h"

#include <string.h>

static enum step_status status_of(const char *name)
{
    for (enum step_status status = STEP_PENDING; name && status < STEP_STATUS_COUNT; status++)
        if (strcmp(step_status_name(status), name) == 0)
            return status;
    return STEP_NOT_RUN;
}

static gint64 number_of(const json_t *step, const char *key)
{
    const json_t *number = json_object_get(step, key);
    return json_is_integer(number) ? json_integer_value(number) : -1;
}

static void take_step(GHashTable *nodes, const json_t *step)
{
    const char *id = json_string_value(json_object_get(step, "id"));
    struct node *node = id ? g_hash_table_lookup(nodes, id) : NULL;
    if (!node)
        return;
    node->status = status_of(json_string_value(json_object_get(step, "status")));
    node->rows = number_of(step, "rows");
    node->duration_us = number_of(step, "duration_us");
}

static bool is_of(const struct graph *graph, const struct node *node, const char *pipeline)
{
    const struct cluster *cluster = NULL;
    for (guint i = node->cluster; i > 0; i = cluster->outer)
        cluster = g_ptr_array_index(graph->clusters, i - 1);
    return strcmp(graph->name, pipeline) == 0 || (cluster && strcmp(cluster->name, pipeline) == 0);
}

bool graph_read_status(struct graph *graph, const char *pipeline, const char *path, GError **error)
{
    json_error_t problem;
    json_t *results = json_load_file(path, 0, &problem);
    const json_t *steps = json_object_get(results, "steps");
    if (!json_is_array(steps)) {
        error_set(error, ERROR_USAGE, "can't read '%s': %s", path,
                  results ? "it has no steps" : problem.text);
        json_decref(results);
        return false;
    }
    g_autoptr(GHashTable) nodes = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < graph->nodes->len; i++) {
        struct node *node = g_ptr_array_index(graph->nodes, i);
        if (!is_of(graph, node, pipeline))
            continue;
        node->status = STEP_NOT_RUN;
        g_hash_table_insert(nodes, node->operation->id, node);
    }
    for (gsize i = 0; i < json_array_size(steps); i++)
        take_step(nodes, json_array_get(steps, i));
    graph->has_status = true;
    json_decref(results);
    return true;
}

/* 1234567 -> "1,234,567" */
static void append_grouped(GString *out, gint64 number)
{
    const gsize at = out->len;
    g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
    for (gsize end = out->len; end > at + 3; end -= 3)
        g_string_insert_c(out, (gssize)end - 3, ',');
}

char *node_outcome(const struct graph *graph, const struct node *node)
{
    if (!graph->has_status || node->kind == NODE_SOURCE)
        return NULL;
    if (node->status == STEP_NOT_RUN || node->status == STEP_PENDING)
        return g_strdup("not run");
    GString *out = g_string_new(step_status_name(node->status));
    if (node->rows > 0 || (node->rows == 0 && node->kind != NODE_CHECK)) {
        g_string_append(out, ", ");
        append_grouped(out, node->rows);
        g_string_append(out, node->rows == 1 ? " row" : " rows");
    }
    if (node->duration_us >= 0 && node->status != STEP_SKIPPED)
        g_string_append_printf(out, ", %.2f s", (gdouble)node->duration_us / 1e6);
    return g_string_free(out, FALSE);
}
