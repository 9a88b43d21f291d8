/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/storage.h"

#include "connect/storage/storage.h"

#include <string.h>

static bool is_address(const struct value *value)
{
    return value->kind == VALUE_STRING && storage_is_address(value->text);
}

guint storage_use_of(const struct value *map, const char *destination)
{
    const struct value *path = value_get(map, "path");
    bool found = destination ? storage_is_address(destination) : path && is_address(path);
    for (guint i = 0;
         !found && !destination && path && path->kind == VALUE_LIST && i < path->items->len; i++)
        found = is_address(g_ptr_array_index(path->items, i));
    return found ? OPTION_STORAGE : 0;
}

/* Is all of it on the web? */
static bool is_web(const struct operation *operation)
{
    const GPtrArray *paths = connector_paths(operation->options);
    if (operation->type == OPERATION_EXPORT)
        return !storage_is_s3(operation->destination);
    for (guint i = 0; paths && i < paths->len; i++)
        if (storage_is_s3(g_ptr_array_index(paths, i)))
            return false;
    return paths != NULL;
}

/* http:// knows few of the options, and takes one file at a time. */
static void check_web(const struct planner *planner, const struct operation *operation,
                      const struct value *map, guint use)
{
    static const char *const known[] = {"ca_bundle", "max_concurrency", "content_type", NULL};
    static const char *const folders[] = {"partition_by", "file_size", NULL};
    for (guint i = 0; map && i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        const struct option *option = option_find(storage_options(), use, member->key);
        if (option && !g_strv_contains(known, option->name))
            diagnostics_add(planner->diagnostics, SF_OPTION_NO_EFFECT, member->key_span, NULL,
                            "option '%s' has no effect on http:// (it is one of s3)", member->key);
        if (operation->type == OPERATION_EXPORT && g_strv_contains(folders, member->key))
            diagnostics_add(planner->diagnostics, SF_OPTION_VALUE, member->key_span,
                            "write to s3:// or a folder",
                            "http:// takes one file: '%s' would make several", member->key);
    }
}

void planner_check_storage(struct planner *planner, struct operation *operation,
                           const struct value *map, guint use)
{
    const bool reads = operation->type == OPERATION_SOURCE;
    const guint direction = reads ? OPTION_FOR_SOURCE : OPTION_FOR_EXPORT;
    if (!use)
        return;
    operation->storage =
        options_check_some(storage_options(), direction, map, planner->diagnostics);
    if (operation->options && is_web(operation))
        check_web(planner, operation, map, direction);
}
