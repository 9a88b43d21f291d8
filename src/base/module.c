/* SPDX-License-Identifier: Apache-2.0 */
#include "base/module.h"

static char *program_folder(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    return program ? g_path_get_dirname(program) : g_strdup(".");
}

char *module_path(const struct module *module, char **out_tried)
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
