/* SPDX-License-Identifier: Apache-2.0 */
#include "project/init.h"

#include "cli/report.h"

enum exit_code command_init(struct call *call)
{
    const char *directory = call_argument(call, 0);
    struct init_options options = {.minimal = flags_given(call->flags, FLAG_MINIMAL)};
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GError) error = NULL;
    if (!init_project(directory, &options, &files, &error)) {
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    for (guint i = 0; call->verbose && i < files->len; i++)
        report_note(call, "  %s", (const char *)g_ptr_array_index(files, i));
    report_note(call, "Made a project in %s: %u files. Next:\n  cd %s\n  sqlflow run", directory,
                files->len, directory);
    return EXIT_CODE_OK;
}
