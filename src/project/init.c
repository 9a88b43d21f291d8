/* SPDX-License-Identifier: Apache-2.0 */
#include "project/init.h"

#include "base/embedded.h"
#include "base/error.h"
#include "base/file.h"
#include "project/sample.h"

#include <string.h>

/* A file of the new project: a template, made, or given as text. */
struct entry {
    const char *path;
    const char *template; /* below src/project/template; or NULL */
    GString *(*make)(void);
    const char *text;
};

static const struct entry full[] = {
    {.path = ".gitignore", .template = "gitignore"},
    {.path = "README.md", .template = "README.md"},
    {.path = "data/customers.csv", .make = sample_customers},
    {.path = "data/orders.csv", .make = sample_orders},
    {.path = "pipelines/shop.sf", .template = "pipelines/shop.sf"},
    {.path = "profiles/dev.yml", .template = "profiles/dev.yml"},
    {.path = "profiles/prod.yml", .template = "profiles/prod.yml"},
    {.path = NULL},
};

static const struct entry minimal[] = {
    {.path = ".gitignore", .template = "gitignore"},
    {.path = "pipelines/main.sf", .template = "minimal/main.sf"},
    {.path = "profiles/dev.yml", .template = "minimal/dev.yml"},
    {.path = NULL},
};

static const struct embedded_file *find_template(const char *name)
{
    const struct embedded_file *file = embedded_templates;
    while (strcmp(file->name, name) != 0)
        file++;
    return file;
}

/* A dangling link is there, too: writing would go through it. */
static bool is_there(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK);
}

static bool check_free(const char *directory, const struct entry *entries, GError **error)
{
    if (is_there(directory) && !g_file_test(directory, G_FILE_TEST_IS_DIR)) {
        error_set(error, ERROR_USAGE, "'%s' is there, and no folder", directory);
        return false;
    }
    for (; entries->path; entries++) {
        g_autofree char *path = g_build_filename(directory, entries->path, NULL);
        if (is_there(path)) {
            error_set(error, ERROR_USAGE,
                      "'%s' is already there; nothing was written. Choose another folder", path);
            return false;
        }
    }
    return true;
}

static bool write_entry(const char *directory, const struct entry *entry, GError **error)
{
    g_autofree char *path = g_build_filename(directory, entry->path, NULL);
    if (entry->template) {
        const struct embedded_file *file = find_template(entry->template);
        return file_write(path, file->data, file->length, error);
    }
    g_autoptr(GString) content = entry->make ? entry->make() : g_string_new(entry->text);
    return file_write(path, content->str, content->len, error);
}

bool init_project(const char *directory, const struct init_options *options, GPtrArray **out_files,
                  GError **error)
{
    g_autofree char *pipeline = g_strdup_printf("pipelines/%s.sf", options->pipeline_name);
    const struct entry given[] = {
        minimal[0],
        {.path = pipeline, .text = options->pipeline_text},
        minimal[2],
        {.path = NULL},
    };
    const struct entry *entries = options->pipeline_name ? given
                                  : options->minimal     ? minimal
                                                         : full;
    if (!check_free(directory, entries, error))
        return false;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (; entries->path; entries++) {
        if (!write_entry(directory, entries, error))
            return false;
        g_ptr_array_add(files, g_strdup(entries->path));
    }
    *out_files = g_steal_pointer(&files);
    return true;
}
