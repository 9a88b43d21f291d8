/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan as a graph for Graphviz. Kinds are told by their shapes, so it reads without colour; a
 * dashed edge is order only, a box around steps is an INCLUDE .. AS.
 */
#include "plan/plan.h"

#include <string.h>

static const char *shape_of(const struct operation *operation)
{
    static const char *const shapes[] = {
        [OPERATION_SOURCE] = "cylinder", [OPERATION_LOAD] = "cds",    [OPERATION_TRANSFORM] = "box",
        [OPERATION_CHECK] = "diamond",   [OPERATION_EXPORT] = "note", [OPERATION_SQL] = "octagon",
        [OPERATION_QUERY] = "ellipse",
    };
    const bool is_view = operation->type == OPERATION_TRANSFORM && operation->statement->is_view;
    return is_view ? "component" : shapes[operation->type];
}

/* Quoted; a backslash would begin one of Graphviz's escapes. */
static void append_quoted(GString *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text == '\n' || *text == '\r' ? ' ' : *text);
    }
}

static void write_node(const struct operation *operation, const char *indent, GString *out)
{
    g_string_append_printf(out, "%s\"", indent);
    append_quoted(out, operation->id);
    g_string_append_printf(out, "\" [shape=%s, label=\"", shape_of(operation));
    append_quoted(out, operation->name);
    g_string_append_printf(out, "\\n%s", operation_type_name(operation->type));
    if (operation->connector && operation->type != OPERATION_LOAD)
        g_string_append_printf(out, " %s", operation->connector->name);
    g_string_append(out, "\"];\n");
}

static void write_edges(const struct plan *plan, const struct operation *operation, GString *out)
{
    for (guint i = 0; i < operation->dependencies->len; i++) {
        const struct dependency *dependency =
            &g_array_index(operation->dependencies, struct dependency, i);
        const struct operation *other = g_ptr_array_index(plan->operations, dependency->operation);
        g_string_append(out, "  \"");
        append_quoted(out, other->id);
        g_string_append(out, "\" -> \"");
        append_quoted(out, operation->id);
        g_string_append(out, dependency->for_data ? "\";\n" : "\" [style=dashed];\n");
    }
}

static void members_free(gpointer members)
{
    g_ptr_array_unref(members);
}

/* The nodes of each alias together, in the order in which aliases are met. */
static void write_clusters(const struct plan *plan, GString *out)
{
    g_autoptr(GHashTable) clusters =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, members_free);
    g_autoptr(GPtrArray) aliases = g_ptr_array_new();
    for (guint i = 0; i < plan->operations->len; i++) {
        struct operation *operation = g_ptr_array_index(plan->operations, i);
        if (!operation->alias) {
            write_node(operation, "  ", out);
            continue;
        }
        GPtrArray *members = g_hash_table_lookup(clusters, operation->alias);
        if (!members) {
            members = g_ptr_array_new();
            g_hash_table_insert(clusters, g_strdup(operation->alias), members);
            g_ptr_array_add(aliases, members);
        }
        g_ptr_array_add(members, operation);
    }
    for (guint i = 0; i < aliases->len; i++) {
        const GPtrArray *members = g_ptr_array_index(aliases, i);
        const struct operation *first = g_ptr_array_index(members, 0);
        g_string_append(out, "  subgraph \"cluster_");
        append_quoted(out, first->alias);
        g_string_append(out, "\" {\n    label=\"");
        append_quoted(out, first->alias);
        g_string_append(out, "\";\n");
        for (guint k = 0; k < members->len; k++)
            write_node(g_ptr_array_index(members, k), "    ", out);
        g_string_append(out, "  }\n");
    }
}

void plan_write_dot(const struct plan *plan, GString *out)
{
    g_string_append(out, "digraph \"");
    append_quoted(out, plan->pipeline);
    g_string_append(out, "\" {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n");
    write_clusters(plan, out);
    for (guint i = 0; i < plan->operations->len; i++)
        write_edges(plan, g_ptr_array_index(plan->operations, i), out);
    g_string_append(out, "}\n");
}
