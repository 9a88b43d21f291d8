/* SPDX-License-Identifier: Apache-2.0 */
#include "run/objects.h"
#include "run/steps/step.h"

#include "base/file.h"
#include "base/name.h"
#include "connect/format/format.h"
#include "run/steps/outside.h"
#include "run/steps/remote.h"
#include "run/temporary.h"

#include <string.h>

/* EXPORT of a query, or of a table by its name. */
static char *query_of(const struct statement *statement)
{
    if (fragment_present(&statement->body))
        return g_strdup(statement->body.text);
    g_autofree char *table = quote_name(statement->table.text);
    return g_strconcat("SELECT * FROM ", table, NULL);
}

/* What a partitioned export leaves: folders KEY=VALUE and files data_0.., at any depth. */
static bool is_of_an_export(const char *path, const char *name)
{
    if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
        return false;
    return g_file_test(path, G_FILE_TEST_IS_DIR) ? strchr(name, '=') != NULL : is_part_name(name);
}

/* The first thing below a folder that no export made, or NULL. */
static char *find_foreign(const char *folder)
{
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    for (const char *name = NULL; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!is_of_an_export(path, name))
            return g_steal_pointer(&path);
        char *foreign = g_file_test(path, G_FILE_TEST_IS_DIR) ? find_foreign(path) : NULL;
        if (foreign)
            return foreign;
    }
    return NULL;
}

/* A folder is replaced as a whole; what isn't ours must not go with it. */
static bool may_replace(const char *path, bool by_folder, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR))
        return true;
    if (!by_folder) {
        error_set(error, ERROR_USAGE, "'%s' is a folder, and this EXPORT writes one file", path);
        return false;
    }
    g_autofree char *foreign = find_foreign(path);
    if (foreign)
        error_set(error, ERROR_USAGE,
                  "the folder '%s' would be replaced as a whole, but no export made '%s': remove "
                  "it, or write to a folder of its own",
                  path, foreign);
    return !foreign;
}

/* The user knows the destination, not our hidden name beside it. True when the failure had it. */
static bool name_destination(GError *error, const struct output *output)
{
    if (!strstr(error->message, output->temporary))
        return false;
    GString *message = g_string_new(error->message);
    g_string_replace(message, output->temporary, output->path, 0);
    g_free(error->message);
    error->message = g_string_free(message, FALSE);
    return true;
}

static bool may_pack(const struct output *output, const struct relation *relation, GError **error)
{
    if (!output_is_direct(output) || !step_packs_text(relation))
        return true;
    error_set(error, ERROR_USAGE,
              "'%s' is no file, and compressed text can only be written into one: set "
              "\"compression\" to none, or write a file",
              output->path);
    return false;
}

/* Looked at before, to save the work, and after, since others write at the same time. */
static bool write_output(struct worker *worker, struct task *task, struct output *output,
                         GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *operation = task->operation;
    const struct span destination = operation->statement->target.span;
    g_autofree char *query = query_of(operation->statement);
    struct relation *made = NULL;
    if (!operation->connector->format->sink(operation->options, output->path, output->temporary,
                                            &made, error))
        return false;
    AUTO(relation) relation = made;
    task->at = destination;
    if (!may_replace(output->path, output->is_folder, error) || !may_pack(output, relation, error))
        return false;
    task->at = (struct span){0};
    if (!crew->class->export(worker->session, query, relation, &task->rows, error)) {
        if (name_destination(*error, output))
            task->at = destination;
        return false;
    }
    if (!step_check_inputs(worker, task, error))
        return false;
    task->at = destination;
    return may_replace(output->path, output->is_folder, error) && output_commit(output, error);
}

/* Noted before anything is made. */
static bool begin_output(const struct crew *crew, const struct operation *operation,
                         struct output *output, GError **error)
{
    const char *path = operation->destination;
    bool named = is_spread(operation->options)
                     ? output_init_folder(output, path, crew->token, error)
                     : output_init(output, path, crew->token, error);
    return named && temporary_note(crew->folder, output->temporary, error) &&
           output_begin(output, error);
}

bool step_export(struct worker *worker, struct task *task, GError **error)
{
    struct output output = {0};
    const bool is_outside = !task->operation->connector->format;
    if (is_outside || task->operation->storage) {
        g_autofree char *query = query_of(task->operation->statement);
        return (is_outside ? outside_export : remote_export)(worker, task, query, error);
    }
    if (!begin_output(worker->crew, task->operation, &output, error)) {
        task->at = task->operation->statement->target.span;
        output_clear(&output);
        return false;
    }
    worker_set_output(worker, output_is_direct(&output) ? NULL : output.temporary);
    bool written = write_output(worker, task, &output, error);
    if (written)
        task->bytes = file_size(output.path);
    output_clear(&output);
    worker_set_output(worker, NULL);
    return written;
}
