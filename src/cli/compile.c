/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "cli/report.h"
#include "cli/workspace.h"

/* Plans the pipeline that was asked for and hands it to `write`. */
static enum exit_code with_plan(struct call *call,
                                bool (*write)(const struct workspace *workspace,
                                              const struct planned *planned, GError **error))
{
    AUTO(workspace) workspace = workspace_open(call, call_argument(call, 0));
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GError) error = NULL;
    AUTO(planned) planned = workspace_plan_named(workspace, call_argument(call, 0), &error);
    report_diagnostics(call, workspace->diagnostics);
    if (planned && planned->plan && write(workspace, planned, &error))
        return EXIT_CODE_OK;
    if (error)
        report_error(call, error);
    return EXIT_CODE_USAGE;
}

static bool write_plan(const struct workspace *workspace, const struct planned *planned,
                       GError **error)
{
    g_autoptr(GString) json = g_string_new(NULL);
    plan_write_json(planned->plan, json);
    if (workspace->project->is_project) {
        g_autofree char *path = g_strdup_printf("target/compiled/%s.json", planned->name);
        g_autoptr(GError) failure = NULL;
        if (!file_write_derived(path, json->str, json->len, &failure))
            report_warning(workspace->call, NULL, "the plan is not kept: %s", failure->message);
        g_autofree char *folder = g_path_get_dirname(path);
        temporary_sweep(folder);
    }
    if (flags_given(workspace->call->flags, FLAG_JSON))
        return workspace_write_out(workspace, json, error);
    g_autoptr(GString) text = g_string_new(NULL);
    plan_write_text(planned->plan, text);
    if (!flags_given(workspace->call->flags, FLAG_OUT))
        display_cut_lines(text, &workspace->call->out);
    return workspace_write_out(workspace, text, error);
}

enum exit_code command_compile(struct call *call)
{
    return with_plan(call, write_plan);
}
