/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include <gmodule.h>
#include <string.h>

/* Every engine: its name, its module, and where the build tree has it beside the program. */
static const struct engine_module {
    const char *name;
    const char *file;
    const char *build_folder;
} engine_modules[] = {
    {"duckdb", "engine_duckdb.so", "src/engine/duckdb"},
};

static const struct engine_module *find_module(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(engine_modules); i++) {
        if (g_ascii_strcasecmp(engine_modules[i].name, name) == 0)
            return &engine_modules[i];
    }
    return NULL;
}

static char *program_folder(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    return program ? g_path_get_dirname(program) : g_strdup(".");
}

/* SQLFLOW_LIBDIR alone when it is set; else the build tree's place, then the installed one. NULL
 * when there is none; then *out_tried names the place that was looked at last. */
static char *module_path(const struct engine_module *module, char **out_tried)
{
    const char *folder = g_getenv("SQLFLOW_LIBDIR");
    g_autofree char *program = program_folder();
    char *places[] = {
        folder ? g_build_filename(folder, module->file, NULL)
               : g_build_filename(program, module->build_folder, module->file, NULL),
        folder ? NULL : g_build_filename(program, "..", "lib", "sqlflow", module->file, NULL),
    };
    char *found = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        if (places[i] && !found && g_file_test(places[i], G_FILE_TEST_EXISTS))
            found = g_strdup(places[i]);
    }
    *out_tried = g_strdup(places[1] ? places[1] : places[0]);
    g_free(places[0]);
    g_free(places[1]);
    return found;
}

const struct engine_class *engine_load(const char *name, GError **error)
{
    const struct engine_module *module = find_module(name);
    if (!module) {
        error_set(error, ERROR_USAGE, "there is no engine '%s'; there is: duckdb", name);
        return NULL;
    }
    g_autofree char *tried = NULL;
    g_autofree char *path = module_path(module, &tried);
    if (!path) {
        error_set(error, ERROR_SYSTEM, "the engine '%s' is not installed: %s is missing", name,
                  tried);
        return NULL;
    }
    GModule *loaded = g_module_open(path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
    const struct engine_class *(*get_class)(void) = NULL;
    if (!loaded || !g_module_symbol(loaded, ENGINE_MODULE_SYMBOL, (gpointer *)&get_class)) {
        error_set(error, ERROR_SYSTEM, "the engine '%s' can't be loaded: %s", name,
                  g_module_error());
        return NULL;
    }
    g_module_make_resident(loaded);
    return get_class();
}
