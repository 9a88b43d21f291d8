/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/storage/browse.h"

#include "connect/storage/storage.h"

static struct storage_use use_of(const struct usage *usage)
{
    return (struct storage_use){
        .options = usage->options,
        .project = usage->project,
        .is_interrupted = usage->is_interrupted,
    };
}

bool storage_test(const struct usage *usage, GError **error)
{
    const struct storage_use use = use_of(usage);
    const char *bucket = options_text(usage->options, "bucket");
    g_autofree char *address = g_strconcat("s3://", bucket, NULL);
    AUTO(storage) storage = storage_open(&use, address, error);
    return storage && storage_check(storage, address, error);
}

static bool add_buckets(struct storage *storage, GPtrArray *list, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!storage_buckets(storage, names, error))
        return false;
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(list, found_new("bucket", g_ptr_array_index(names, i), NULL));
    return true;
}

static bool add_objects(struct storage *storage, const struct usage *usage, GPtrArray *list,
                        GError **error)
{
    const char *prefix = options_text(usage->options, "prefix");
    const bool has_slash = !prefix || !*prefix || g_str_has_suffix(prefix, "/");
    g_autofree char *pattern = g_strconcat("s3://", options_text(usage->options, "bucket"), "/",
                                           prefix ? prefix : "", has_slash ? "**" : "/**", NULL);
    g_autoptr(GPtrArray) objects = file_identities_new();
    if (!storage_find(storage, pattern, objects, error))
        return false;
    for (guint i = 0; i < objects->len; i++) {
        const struct file_identity *object = g_ptr_array_index(objects, i);
        g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT " bytes", object->size);
        g_ptr_array_add(list, found_new("object", object->path, size));
    }
    return true;
}

GPtrArray *storage_discover(const struct usage *usage, GError **error)
{
    const struct storage_use use = use_of(usage);
    g_autoptr(GPtrArray) list = found_list_new();
    AUTO(storage) storage = storage_open(&use, "s3://", error);
    const bool is_listed = storage && (options_text(usage->options, "bucket")
                                           ? add_objects(storage, usage, list, error)
                                           : add_buckets(storage, list, error));
    return is_listed ? g_steal_pointer(&list) : NULL;
}
