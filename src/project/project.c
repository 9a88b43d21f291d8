/* SPDX-License-Identifier: Apache-2.0 */
#include "project/project.h"

#include "base/compare.h"
#include "base/error.h"
#include "base/file.h"
#include "base/nearest.h"
#include "project/dotenv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How deep folders below pipelines/ are looked into. */
enum { MAX_DEPTH = 32 };

static const char extension[] = ".sf";

static bool has_folder(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_IS_DIR);
}

/* The nearest folder upwards that is a project, or NULL. */
static char *find_root(const char *start)
{
    g_autofree char *folder = g_strdup(start);
    for (;;) {
        if (has_folder(folder, "pipelines") || has_folder(folder, "profiles"))
            return g_steal_pointer(&folder);
        char *parent = g_path_get_dirname(folder);
        const bool is_top = strcmp(parent, folder) == 0;
        g_free(folder);
        folder = parent;
        if (is_top)
            return NULL;
    }
}

static bool read_environment(struct project *project, struct diagnostics *diagnostics,
                             GError **error)
{
    g_autofree char *path = g_build_filename(project->root, ".env", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    AUTO(text) text = text_load(".env", path, error);
    if (!text)
        return false;
    dotenv_parse(text, project->environment, diagnostics);
    return true;
}

struct project *project_open(const char *start, struct diagnostics *diagnostics, GError **error)
{
    g_autofree char *canonical = realpath(start, NULL);
    if (!canonical) {
        error_set_errno(error, errno, "%s", start);
        return NULL;
    }
    if (!g_file_test(canonical, G_FILE_TEST_IS_DIR)) {
        error_set(error, ERROR_USAGE, "'%s' is not a folder", start);
        return NULL;
    }
    AUTO(project) project = g_new0(struct project, 1);
    project->root = find_root(canonical);
    project->is_project = project->root != NULL;
    if (!project->root)
        project->root = g_strdup(canonical);
    project->environment = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return read_environment(project, diagnostics, error) ? g_steal_pointer(&project) : NULL;
}

void project_free(struct project *project)
{
    if (!project)
        return;
    g_free(project->root);
    g_hash_table_unref(project->environment);
    g_free(project);
}

const char *project_environment(const char *name, void *user_data)
{
    const struct project *project = user_data;
    const char *value = g_hash_table_lookup(project->environment, name);
    return value ? value : g_getenv(name);
}

/* Adds the texts below `folder`, named from where it all began; `prefix` is "" or "sub/". */
/* NOLINTNEXTLINE(misc-no-recursion): MAX_DEPTH bounds it */
static void add_texts(const char *folder, const char *prefix, guint depth, GPtrArray *names)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (*name == '.')
            continue;
        if (path_is_folder(path) && depth < MAX_DEPTH) {
            g_autofree char *below = g_strconcat(prefix, name, "/", NULL);
            add_texts(path, below, depth + 1, names);
        } else if (g_str_has_suffix(name, extension) && g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
            g_ptr_array_add(names, g_strconcat(prefix, name, NULL));
        }
    }
}

/* Without the last `cut` bytes of each. */
static char **list_texts(const char *folder, gsize cut)
{
    GPtrArray *names = g_ptr_array_new();
    add_texts(folder, "", 0, names);
    for (guint i = 0; i < names->len; i++) {
        char *name = g_ptr_array_index(names, i);
        name[strlen(name) - cut] = '\0';
    }
    g_ptr_array_sort(names, compare_texts);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

char **project_texts(const char *folder)
{
    return list_texts(folder, 0);
}

char **project_pipelines(const struct project *project)
{
    g_autofree char *folder = g_build_filename(project->root, "pipelines", NULL);
    return list_texts(folder, strlen(extension));
}

static char *pipeline_path(const struct project *project, const char *name)
{
    g_autofree char *file = g_strconcat(name, extension, NULL);
    return g_build_filename(project->root, "pipelines", file, NULL);
}

static char *only_pipeline(const struct project *project, const char *const *names, GError **error)
{
    if (names[0] && !names[1])
        return pipeline_path(project, names[0]);
    if (!names[0]) {
        error_set(error, ERROR_USAGE,
                  project->is_project ? "'%s' has no pipelines: none in its folder 'pipelines'"
                                      : "'%s' is no project: it has no folder 'pipelines'; name a "
                                        "file, or make a project with: sqlflow init DIR",
                  project->root);
        return NULL;
    }
    g_autofree char *list = g_strjoinv(", ", (char **)(guintptr)names);
    error_set(error, ERROR_USAGE, "which pipeline? There are %s", list);
    return NULL;
}

static void set_unknown(const char *name, const char *const *names, GError **error)
{
    g_autofree char *hint = nearest_hint(name, names);
    g_autofree char *list = g_strjoinv(", ", (char **)(guintptr)names);
    if (hint)
        error_set(error, ERROR_USAGE, "no pipeline '%s'; %s", name, hint);
    else if (*names)
        error_set(error, ERROR_USAGE, "no pipeline%s '%s'; %s %s",
                  strpbrk(name, "/.") ? " and no file" : "", name,
                  names[1] ? "there are" : "there is only", list);
    else
        error_set(error, ERROR_USAGE, "no pipeline and no file '%s'", name);
}

char *project_find_pipeline(const struct project *project, const char *name_or_path,
                            const char *current, GError **error)
{
    g_auto(GStrv) names = project_pipelines(project);
    const char *const *known = (const char *const *)names;
    if (!name_or_path)
        return only_pipeline(project, known, error);
    if (g_strv_contains(known, name_or_path))
        return pipeline_path(project, name_or_path);
    g_autofree char *path = g_canonicalize_filename(name_or_path, current);
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&path);
    if (g_str_has_suffix(name_or_path, extension)) {
        g_autofree char *stem = g_strndup(name_or_path, strlen(name_or_path) - strlen(extension));
        if (g_strv_contains(known, stem))
            return pipeline_path(project, stem);
    }
    set_unknown(name_or_path, known, error);
    return NULL;
}

/* What follows `folder` and a slash, or NULL when the path isn't below it. */
static const char *path_below(const char *path, const char *folder)
{
    const gsize length = strlen(folder);
    if (strcmp(folder, "/") == 0)
        return *path == '/' && path[1] ? path + 1 : NULL;
    return strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

char *project_pipeline_name(const struct project *project, const char *path)
{
    g_autofree char *folder = g_build_filename(project->root, "pipelines", NULL);
    g_autofree char *base = g_path_get_basename(path);
    const char *below = path_below(path, folder);
    const char *name = below ? below : base;
    const bool has_extension = g_str_has_suffix(name, extension) && strcmp(name, extension) != 0;
    return g_strndup(name, strlen(name) - (has_extension ? strlen(extension) : 0));
}

char *project_display_path(const struct project *project, const char *path)
{
    const char *below = path_below(path, project->root);
    return g_strdup(below ? below : path);
}
