/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/step.h"

/* Opens the files of a SOURCE operation. */
static struct relation *scan_source(const struct operation *source, GError **error)
{
    struct relation *relation = NULL;
    return source->connector->scan(source->options, &relation, error) ? relation : NULL;
}

bool step_define_source(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *source = task->operation;
    AUTO(relation) relation = scan_source(source, error);
    return relation && crew->class->define_source(crew->engine, source->name, relation, error);
}

bool step_load(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *operation = task->operation;
    const struct statement *statement = operation->statement;
    AUTO(relation)
    relation = scan_source(g_ptr_array_index(crew->plan->operations, operation->source), error);
    if (!relation)
        return false;
    struct target target = {
        .name = statement->table.text,
        .keep_declaration = operation->keep_declaration,
    };
    const char *where = fragment_present(&statement->body) ? statement->body.text : NULL;
    return crew->class->load(worker->session, &target, relation, where, &task->rows, error);
}
