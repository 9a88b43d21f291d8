/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/registry.h"

#include "base/compare.h"
#include "base/error.h"
#include "base/module.h"
#include "connect/outside/plugin.h"
#include "sqlflow/connector.h"

#include <errno.h>
#include <string.h>

/* Those that come with the program but as modules, so that it starts without their libraries. */
static const struct module modules[] = {
    {"postgres", "connector_postgres.so", "src/connect/postgres"},
    {"rest", "connector_rest.so", "src/connect/rest"},
    {NULL, NULL, NULL},
};

struct entry {
    char *name;
    char *path;                  /* of a shared object; NULL: it comes with the program, and a
                                    module's place is looked for when it is wanted */
    struct connector *connector; /* NULL: not loaded yet */
};

struct registry {
    GPtrArray *entries; /* struct entry */
};

static void entry_free(gpointer data)
{
    struct entry *entry = data;
    g_free(entry->name);
    g_free(entry->path);
    plugin_free(entry->connector);
    g_free(entry);
}

static struct entry *find_entry(const struct registry *registry, const char *name)
{
    for (guint i = 0; i < registry->entries->len; i++) {
        struct entry *entry = g_ptr_array_index(registry->entries, i);
        if (g_ascii_strcasecmp(entry->name, name) == 0)
            return entry;
    }
    return NULL;
}

static struct entry *add_entry(struct registry *registry, const char *name, const char *path)
{
    struct entry *entry = g_new0(struct entry, 1);
    entry->name = g_strdup(name);
    entry->path = g_strdup(path);
    g_ptr_array_add(registry->entries, entry);
    return entry;
}

static bool add_file(struct registry *registry, const char *folder, const char *file,
                     GError **error)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autofree char *name = g_strndup(file, strlen(file) - strlen(".so"));
    const struct entry *former = find_entry(registry, name);
    if (!former)
        add_entry(registry, name, path);
    if (!former || g_strcmp0(former->path, path) == 0) /* a folder may be named twice */
        return true;
    error_set(error, ERROR_USAGE, "%s: there is a connector '%s' already (%s)", path, name,
              former->path ? former->path : "it comes with SQLFlow");
    return false;
}

/* By name, so that what is wrong is the same each time. */
static bool add_folder(struct registry *registry, const char *folder, GError **error)
{
    if (!plugin_check_rights(folder, error))
        return false;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    if (!directory) {
        error_set(error, ERROR_USAGE, "the folder of connectors %s can't be read", folder);
        return false;
    }
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = NULL; (name = g_dir_read_name(directory));)
        if (g_str_has_suffix(name, ".so") && *name != '.')
            g_ptr_array_add(files, g_strdup(name));
    g_ptr_array_sort(files, compare_texts);
    for (guint i = 0; i < files->len; i++)
        if (!add_file(registry, folder, g_ptr_array_index(files, i), error))
            return false;
    return true;
}

static bool add_listed(struct registry *registry, const char *root, const GPtrArray *folders,
                       GError **error)
{
    for (guint i = 0; folders && i < folders->len; i++) {
        g_autofree char *folder = g_canonicalize_filename(g_ptr_array_index(folders, i), root);
        if (!add_folder(registry, folder, error))
            return false;
    }
    return true;
}

static bool add_environment(struct registry *registry, const char *root, GError **error)
{
    const char *path = g_getenv("SQLFLOW_PLUGIN_PATH");
    g_auto(GStrv) folders = g_strsplit(path ? path : "", ":", -1);
    for (char **folder = folders; *folder; folder++) {
        g_autofree char *absolute = g_canonicalize_filename(*folder, root);
        if (**folder && !add_folder(registry, absolute, error))
            return false;
    }
    return true;
}

struct registry *registry_new_own(void)
{
    struct registry *registry = g_new0(struct registry, 1);
    registry->entries = g_ptr_array_new_with_free_func(entry_free);
    const struct sqlflow_connector *const *own = connector_built_ins();
    for (; *own; own++) {
        struct entry *entry = add_entry(registry, (*own)->name, NULL);
        entry->connector = plugin_wrap(*own, entry->name, entry->name, NULL, NULL);
        g_assert(entry->connector);
    }
    for (const struct module *module = modules; module->name; module++)
        add_entry(registry, module->name, NULL);
    return registry;
}

struct registry *registry_new(const char *root, const GPtrArray *folders, GError **error)
{
    AUTO(registry) registry = registry_new_own();
    if (add_listed(registry, root, folders, error) && add_environment(registry, root, error))
        return g_steal_pointer(&registry);
    return NULL;
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    g_ptr_array_unref(registry->entries);
    g_free(registry);
}

static bool load_module(struct entry *entry, GError **error)
{
    g_autofree char *tried = NULL;
    const struct module *module = modules;
    while (strcmp(module->name, entry->name) != 0)
        module++;
    g_autofree char *path = module_path(module, &tried);
    if (!path)
        error_set(error, ERROR_SYSTEM, "the connector '%s' is not installed: %s is missing",
                  entry->name, tried);
    else
        entry->connector = plugin_load(entry->name, path, NULL, error);
    return entry->connector != NULL;
}

static bool load_entry(struct entry *entry, GError **error)
{
    if (!entry->path)
        return load_module(entry, error);
    if (plugin_check_rights(entry->path, error))
        entry->connector = plugin_load(entry->name, entry->path, entry->path, error);
    return entry->connector != NULL;
}

const struct connector *registry_find(const struct registry *registry, const char *name,
                                      GError **error)
{
    struct entry *entry = find_entry(registry, name);
    if (!entry || (!entry->connector && !load_entry(entry, error)))
        return NULL;
    return entry->connector;
}

char **registry_names(const struct registry *registry)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (guint i = 0; i < registry->entries->len; i++) {
        const struct entry *entry = g_ptr_array_index(registry->entries, i);
        g_strv_builder_add(names, entry->name);
    }
    return g_strv_builder_end(names);
}
