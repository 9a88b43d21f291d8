/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/step.h"

#include "lang/lexer.h"
#include "run/inputs.h"

#include <string.h>

struct step_kind {
    step_function run;
    bool has_transaction;
    bool checks_inputs; /* itself, before its effect */
};

static const struct step_kind step_kinds[] = {
    [OPERATION_SOURCE] = {.run = step_define_source},
    [OPERATION_LOAD] = {.run = step_load, .has_transaction = true},
    [OPERATION_TRANSFORM] = {.run = step_transform, .has_transaction = true},
    [OPERATION_CHECK] = {.run = step_check, .has_transaction = true},
    [OPERATION_EXPORT] = {.run = step_export, .has_transaction = true, .checks_inputs = true},
    [OPERATION_SQL] = {.run = step_sql, .has_transaction = true},
    [OPERATION_QUERY] = {.run = step_query, .has_transaction = true},
};

guint8 *step_choose(const struct plan *plan, const guint8 *selected)
{
    guint8 *is_step = g_new0(guint8, plan->operations->len);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        if (operation->type == OPERATION_SOURCE || (selected && !selected[i]))
            continue;
        is_step[i] = 1;
        const GArray *sources = operation->unloaded_sources;
        for (guint j = 0; sources && j < sources->len; j++)
            is_step[g_array_index(sources, guint, j)] = 1;
    }
    return is_step;
}

bool step_check_inputs(const struct worker *worker, const struct task *task, GError **error)
{
    return inputs_check(task->inputs, worker->crew->plan, task->operation, error);
}

/* A file that changed is why the engine failed, whatever it says. */
static void explain(const struct worker *worker, const struct task *task, GError **error)
{
    g_autoptr(GError) change = NULL;
    enum error_kind kind = error_kind(*error);
    if (kind == ERROR_CANCELLED || kind == ERROR_LOST || step_check_inputs(worker, task, &change) ||
        strcmp((*error)->message, change->message) == 0)
        return;
    g_autoptr(GError) failure = g_steal_pointer(error);
    error_set(error, ERROR_DATA, "%s: %s", change->message, failure->message);
}

GPtrArray *step_outputs(struct task *task)
{
    if (!task->outputs)
        task->outputs = file_identities_new();
    return task->outputs;
}

bool step_run(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const struct step_kind *kind = &step_kinds[task->operation->type];
    GPtrArray *inputs = operation_inputs(crew->plan, task->operation, crew->opened, error);
    if (!inputs)
        return false;
    g_clear_pointer(&task->inputs, g_ptr_array_unref);
    task->inputs = inputs;
    const bool has_run = kind->run(worker, task, error);
    if (worker->session) /* a failed statement for all sessions ends them */
        crew->class->take_notes(worker->session, &task->written);
    if (has_run && (kind->checks_inputs || step_check_inputs(worker, task, error)))
        return true;
    explain(worker, task, error);
    return false;
}

/* A statement for all sessions belongs to none of their transactions. */
static bool is_for_sessions(const struct operation *operation)
{
    return operation->type == OPERATION_SQL && operation->class == SQL_SESSION;
}

bool step_has_transaction(const struct operation *operation)
{
    return step_kinds[operation->type].has_transaction && !is_for_sessions(operation);
}

bool step_is_outside(const struct worker *worker, const struct operation *operation)
{
    const struct engine_class *class = worker->crew->class;
    if (operation->type == OPERATION_EXPORT)
        return false; /* what it writes is no table of the engine's */
    if (operation->type == OPERATION_SQL && operation->class == SQL_DEFINITION)
        return g_str_has_prefix(operation->name, "copy") ||
               class->is_outside(worker->session, NULL);
    for (guint i = 0; i < operation->writes->len; i++)
        if (class->is_outside(worker->session, g_ptr_array_index(operation->writes, i)))
            return true;
    return false;
}

bool step_check_repeatable(const struct operation *operation, GError **error)
{
    const bool is_data = operation->type != OPERATION_SQL || operation->class == SQL_DATA;
    if (operation->is_replacing || !is_data ||
        (operation->common && options_boolean(operation->common, "repeatable", FALSE)))
        return true;
    error_set(
        error, ERROR_PLAN,
        "it changes an attached database, which can't be recorded in one transaction with the "
        "journal: after a crash it might be done twice. Replace the table (LOAD, or CREATE OR "
        "REPLACE TABLE .. AS), or use a mode with OPTIONS {\"repeatable\": true}");
    return false;
}

bool step_packs_text(const struct relation *relation)
{
    const struct setting *setting = relation_get(relation, "compression");
    return strcmp(relation->format, "parquet") != 0 && setting &&
           strcmp(setting->text, "none") != 0;
}

bool step_is_alone(const struct operation *operation)
{
    return operation->is_barrier || is_for_sessions(operation);
}

static const struct options *common_of(const struct plan *plan, guint index, const char *name)
{
    const struct operation *operation = g_ptr_array_index(plan->operations, index);
    const struct options *common = operation->common;
    return common && options_text(common, name) ? common : NULL;
}

const struct options *step_common(const struct plan *plan, const struct operation *operation,
                                  const char *name)
{
    if (operation->common && options_text(operation->common, name))
        return operation->common;
    if (operation->type == OPERATION_LOAD)
        return common_of(plan, operation->source, name);
    const struct options *found = NULL;
    const GArray *sources = operation->unloaded_sources;
    for (guint i = 0; sources && i < sources->len && !found; i++)
        found = common_of(plan, g_array_index(sources, guint, i), name);
    return found;
}

struct span step_error_place(const struct operation *operation, const GError *error)
{
    const struct statement *statement = operation->statement;
    gint64 position = error_details(error)->position;
    bool is_inside = position >= 0 && (gsize)position <= statement->body.length;
    if (is_inside && fragment_present(&statement->body))
        return span_widen(fragment_place(&statement->body, (gsize)position));
    return statement->span;
}
