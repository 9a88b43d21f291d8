/* SPDX-License-Identifier: Apache-2.0 */
/* Files and other systems' tables as resources: which of them a step reads by a path or pattern. */
#include "plan/planner.h"

#include "connect/glob.h"
#include "connect/storage/storage.h"

#include <string.h>

bool path_is_url(const char *path)
{
    return strstr(path, "://") && g_ascii_strncasecmp(path, "file://", 7) != 0;
}

char *planner_path(const struct planner *planner, const char *path)
{
    if (storage_is_address(path))
        return g_strdup(path);
    const char *root = planner->input->project->root;
    const char *local = g_ascii_strncasecmp(path, "file:///", 8) == 0 ? path + 7 : path;
    g_autofree char *whole = g_canonicalize_filename(local, root);
    const gsize length = strlen(root);
    if (strncmp(whole, root, length) == 0 && whole[length] == '/')
        return g_strdup(whole + length + 1);
    return g_steal_pointer(&whole);
}

struct resource *planner_file(struct planner *planner, const char *path)
{
    g_autofree char *normal = planner_path(planner, path);
    g_autofree char *name = g_strconcat("file:", normal, NULL);
    return planner_resource(planner, name);
}

bool resource_is_elsewhere(const struct resource *resource)
{
    return g_str_has_prefix(resource->key, "file:") || g_str_has_prefix(resource->key, "at:");
}

/* Written files are listed under each folder above them. */
static void list_written_file(struct planner *planner, struct resource *resource)
{
    g_autofree char *folder = g_path_get_dirname(resource->key + strlen("file:"));
    for (;;) {
        GPtrArray *files = g_hash_table_lookup(planner->folders, folder);
        if (!files) {
            files = g_ptr_array_new();
            g_hash_table_insert(planner->folders, g_strdup(folder), files);
        }
        g_ptr_array_add(files, resource);
        if (strcmp(folder, ".") == 0 || strcmp(folder, "/") == 0)
            return;
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
}

void planner_list_files(struct planner *planner)
{
    for (guint i = 0; i < planner->listed->len; i++) {
        struct resource *resource = g_ptr_array_index(planner->listed, i);
        if (g_str_has_prefix(resource->key, "file:") && resource->writes)
            list_written_file(planner, resource);
    }
}

/* The folder above the first part of a pattern that isn't plain. */
static char *fixed_folder(const char *pattern)
{
    g_autofree char *fixed = g_strndup(pattern, strcspn(pattern, "*?["));
    g_autofree char *whole = g_strconcat(fixed, "x", NULL);
    return g_path_get_dirname(whole);
}

/* Written files that fit a pattern. */
static void read_pattern(struct planner *planner, struct step *step, const char *pattern)
{
    g_autofree char *folder = fixed_folder(pattern);
    const GPtrArray *files = g_hash_table_lookup(planner->folders, folder);
    for (guint i = 0; files && i < files->len; i++) {
        struct resource *file = g_ptr_array_index(files, i);
        if (!planner_spend(planner, step))
            return;
        if (glob_matches(pattern, file->key + strlen("file:")))
            planner_add_read(planner, step, file);
    }
}

/* Folders above a file that something writes: an export in parts. */
static void read_written_folders(struct planner *planner, struct step *step, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    while (strcmp(folder, ".") != 0 && strcmp(folder, "/") != 0) {
        g_autofree char *key = g_strconcat("file:", folder, NULL);
        struct resource *resource = planner_find_written(planner, key);
        if (resource)
            planner_add_read(planner, step, resource);
        char *above = g_path_get_dirname(folder);
        g_free(folder);
        folder = above;
    }
}

void planner_read_file(struct planner *planner, struct step *step, const char *path)
{
    g_autofree char *place = planner_path(planner, path);
    g_autofree char *normal = storage_name(place);
    g_autofree char *key = g_strconcat("file:", normal, NULL);
    if (!planner_add_read(planner, step, planner_resource(planner, key)) ||
        g_hash_table_size(planner->folders) == 0)
        return;
    if (glob_is_pattern(normal))
        read_pattern(planner, step, normal);
    read_written_folders(planner, step, normal);
}

/* A query of another system may read whatever an EXPORT above has written there. */
static void read_all_outside(struct planner *planner, struct step *step, const char *pattern)
{
    const gsize length = strlen(pattern) - strlen("*");
    for (guint i = 0; i < planner->listed->len; i++) {
        struct resource *resource = g_ptr_array_index(planner->listed, i);
        if (strncmp(resource->key, pattern, length) != 0)
            continue;
        if (!planner_spend(planner, step))
            return;
        if (resource_write_above(resource, step->operation->position) != G_MAXUINT)
            planner_add_read(planner, step, resource);
    }
}

void planner_read_source(struct planner *planner, struct step *step, guint source)
{
    const struct operation *operation = planner_step(planner, source)->operation;
    const struct options *options = operation->options;
    const GPtrArray *paths = options ? connector_paths(options) : NULL;
    for (guint i = 0; paths && i < paths->len; i++)
        planner_read_file(planner, step, g_ptr_array_index(paths, i));
    if (operation->outside && g_str_has_suffix(operation->outside, "/*"))
        read_all_outside(planner, step, operation->outside);
    else if (operation->outside)
        planner_add_read(planner, step, planner_resource(planner, operation->outside));
}

/* What empties a table there before it writes, and lets nobody read it meanwhile. */
static bool empties_table(const struct options *options)
{
    const char *mode = options_text(options, "mode");
    const char *create = options_text(options, "create");
    const bool is_replacing = g_strcmp0(mode, "replace") == 0 || g_strcmp0(mode, "truncate") == 0;
    return g_strcmp0(create, "always") == 0 ||
           (is_replacing && g_strcmp0(options_text(options, "swap"), "true") != 0);
}

void planner_check_own_read(struct planner *planner, const struct step *step)
{
    const struct operation *operation = step->operation;
    if (operation->type != OPERATION_EXPORT || !operation->connector ||
        operation->connector->format || !operation->options || !empties_table(operation->options))
        return;
    for (guint i = 0; i < step->reads.count; i++)
        if (link_at(planner, &step->reads, i) == step->target)
            diagnostics_add(planner->diagnostics, SF_CYCLE, operation->statement->target.span,
                            "LOAD the source into a table before",
                            "this EXPORT empties the table that it is still reading");
}
