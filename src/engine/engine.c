/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include "base/module.h"

#include <gmodule.h>
#include <string.h>

/* Every engine: its name, its module, and where the build tree has it beside the program. */
static const struct module engine_modules[] = {
    {"duckdb", "engine_duckdb.so", "src/engine/duckdb"},
};

static const struct module *find_module(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(engine_modules); i++) {
        if (g_ascii_strcasecmp(engine_modules[i].name, name) == 0)
            return &engine_modules[i];
    }
    return NULL;
}

const struct engine_class *engine_load(const char *name, GError **error)
{
    const struct module *module = find_module(name);
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
