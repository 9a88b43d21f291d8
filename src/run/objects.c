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

/* The bytes of an object that are wanted. */
static GArray *ranges_of(const struct fetching *fetching, struct storage *storage,
                         const struct file_identity *identity, int fd, const char *path,
                         GError **error)
{
    const GPtrArray *columns = options_list(fetching->source->options, "columns");
    const bool is_parquet = strcmp(fetching->source->connector->name, "parquet") == 0;
    if (is_parquet && (columns || fetching->shape_only)) {
        const struct parquet_part part = {
            .storage = storage,
            .identity = identity,
            .fd = fd,
            .path = path,
            .columns = fetching->shape_only ? NULL : columns,
            .class = fetching->class,
            .session = fetching->session,
        };
        return parquet_ranges(&part, error);
    }
    const struct byte_range whole = {0, identity->size};
    GArray *ranges = g_array_new(FALSE, FALSE, sizeof whole);
    g_array_append_val(ranges, whole);
    return ranges;
}

static bool fill(const struct fetching *fetching, struct storage *storage,
                 const struct file_identity *identity, int fd, const char *path, GError **error)
{
    g_autoptr(GArray) ranges = ranges_of(fetching, storage, identity, fd, path, error);
    gint64 bytes = 0;
    for (guint i = 0; ranges && i < ranges->len; i++)
        bytes += g_array_index(ranges, struct byte_range, i).length;
    return ranges && spool_check_room(fetching->spool, bytes, error) &&
           storage_fetch(storage, identity, (const struct byte_range *)(void *)ranges->data,
                         ranges->len, fd, error);
}

/* The path of the copy. NULL after an error. */
static char *fetch_object(const struct fetching *fetching, struct storage *storage,
                          const struct file_identity *identity, GError **error)
{
    g_autofree char *path = NULL;
    const int fd = spool_create(fetching->spool, identity->path, identity->size, &path, error);
    if (fd < 0)
        return NULL;
    const bool filled = fill(fetching, storage, identity, fd, path, error);
    close(fd);
    return filled ? g_steal_pointer(&path) : NULL;
}

static bool fetch_all(const struct fetching *fetching, const GPtrArray *listed, GPtrArray *files,
                      GError **error)
{
    AUTO(storage) storage = NULL;
    for (guint i = 0; i < listed->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(listed, i);
        if (!storage && identity->version)
            storage = storage_open(fetching->use, identity->path, error);
        if (identity->version && !storage)
            return false;
        char *path = identity->version ? fetch_object(fetching, storage, identity, error)
                                       : g_strdup(identity->path);
        if (!path)
            return false;
        g_ptr_array_add(files, path);
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
