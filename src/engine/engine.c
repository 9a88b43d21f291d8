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

bool engine_module_check(const struct engine_module *module, const char *path, GError **error)
{
    const struct engine_module ours = {.records = ENGINE_RECORDS};
    if (strcmp(module->version, SQLFLOW_VERSION) == 0 &&
        memcmp(module->records, ours.records, sizeof ours.records) == 0)
        return true;
    error_set(error, ERROR_SYSTEM,
              "'%s' is of another build of sqlflow than the program (%s, and this is %s): install "
              "both anew from one build",
              path, module->version, SQLFLOW_VERSION);
    return false;
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
    gpointer symbol = NULL;
    if (!loaded || !g_module_symbol(loaded, ENGINE_MODULE_SYMBOL, &symbol)) {
        error_set(error, ERROR_SYSTEM, "the engine '%s' can't be loaded: %s", name,
                  g_module_error());
        return NULL;
    }
    const struct engine_module *found = symbol;
    if (!engine_module_check(found, path, error))
        return NULL;
    g_module_make_resident(loaded);
    return found->class;
}
