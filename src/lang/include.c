/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/include.h"

#include "base/nearest.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

/* As it is known: links resolved where the file is there. */
static char *known_path(const char *path)
{
    char *resolved = realpath(path, NULL);
    char *known = g_strdup(resolved ? resolved : path);
    free(resolved);
    return known;
}

void include_init(struct include *include, const struct text *text, const char *project_directory)
{
    g_autofree char *path = g_canonicalize_filename(text->path, project_directory);
    *include = (struct include){
        .text = text,
        .path = known_path(path),
        .directory = g_path_get_dirname(path),
    };
}

void include_clear(struct include *include)
{
    g_free(include->path);
    g_free(include->directory);
    g_free(include->shown);
    *include = (struct include){0};
}

/* Relative to the project when inside. */
static char *shown_path(const char *path, const char *project_directory)
{
    g_autofree char *root = g_canonicalize_filename(project_directory, NULL);
    gsize length = strlen(root);
    bool is_inside = g_str_has_prefix(path, root) && path[length] == '/';
    return g_strdup(is_inside ? path + length + 1 : path);
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The nearest name in the folder where the file was looked for, as the user would write it. */
static char *missing_hint(const char *path, const char *wanted)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *wanted_folder = g_path_get_dirname(wanted);
    GDir *directory = g_dir_open(folder, 0, NULL);
    if (!directory)
        return g_strdup_printf("there is no folder '%s'", wanted_folder);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *entry; (entry = g_dir_read_name(directory));)
        g_ptr_array_add(names, g_strdup(entry));
    g_dir_close(directory);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    const char *nearest = nearest_name(name, (const char *const *)names->pdata);
    if (!nearest)
        return NULL;
    bool is_bare = g_str_equal(wanted_folder, ".");
    g_autofree char *joined =
        is_bare ? g_strdup(nearest) : g_build_filename(wanted_folder, nearest, NULL);
    return g_strdup_printf("did you mean '%s'?", joined);
}

static void report_missing(const struct include *includer, const char *wanted, struct span at,
                           struct diagnostics *diagnostics)
{
    g_autofree char *path = g_canonicalize_filename(wanted, includer->directory);
    g_autofree char *hint = missing_hint(path, wanted);
    diagnostics_add(diagnostics, SF_INCLUDE_MISSING, at, hint,
                    "there is no file '%s', neither beside this one nor in the project", wanted);
}

/* "a.sf -> b.sf -> a.sf": from the file that is met again on. */
static void report_cycle(const struct include *again, const struct include *includer,
                         struct span at, struct diagnostics *diagnostics)
{
    g_autoptr(GString) chain = g_string_new(again->text->path);
    for (const struct include *step = includer; step; step = step->includer) {
        g_autofree char *link = g_strconcat(step->text->path, " -> ", NULL);
        g_string_prepend(chain, link);
        if (step == again)
            break;
    }
    diagnostics_add(diagnostics, SF_INCLUDE_CYCLE, at, NULL, "this file includes itself: %s",
                    chain->str);
}

/* False after a message. */
static bool check_chain(const struct include *include, struct span at,
                        struct diagnostics *diagnostics)
{
    for (const struct include *step = include->includer; step; step = step->includer) {
        if (g_str_equal(step->path, include->path)) {
            report_cycle(step, include->includer, at, diagnostics);
            return false;
        }
    }
    if (include->depth <= DEPTH_MAX)
        return true;
    diagnostics_add(diagnostics, SF_LIMIT, at, NULL,
                    "more than %d files included inside each other", DEPTH_MAX);
    return false;
}

/* An absolute path of a file that is there, or NULL. */
static char *find_path(const struct include *includer, const char *wanted,
                       const char *project_directory)
{
    const char *const folders[] = {includer->directory, project_directory};
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_canonicalize_filename(wanted, folders[i]);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return NULL;
}

bool include_find(struct include *include, const struct include *includer, const char *wanted,
                  const char *project_directory, struct span at, struct diagnostics *diagnostics)
{
    g_autofree char *path = *wanted ? find_path(includer, wanted, project_directory) : NULL;
    if (!path) {
        report_missing(includer, wanted, at, diagnostics);
        return false;
    }
    struct include found = {
        .path = known_path(path),
        .directory = g_path_get_dirname(path),
        .shown = shown_path(path, project_directory),
        .includer = includer,
        .depth = includer->depth + 1,
    };
    if (check_chain(&found, at, diagnostics)) {
        *include = found;
        return true;
    }
    include_clear(&found);
    return false;
}
