/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/staged.h"

#include "base/file.h"
#include "run/resume.h"
#include "run/temporary.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_LENGTH = 16 };

/* In the folder of the run that began, when it is still there; it may hold anybody's data. */
static char *make_folder(const struct crew *crew, GError **error)
{
    const char *root = crew->recorder ? crew->recorder->journal.run.root : NULL;
    g_autofree char *parent = crew->folder ? g_path_get_dirname(crew->folder) : NULL;
    g_autofree char *first = root && parent ? g_build_filename(parent, root, NULL) : NULL;
    const bool is_there = first && path_is_folder(first);
    const char *base = is_there ? first : crew->folder ? crew->folder : g_get_tmp_dir();
    g_autofree char *folder = g_build_filename(base, "staged", NULL);
    if (!folder_make(folder, error))
        return NULL;
    if (chmod(folder, S_IRWXU) == 0)
        return g_steal_pointer(&folder);
    error_set_errno(error, errno, "%s", folder);
    return NULL;
}

static bool makes_tables(const struct operation *operation)
{
    return operation->type == OPERATION_LOAD || operation->type == OPERATION_TRANSFORM ||
           (operation->type == OPERATION_SQL && operation->class == SQL_DATA);
}

/* Does a step that this one waits for run again in a run that is continued? */
static bool has_changed(const struct crew *crew, const struct operation *operation,
                        const GArray *decisions, GHashTable *seen)
{
    for (guint i = 0; i < operation->dependencies->len; i++) {
        const guint index = g_array_index(operation->dependencies, struct dependency, i).operation;
        const struct operation *other = g_ptr_array_index(crew->plan->operations, index);
        if (!g_hash_table_add(seen, GUINT_TO_POINTER(index)))
            continue;
        if (makes_tables(other) && !g_array_index(decisions, struct decision, index).is_done)
            return true;
        if (has_changed(crew, other, decisions, seen))
            return true;
    }
    return false;
}

static bool is_stale(const struct staged *staged)
{
    const struct crew *crew = staged->worker->crew;
    const GArray *decisions = crew->recorder ? crew->recorder->decisions : NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    return decisions && staged->task->tries <= 1 &&
           has_changed(crew, staged->task->operation, decisions, seen);
}

static char *path_in(const char *folder, const char *name, const char *extension)
{
    g_autofree char *file = g_strconcat(name, extension, NULL);
    return g_build_filename(folder, file, NULL);
}

static bool read_done(struct staged *staged, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) failure = NULL;
    if (!g_file_test(staged->done, G_FILE_TEST_IS_REGULAR))
        return true;
    if (!g_file_get_contents(staged->done, &text, NULL, &failure)) {
        error_set(error, ERROR_SYSTEM, "%s", failure->message);
        return false;
    }
    staged->rows = g_ascii_strtoll(text, NULL, 10);
    return true;
}

bool staged_open(struct staged *staged, struct worker *worker, struct task *task, const char *token,
                 GError **error)
{
    *staged = (struct staged){.worker = worker, .task = task, .rows = -1};
    g_autofree char *folder = make_folder(worker->crew, error);
    if (!folder)
        return false;
    g_autofree char *name = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
    name[NAME_LENGTH] = '\0';
    staged->path = path_in(folder, name, ".ndjson");
    staged->progress = path_in(folder, name, ".sent");
    staged->done = path_in(folder, name, ".done");
    if (is_stale(staged))
        return path_remove(staged->path, error) && path_remove(staged->done, error);
    staged->is_whole = g_file_test(staged->path, G_FILE_TEST_IS_REGULAR);
    return read_done(staged, error);
}

void staged_clear(struct staged *staged)
{
    g_free(staged->path);
    g_free(staged->progress);
    g_free(staged->done);
}

static bool write_rows(const struct staged *staged, const struct output *output, const char *query,
                       GError **error)
{
    const struct worker *worker = staged->worker;
    AUTO(relation) relation = relation_new("json");
    gint64 rows = 0;
    g_ptr_array_add(relation->paths, g_strdup(output->temporary));
    relation_set(relation, "format", SETTING_TEXT, "newline_delimited");
    relation_set(relation, "compression", SETTING_TEXT, "none");
    return worker->crew->class->export(worker->session, query, relation, &rows, error);
}

bool staged_write(struct staged *staged, const char *query, GError **error)
{
    const struct crew *crew = staged->worker->crew;
    struct output output = {0};
    const bool written = output_init(&output, staged->path, crew->token, error) &&
                         temporary_note(crew->folder, output.temporary, error) &&
                         write_rows(staged, &output, query, error) &&
                         step_check_inputs(staged->worker, staged->task, error) &&
                         output_commit(&output, error);
    output_clear(&output);
    staged->is_whole = written;
    return written;
}

bool staged_finish(const struct staged *staged, gint64 rows, GError **error)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "\n", rows);
    return file_write(staged->done, text, strlen(text), error) && path_remove(staged->path, error);
}
