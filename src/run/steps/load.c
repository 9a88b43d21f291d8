/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/write.h"

#include "run/inputs.h"
#include "run/steps/outside.h"

/* Opens the files of a SOURCE operation: those that are among the task's inputs. */
static struct relation *scan_source(const struct operation *source, const struct task *task,
                                    GError **error)
{
    struct relation *made = NULL;
    if (!source->connector->scan(source->options, &made, error))
        return NULL;
    AUTO(relation) relation = made;
    return inputs_cover(task->inputs, relation->paths, error) ? g_steal_pointer(&relation) : NULL;
}

bool step_define_source(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *source = task->operation;
    if (source->connector->batches)
        return outside_define(worker, task, error);
    AUTO(relation) relation = scan_source(source, task, error);
    if (!relation || !crew->class->define_source(crew->engine, source->name, relation, error))
        return false;
    g_clear_pointer(&crew->opened[task->index], g_ptr_array_unref);
    crew->opened[task->index] = g_ptr_array_ref(task->inputs);
    return true;
}

bool step_load(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *operation = task->operation;
    const struct operation *source = g_ptr_array_index(crew->plan->operations, operation->source);
    const struct fragment *body = &operation->statement->body;
    if (source->connector->batches)
        return outside_load(worker, task, error);
    AUTO(relation) relation = scan_source(source, task, error);
    if (!relation)
        return false;
    struct write_target write;
    write_target_init(&write, operation);
    const char *where = fragment_present(body) ? body->text : NULL;
    bool loaded =
        crew->class->load(worker->session, &write.target, relation, where, &task->written, error);
    write_target_clear(&write);
    task->rows = loaded ? task->written.rows.read : -1;
    return loaded;
}
