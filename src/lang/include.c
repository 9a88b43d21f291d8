/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/include.h"

#include "base/compare.h"
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

/* The names in a folder, sorted, NULL at the end. NULL when it isn't there. */
static GPtrArray *folder_names(const char *folder)
{
    GDir *directory = g_dir_open(folder, 0, NULL);
    if (!directory)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *entry; (entry = g_dir_read_name(directory));)
        g_ptr_array_add(names, g_strdup(entry));
    g_dir_close(directory);
    g_ptr_array_sort(names, compare_texts);
    g_ptr_array_add(names, NULL);
    return names;
}

/* The nearest name in the folders where the file was looked for, as the user would write it. */
static char *missing_hint(const char *const *bases, const char *wanted)
{
    g_autofree char *folder = g_path_get_dirname(wanted);
    g_autofree char *name = g_path_get_basename(wanted);
    bool has_folder = false;
    for (; *bases; bases++) {
        g_autofree char *path = g_canonicalize_filename(folder, *bases);
        g_autoptr(GPtrArray) names = folder_names(path);
        const char *nearest = names ? nearest_name(name, (const char *const *)names->pdata) : NULL;
        g_autofree char *shown = nearest && !g_str_equal(folder, ".")
                                     ? g_build_filename(folder, nearest, NULL)
                                     : g_strdup(nearest);
        if (nearest)
            return g_strdup_printf("did you mean '%s'?", shown);
        has_folder = has_folder || names;
    }
    return has_folder ? NULL : g_strdup_printf("there is no folder '%s'", folder);
}

static void report_missing(const char *const *bases, const char *wanted, struct span at,
                           struct diagnostics *diagnostics)
{
    g_autofree char *hint = missing_hint(bases, wanted);
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
static char *find_path(const char *const *bases, const char *wanted)
{
    for (; *wanted && *bases; bases++) {
        g_autofree char *path = g_canonicalize_filename(wanted, *bases);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return NULL;
}

bool include_find(struct include *include, const struct include *includer, const char *wanted,
                  const char *project_directory, struct span at, struct diagnostics *diagnostics)
{
    const char *const bases[] = {includer->directory, project_directory, NULL};
    g_autofree char *path = find_path(bases, wanted);
    if (!path) {
        report_missing(bases, wanted, at, diagnostics);
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
