/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/records.h"

#include "run/steps/staged.h"

#include <string.h>

static const char *folder_of(const struct worker *worker)
{
    return worker->crew->folder ? worker->crew->folder : g_get_tmp_dir();
}

/* The user knows the source, not our file. */
static void name_source(const struct usage *usage, const struct fetched *fetched, GError *error)
{
    const char *path = g_ptr_array_index(fetched->relation->paths, 0);
    if (!strstr(error->message, path))
        return;
    g_autofree char *name = g_strdup_printf("the answer of %s", usage->connector->name);
    GString *message = g_string_new(error->message);
    g_string_replace(message, path, name, 0);
    g_free(error->message);
    error->message = g_string_free(message, FALSE);
}

static bool fail_unknown_columns(GError **error)
{
    const struct error_details details = {
        .position = -1,
        .suggestion = (char[]){"say them: \"columns\": {\"id\": \"BIGINT\", ..}"},
    };
    error_set_full(error, ERROR_DATA, &details, "there are no records, so no columns are known");
    return false;
}

static bool knows_columns(const struct fetched *fetched)
{
    return fetched->records > 0 || relation_get(fetched->relation, "columns");
}

bool records_define(struct worker *worker, struct task *task, const struct usage *usage,
                    GError **error)
{
    const struct crew *crew = worker->crew;
    struct fetched fetched;
    const bool defined =
        outside_fetch(usage, folder_of(worker), &fetched, error) &&
        (knows_columns(&fetched) || fail_unknown_columns(error)) &&
        crew->class->define_source(crew->engine, task->operation->name, fetched.relation, error);
    if (defined) {
        crew->fetched[task->index] = fetched.file;
        fetched.file = -1;
    }
    fetched_clear(&fetched);
    return defined;
}

/* A table that is there stays as it is. */
static bool load_nothing(struct worker *worker, struct task *task, const struct target *target,
                         GError **error)
{
    const bool is_kept =
        target->mode != WRITE_REPLACE &&
        worker->crew->class->table_exists(worker->session, target->name) != TABLE_NONE;
    if (!is_kept)
        return fail_unknown_columns(error);
    task->written.rows = (struct row_counts){.read = 0};
    return true;
}

static bool load_fetched(struct worker *worker, struct task *task, const struct target *target,
                         const struct fetched *fetched, GError **error)
{
    const struct fragment *body = &task->operation->statement->body;
    const char *where = fragment_present(body) ? body->text : NULL;
    return worker->crew->class->load(worker->session, target, fetched->relation, where,
                                     &task->written, error);
}

bool records_load(struct worker *worker, struct task *task, const struct target *target,
                  const struct usage *usage, GError **error)
{
    struct fetched fetched;
    bool loaded = outside_fetch(usage, folder_of(worker), &fetched, error);
    if (loaded && !knows_columns(&fetched)) {
        loaded = load_nothing(worker, task, target, error);
    } else if (loaded) {
        loaded = load_fetched(worker, task, target, &fetched, error);
        if (!loaded)
            name_source(usage, &fetched, *error);
    }
    fetched_clear(&fetched);
    return loaded;
}

bool records_export(struct worker *worker, struct task *task, const char *query,
                    const struct usage *usage, GError **error)
{
    struct staged staged;
    bool done = staged_open(&staged, worker, task, usage->token, error);
    if (done && staged.rows >= 0) {
        task->rows = staged.rows;
    } else if (done) {
        done = (staged.is_whole || staged_write(&staged, query, error)) &&
               outside_deliver(usage, staged.path, staged.progress, &task->rows, error) &&
               staged_finish(&staged, task->rows, error);
    }
    staged_clear(&staged);
    return done;
}
