/* SPDX-License-Identifier: Apache-2.0 */
/* Connectors whose rows are in files: which those are, and what there is. */
#include "base/error.h"
#include "connect/glob.h"
#include "connect/outside/context.h"
#include "connect/storage/storage.h"

#include <string.h>

struct sqlflow_relation {
    struct related *related;
};

void relation_format(struct sqlflow_relation *relation, const char *format)
{
    g_free(relation->related->format);
    relation->related->format = g_strdup(format);
}

void relation_path(struct sqlflow_relation *relation, const char *path)
{
    if (path)
        g_ptr_array_add(relation->related->paths, g_strdup(path));
}

void relation_option(struct sqlflow_relation *relation, const char *name, const char *text)
{
    if (!name || !text)
        return;
    g_ptr_array_add(relation->related->options, g_strdup(name));
    g_ptr_array_add(relation->related->options, g_strdup(text));
}

void related_free(struct related *related)
{
    if (!related)
        return;
    g_free(related->format);
    g_ptr_array_unref(related->paths);
    g_ptr_array_unref(related->options);
    g_free(related);
}

struct related *outside_relate(const struct usage *usage, GError **error)
{
    AUTO(related) related = g_new0(struct related, 1);
    related->paths = g_ptr_array_new_with_free_func(g_free);
    related->options = g_ptr_array_new_with_free_func(g_free);
    struct sqlflow_context context;
    if (!context_init(&context, usage, error))
        return NULL;
    struct sqlflow_relation relation = {.related = related};
    const struct sqlflow_call call = context_call(&context);
    struct sqlflow_error failure = context_error(&context);
    const bool done = outcome(usage->connector->descriptor->relate(&call, &relation, &failure),
                              &context, &failure, error);
    context_clear(&context);
    return done ? g_steal_pointer(&related) : NULL;
}

static bool find_local(const char *pattern, struct sqlflow_listing *listing, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    if (!path_expand(pattern, paths, error))
        return false;
    for (guint i = 0; listing && i < paths->len; i++)
        g_ptr_array_add(listing->found, found_new("file", g_ptr_array_index(paths, i), NULL));
    return true;
}

static bool list_buckets(struct storage *storage, struct sqlflow_listing *listing, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!storage_buckets(storage, names, error))
        return false;
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(listing->found, found_new("bucket", g_ptr_array_index(names, i), NULL));
    return true;
}

/* Nothing is fine where a pattern is only listed. */
static bool find_objects(struct storage *storage, const char *pattern,
                         struct sqlflow_listing *listing, GError **error)
{
    g_autoptr(GPtrArray) objects = file_identities_new();
    const bool may_be_none = listing && glob_is_pattern(pattern);
    if (!(may_be_none ? storage_find : storage_find_some)(storage, pattern, objects, error))
        return false;
    for (guint i = 0; listing && i < objects->len; i++) {
        const struct file_identity *object = g_ptr_array_index(objects, i);
        g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT " bytes", object->size);
        g_ptr_array_add(listing->found, found_new("object", object->path, size));
    }
    return true;
}

/* "s3://" or "s3://bucket" */
static bool is_bucket(const char *address)
{
    return storage_is_s3(address) && !strchr(address + strlen("s3://"), '/');
}

static bool find_stored(struct storage *storage, const char *pattern,
                        struct sqlflow_listing *listing, GError **error)
{
    if (!listing && is_bucket(pattern))
        return storage_check(storage, pattern, error);
    if (listing && g_str_has_suffix(pattern, "://"))
        return list_buckets(storage, listing, error);
    return find_objects(storage, pattern, listing, error);
}

static bool find_address(const struct usage *usage, const char *pattern,
                         struct sqlflow_listing *listing, GError **error)
{
    const struct storage_use use = {
        .options = usage->storage,
        .project = usage->project,
        .is_interrupted = usage->is_interrupted,
    };
    AUTO(storage) storage = storage_open(&use, pattern, error);
    return storage && find_stored(storage, pattern, listing, error);
}

/* The first error counts. */
static void take_error(struct sqlflow_error *out, GError *error)
{
    pthread_mutex_lock(&out->lock);
    if (!out->error)
        out->error = g_error_copy(error);
    pthread_mutex_unlock(&out->lock);
}

bool find_files(const struct sqlflow_context *context, const char *pattern,
                struct sqlflow_listing *listing, struct sqlflow_error *error)
{
    g_autoptr(GError) failure = NULL;
    const bool found = storage_is_address(pattern)
                           ? find_address(context->usage, pattern, listing, &failure)
                           : find_local(pattern, listing, &failure);
    if (!found && error)
        take_error(error, failure);
    return found;
}
