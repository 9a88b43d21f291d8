/* SPDX-License-Identifier: Apache-2.0 */
#include "run/inputs.h"

#include "base/error.h"
#include "base/file.h"
#include "connect/glob.h"
#include "run/objects.h"

#include <string.h>

/* The path of a key "file:PATH"; NULL for a table's key. */
static const char *path_of_key(const char *key)
{
    return g_str_has_prefix(key, "file:") ? key + strlen("file:") : NULL;
}

/* What is there and no regular file has no content that could be told apart. */
static bool is_watched(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) || !g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool add_file(GPtrArray *list, const char *path, GError **error)
{
    if (!is_watched(path))
        return true;
    struct file_identity *identity = file_identity_get(path, error);
    if (identity)
        g_ptr_array_add(list, identity);
    return identity != NULL;
}

/* A file, or the files that fit a pattern; a file of exactly that name wins. */
static bool find_paths(const char *path, GPtrArray *paths, GError **error)
{
    if (glob_is_pattern(path) && !g_file_test(path, G_FILE_TEST_EXISTS))
        return glob_find(path, paths, error);
    g_ptr_array_add(paths, g_strdup(path));
    return true;
}

/* The collecting of one operation's inputs. */
struct collection {
    const struct plan *plan;
    GPtrArray *const *opened;
    GPtrArray *list;         /* struct file_identity */
    GHashTable *passed;      /* struct operation: views that were passed through */
    const GPtrArray *writes; /* keys that the operation writes itself */
    bool without_sources;
};

static bool writes_path(const struct collection *collection, const char *path)
{
    for (guint i = 0; i < collection->writes->len; i++)
        if (g_strcmp0(path_of_key(g_ptr_array_index(collection->writes, i)), path) == 0)
            return true;
    return false;
}

static bool add_path(struct collection *collection, const char *path, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    if (!find_paths(path, paths, error))
        return false;
    for (guint i = 0; i < paths->len; i++) {
        const char *found = g_ptr_array_index(paths, i);
        if (!writes_path(collection, found) && !add_file(collection->list, found, error))
            return false;
    }
    return true;
}

static const struct operation *operation_at(const struct plan *plan, guint index)
{
    return g_ptr_array_index(plan->operations, index);
}

static const GPtrArray *source_paths(const struct operation *source)
{
    return source->options ? connector_paths(source->options) : NULL;
}

static bool add_source(struct collection *collection, const struct operation *source,
                       GError **error)
{
    const GPtrArray *paths = source_paths(source);
    for (guint i = 0; paths && i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        if (storage_is_address(path)
                ? !objects_find(collection->plan, source, path, collection->list, error)
                : !add_path(collection, path, error))
            return false;
    }
    return true;
}

static bool add_unloaded(struct collection *collection, guint index, GError **error)
{
    const GPtrArray *inputs = collection->opened ? collection->opened[index] : NULL;
    for (guint i = 0; inputs && i < inputs->len; i++)
        g_ptr_array_add(collection->list, file_identity_copy(g_ptr_array_index(inputs, i)));
    return inputs || add_source(collection, operation_at(collection->plan, index), error);
}

static bool is_path_of(const struct operation *source, const char *path)
{
    const GPtrArray *paths = source_paths(source);
    g_autofree char *wanted = g_canonicalize_filename(path, NULL);
    for (guint i = 0; paths && i < paths->len; i++) {
        g_autofree char *own = g_canonicalize_filename(g_ptr_array_index(paths, i), NULL);
        if (strcmp(own, wanted) == 0)
            return true;
    }
    return false;
}

/* What a step reads through a source stands among its reads as well. */
static bool is_of_source(const struct plan *plan, const struct operation *operation,
                         const char *path)
{
    const GArray *sources = operation->unloaded_sources;
    if (operation->type == OPERATION_LOAD &&
        is_path_of(operation_at(plan, operation->source), path))
        return true;
    for (guint i = 0; i < sources->len; i++)
        if (is_path_of(operation_at(plan, g_array_index(sources, guint, i)), path))
            return true;
    return false;
}

/* The files that the SQL itself names. */
static bool add_named(struct collection *collection, const struct operation *operation,
                      GError **error)
{
    for (guint i = 0; i < operation->reads->len; i++) {
        const char *path = path_of_key(g_ptr_array_index(operation->reads, i));
        if (path && !storage_is_address(path) && !is_of_source(collection->plan, operation, path) &&
            !add_path(collection, path, error))
            return false;
    }
    return true;
}

static bool is_view(const struct operation *operation)
{
    return operation->type == OPERATION_TRANSFORM && operation->statement->is_view;
}

static bool add_inputs(struct collection *collection, const struct operation *operation,
                       GError **error);

/* A view is read when it is used: its files are those of its readers. */
static bool add_views(struct collection *collection, const struct operation *operation,
                      GError **error)
{
    for (guint i = 0; i < operation->dependencies->len; i++) {
        const struct dependency *dependency =
            &g_array_index(operation->dependencies, struct dependency, i);
        const struct operation *needed = operation_at(collection->plan, dependency->operation);
        if (dependency->for_data && is_view(needed) &&
            g_hash_table_add(collection->passed, (gpointer)(guintptr)needed) &&
            !add_inputs(collection, needed, error))
            return false;
    }
    return true;
}

static bool add_sources(struct collection *collection, const struct operation *operation,
                        GError **error)
{
    const GArray *sources = operation->unloaded_sources;
    if (operation->type == OPERATION_LOAD &&
        !add_source(collection, operation_at(collection->plan, operation->source), error))
        return false;
    for (guint i = 0; i < sources->len; i++)
        if (!add_unloaded(collection, g_array_index(sources, guint, i), error))
            return false;
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): each view once */
static bool add_inputs(struct collection *collection, const struct operation *operation,
                       GError **error)
{
    if (operation->type == OPERATION_SOURCE)
        return add_source(collection, operation, error);
    if (operation->type == OPERATION_SQL && operation->class == SQL_SESSION)
        return true; /* ATTACH 'x.db' reads no rows */
    return (collection->without_sources || add_sources(collection, operation, error)) &&
           add_named(collection, operation, error) && add_views(collection, operation, error);
}

static GPtrArray *collect(struct collection *collection, const struct operation *operation,
                          GError **error)
{
    g_autoptr(GPtrArray) list = file_identities_new();
    g_autoptr(GHashTable) passed = g_hash_table_new(NULL, NULL);
    collection->list = list;
    collection->passed = passed;
    collection->writes = operation->writes;
    if (!add_inputs(collection, operation, error))
        return NULL;
    file_identities_sort(list);
    return g_steal_pointer(&list);
}

GPtrArray *operation_inputs(const struct plan *plan, const struct operation *operation,
                            GPtrArray *const *opened, GError **error)
{
    struct collection collection = {.plan = plan, .opened = opened};
    return collect(&collection, operation, error);
}

/* All files below, or the file itself. */
/* NOLINTNEXTLINE(misc-no-recursion): links to folders are not followed, so it ends */
static bool add_tree(GPtrArray *list, const char *path, GError **error)
{
    if (!path_is_folder(path))
        return add_file(list, path, error);
    g_autoptr(GDir) folder = g_dir_open(path, 0, error);
    const char *name = NULL;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (!add_tree(list, child, error))
            return false;
    }
    return folder != NULL;
}

GPtrArray *operation_outputs(const struct plan *plan, const struct operation *operation,
                             GError **error)
{
    g_autoptr(GPtrArray) list = file_identities_new();
    if (operation->type == OPERATION_EXPORT && operation->storage)
        return objects_written(plan, operation, list, error) ? g_steal_pointer(&list) : NULL;
    for (guint i = 0; i < operation->writes->len; i++) {
        const char *path = path_of_key(g_ptr_array_index(operation->writes, i));
        if (path && !add_tree(list, path, error))
            return NULL;
    }
    file_identities_sort(list);
    return g_steal_pointer(&list);
}

static bool check_file(const struct file_identity *before, GError **error)
{
    if (before->version || storage_is_address(before->path))
        return true;
    AUTO(file_identity) after = file_identity_get(before->path, error);
    const char *change = after ? file_identity_change(before, after) : NULL;
    if (change)
        error_set(error, ERROR_DATA, "'%s' %s while it was read", before->path, change);
    return after && !change;
}

/* Which files a pattern in the SQL fits, only the engine knows: none may be new. */
static bool check_named(const GPtrArray *inputs, const struct plan *plan,
                        const struct operation *operation, GError **error)
{
    struct collection collection = {.plan = plan, .without_sources = true};
    g_autoptr(GPtrArray) named = NULL;
    if (operation->type == OPERATION_SOURCE)
        return true;
    named = collect(&collection, operation, error);
    for (guint i = 0; named && i < named->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(named, i);
        if (file_identities_find(inputs, identity->path))
            continue;
        error_set(error, ERROR_DATA, "'%s' appeared while files were read", identity->path);
        return false;
    }
    return named != NULL;
}

bool inputs_check(const GPtrArray *inputs, const struct plan *plan,
                  const struct operation *operation, GError **error)
{
    for (guint i = 0; i < inputs->len; i++)
        if (!check_file(g_ptr_array_index(inputs, i), error))
            return false;
    return check_named(inputs, plan, operation, error);
}

bool inputs_cover(const GPtrArray *inputs, const GPtrArray *paths, GError **error)
{
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        if (file_identities_find(inputs, path))
            continue;
        error_set(error, ERROR_DATA, "'%s' appeared while files were read", path);
        return false;
    }
    return true;
}
