/* SPDX-License-Identifier: Apache-2.0 */
#include "run/objects.h"

#include "base/error.h"
#include "base/file.h"
#include "connect/glob.h"
#include "run/parquet.h"

#include <string.h>
#include <unistd.h>

struct storage_use objects_use(const struct plan *plan, const struct operation *operation,
                               gint *is_interrupted)
{
    return (struct storage_use){
        .options = operation->storage,
        .project = plan->project,
        .is_interrupted = is_interrupted,
    };
}

bool objects_find(const struct plan *plan, const struct operation *source, const char *address,
                  GPtrArray *list, GError **error)
{
    const struct storage_use use = objects_use(plan, source, NULL);
    AUTO(storage) storage = storage_open(&use, address, error);
    return storage && storage_find(storage, address, list, error);
}

static bool is_folder(const struct operation *export)
{
    return options_list(export->options, "partition_by") ||
           options_text(export->options, "file_size");
}

bool objects_written(const struct plan *plan, const struct operation *export, GPtrArray *list,
                     GError **error)
{
    const struct storage_use use = objects_use(plan, export, NULL);
    AUTO(storage) storage = storage_open(&use, export->destination, error);
    g_autofree char *below = g_strconcat(export->destination, "/**", NULL);
    return storage &&
           storage_find(storage, is_folder(export) ? below : export->destination, list, error);
}

static bool add_local(const char *path, GPtrArray *list, GError **error)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(one, (gpointer)(guintptr)path);
    if (!paths_expand(one, paths, error))
        return false;
    for (guint i = 0; i < paths->len; i++) {
        struct file_identity *identity = file_identity_get(g_ptr_array_index(paths, i), error);
        if (!identity)
            return false;
        g_ptr_array_add(list, identity);
    }
    return true;
}

/* A source of nothing is a mistake. */
static bool add_objects(struct storage *storage, const char *address, GPtrArray *list,
                        GError **error)
{
    const guint first = list->len;
    if (!storage_find(storage, address, list, error))
        return false;
    const struct file_identity *found = list->len > first ? g_ptr_array_index(list, first) : NULL;
    if (found && found->size >= 0)
        return true;
    error_set(error, ERROR_USAGE, found ? "no object '%s'" : "no object fits '%s'", address);
    return false;
}

GPtrArray *objects_listed(const struct storage_use *use, const struct operation *source,
                          GError **error)
{
    g_autoptr(GPtrArray) list = file_identities_new();
    const GPtrArray *paths = connector_paths(source->options);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        AUTO(storage)
        storage = storage_is_address(path) ? storage_open(use, path, error) : NULL;
        if (storage_is_address(path) ? !storage || !add_objects(storage, path, list, error)
                                     : !add_local(path, list, error))
            return NULL;
    }
    return g_steal_pointer(&list);
}

/* Of Parquet some bytes may do. */
static bool takes_ranges(const struct fetching *fetching)
{
    return strcmp(fetching->source->connector->name, "parquet") == 0 &&
           (fetching->shape_only || options_list(fetching->source->options, "columns"));
}

/* The footer and the chunks of the columns that are wanted. */
static bool fill(const struct fetching *fetching, struct storage *storage,
                 const struct file_identity *identity, int fd, const char *path, GError **error)
{
    const struct parquet_part part = {
        .storage = storage,
        .identity = identity,
        .fd = fd,
        .path = path,
        .columns = fetching->shape_only ? NULL : options_list(fetching->source->options, "columns"),
        .class = fetching->class,
        .session = fetching->session,
    };
    g_autoptr(GArray) ranges = parquet_ranges(&part, error);
    gint64 bytes = 0;
    for (guint i = 0; ranges && i < ranges->len; i++)
        bytes += g_array_index(ranges, struct byte_range, i).length;
    return ranges && spool_check_room(fetching->spool, bytes, error) &&
           storage_fetch(storage, identity, (const struct byte_range *)(void *)ranges->data,
                         ranges->len, fd, error);
}

/* Objects of one scheme, and the copies of them. */
struct batch {
    struct storage *storage;
    GPtrArray *objects; /* struct file_identity: to be fetched whole */
    GPtrArray *paths;   /* char * */
};

/* Makes the place of a copy, filled if only a part of it is wanted. NULL after an error. */
static char *add_copy(const struct fetching *fetching, struct batch *batch,
                      const struct file_identity *identity, GError **error)
{
    g_autofree char *path = NULL;
    const int fd = spool_create(fetching->spool, identity->path, identity->size, &path, error);
    if (fd < 0)
        return NULL;
    const bool takes_some = takes_ranges(fetching);
    const bool made = !takes_some || fill(fetching, batch->storage, identity, fd, path, error);
    close(fd);
    if (!made)
        return NULL;
    if (!takes_some) {
        g_ptr_array_add(batch->objects, (gpointer)(guintptr)identity);
        g_ptr_array_add(batch->paths, g_strdup(path));
    }
    return g_steal_pointer(&path);
}

static bool fetch_batch(const struct fetching *fetching, const struct batch *batch, GError **error)
{
    gint64 bytes = 0;
    for (guint i = 0; i < batch->objects->len; i++)
        bytes += ((const struct file_identity *)g_ptr_array_index(batch->objects, i))->size;
    return spool_check_room(fetching->spool, bytes, error) &&
           storage_fetch_files(batch->storage, batch->objects, batch->paths, error);
}

/* Those of `listed` that are reached as the address is: by S3, or by the web. Fills in `files`. */
static bool fetch_alike(const struct fetching *fetching, const GPtrArray *listed,
                        const char *address, GPtrArray *files, GError **error)
{
    AUTO(storage) storage = storage_open(fetching->use, address, error);
    g_autoptr(GPtrArray) objects = g_ptr_array_new();
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    struct batch batch = {storage, objects, paths};
    for (guint i = 0; storage && i < listed->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(listed, i);
        if (!identity->version ||
            storage_is_s3(identity->path) != storage_is_writable(address))
            continue;
        files->pdata[i] = add_copy(fetching, &batch, identity, error);
        if (!files->pdata[i])
            return false;
    }
    return storage && fetch_batch(fetching, &batch, error);
}

static bool fetch_all(const struct fetching *fetching, const GPtrArray *listed, GPtrArray *files,
                      GError **error)
{
    g_ptr_array_set_size(files, (gint)listed->len);
    for (guint i = 0; i < listed->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(listed, i);
        if (!identity->version)
            files->pdata[i] = g_strdup(identity->path);
        else if (!files->pdata[i] && !fetch_alike(fetching, listed, identity->path, files, error))
            return false;
    }
    return true;
}

struct relation *objects_fetch(const struct fetching *fetching, const GPtrArray *listed,
                               GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    struct relation *relation = NULL;
    if (!fetch_all(fetching, listed, files, error))
        return NULL;
    struct relation names = {.paths = files, .origins = g_ptr_array_new_with_free_func(g_free)};
    for (guint i = 0; i < listed->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(listed, i);
        g_ptr_array_add(names.origins, g_strdup(identity->path));
    }
    const struct operation *source = fetching->source;
    g_autoptr(GError) failure = NULL;
    if (source->connector->scan(source->options, files, &relation, &failure)) {
        relation->origins = names.origins;
        return relation;
    }
    objects_name_error(&names, failure);
    g_ptr_array_unref(names.origins);
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

static struct spool *temporary_spool(GError **error)
{
    g_autofree char *token = token_new();
    g_autofree char *name = g_strconcat(".sqlflow-fetched.tmp-", token, NULL);
    g_autofree char *folder = g_build_filename(g_get_tmp_dir(), name, NULL);
    return spool_new(folder, error);
}

struct relation *objects_shape(const struct shaping *shaping, struct spool **spool, GError **error)
{
    const struct operation *source = shaping->source;
    struct relation *relation = NULL;
    if (!source->storage)
        return source->connector->scan(source->options, NULL, &relation, error) ? relation : NULL;
    const struct storage_use use = objects_use(shaping->plan, source, NULL);
    g_autoptr(GPtrArray) listed = objects_listed(&use, source, error);
    if (listed && !*spool)
        *spool = temporary_spool(error);
    const struct fetching fetching = {
        .use = &use,
        .source = source,
        .class = shaping->class,
        .session = shaping->session,
        .spool = *spool,
        .shape_only = true,
    };
    return listed && *spool ? objects_fetch(&fetching, listed, error) : NULL;
}

char *objects_named(const struct relation *relation, const char *text)
{
    GString *out = g_string_new(text);
    for (guint i = 0; relation->origins && i < relation->paths->len; i++)
        g_string_replace(out, g_ptr_array_index(relation->paths, i), relation_origin(relation, i),
                         0);
    return g_string_free(out, FALSE);
}

void objects_name_error(const struct relation *relation, GError *error)
{
    char *named = objects_named(relation, error->message);
    g_free(error->message);
    error->message = named;
}
