/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/lineage_json.h"

#include "run/results.h"

/* The part of the graph that is told. */
struct part {
    const struct lineage_node *start;
    GHashTable *nodes; /* struct lineage_node: all that belong to it */
    GHashTable *told;  /* struct lineage_table: those that are in `tables` */
    json_t *tables;
};

static json_t *node_to_json(const struct lineage_node *node)
{
    json_t *object = json_pack("{s:o}", "table", results_text(node->table->key));
    if (node->column)
        json_object_set_new(object, "column", results_text(node->column->name));
    return object;
}

static json_t *nodes_to_json(const GPtrArray *nodes)
{
    json_t *array = json_array();
    for (guint i = 0; i < nodes->len; i++)
        json_array_append_new(array, node_to_json(g_ptr_array_index(nodes, i)));
    return array;
}

static json_t *conditions_to_json(const GPtrArray *columns)
{
    json_t *array = json_array();
    for (guint i = 0; i < columns->len; i++) {
        const struct lineage_column *column = g_ptr_array_index(columns, i);
        json_array_append_new(array, node_to_json(&column->node));
    }
    return array;
}

static json_t *texts_to_json(const GPtrArray *texts)
{
    json_t *array = json_array();
    for (guint i = 0; i < texts->len; i++)
        json_array_append_new(array, results_text(g_ptr_array_index(texts, i)));
    return array;
}

/* Of a table all columns, of a column only those on its ways. */
static json_t *columns_to_json(const struct part *part, const struct lineage_table *table)
{
    json_t *array = json_array();
    for (guint i = 0; i < table->columns->len; i++) {
        const struct lineage_column *column = g_ptr_array_index(table->columns, i);
        if (part->start->column && !g_hash_table_contains(part->nodes, &column->node))
            continue;
        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:o, s:b}", "name", results_text(column->name),
                                        "type", results_text(column->type), "inputs",
                                        nodes_to_json(column->node.inputs), "is_unknown",
                                        (int)column->is_unknown));
    }
    return array;
}

static json_t *place_to_json(const struct lineage_table *table)
{
    if (table->makers->len == 0)
        return json_null();
    const struct operation *operation = g_ptr_array_index(table->makers, 0);
    return json_pack("{s:o, s:i, s:i}", "file", results_text(operation->statement->span.text->path),
                     "line", (int)operation->place.line, "column", (int)operation->place.column);
}

static void add_table(struct part *part, const struct lineage_table *table, const char *direction)
{
    if (!g_hash_table_add(part->told, (gpointer)(guintptr)table))
        return;
    json_t *object = json_object();
    const char *pipeline = table->plan ? table->plan->pipeline : NULL;
    json_object_set_new(object, "key", results_text(table->key));
    json_object_set_new(object, "name", results_text(table->name));
    json_object_set_new(object, "kind", json_string(lineage_kind_name(table->kind)));
    json_object_set_new(object, "direction", json_string(direction));
    json_object_set_new(object, "pipeline", results_text(pipeline));
    json_object_set_new(object, "at", place_to_json(table));
    json_object_set_new(object, "columns", columns_to_json(part, table));
    json_object_set_new(object, "inputs", nodes_to_json(table->node.inputs));
    json_object_set_new(object, "conditions", conditions_to_json(table->conditions));
    json_object_set_new(object, "unknown", texts_to_json(table->unknown));
    json_array_append_new(part->tables, object);
}

json_t *lineage_to_json(const struct lineage_node *node)
{
    g_autoptr(GPtrArray) up = lineage_reach(node, true);
    g_autoptr(GPtrArray) down = lineage_reach(node, false);
    g_autoptr(GHashTable) nodes = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) told = g_hash_table_new(NULL, NULL);
    struct part part = {.start = node, .nodes = nodes, .told = told, .tables = json_array()};
    const GPtrArray *sides[] = {up, down};
    g_hash_table_add(nodes, (gpointer)(guintptr)node);
    for (guint side = 0; side < G_N_ELEMENTS(sides); side++)
        for (guint i = 0; i < sides[side]->len; i++)
            g_hash_table_add(nodes, g_ptr_array_index(sides[side], i));
    add_table(&part, node->table, "self");
    for (guint side = 0; side < G_N_ELEMENTS(sides); side++)
        for (guint i = 0; i < sides[side]->len; i++)
            add_table(&part,
                      ((const struct lineage_node *)g_ptr_array_index(sides[side], i))->table,
                      side == 0 ? "up" : "down");
    const char *column = node->column ? node->column->name : NULL;
    return json_pack("{s:s, s:o, s:o, s:o}", "format", "sqlflow.lineage/1", "table",
                     results_text(node->table->key), "column", results_text(column), "tables",
                     part.tables);
}
