/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and columns with what they are made from. */
#include "docs/description.h"
#include "docs/model_part.h"
#include "run/results.h"

static json_t *column_pair(const struct lineage_column *column)
{
    return json_pack("[i, i]", (int)column->node.table->index, (int)column->index);
}

static json_t *columns_array(const struct lineage_table *table)
{
    json_t *array = json_array();
    for (guint i = 0; i < table->columns->len; i++) {
        const struct lineage_column *column = g_ptr_array_index(table->columns, i);
        json_t *inputs = json_array();
        for (guint k = 0; k < column->node.inputs->len; k++) {
            const struct lineage_node *input = g_ptr_array_index(column->node.inputs, k);
            json_array_append_new(inputs, column_pair(input->column));
        }
        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:o, s:b}", "name", results_text(column->name),
                                        "type", results_text(column->type), "inputs", inputs,
                                        "is_unknown", (int)column->is_unknown));
    }
    return array;
}

static json_t *node_indices(const GPtrArray *nodes)
{
    json_t *array = json_array();
    for (guint i = 0; i < nodes->len; i++) {
        const struct lineage_node *node = g_ptr_array_index(nodes, i);
        json_array_append_new(array, json_integer(node->table->index));
    }
    return array;
}

static json_t *conditions_array(const GPtrArray *columns)
{
    json_t *array = json_array();
    for (guint i = 0; i < columns->len; i++)
        json_array_append_new(array, column_pair(g_ptr_array_index(columns, i)));
    return array;
}

json_t *model_texts(const GPtrArray *texts)
{
    json_t *array = json_array();
    for (guint i = 0; texts && i < texts->len; i++)
        json_array_append_new(array, results_text(g_ptr_array_index(texts, i)));
    return array;
}

static json_t *pipeline_index(const struct docs_input *input, const struct plan *plan)
{
    for (guint i = 0; i < input->pipeline_count; i++)
        if (input->pipelines[i].plan == plan)
            return json_integer(i);
    return json_null();
}

static json_t *step_indices(const struct making *making, const GPtrArray *operations)
{
    json_t *array = json_array();
    for (guint i = 0; i < operations->len; i++) {
        const guint index =
            GPOINTER_TO_UINT(g_hash_table_lookup(making->steps, g_ptr_array_index(operations, i)));
        if (index > 0)
            json_array_append_new(array, json_integer(index - 1));
    }
    return array;
}

static char *description(const struct lineage_table *table)
{
    const struct operation *first =
        table->makers->len > 0 ? g_ptr_array_index(table->makers, 0) : NULL;
    return first ? description_of(first->statement->comment) : NULL;
}

static json_t *table_object(const struct making *making, const struct lineage_table *table)
{
    g_autofree char *about = description(table);
    json_t *object = json_object();
    json_object_set_new(object, "name", results_text(table->name));
    json_object_set_new(object, "kind", json_string(lineage_kind_name(table->kind)));
    json_object_set_new(object, "pipeline", pipeline_index(making->input, table->plan));
    json_object_set_new(object, "description", results_text(about));
    json_object_set_new(object, "steps", step_indices(making, table->makers));
    json_object_set_new(object, "readers", step_indices(making, table->readers));
    json_object_set_new(object, "columns", columns_array(table));
    json_object_set_new(object, "inputs", node_indices(table->node.inputs));
    json_object_set_new(object, "outputs", node_indices(table->node.outputs));
    json_object_set_new(object, "conditions", conditions_array(table->conditions));
    json_object_set_new(object, "unknown", model_texts(table->unknown));
    return object;
}

json_t *model_tables(const struct making *making)
{
    json_t *array = json_array();
    const GPtrArray *tables = making->input->lineage->tables;
    for (guint i = 0; i < tables->len; i++)
        json_array_append_new(array, table_object(making, g_ptr_array_index(tables, i)));
    return array;
}
