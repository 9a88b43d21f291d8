/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine writes into a pipe while the other end is sent, so that the query and the upload
 * overlap and memory stays bounded.
 *
 * Invariant: the object is whole or absent. What an upload leaves when the process dies is noted
 * before it is begun, and ended by the next export to the same address.
 */
#include "base/error.h"
#include "base/file.h"
#include "run/objects.h"
#include "run/steps/piping.h"
#include "run/steps/remote.h"
#include "run/uploads.h"

#include <unistd.h>

/* One export on its way. */
struct stream {
    struct worker *worker;
    struct task *task;
    struct upload *upload;
    const char *query;
    const struct relation *relation; /* the pipe, or the file */
};

static bool write_rows(gpointer data, GError **error)
{
    struct stream *stream = data;
    struct worker *worker = stream->worker;
    return worker->crew->class->export(worker->session, stream->query, stream->relation,
                                       &stream->task->rows, error);
}

static bool take_rows(gpointer data, int pipe, gint *is_ended, GError **error)
{
    struct stream *stream = data;
    return upload_feed(stream->upload, pipe, is_ended, error);
}

static bool send_stream(struct stream *stream, const char *place, GError **error)
{
    const struct piping piping = {.write = write_rows, .take = take_rows, .data = stream};
    return piping_run(&piping, place, error);
}

/* The web takes what has a length alone. */
static bool needs_file(const struct stream *stream)
{
    return !storage_is_s3(stream->task->operation->destination) ||
           step_packs_text(stream->relation);
}

/* By a file of our own. */
static bool send_file(struct stream *stream, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    const bool sent = folder_make(folder, error) && write_rows(stream, error) &&
                      upload_file(stream->upload, path, error);
    unlink(path);
    return sent;
}

static bool send_rows(struct stream *stream, GError **error)
{
    g_autofree char *place = remote_place(stream->worker, stream->task, "export", error);
    AUTO(relation) relation = place ? remote_relation(stream->task, place, error) : NULL;
    stream->relation = relation;
    return relation && (needs_file(stream) ? send_file : send_stream)(
                           stream, g_ptr_array_index(relation->paths, 0), error);
}

static bool export_object(struct worker *worker, struct task *task, struct storage *storage,
                          const char *query, GError **error)
{
    AUTO(upload) upload = upload_open(storage, task->operation->destination, error);
    struct stream stream = {.worker = worker, .task = task, .upload = upload, .query = query};
    struct file_identity *made = NULL;
    const bool done = upload && send_rows(&stream, error) &&
                      step_check_inputs(worker, task, error) && upload_commit(upload, &made, error);
    if (!done)
        return false;
    task->bytes = made->size;
    g_ptr_array_add(step_outputs(task), made);
    return true;
}

/* Ends what earlier runs left of this address, and notes that something may be left of us. */
static bool export_noted(struct worker *worker, struct task *task, struct storage *storage,
                         const char *query, GError **error)
{
    const struct operation *operation = task->operation;
    const struct crew *crew = worker->crew;
    const bool by_folder = is_spread(operation->options);
    /* At the web nothing is left of a request that was broken off. */
    const char *folder = storage_is_s3(operation->destination) ? crew->folder : NULL;
    g_autofree char *address = g_strconcat(operation->destination, by_folder ? "/" : "", NULL);
    AUTO(upload_note) note = NULL;
    if (!uploads_sweep(folder, storage, address, error))
        return false;
    note = upload_note_new(folder, address, task->index, error);
    return note &&
           (by_folder ? remote_export_parts : export_object)(worker, task, storage, query, error);
}

bool remote_export(struct worker *worker, struct task *task, const char *query, GError **error)
{
    const struct storage_use use = remote_use(worker, task->operation);
    task->at = task->operation->statement->target.span;
    AUTO(storage) storage = storage_open(&use, task->operation->destination, error);
    if (!storage)
        return false;
    g_autoptr(GError) failure = NULL;
    if (export_noted(worker, task, storage, query, &failure))
        return true;
    if (error_details(failure)->position >= 0)
        task->at = (struct span){0};
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}
