/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/write.h"

#include "run/inputs.h"
#include "run/steps/growing.h"
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

static bool load_relation(struct worker *worker, struct task *task, struct growth *growth,
                          const struct target *target, GError **error)
{
    const struct fragment *body = &task->operation->statement->body;
    const char *where = fragment_present(body) ? body->text : NULL;
    AUTO(relation) relation = scan_source(growth->source, task, error);
    if (!relation || !growth_choose_files(growth, target, relation, error))
        return false;
    const bool is_all_known = growth->files && growth->files->len == 0;
    if (!is_all_known)
        return worker->crew->class->load(worker->session, target, relation, where, &task->written,
                                         error);
    task->written.rows = (struct row_counts){.read = 0};
    return true;
}

bool step_load(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *source =
        g_ptr_array_index(crew->plan->operations, task->operation->source);
    struct write_target write;
    struct growth growth;
    write_target_init(&write, task->operation);
    bool loaded =
        growth_init(&growth, worker, task, &write.target, error) &&
        (source->connector->batches ? outside_load(worker, task, &write.target, error)
                                    : load_relation(worker, task, &growth, &write.target, error)) &&
        growth_finish(&growth, error);
    growth_clear(&growth);
    write_target_clear(&write);
    task->rows = loaded ? task->written.rows.read : -1;
    return loaded;
}
