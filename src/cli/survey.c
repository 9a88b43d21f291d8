/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/survey.h"

#include "cli/activity.h"
#include "cli/report.h"
#include "run/bind.h"

static void free_bounds(gpointer bounds)
{
    g_array_unref(bounds);
}

void survey_free(struct survey *survey)
{
    if (!survey)
        return;
    lineage_free(survey->lineage);
    if (survey->bounds)
        g_ptr_array_unref(survey->bounds);
    if (survey->all_planned)
        g_ptr_array_unref(survey->all_planned);
    g_free(survey);
}

static bool bind_them(struct workspace *workspace, struct survey *survey, GError **error)
{
    const struct engine_class *engine = engine_load(workspace->profile->engine, error);
    struct engine_options options = workspace_engine_options(workspace);
    struct activity *opening = activity_begin(workspace->call, "opening the database");
    AUTO(binder) binder = engine ? binder_new(engine, &options, error) : NULL;
    activity_end(opening);
    if (!binder)
        return false;
    binder_trace(binder);
    for (guint i = 0; i < survey->all_planned->len; i++) {
        const struct planned *planned = g_ptr_array_index(survey->all_planned, i);
        AUTO(activity)
        looking = activity_begin(workspace->call, "looking at %s", planned->name);
        GArray *bounds = binder_check(binder, planned->plan, workspace->diagnostics, error);
        if (!bounds)
            return false;
        g_ptr_array_add(survey->bounds, bounds);
    }
    return true;
}

static struct lineage *follow(const struct survey *survey)
{
    struct lineage *lineage = lineage_new();
    for (guint i = 0; i < survey->all_planned->len; i++) {
        const struct planned *planned = g_ptr_array_index(survey->all_planned, i);
        const GArray *bounds =
            i < survey->bounds->len ? g_ptr_array_index(survey->bounds, i) : NULL;
        lineage_add_plan(lineage, planned->plan, bounds);
    }
    lineage_join_places(lineage);
    return lineage;
}

struct survey *survey_new(struct workspace *workspace, const char *name, GError **error)
{
    AUTO(survey) survey = g_new0(struct survey, 1);
    g_autoptr(GError) problem = NULL;
    survey->bounds = g_ptr_array_new_with_free_func(free_bounds);
    survey->all_planned =
        workspace_plan_list(workspace, !name && workspace->project->is_project, name, error);
    if (!survey->all_planned || diagnostics_errors(workspace->diagnostics) > 0 ||
        !planned_order(survey->all_planned, error))
        return NULL;
    if (!bind_them(workspace, survey, &problem))
        report_warning(workspace->call, error_details(problem)->suggestion,
                       "columns are not known: %s", problem->message);
    survey->lineage = follow(survey);
    return g_steal_pointer(&survey);
}
