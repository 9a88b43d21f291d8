/* SPDX-License-Identifier: Apache-2.0 */
#include "run/objects.h"

#include "base/error.h"
#include "connect/filter.h"
#include "connect/format/format.h"
#include "connect/glob.h"
#include "run/parquet.h"
#include "run/textstart.h"
#include "sqlflow/connector.h"

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

bool is_spread(const struct options *options)
{
    return options && (options_list(options, "partition_by") || options_text(options, "file_size"));
}

bool is_part_name(const char *name)
{
    static const char start[] = "data_";
    const gsize digits =
        g_str_has_prefix(name, start) ? strspn(name + strlen(start), G_CSET_DIGITS) : 0;
    return digits > 0 && strchr(".", name[strlen(start) + digits]);
}

bool objects_written(const struct plan *plan, const struct operation *export, GPtrArray *list,
                     GError **error)
{
    const struct storage_use use = objects_use(plan, export, NULL);
    AUTO(storage) storage = storage_open(&use, export->destination, error);
    g_autofree char *below = g_strconcat(export->destination, "/**", NULL);
    return storage &&
           storage_find(storage, is_spread(export->options) ? below : export->destination, list,
                        error);
}

static bool add_local(const char *path, GPtrArray *list, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    if (!path_expand(path, paths, error))
        return false;
    for (guint i = 0; i < paths->len; i++) {
        struct file_identity *identity = file_identity_get(g_ptr_array_index(paths, i), error);
        if (!identity)
            return false;
        g_ptr_array_add(list, identity);
    }
    return true;
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
        if (storage_is_address(path) ? !storage || !storage_find_some(storage, path, list, error)
                                     : !add_local(path, list, error))
            return NULL;
    }
    return g_steal_pointer(&list);
}

/* Objects of one scheme, and the copies of them. */
struct batch {
    struct storage *storage;
    GPtrArray *objects; /* struct file_identity: to be fetched whole */
    GPtrArray *paths;   /* char * */
    GArray *filters;    /* struct sqlflow_filter: those of `wish` */
    struct parquet_wish wish;
};

/* An object that one storage is there for, with that at the address. */
static bool is_reached_as(const struct file_identity *identity, const char *address)
{
    return identity->version && storage_is_s3(identity->path) == storage_is_s3(address);
}

static bool is_parquet(const struct fetching *fetching)
{
    return fetching->source->connector->format == &parquet_format;
}

/* The column may be made of the path (hive partitions, filename): a file's own doesn't tell. */
static bool may_be_of_path(const struct sqlflow_filter *filter, const GPtrArray *listed)
{
    g_autofree char *part = g_strconcat("/", filter->column, "=", NULL);
    for (guint i = 0; i < listed->len; i++)
        if (strcasestr(((const struct file_identity *)g_ptr_array_index(listed, i))->path, part))
            return true;
    return g_ascii_strncasecmp(filter->column, "file", strlen("file")) == 0;
}

/* What rows have to meet, where each object has all columns as the table has them. */
static GArray *filters_of(const struct fetching *fetching, const GPtrArray *listed)
{
    const struct file_identity *first = g_ptr_array_index(listed, 0);
    const struct options *options = fetching->source->options;
    const bool knows_rows = is_parquet(fetching) && fetching->where &&
                            !options_boolean(options, "union_by_name", FALSE) &&
                            !strcasestr(fetching->where, "file_row_number");
    GArray *filters = filters_read(knows_rows ? fetching->where : NULL);
    bool is_usable = true;
    for (guint i = 0; i < listed->len; i++)
        is_usable &= is_reached_as(g_ptr_array_index(listed, i), first->path);
    for (guint i = 0; i < filters->len; i++)
        is_usable &= !may_be_of_path(&g_array_index(filters, struct sqlflow_filter, i), listed);
    g_array_set_size(filters, is_usable ? filters->len : 0);
    return filters;
}

/* Of Parquet some bytes may do. */
static bool takes_ranges(const struct fetching *fetching, const struct batch *batch)
{
    return is_parquet(fetching) &&
           (fetching->shape_only || batch->wish.columns || batch->wish.filter_count > 0);
}

static bool fetch_ranges(const struct fetching *fetching, const struct parquet_part *part,
                         const GArray *ranges, GError **error)
{
    gint64 bytes = 0;
    for (guint i = 0; i < ranges->len; i++)
        bytes += g_array_index(ranges, struct byte_range, i).length;
    return spool_check_room(fetching->spool, bytes, error) &&
           storage_fetch(part->storage, part->identity,
                         (const struct byte_range *)(void *)ranges->data, ranges->len, part->fd,
                         error);
}

/* An object, and its local copy. */
struct copy {
    const struct file_identity *identity;
    int fd;
    const char *path;
};

/* The footer, and what is wanted of columns and row groups. */
static bool fill(const struct fetching *fetching, const struct batch *batch,
                 const struct copy *copy, GError **error)
{
    const struct parquet_part part = {
        .storage = batch->storage,
        .identity = copy->identity,
        .fd = copy->fd,
        .path = copy->path,
        .wish = fetching->shape_only ? NULL : &batch->wish,
        .class = fetching->class,
        .session = fetching->session,
    };
    struct parquet_needs needs;
    const bool filled = parquet_look(&part, &needs, error) &&
                        fetch_ranges(fetching, &part, needs.ranges, error) &&
                        parquet_finish(&part, &needs, error);
    parquet_needs_clear(&needs);
    return filled;
}

/* Where a part of the object does: fetches that. */
static bool fetch_part(const struct fetching *fetching, const struct batch *batch,
                       const struct copy *copy, bool *out_fetched, GError **error)
{
    const struct operation *source = fetching->source;
    *out_fetched = takes_ranges(fetching, batch);
    if (*out_fetched)
        return fill(fetching, batch, copy, error);
    return !fetching->shape_only ||
           !textstart_may_do(copy->identity, source->connector->format, source->options) ||
           textstart_fetch(batch->storage, copy->identity, copy->fd, out_fetched, error);
}

/* Makes the place of a copy, filled if only a part of it is wanted. NULL after an error. */
static char *add_copy(const struct fetching *fetching, struct batch *batch,
                      const struct file_identity *identity, GError **error)
{
    g_autofree char *path = NULL;
    const int fd = spool_create(fetching->spool, identity->path, identity->size, &path, error);
    if (fd < 0)
        return NULL;
    bool is_fetched = false;
    const bool made =
        fetch_part(fetching, batch, &(struct copy){identity, fd, path}, &is_fetched, error);
    close(fd);
    if (!made)
        return NULL;
    if (!is_fetched) {
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

static void batch_init(struct batch *batch, const struct fetching *fetching,
                       const GPtrArray *listed, struct storage *storage)
{
    *batch = (struct batch){
        .storage = storage,
        .objects = g_ptr_array_new(),
        .paths = g_ptr_array_new_with_free_func(g_free),
    };
    batch->filters = filters_of(fetching, listed);
    batch->wish = (struct parquet_wish){
        .columns = options_list(fetching->source->options, "columns"),
        .filters = (const struct sqlflow_filter *)(void *)batch->filters->data,
        .filter_count = batch->filters->len,
        .types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    };
}

static void batch_clear(struct batch *batch)
{
    g_ptr_array_unref(batch->objects);
    g_ptr_array_unref(batch->paths);
    g_array_unref(batch->filters);
    g_hash_table_unref(batch->wish.types);
}

static bool add_copies(const struct fetching *fetching, struct batch *batch,
                       const GPtrArray *listed, const char *address, GPtrArray *files,
                       GError **error)
{
    for (guint i = 0; i < listed->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(listed, i);
        if (!is_reached_as(identity, address))
            continue;
        files->pdata[i] = add_copy(fetching, batch, identity, error);
        if (!files->pdata[i])
            return false;
    }
    return true;
}

/* Those of `listed` that are reached as the address is: by S3, or by the web. Fills in `files`. */
static bool fetch_alike(const struct fetching *fetching, const GPtrArray *listed,
                        const char *address, GPtrArray *files, GError **error)
{
    AUTO(storage) storage = storage_open(fetching->use, address, error);
    if (!storage)
        return false;
    struct batch batch;
    batch_init(&batch, fetching, listed, storage);
    const bool fetched = add_copies(fetching, &batch, listed, address, files, error) &&
                         fetch_batch(fetching, &batch, error);
    batch_clear(&batch);
    return fetched;
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
    if (source->connector->format->scan(source->options, files, &relation, &failure)) {
        relation->origins = names.origins;
        return relation;
    }
    objects_name_error(&names, failure);
    g_ptr_array_unref(names.origins);
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

struct relation *objects_shape(const struct shaping *shaping, struct spool **spool, GError **error)
{
    const struct operation *source = shaping->source;
    struct relation *relation = NULL;
    if (!source->storage)
        return source->connector->format->scan(source->options, NULL, &relation, error) ? relation
                                                                                        : NULL;
    const struct storage_use use = objects_use(shaping->plan, source, NULL);
    g_autoptr(GPtrArray) listed = objects_listed(&use, source, error);
    if (listed && !*spool)
        *spool = spool_new_temporary(g_get_tmp_dir(), error);
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
