/* SPDX-License-Identifier: Apache-2.0 */
/* Steps: what they are, what they are told, what became of them. */
#include "docs/description.h"
#include "docs/model_part.h"
#include "run/results.h"

#include <string.h>

/* `{"a": 1}` as `[{"name": "a", "value": 1}]`; `map` may be NULL. */
static json_t *pairs_of(json_t *map)
{
    json_t *array = json_array();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(map, key, value)
    {
        json_array_append_new(array, json_pack("{s:s, s:O}", "name", key, "value", value));
    }
    return array;
}

/* "upsert by id, day"; NULL for what has no rows of its own. */
static char *mode_text(const struct operation *operation)
{
    static const char *const words[] = {[MODE_REPLACE] = "replace", [MODE_APPEND] = "append"};
    const struct mode *mode = &operation->statement->mode;
    const bool is_written =
        operation->type == OPERATION_LOAD ||
        (operation->type == OPERATION_TRANSFORM && !operation->statement->is_view);
    if (!is_written)
        return NULL;
    if (mode->kind == MODE_INCREMENTAL)
        return g_strdup_printf("incremental by %s", mode->column.text);
    if (mode->kind != MODE_UPSERT)
        return g_strdup(words[mode->kind ? mode->kind : MODE_REPLACE]);
    GString *out = g_string_new("upsert by ");
    for (guint i = 0; i < mode->keys->len; i++) {
        const struct fragment *key = g_ptr_array_index(mode->keys, i);
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", key->text);
    }
    return g_string_free(out, FALSE);
}

/* As it is written, variables as such; where the plan has stars in it, the plan's. */
static char *query_text(const struct operation *operation, const json_t *told)
{
    const struct fragment *body = &operation->statement->body;
    const char *known = json_string_value(
        json_object_get(told, operation->type == OPERATION_LOAD ? "where" : "query"));
    if (!fragment_present(body))
        return NULL;
    return known && strcmp(known, body->text) != 0 ? g_strdup(known) : span_dup(body->span);
}

/* The connector of the profile that a statement names. */
static char *connection_name(const struct operation *operation)
{
    const struct statement *statement = operation->statement;
    const struct value *given = value_get(statement->options, "connection");
    if (!operation->params)
        return NULL;
    if (given && given->text)
        return g_strdup(given->text);
    const char *target = statement->target.text;
    return target ? g_strndup(target, strcspn(target, "/")) : NULL;
}

static json_t *outcome_object(const struct making *making, const struct operation *operation)
{
    const json_t *step = g_hash_table_lookup(making->outcomes, operation);
    if (!step)
        return json_null();
    const json_t *error = json_object_get(step, "error");
    json_t *message = json_object_get(error ? error : step, "message");
    json_t *rows = json_object_get(step, "rows");
    json_t *duration = json_object_get(step, "duration_us");
    json_t *status = json_object_get(step, "status");
    return json_pack("{s:O?, s:O?, s:O?, s:O?}", "status", status, "rows", rows, "duration_us",
                     duration, "message", message);
}

static json_t *reads_array(const struct making *making, const struct operation *operation)
{
    json_t *array = json_array();
    const GPtrArray *tables = making->input->lineage->tables;
    for (guint i = 0; i < tables->len; i++) {
        const struct lineage_table *table = g_ptr_array_index(tables, i);
        if (g_ptr_array_find(table->readers, operation, NULL))
            json_array_append_new(array, json_integer(i));
    }
    return array;
}

static void set_place(json_t *object, const struct operation *operation)
{
    json_object_set_new(object, "file", results_text(operation->statement->span.text->path));
    json_object_set_new(object, "line", json_integer(operation->place.line));
    json_object_set_new(object, "column", json_integer(operation->place.column));
}

/* What its connector is told, and how. */
static void set_connector(json_t *object, const struct operation *operation, const json_t *told)
{
    g_autofree char *connection = connection_name(operation);
    g_autofree char *mode = mode_text(operation);
    json_t *options = json_object_get(told, "params");
    json_t *connector = json_object_get(told, "connector");
    json_object_set(object, "connector", connector ? connector : json_null());
    json_object_set_new(object, "connection", results_text(connection));
    json_object_set_new(object, "mode", results_text(mode));
    json_t *destination = json_object_get(told, "destination");
    json_object_set(object, "destination", destination ? destination : json_null());
    g_autofree char *query = query_text(operation, told);
    json_object_set_new(object, "query", results_text(query));
    json_object_set_new(object, "options",
                        pairs_of(options ? options : json_object_get(told, "options")));
    json_object_set_new(object, "tags", model_texts(options_list(operation->common, "tags")));
}

static json_t *step_object(const struct making *making, const struct node *node)
{
    const struct operation *operation = node->operation;
    const struct lineage_table *table =
        g_hash_table_lookup(making->input->lineage->made, operation);
    g_autofree char *description = description_of(operation->statement->comment);
    json_t *object = json_object();
    json_object_set_new(
        object, "pipeline",
        json_integer(GPOINTER_TO_UINT(g_hash_table_lookup(making->pipelines, operation)) - 1));
    json_object_set_new(object, "cluster",
                        node->cluster ? json_integer(node->cluster - 1) : json_null());
    json_object_set_new(object, "id", results_text(operation->id));
    json_object_set_new(object, "kind", json_string(node_kind_name(node->kind)));
    json_object_set_new(object, "name", results_text(operation->name));
    json_object_set_new(object, "label", results_text(node->name));
    json_object_set_new(object, "description", results_text(description));
    set_place(object, operation);
    set_connector(object, operation, g_hash_table_lookup(making->operations, operation));
    json_object_set_new(object, "table", table ? json_integer(table->index) : json_null());
    json_object_set_new(object, "reads", reads_array(making, operation));
    json_object_set_new(object, "run", outcome_object(making, operation));
    return object;
}

json_t *model_steps(const struct making *making)
{
    json_t *array = json_array();
    for (guint i = 0; i < making->input->graph->nodes->len; i++)
        json_array_append_new(array, step_object(making, graph_node(making->input->graph, i)));
    return array;
}
