/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan tells about its steps is taken from its own document, sqlflow.plan/1: there is one
 * place only that knows which values are secret.
 */
#include "docs/description.h"
#include "docs/model_part.h"
#include "run/results.h"

#include <string.h>

static const struct docs_pipeline *pipeline_at(const struct making *making, guint index)
{
    return &making->input->pipelines[index];
}

/* Some SET of the name puts its value together from others.
 * NOLINTNEXTLINE(misc-no-recursion): the parser bounds how deep IFs are */
static bool is_composed(const GPtrArray *statements, const char *name)
{
    for (guint i = 0; i < statements->len; i++) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        for (guint k = 0; statement->branches && k < statement->branches->len; k++) {
            const struct branch *branch = g_ptr_array_index(statement->branches, k);
            if (is_composed(branch->statements, name))
                return true;
        }
        if (statement->kind != STATEMENT_SET)
            continue;
        g_autofree char *set = span_dup(statement->name.span);
        g_autofree char *value = span_dup(statement->target.span);
        if (strcmp(set, name) == 0 && strchr(value, '$'))
            return true;
    }
    return false;
}

/* Values that come from elsewhere are no part of the documentation: they may be anything. */
static bool is_written(const struct plan *plan, const struct variable_use *use)
{
    for (guint i = 0; i < plan->script->trees->len; i++)
        if (is_composed(g_ptr_array_index(plan->script->trees, i), use->name))
            return false;
    return use->origin == ORIGIN_SET || use->origin == ORIGIN_DEFAULT;
}

static json_t *variable_object(const struct plan *plan, const json_t *values,
                               const struct variable_use *use)
{
    const char *value = json_string_value(json_object_get(values, use->name));
    json_t *object = json_object();
    json_object_set_new(object, "name", results_text(use->name));
    json_object_set_new(object, "value", results_text(is_written(plan, use) ? value : NULL));
    json_object_set_new(object, "from", json_string(variable_origin_name(use->origin)));
    json_object_set_new(object, "file", results_text(use->at.text ? use->at.text->path : NULL));
    const guint line = use->at.text ? text_place(use->at.text, use->at.offset).line : 0;
    json_object_set_new(object, "line", line ? json_integer(line) : json_null());
    return object;
}

static json_t *variables_array(const struct docs_pipeline *pipeline, const json_t *document)
{
    json_t *array = json_array();
    const struct variables *variables = pipeline->plan->script->variables;
    const GPtrArray *uses = variables ? variables_uses(variables) : NULL;
    for (guint i = 0; uses && i < uses->len; i++)
        json_array_append_new(array, variable_object(pipeline->plan,
                                                     json_object_get(document, "variables"),
                                                     g_ptr_array_index(uses, i)));
    return array;
}

/* The comment at the top of its file, if that isn't about the statement below it. */
static char *pipeline_description(const struct plan *plan)
{
    const struct span comment = description_of_file(plan->script->text);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        const struct span own = operation->statement->comment;
        if (own.text == comment.text && own.offset == comment.offset)
            return NULL;
    }
    return description_of(comment);
}

static json_t *includes_array(const struct plan *plan)
{
    json_t *array = json_array();
    for (guint i = 0; i < plan->script->texts->len; i++) {
        const struct text *text = g_ptr_array_index(plan->script->texts, i);
        json_array_append_new(array, results_text(text->path));
    }
    return array;
}

static json_t *run_object(const struct docs_pipeline *pipeline)
{
    if (!pipeline->run_id)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:I}", "id", results_text(pipeline->run_id), "outcome",
                     results_text(pipeline->outcome), "started_at",
                     results_text(pipeline->started_at), "duration_us",
                     (json_int_t)pipeline->duration_us);
}

static json_t *pipeline_object(const struct docs_pipeline *pipeline, const json_t *document)
{
    g_autofree char *description = pipeline_description(pipeline->plan);
    json_t *object = json_object();
    json_object_set_new(object, "name", results_text(pipeline->plan->pipeline));
    json_object_set_new(object, "path", results_text(pipeline->plan->script->text->path));
    json_object_set_new(object, "description", results_text(description));
    json_object_set_new(object, "includes", includes_array(pipeline->plan));
    json_object_set_new(object, "variables", variables_array(pipeline, document));
    json_object_set_new(object, "run", run_object(pipeline));
    return object;
}

static json_t *clusters_array(const struct graph *graph)
{
    json_t *array = json_array();
    for (guint i = 0; i < graph->clusters->len; i++) {
        const struct cluster *cluster = g_ptr_array_index(graph->clusters, i);
        json_t *outer = cluster->outer ? json_integer(cluster->outer - 1) : json_null();
        json_array_append_new(
            array, json_pack("{s:o, s:s, s:o}", "name", results_text(cluster->name), "kind",
                             cluster->is_pipeline ? "pipeline" : "include", "outer", outer));
    }
    return array;
}

static json_t *edges_array(const struct graph *graph)
{
    json_t *array = json_array();
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        json_array_append_new(array, json_pack("{s:i, s:i, s:b}", "from", (int)edge->from, "to",
                                               (int)edge->to, "is_data", (int)edge->for_data));
    }
    return array;
}

static gint by_name(gconstpointer left, gconstpointer right)
{
    const struct connector *one = *(const struct connector *const *)left;
    const struct connector *other = *(const struct connector *const *)right;
    return strcmp(one->name, other->name);
}

static json_t *connector_object(const struct making *making, const struct connector *connector)
{
    json_t *object = json_object();
    json_t *steps = json_array();
    json_object_set_new(object, "name", results_text(connector->name));
    json_object_set_new(object, "summary", results_text(connector->summary));
    json_object_set_new(object, "steps", steps);
    for (guint i = 0; i < making->input->graph->nodes->len; i++) {
        const struct operation *operation = graph_node(making->input->graph, i)->operation;
        if (operation->connector == connector)
            json_array_append_new(steps, json_integer(i));
    }
    return object;
}

static json_t *connectors_array(const struct making *making)
{
    json_t *array = json_array();
    g_autoptr(GPtrArray) used = g_ptr_array_new();
    for (guint i = 0; i < making->input->graph->nodes->len; i++) {
        const struct operation *operation = graph_node(making->input->graph, i)->operation;
        if (operation->connector && !g_ptr_array_find(used, operation->connector, NULL))
            g_ptr_array_add(used, (gpointer)(guintptr)operation->connector);
    }
    g_ptr_array_sort(used, by_name);
    for (guint i = 0; i < used->len; i++)
        json_array_append_new(array, connector_object(making, g_ptr_array_index(used, i)));
    return array;
}

/* The steps of the last run by their ids. */
static GHashTable *outcomes_of(const struct docs_pipeline *pipeline)
{
    GHashTable *steps = g_hash_table_new(g_str_hash, g_str_equal);
    const json_t *array = json_object_get(pipeline->results, "steps");
    for (gsize i = 0; i < json_array_size(array); i++) {
        json_t *step = json_array_get(array, i);
        const char *id = json_string_value(json_object_get(step, "id"));
        if (id)
            g_hash_table_insert(steps, (gpointer)(guintptr)id, step);
    }
    return steps;
}

/* Its plan's document, whose operations are in the order of the plan. */
static json_t *learn_pipeline(struct making *making, guint index)
{
    const struct docs_pipeline *pipeline = pipeline_at(making, index);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GHashTable) outcomes = outcomes_of(pipeline);
    plan_write_json(pipeline->plan, text);
    json_t *document = json_loadb(text->str, text->len, 0, NULL);
    for (guint i = 0; i < pipeline->plan->operations->len; i++) {
        struct operation *operation = g_ptr_array_index(pipeline->plan->operations, i);
        json_t *outcome = g_hash_table_lookup(outcomes, operation->id);
        g_hash_table_insert(making->operations, operation,
                            json_array_get(json_object_get(document, "operations"), i));
        g_hash_table_insert(making->pipelines, operation, GUINT_TO_POINTER(index + 1));
        if (outcome && operation->type != OPERATION_SOURCE)
            g_hash_table_insert(making->outcomes, operation, outcome);
    }
    return document;
}

static json_t *pipelines_array(const struct making *making, json_t *const *documents)
{
    json_t *array = json_array();
    for (guint i = 0; i < making->input->pipeline_count; i++)
        json_array_append_new(array, pipeline_object(pipeline_at(making, i), documents[i]));
    return array;
}

json_t *docs_model(const struct docs_input *input)
{
    g_autoptr(GHashTable) operations = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) pipelines = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) steps = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) outcomes = g_hash_table_new(NULL, NULL);
    struct making making = {.input = input,
                            .operations = operations,
                            .pipelines = pipelines,
                            .steps = steps,
                            .outcomes = outcomes};
    g_autofree json_t **documents = g_new0(json_t *, input->pipeline_count + 1);
    for (guint i = 0; i < input->pipeline_count; i++)
        documents[i] = learn_pipeline(&making, i);
    for (guint i = 0; i < input->graph->nodes->len; i++)
        g_hash_table_insert(steps, (gpointer)(guintptr)graph_node(input->graph, i)->operation,
                            GUINT_TO_POINTER(i + 1));
    json_t *model =
        json_pack("{s:s, s:o}", "format", DOCS_FORMAT, "project", results_text(input->project));
    json_object_set_new(model, "profiles", model_profiles(input));
    json_object_set_new(model, "pipelines", pipelines_array(&making, documents));
    json_object_set_new(model, "clusters", clusters_array(input->graph));
    json_object_set_new(model, "steps", model_steps(&making));
    json_object_set_new(model, "edges", edges_array(input->graph));
    json_object_set_new(model, "tables", model_tables(&making));
    json_object_set_new(model, "connectors", connectors_array(&making));
    for (guint i = 0; i < input->pipeline_count; i++)
        json_decref(documents[i]);
    return model;
}
