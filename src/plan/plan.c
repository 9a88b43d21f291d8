/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include "plan/planner.h"
#include "plan/secret.h"

#include <string.h>

static void operation_free(gpointer pointer)
{
    struct operation *operation = pointer;
    if (!operation)
        return;
    options_free(operation->options);
    options_free(operation->common);
    options_free(operation->growing);
    options_free(operation->storage);
    value_free(operation->params);
    g_ptr_array_unref(operation->reads);
    g_ptr_array_unref(operation->writes);
    g_clear_pointer(&operation->unloaded_sources, g_array_unref);
    g_clear_pointer(&operation->dependencies, g_array_unref);
    g_free(operation);
}

static void step_clear(gpointer pointer)
{
    struct step *step = pointer;
    operation_free(step->operation);
}

static void resource_free(gpointer pointer)
{
    struct resource *resource = pointer;
    g_clear_pointer(&resource->writes, g_array_unref);
    g_clear_pointer(&resource->reads, g_array_unref);
    g_clear_pointer(&resource->checks, g_array_unref);
    g_clear_pointer(&resource->parents, g_ptr_array_unref);
    g_free(resource);
}

static void folder_free(gpointer pointer)
{
    g_ptr_array_unref(pointer);
}

static void planner_init(struct planner *planner, struct script *script,
                         const struct plan_input *input, struct diagnostics *diagnostics)
{
    *planner = (struct planner){
        .input = input,
        .diagnostics = diagnostics,
        .script = script,
        .steps = g_array_sized_new(FALSE, FALSE, sizeof(struct step), script->items->len),
        .resources = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, resource_free),
        .listed = g_ptr_array_new(),
        .links = g_ptr_array_new(),
        .strings = g_string_chunk_new(4096),
        .scratch = arena_new(),
        .sources = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, folder_free),
        .exports = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .ids = g_hash_table_new(g_str_hash, g_str_equal),
        .names = g_hash_table_new(g_str_hash, g_str_equal),
        .edges = g_array_new(FALSE, FALSE, sizeof(struct edge)),
        .catalog = profile_catalog(input->profile),
    };
    g_array_set_clear_func(planner->steps, step_clear);
}

static void planner_clear(struct planner *planner)
{
    g_array_unref(planner->steps);
    g_ptr_array_unref(planner->listed);
    g_ptr_array_unref(planner->links);
    g_hash_table_unref(planner->resources);
    g_hash_table_unref(planner->sources);
    g_hash_table_unref(planner->folders);
    g_hash_table_unref(planner->exports);
    g_hash_table_unref(planner->ids);
    g_hash_table_unref(planner->names);
    g_array_unref(planner->edges);
    adjacency_clear(&planner->waits);
    g_clear_pointer(&planner->strings, g_string_chunk_free);
    arena_free(planner->scratch);
    secrets_free(planner->secrets);
    g_free(planner->catalog);
}

struct step *planner_step(const struct planner *planner, guint index)
{
    return &g_array_index(planner->steps, struct step, index);
}

char *planner_keep(struct planner *planner, char *text)
{
    char *kept = g_string_chunk_insert(planner->strings, text);
    g_free(text);
    return kept;
}

bool planner_may_hint(const struct planner *planner)
{
    return diagnostics_errors(planner->diagnostics) < 5 * DIAGNOSTICS_SHOWN;
}

/* Twice plain CREATE of one table: the second would take the first one's rows away unseen. */
static void check_creates(struct planner *planner)
{
    for (guint i = 0; i < planner->steps->len; i++) {
        const struct step *step = planner_step(planner, i);
        for (guint k = 0; k < step->writes.count; k++) {
            struct resource *resource = link_at(planner, &step->writes, k);
            if (step->drops)
                resource->created_by = 0;
            if (!step->is_plain_create || k > 0)
                continue;
            if (resource->created_by) {
                const struct operation *first =
                    planner_step(planner, resource->created_by - 1)->operation;
                diagnostics_add(planner->diagnostics, SF_CREATED_TWICE,
                                statement_head(step->operation->statement),
                                "a new version is written CREATE OR REPLACE",
                                "'%s' is created twice", resource->key);
                diagnostics_relate(planner->diagnostics, statement_head(first->statement),
                                   "first here");
            }
            resource->created_by = i + 1;
        }
    }
}

/* LOAD replaces the rows, not the table, where the file declares the table with its columns. */
static void keep_declarations(struct planner *planner)
{
    for (guint i = 0; i < planner->steps->len; i++) {
        struct step *step = planner_step(planner, i);
        for (guint k = 0; k < step->writes.count; k++) {
            struct resource *resource = link_at(planner, &step->writes, k);
            if (step->operation->type == OPERATION_LOAD)
                step->operation->keep_declaration = resource->is_declared && step->is_replacing;
            else if (step->is_replacing || step->drops)
                resource->is_declared = step->summary && step->summary->declares_columns;
        }
    }
}

static gint compare_dependencies(gconstpointer left, gconstpointer right)
{
    const struct dependency *a = left;
    const struct dependency *b = right;
    return a->operation < b->operation ? -1 : a->operation > b->operation;
}

/* `places` are the steps' indices in the plan; `none` is shared by all that have no such source. */
static void fill_dependencies(const struct planner *planner, guint index, const guint *places,
                              GArray *none)
{
    const struct step *step = planner_step(planner, index);
    guint count = 0;
    const struct edge *edges = adjacency_of(&planner->waits, index, &count);
    struct operation *operation = step->operation;
    operation->dependencies = g_array_sized_new(FALSE, FALSE, sizeof(struct dependency), count);
    for (guint i = 0; i < count; i++) {
        const struct dependency dependency = {.operation = places[edges[i].to],
                                              .for_data = edges[i].for_data};
        g_array_append_val(operation->dependencies, dependency);
    }
    g_array_sort(operation->dependencies, compare_dependencies);
    if (operation->source != G_MAXUINT)
        operation->source = places[operation->source];
    if (!operation->unloaded_sources)
        operation->unloaded_sources = g_array_ref(none);
    for (guint i = 0; i < operation->unloaded_sources->len; i++) {
        guint *source = &g_array_index(operation->unloaded_sources, guint, i);
        *source = places[*source];
    }
}

/* What others go by. CREATE TABLE IF NOT EXISTS makes a table of its own only the first time. */
static void mark_effect(const struct step *step)
{
    const bool may_stay = step->operation->type == OPERATION_SQL && !step->summary->replaces;
    step->operation->is_replacing = step->is_replacing && !may_stay;
    step->operation->is_definition = step->is_definition;
}

/* Hands the operations over, in the order of the plan. */
static GPtrArray *take_operations(struct planner *planner, const GArray *order)
{
    g_autofree guint *places = g_new0(guint, order->len + 1);
    for (guint i = 0; i < order->len; i++)
        places[g_array_index(order, guint, i)] = i;
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(guint));
    GPtrArray *operations = g_ptr_array_new_full(order->len, operation_free);
    for (guint i = 0; i < order->len; i++) {
        const guint index = g_array_index(order, guint, i);
        fill_dependencies(planner, index, places, none);
        mark_effect(planner_step(planner, index));
        g_ptr_array_add(operations, g_steal_pointer(&planner_step(planner, index)->operation));
    }
    return operations;
}

static GPtrArray *make_operations(struct planner *planner)
{
    planner_build(planner);
    planner->secrets = planner_find_secrets(planner);
    diagnostics_hide(planner->diagnostics, planner->secrets);
    planner_resolve(planner);
    planner_identify(planner);
    check_creates(planner);
    keep_declarations(planner);
    planner_connect(planner);
    g_autoptr(GArray) order = planner_sort(planner);
    if (!order || diagnostics_errors(planner->diagnostics) > planner->input->earlier_errors)
        return NULL;
    planner_fingerprint(planner, order);
    return take_operations(planner, order);
}

/* Messages point into the texts: they live on in the list. */
static void keep_texts(struct script *script, struct diagnostics *diagnostics)
{
    diagnostics_keep(diagnostics, g_steal_pointer(&script->text));
    if (!script->texts)
        return;
    g_ptr_array_set_free_func(script->texts, NULL);
    for (guint i = 0; i < script->texts->len; i++)
        diagnostics_keep(diagnostics, g_ptr_array_index(script->texts, i));
    g_ptr_array_set_size(script->texts, 0);
}

struct plan *plan_new(struct script *script, const struct plan_input *input,
                      struct diagnostics *diagnostics)
{
    struct planner planner;
    planner_init(&planner, script, input, diagnostics);
    GPtrArray *operations = make_operations(&planner);
    g_autoptr(GStringChunk) strings = g_steal_pointer(&planner.strings);
    g_autofree char *catalog = g_steal_pointer(&planner.catalog);
    AUTO(secrets) secrets = g_steal_pointer(&planner.secrets);
    planner_clear(&planner);
    if (!operations) {
        keep_texts(script, diagnostics);
        script_free(script);
        return NULL;
    }
    struct plan *plan = g_new0(struct plan, 1);
    plan->pipeline = g_strdup(input->pipeline);
    plan->profile = g_strdup(input->profile->name);
    plan->engine = g_strdup(input->profile->engine);
    plan->script = script;
    plan->project = input->project;
    plan->operations = operations;
    plan->catalog = g_string_chunk_insert(strings, catalog);
    plan->strings = g_steal_pointer(&strings);
    plan->secrets = g_steal_pointer(&secrets);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    g_free(plan->pipeline);
    g_free(plan->profile);
    g_free(plan->engine);
    g_ptr_array_unref(plan->operations);
    g_clear_pointer(&plan->strings, g_string_chunk_free);
    script_free(plan->script);
    secrets_free(plan->secrets);
    g_free(plan);
}

const struct value *operation_map(const struct operation *operation)
{
    return operation->params ? operation->params : operation->statement->options;
}

const char *operation_type_name(enum operation_type type)
{
    static const char *const names[] = {
        [OPERATION_SOURCE] = "source",       [OPERATION_LOAD] = "load",
        [OPERATION_TRANSFORM] = "transform", [OPERATION_CHECK] = "check",
        [OPERATION_EXPORT] = "export",       [OPERATION_SQL] = "sql",
        [OPERATION_QUERY] = "query",
    };
    return names[type];
}
