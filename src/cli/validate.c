/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/activity.h"
#include "cli/report.h"
#include "cli/workspace.h"
#include "run/bind.h"

/* What came out of all pipelines. */
struct tally {
    guint checked;
    guint unchecked;
};

static void count_bounds(struct tally *tally, const GArray *bounds)
{
    for (guint i = 0; i < bounds->len; i++) {
        enum bound_status status = g_array_index(bounds, struct bound, i).status;
        tally->checked += status == BOUND_OK || status == BOUND_WRONG;
        tally->unchecked += status == BOUND_UNCHECKED;
    }
}

/* Those that could be planned; the others' errors are in the diagnostics. */
static GPtrArray *sound_ones(const GPtrArray *all_planned)
{
    GPtrArray *sound = g_ptr_array_new();
    for (guint i = 0; i < all_planned->len; i++) {
        struct planned *planned = g_ptr_array_index(all_planned, i);
        if (planned->plan)
            g_ptr_array_add(sound, planned);
    }
    return sound;
}

static bool bind_all(struct workspace *workspace, GPtrArray *all_planned, struct tally *tally,
                     GError **error)
{
    const struct engine_class *engine = engine_load(workspace->profile->engine, error);
    if (!engine || !planned_order(all_planned, error))
        return false;
    struct engine_options options = workspace_engine_options(workspace);
    struct activity *opening = activity_begin(workspace->call, "opening the database");
    AUTO(binder) binder = binder_new(engine, &options, error);
    activity_end(opening);
    for (guint i = 0; binder && i < all_planned->len; i++) {
        const struct planned *planned = g_ptr_array_index(all_planned, i);
        AUTO(activity)
        checking = activity_begin(workspace->call, "checking %s", planned->name);
        g_autoptr(GArray) bounds =
            binder_check(binder, planned->plan, workspace->diagnostics, error);
        if (!bounds)
            return false;
        count_bounds(tally, bounds);
        plan_check_repeatable(planned->plan, workspace->diagnostics);
    }
    return binder != NULL;
}

static void write_json(struct workspace *workspace, guint pipelines, const struct tally *tally)
{
    struct diagnostics *list = workspace->diagnostics;
    report_document(workspace->call,
                    json_pack("{s:s, s:b, s:i, s:i, s:i, s:o}", "format", "sqlflow.validate/1",
                              "valid", diagnostics_errors(list) == 0, "pipelines", (int)pipelines,
                              "checked", (int)tally->checked, "not_checked", (int)tally->unchecked,
                              "messages", diagnostics_to_json(list)));
}

static void tell(struct workspace *workspace, guint pipelines, const struct tally *tally)
{
    const struct call *call = workspace->call;
    guint errors = diagnostics_errors(workspace->diagnostics);
    if (flags_given(call->flags, FLAG_JSON))
        write_json(workspace, pipelines, tally);
    else
        report_diagnostics(call, workspace->diagnostics);
    if (errors > 0) {
        report_note(call, "\n%u %s.", errors, errors == 1 ? "error" : "errors");
        return;
    }
    report_note(call, "%u %s, %u %s checked: no errors.", pipelines,
                pipelines == 1 ? "pipeline" : "pipelines", tally->checked,
                tally->checked == 1 ? "statement" : "statements");
    if (tally->unchecked > 0)
        report_note(call, "%u can only be checked when they run.", tally->unchecked);
}

enum exit_code command_validate(struct call *call)
{
    const char *name = call_argument(call, 0);
    AUTO(workspace) workspace = workspace_open(call, name);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all_planned =
        workspace_plan_list(workspace, !name && workspace->project->is_project, name, &error);
    struct tally tally = {0};
    if (all_planned) {
        g_autoptr(GPtrArray) sound = sound_ones(all_planned);
        if (bind_all(workspace, sound, &tally, &error)) {
            tell(workspace, all_planned->len, &tally);
            return diagnostics_errors(workspace->diagnostics) > 0 ? EXIT_CODE_USAGE : EXIT_CODE_OK;
        }
    }
    report_diagnostics(call, workspace->diagnostics);
    report_error(call, error);
    return EXIT_CODE_USAGE;
}
