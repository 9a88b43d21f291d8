/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/remote.h"

#include "base/error.h"
#include "connect/format/format.h"
#include "run/objects.h"
#include "run/temporary.h"

static void add_moved(void *worker, gint64 bytes)
{
    worker_add_moved(worker, bytes);
}

struct storage_use remote_use(struct worker *worker, const struct operation *operation)
{
    struct storage_use use = objects_use(worker->crew->plan, operation, &worker->is_interrupted);
    use.moved = add_moved;
    use.moved_data = worker;
    return use;
}

char *remote_place(const struct worker *worker, const struct task *task, const char *what,
                   GError **error)
{
    const struct crew *crew = worker->crew;
    const char *wanted = crew->engine_options ? crew->engine_options->temp_directory : NULL;
    const char *folder = wanted ? wanted : crew->folder ? crew->folder : g_get_tmp_dir();
    g_autofree char *name = g_strdup_printf(".%s-%u.tmp-%s", what, task->index, crew->token);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    return temporary_note(crew->folder, absolute, error) ? g_steal_pointer(&absolute) : NULL;
}

struct relation *remote_relation(const struct task *task, const char *path, GError **error)
{
    const struct operation *operation = task->operation;
    struct relation *relation = NULL;
    g_autofree char *name = storage_name(operation->destination);
    return operation->connector->format->sink(operation->options, name, path, &relation, error)
               ? relation
               : NULL;
}

/* Objects are those that the step began with; of local files inputs_check sees to it. */
static bool check_covered(const struct task *task, const GPtrArray *listed, GError **error)
{
    for (guint i = 0; i < listed->len; i++) {
        const struct file_identity *now = g_ptr_array_index(listed, i);
        const struct file_identity *before = file_identities_find(task->inputs, now->path);
        if (before && (!now->version || file_identity_equal(before, now)))
            continue;
        error_set(error, ERROR_DATA, "'%s' %s while files were read", now->path,
                  before ? "was changed" : "appeared");
        return false;
    }
    return true;
}

static bool is_in(const GPtrArray *paths, const char *path)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)paths, path, g_str_equal, NULL);
}

/* Leaves what is new. */
static bool choose(struct growth *growth, const struct target *target, GPtrArray *listed,
                   GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < listed->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(listed, i);
        g_ptr_array_add(paths, g_strdup(identity->path));
    }
    if (!growth_choose_files(growth, target, paths, error))
        return false;
    for (guint i = listed->len; i-- > 0;) {
        const struct file_identity *identity = g_ptr_array_index(listed, i);
        if (!is_in(paths, identity->path))
            g_ptr_array_remove_index(listed, i);
    }
    return true;
}

static GPtrArray *list(const struct storage_use *use, const struct task *task,
                       const struct operation *source, GError **error)
{
    g_autoptr(GPtrArray) listed = objects_listed(use, source, error);
    return listed && check_covered(task, listed, error) ? g_steal_pointer(&listed) : NULL;
}

static bool fetch(struct remote *remote, struct worker *worker, const struct task *task,
                  const struct operation *source, const GPtrArray *listed, GError **error)
{
    const struct storage_use use = remote_use(worker, source);
    g_autofree char *place = remote_place(worker, task, "fetched", error);
    remote->spool = place ? spool_new(place, error) : NULL;
    if (!remote->spool)
        return false;
    const struct fragment *body = &task->operation->statement->body;
    const bool has_condition = task->operation->type == OPERATION_LOAD && fragment_present(body);
    const struct fetching fetching = {
        .use = &use,
        .source = source,
        .class = worker->crew->class,
        .session = worker->session,
        .spool = remote->spool,
        .where = has_condition ? body->text : NULL,
    };
    remote->relation = objects_fetch(&fetching, listed, error);
    return remote->relation != NULL;
}

bool remote_open(struct remote *remote, struct worker *worker, struct task *task,
                 struct growth *growth, const struct target *target, GError **error)
{
    *remote = (struct remote){.spool = NULL};
    const struct operation *source = growth ? growth->source : task->operation;
    const struct storage_use use = remote_use(worker, source);
    g_autoptr(GPtrArray) listed = list(&use, task, source, error);
    if (!listed || (growth && !choose(growth, target, listed, error)))
        return false;
    return listed->len == 0 || fetch(remote, worker, task, source, listed, error);
}

void remote_clear(struct remote *remote)
{
    spool_free(remote->spool);
    relation_free(remote->relation);
}

void remote_keep(struct remote *remote)
{
    spool_keep(remote->spool);
}

void remote_name(const struct remote *remote, struct written *written, GError **error)
{
    if (!remote->relation)
        return;
    if (error && *error)
        objects_name_error(remote->relation, *error);
    for (guint i = 0; written->notes && i < written->notes->len; i++) {
        char *line = g_ptr_array_index(written->notes, i);
        g_ptr_array_index(written->notes, i) = objects_named(remote->relation, line);
        g_free(line);
    }
}
