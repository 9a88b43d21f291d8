/* SPDX-License-Identifier: Apache-2.0 */
#include "project/init.h"

#include "cli/activity.h"
#include "cli/initfrom.h"
#include "cli/report.h"

#include <string.h>

static bool make_project(struct call *call, GPtrArray **out_files, GError **error)
{
    const char *directory = call_argument(call, 0);
    const char *from = flags_text(call->flags, FLAG_FROM);
    struct init_options options = {.minimal = flags_given(call->flags, FLAG_MINIMAL)};
    struct found_pipeline found = {0};
    struct activity *looking = from ? activity_begin(call, "looking through %s", from) : NULL;
    const bool is_found = !from || found_pipeline_init(&found, from, directory, error);
    activity_end(looking);
    if (!is_found)
        return false;
    options.pipeline_name = found.name;
    options.pipeline_text = found.text;
    const bool made = init_project(directory, &options, out_files, error);
    found_pipeline_clear(&found);
    return made;
}

enum exit_code command_init(struct call *call)
{
    const char *directory = call_argument(call, 0);
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GError) error = NULL;
    if (!make_project(call, &files, &error)) {
        report_error(call, error);
        return exit_code_of(error);
    }
    for (guint i = 0; call->verbose && i < files->len; i++)
        report_note(call, "  %s", (const char *)g_ptr_array_index(files, i));
    const bool is_here = strcmp(directory, ".") == 0;
    report_note(call, "Made a project in %s: %u files. Next:%s%s\n  sqlflow run",
                is_here ? "this folder" : directory, files->len, is_here ? "" : "\n  cd ",
                is_here ? "" : directory);
    return EXIT_CODE_OK;
}
