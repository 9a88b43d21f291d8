/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EXPORT of rows that are spread over objects. Where the engine can give them as one stream, part
 * by part, it is cut and sent from memory; else files are written to a local folder first.
 *
 * Invariant: each object is whole or absent, and none is sent before the query is over and what it
 * read was found unchanged. What is no longer written goes last.
 */
#include "base/error.h"
#include "base/file.h"
#include "base/pipe.h"
#include "run/objects.h"
#include "run/steps/cut.h"
#include "run/steps/piping.h"
#include "run/steps/remote.h"

#include <string.h>

enum { BLOCK_BYTES = 256 * 1024 };

/* What partitioned exports leave below their destination: "k=1/data_0.csv". */
static bool is_of_an_export(const char *below)
{
    g_auto(GStrv) parts = g_strsplit(below, "/", -1);
    char **part = parts;
    while (part[1] && strchr(*part, '='))
        part++;
    return !part[1] && is_part_name(*part);
}

/* The addresses that an earlier export wrote. ERROR_USAGE: there is something that none made. */
static GHashTable *find_former(struct storage *storage, const char *destination, GError **error)
{
    g_autoptr(GPtrArray) there = file_identities_new();
    g_autoptr(GHashTable) former = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *below = g_strconcat(destination, "/**", NULL);
    if (!storage_find(storage, below, there, error))
        return NULL;
    for (guint i = 0; i < there->len; i++) {
        const struct file_identity *object = g_ptr_array_index(there, i);
        if (!is_of_an_export(object->path + strlen(destination) + 1)) {
            error_set(error, ERROR_USAGE,
                      "'%s' would be replaced as a whole, but no export made '%s': remove it, or "
                      "write to a folder of its own",
                      destination, object->path);
            return NULL;
        }
        g_hash_table_add(former, g_strdup(object->path));
    }
    return g_steal_pointer(&former);
}

static bool remove_stale(struct storage *storage, GHashTable *stale, GError **error)
{
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    GHashTableIter iter;
    gpointer address = NULL;
    g_hash_table_iter_init(&iter, stale);
    while (g_hash_table_iter_next(&iter, &address, NULL))
        g_ptr_array_add(addresses, address);
    return storage_remove(storage, addresses, error);
}

/* One export. */
struct spread {
    struct worker *worker;
    struct task *task;
    struct storage *storage;
    const char *query;
    struct relation *relation;  /* what is written, to a path of this machine */
    GHashTable *stale;          /* char *: addresses that were there and aren't written */
    struct export_parts *parts; /* NULL: by files */
    struct cut *cut;
};

static bool is_interrupted(gconstpointer data)
{
    struct worker *worker = (struct worker *)(guintptr)data;
    return g_atomic_int_get(&worker->is_interrupted) != 0;
}

static bool take_records(gpointer data, int pipe, gint *is_ended, GError **error)
{
    const struct spread *spread = data;
    struct pipe_source source = {
        .fd = pipe,
        .is_ended = is_ended,
        .is_cancelled = is_interrupted,
        .cancel_data = spread->worker,
    };
    g_autofree char *block = g_malloc(BLOCK_BYTES);
    for (gsize length = BLOCK_BYTES; length == BLOCK_BYTES;)
        if (!pipe_read(&source, block, BLOCK_BYTES, &length, error) ||
            !cut_write(spread->cut, block, length, error))
            return false;
    return cut_end(spread->cut, error);
}

static bool write_records(gpointer data, GError **error)
{
    struct spread *spread = data;
    struct worker *worker = spread->worker;
    return worker->crew->class->export(worker->session, spread->parts->query, spread->relation,
                                       &spread->task->rows, error);
}

static void forget_written(struct spread *spread)
{
    for (guint i = 0; i < spread->parts->parts->len; i++) {
        const struct export_part *part = g_ptr_array_index(spread->parts->parts, i);
        g_autofree char *address =
            g_strconcat(spread->task->operation->destination, "/", part->path, NULL);
        g_hash_table_remove(spread->stale, address);
    }
}

/* What is put aside is read sorted, and cut where a part ends. */
static bool send_parts(struct spread *spread, GError **error)
{
    const struct piping piping = {.write = write_records, .take = take_records, .data = spread};
    AUTO(series) series = series_open(spread->storage);
    AUTO(cut) cut = cut_new(spread->parts, spread->task->operation->destination, series);
    spread->cut = cut;
    relation_remove(spread->relation, "partition_by");
    if (!piping_run(&piping, g_ptr_array_index(spread->relation->paths, 0), error) ||
        !series_finish(series, step_outputs(spread->task), error))
        return false;
    file_identities_sort(spread->task->outputs);
    spread->task->bytes = cut_bytes(cut);
    forget_written(spread);
    return true;
}

static bool export_stream(struct spread *spread, GError **error)
{
    struct worker *worker = spread->worker;
    return step_check_inputs(worker, spread->task, error) && send_parts(spread, error) &&
           worker->crew->class->parts_forget(worker->session, error);
}

/* Files of a folder and where they go. */
struct files {
    GPtrArray *paths;
    GPtrArray *addresses;
    gint64 bytes;
};

/* NOLINTNEXTLINE(misc-no-recursion): a folder that we made */
static bool add_files(struct files *files, const char *folder, const char *address, GError **error)
{
    g_autoptr(GDir) directory = g_dir_open(folder, 0, error);
    for (const char *name = NULL; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *place = g_strconcat(address, "/", name, NULL);
        if (path_is_folder(path)) {
            if (!add_files(files, path, place, error))
                return false;
            continue;
        }
        files->bytes += file_size(path);
        g_ptr_array_add(files->paths, g_steal_pointer(&path));
        g_ptr_array_add(files->addresses, g_steal_pointer(&place));
    }
    return directory != NULL;
}

static bool send_files(struct spread *spread, const char *folder, GError **error)
{
    struct files files = {
        .paths = g_ptr_array_new_with_free_func(g_free),
        .addresses = g_ptr_array_new_with_free_func(g_free),
    };
    const bool sent = add_files(&files, folder, spread->task->operation->destination, error) &&
                      step_check_inputs(spread->worker, spread->task, error) &&
                      storage_put_files(spread->storage, files.paths, files.addresses, error);
    for (guint i = 0; sent && i < files.addresses->len; i++)
        g_hash_table_remove(spread->stale, g_ptr_array_index(files.addresses, i));
    spread->task->bytes = sent ? files.bytes : -1;
    g_ptr_array_unref(files.paths);
    g_ptr_array_unref(files.addresses);
    return sent;
}

static bool export_files(struct spread *spread, GError **error)
{
    struct worker *worker = spread->worker;
    const char *folder = g_ptr_array_index(spread->relation->paths, 0);
    return worker->crew->class->export(worker->session, spread->query, spread->relation,
                                       &spread->task->rows, error) &&
           send_files(spread, folder, error);
}

static bool gather(struct spread *spread, GError **error)
{
    const struct engine_class *class = spread->worker->crew->class;
    return !class->parts_gather || class->parts_gather(spread->worker->session, spread->query,
                                                       spread->relation, &spread->parts, error);
}

/* Looked at before, to save the work. */
static bool spread_rows(struct spread *spread, GError **error)
{
    spread->stale = find_former(spread->storage, spread->task->operation->destination, error);
    return spread->stale && gather(spread, error) &&
           (spread->parts ? export_stream : export_files)(spread, error) &&
           remove_stale(spread->storage, spread->stale, error);
}

bool remote_export_parts(struct worker *worker, struct task *task, struct storage *storage,
                         const char *query, GError **error)
{
    g_autofree char *place = remote_place(worker, task, "parts", error);
    AUTO(spool) spool = place ? spool_new(place, error) : NULL;
    g_autofree char *path = spool ? g_build_filename(place, "files", NULL) : NULL;
    AUTO(relation) relation = spool ? remote_relation(task, path, error) : NULL;
    struct spread spread = {
        .worker = worker,
        .task = task,
        .storage = storage,
        .query = query,
        .relation = relation,
    };
    const bool done = relation && spread_rows(&spread, error);
    g_clear_pointer(&spread.stale, g_hash_table_unref);
    export_parts_free(spread.parts);
    return done;
}
