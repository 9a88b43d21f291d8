/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine writes into a pipe while the other end is sent, so that the query and the upload
 * overlap and memory stays bounded. Rows spread over files are written to a local folder first.
 *
 * Invariant: the object is whole or absent. What an upload leaves when the process dies is noted
 * before it is begun, and ended by the next export to the same address.
 */
#include "base/error.h"
#include "base/file.h"
#include "connect/format/format.h"
#include "run/objects.h"
#include "run/steps/remote.h"
#include "run/uploads.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WAIT_MS = 50,
    PIPE_BYTES = 1024 * 1024, /* as much as a user may have: the engine writes much at once */
};

/* One export on its way. */
struct stream {
    struct worker *worker;
    struct task *task;
    struct upload *upload;
    const char *query;
    char *place; /* the pipe, or the file */
    int reader;
    gint is_ended; /* atomic: the engine won't write any more */
    GError *error; /* of the sending thread */
    bool is_sent;
};

static struct relation *relation_to(const struct task *task, const char *path, GError **error)
{
    const struct operation *operation = task->operation;
    struct relation *relation = NULL;
    return operation->connector->format->sink(operation->options, operation->destination, path,
                                              &relation, error)
               ? relation
               : NULL;
}

/* The engine has opened its end: before that nobody may close ours, or it would wait for ever. */
static void wait_for_writer(struct stream *stream)
{
    struct pollfd ready = {.fd = stream->reader, .events = POLLIN};
    while (!g_atomic_int_get(&stream->is_ended) &&
           !(poll(&ready, 1, WAIT_MS) > 0 && (ready.revents & (POLLIN | POLLHUP))))
        continue;
}

/* The engine's writing fails when nobody reads any more, and with it the query ends. */
static void *send_main(void *data)
{
    struct stream *stream = data;
    stream->is_sent =
        upload_feed(stream->upload, stream->reader, &stream->is_ended, &stream->error);
    if (!stream->is_sent)
        wait_for_writer(stream);
    close(stream->reader);
    return NULL;
}

static bool open_pipe(struct stream *stream, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(stream->place);
    if (!folder_make(folder, error))
        return false;
    stream->reader = mkfifo(stream->place, 0600) == 0
                         ? open(stream->place, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
                         : -1;
    if (stream->reader < 0) {
        error_set_errno(error, errno, "can't make a pipe '%s'", stream->place);
        return false;
    }
    (void)fcntl(stream->reader, F_SETPIPE_SZ, PIPE_BYTES); /* a smaller one works, too */
    return true;
}

/* Why it failed: the sending, if that was first. The engine only knows that the pipe broke. */
static bool judge(struct stream *stream, bool exported, GError *failure, GError **error)
{
    if (exported && stream->is_sent)
        return true;
    const bool is_sending = !stream->is_sent && stream->error;
    g_propagate_error(error, is_sending ? stream->error : failure);
    if (is_sending)
        g_clear_error(&failure);
    else
        g_clear_error(&stream->error);
    return false;
}

static bool run_stream(struct stream *stream, const struct relation *relation, GError **error)
{
    struct worker *worker = stream->worker;
    pthread_t sender;
    GError *failure = NULL;
    const int code = pthread_create(&sender, NULL, send_main, stream);
    if (code != 0) {
        close(stream->reader);
        error_set_errno(error, code, "can't start a thread");
        return false;
    }
    const bool exported = worker->crew->class->export(worker->session, stream->query, relation,
                                                      &stream->task->rows, &failure);
    g_atomic_int_set(&stream->is_ended, 1);
    pthread_join(sender, NULL);
    return judge(stream, exported, failure, error);
}

static bool send_stream(struct stream *stream, const struct relation *relation, GError **error)
{
    const bool sent = open_pipe(stream, error) && run_stream(stream, relation, error);
    unlink(stream->place);
    return sent;
}

/* The web takes what has a length alone. */
static bool needs_file(const struct stream *stream, const struct relation *relation)
{
    return !storage_is_s3(stream->task->operation->destination) || step_packs_text(relation);
}

/* By a file of our own. */
static bool send_file(struct stream *stream, const struct relation *relation, GError **error)
{
    struct worker *worker = stream->worker;
    const char *path = g_ptr_array_index(relation->paths, 0);
    g_autofree char *folder = g_path_get_dirname(path);
    const bool sent = folder_make(folder, error) &&
                      worker->crew->class->export(worker->session, stream->query, relation,
                                                  &stream->task->rows, error) &&
                      upload_file(stream->upload, path, error);
    unlink(path);
    return sent;
}

static bool send_rows(struct stream *stream, GError **error)
{
    stream->place = remote_place(stream->worker, stream->task, "export", error);
    AUTO(relation)
    relation = stream->place ? relation_to(stream->task, stream->place, error) : NULL;
    if (!relation)
        return false;
    return (needs_file(stream, relation) ? send_file : send_stream)(stream, relation, error);
}

static bool export_object(struct worker *worker, struct task *task, struct storage *storage,
                          const char *query, GError **error)
{
    AUTO(upload) upload = upload_open(storage, task->operation->destination, error);
    struct stream stream = {.worker = worker, .task = task, .upload = upload, .query = query};
    struct file_identity *made = NULL;
    const bool done = upload && send_rows(&stream, error) &&
                      step_check_inputs(worker, task, error) && upload_commit(upload, &made, error);
    g_free(stream.place);
    if (done)
        task->bytes = made->size;
    file_identity_free(made);
    return done;
}

/* Files of a folder and where they go. */
struct parts {
    GPtrArray *paths;
    GPtrArray *addresses;
    gint64 bytes;
};

/* NOLINTNEXTLINE(misc-no-recursion): a folder that we made */
static bool add_parts(struct parts *parts, const char *folder, const char *address, GError **error)
{
    g_autoptr(GDir) directory = g_dir_open(folder, 0, error);
    for (const char *name = NULL; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *place = g_strconcat(address, "/", name, NULL);
        if (path_is_folder(path)) {
            if (!add_parts(parts, path, place, error))
                return false;
            continue;
        }
        parts->bytes += file_size(path);
        g_ptr_array_add(parts->paths, g_steal_pointer(&path));
        g_ptr_array_add(parts->addresses, g_steal_pointer(&place));
    }
    return directory != NULL;
}

/* "data_0.csv" and the like, which partitioned exports make. */
static bool is_of_an_export(const char *address)
{
    return g_str_has_prefix(strrchr(address, '/') + 1, "data_");
}

/* What an earlier export left and this one doesn't write. ERROR_USAGE: something that none made. */
static GPtrArray *find_stale(struct storage *storage, const struct parts *parts,
                             const char *destination, GError **error)
{
    g_autoptr(GPtrArray) there = file_identities_new();
    g_autoptr(GPtrArray) stale = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *below = g_strconcat(destination, "/**", NULL);
    if (!storage_find(storage, below, there, error))
        return NULL;
    for (guint i = 0; i < there->len; i++) {
        const struct file_identity *object = g_ptr_array_index(there, i);
        if (!is_of_an_export(object->path)) {
            error_set(error, ERROR_USAGE,
                      "'%s' would be replaced as a whole, but no export made '%s': remove it, or "
                      "write to a folder of its own",
                      destination, object->path);
            return NULL;
        }
        if (!g_ptr_array_find_with_equal_func(parts->addresses, object->path, g_str_equal, NULL))
            g_ptr_array_add(stale, g_strdup(object->path));
    }
    return g_steal_pointer(&stale);
}

/* Each object is whole; what is no longer written goes last. */
static bool put_parts(struct worker *worker, struct task *task, struct storage *storage,
                      const char *folder, GError **error)
{
    const char *destination = task->operation->destination;
    struct parts parts = {
        .paths = g_ptr_array_new_with_free_func(g_free),
        .addresses = g_ptr_array_new_with_free_func(g_free),
    };
    const bool listed = add_parts(&parts, folder, destination, error);
    g_autoptr(GPtrArray) stale = listed ? find_stale(storage, &parts, destination, error) : NULL;
    const bool put = stale && step_check_inputs(worker, task, error) &&
                     storage_put_files(storage, parts.paths, parts.addresses, error) &&
                     storage_remove(storage, stale, error);
    task->bytes = put ? parts.bytes : -1;
    g_ptr_array_unref(parts.paths);
    g_ptr_array_unref(parts.addresses);
    return put;
}

static bool export_parts(struct worker *worker, struct task *task, struct storage *storage,
                         const char *query, GError **error)
{
    g_autofree char *place = remote_place(worker, task, "parts", error);
    AUTO(spool) spool = place ? spool_new(place, error) : NULL;
    g_autofree char *folder = place ? g_build_filename(place, "files", NULL) : NULL;
    AUTO(relation) relation = spool ? relation_to(task, folder, error) : NULL;
    return relation &&
           worker->crew->class->export(worker->session, query, relation, &task->rows, error) &&
           put_parts(worker, task, storage, folder, error);
}

/* Ends what earlier runs left of this address, and notes that something may be left of us. */
static bool export_noted(struct worker *worker, struct task *task, struct storage *storage,
                         const char *query, GError **error)
{
    const struct operation *operation = task->operation;
    const struct crew *crew = worker->crew;
    const bool by_folder = options_list(operation->options, "partition_by") ||
                           options_text(operation->options, "file_size");
    g_autofree char *address = g_strconcat(operation->destination, by_folder ? "/" : "", NULL);
    AUTO(upload_note) note = NULL;
    if (!uploads_sweep(crew->folder, storage, address, error))
        return false;
    note = upload_note_new(crew->folder, address, task->index, error);
    return note && (by_folder ? export_parts : export_object)(worker, task, storage, query, error);
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
