/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/write.h"

#include "connect/format/format.h"
#include "run/inputs.h"
#include "run/steps/growing.h"
#include "run/steps/outside.h"
#include "run/steps/remote.h"

/* Opens the files of a SOURCE operation: those that are among the task's inputs. */
static struct relation *scan_source(const struct operation *source, const struct task *task,
                                    GError **error)
{
    struct relation *made = NULL;
    if (!source->connector->format->scan(source->options, NULL, &made, error))
        return NULL;
    AUTO(relation) relation = made;
    return inputs_cover(task->inputs, relation->paths, error) ? g_steal_pointer(&relation) : NULL;
}

/* The copies of its objects are there as long as the run. */
static struct relation *copy_source(struct worker *worker, struct task *task, GError **error)
{
    struct remote remote;
    struct relation *relation = NULL;
    if (remote_open(&remote, worker, task, NULL, NULL, error)) {
        remote_keep(&remote);
        relation = g_steal_pointer(&remote.relation);
    }
    remote_clear(&remote);
    return relation;
}

/* The second name is for a schema of INCLUDE, where the bare name is looked for in `main`, too. */
bool step_check_source_name(const struct engine_class *class, struct session *session,
                            const struct operation *source, GError **error)
{
    const char *names[] = {source->name, source->alias ? source->statement->name.text : NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!names[i] || class->table_exists(session, names[i]) == TABLE_NONE)
            continue;
        error_set(error, ERROR_USAGE,
                  "'%s' is a source here, and a table of the database: LOAD it, give it another "
                  "name, or drop the table",
                  names[i]);
        return false;
    }
    return true;
}

bool step_define_source(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *source = task->operation;
    if (!step_check_source_name(crew->class, worker->session, source, error))
        return false;
    if (!source->connector->format)
        return outside_define(worker, task, error);
    AUTO(relation)
    relation =
        source->storage ? copy_source(worker, task, error) : scan_source(source, task, error);
    if (!relation || !crew->class->define_source(crew->engine, source->name, relation, error))
        return false;
    g_clear_pointer(&crew->opened[task->index], g_ptr_array_unref);
    crew->opened[task->index] = g_ptr_array_ref(task->inputs);
    return true;
}

static bool load_nothing(struct task *task)
{
    task->written.rows = (struct row_counts){.read = 0};
    return true;
}

static bool load_remote(struct worker *worker, struct task *task, struct growth *growth,
                        const struct target *target, GError **error)
{
    const struct fragment *body = &task->operation->statement->body;
    const char *where = fragment_present(body) ? body->text : NULL;
    struct remote remote;
    bool loaded = remote_open(&remote, worker, task, growth, target, error);
    if (loaded && remote.relation) {
        loaded = worker->crew->class->load(worker->session, target, remote.relation, where,
                                           &task->written, error);
        remote_name(&remote, &task->written, error);
    } else if (loaded) {
        loaded = load_nothing(task);
    }
    remote_clear(&remote);
    return loaded;
}

static bool load_relation(struct worker *worker, struct task *task, struct growth *growth,
                          const struct target *target, GError **error)
{
    const struct fragment *body = &task->operation->statement->body;
    const char *where = fragment_present(body) ? body->text : NULL;
    AUTO(relation) relation = scan_source(growth->source, task, error);
    if (!relation || !growth_choose_files(growth, target, relation->paths, error))
        return false;
    const bool is_all_known = growth->files && growth->files->len == 0;
    if (!is_all_known)
        return worker->crew->class->load(worker->session, target, relation, where, &task->written,
                                         error);
    return load_nothing(task);
}

/* By where the source's rows are. */
static bool load_from(struct worker *worker, struct task *task, struct growth *growth,
                      const struct target *target, GError **error)
{
    if (!growth->source->connector->format)
        return outside_load(worker, task, target, error);
    return growth->source->storage ? load_remote(worker, task, growth, target, error)
                                   : load_relation(worker, task, growth, target, error);
}

bool step_load(struct worker *worker, struct task *task, GError **error)
{
    struct write_target write;
    struct growth growth;
    write_target_init(&write, task->operation);
    bool loaded = growth_init(&growth, worker, task, &write.target, error) &&
                  load_from(worker, task, &growth, &write.target, error) &&
                  growth_finish(&growth, error);
    growth_clear(&growth);
    write_target_clear(&write);
    task->rows = loaded ? task->written.rows.read : -1;
    return loaded;
}
