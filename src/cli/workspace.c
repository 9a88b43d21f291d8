/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/workspace.h"

#include "base/file.h"
#include "base/nearest.h"
#include "cli/activity.h"
#include "cli/report.h"
#include "cli/values.h"

#include <errno.h>
#include <unistd.h>

static bool is_file(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* A pipeline given by path may belong to a project that is not above us. */
static struct project *open_project_of(struct project *here, const char *path,
                                       struct diagnostics *diagnostics, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    AUTO(project) other = project_open(folder, diagnostics, error);
    if (!other || !other->is_project) {
        g_clear_error(error);
        return here;
    }
    project_free(here);
    return g_steal_pointer(&other);
}

static bool find_project(struct workspace *workspace, const char *pipeline, GError **error)
{
    const char *given = flags_text(workspace->call->flags, FLAG_PROJECT);
    g_autofree char *start =
        given ? workspace_path(workspace, given) : g_strdup(workspace->current);
    if (!g_file_test(start, G_FILE_TEST_IS_DIR)) {
        error_set(error, ERROR_USAGE, "'%s' is no folder", given);
        return false;
    }
    workspace->project = project_open(start, workspace->diagnostics, error);
    if (!workspace->project)
        return false;
    g_autofree char *path = pipeline ? workspace_path(workspace, pipeline) : NULL;
    if (!given && !workspace->project->is_project && path && is_file(path))
        workspace->project =
            open_project_of(workspace->project, path, workspace->diagnostics, error);
    if (chdir(workspace->project->root) == 0)
        return true;
    error_set_errno(error, errno, "can't enter '%s'", workspace->project->root);
    return false;
}

static bool read_profile(struct workspace *workspace, const char *name)
{
    workspace->profile =
        profile_load(workspace->project, name ? name : "dev", name != NULL, workspace->diagnostics);
    return workspace->profile != NULL && diagnostics_errors(workspace->diagnostics) == 0;
}

static bool read_connectors(struct workspace *workspace, GError **error)
{
    workspace->registry =
        registry_new(workspace->project->root, workspace->profile->plugins, error);
    return workspace->registry != NULL;
}

/* Where to look, and which profile to take: both may be NULL. */
static bool open_steps(struct workspace *workspace, const char *pipeline, const char *profile,
                       GError **error)
{
    workspace->current = g_get_current_dir();
    workspace->values = values_read(workspace->call->flags, workspace->diagnostics, error);
    return workspace->values && find_project(workspace, pipeline, error) &&
           read_profile(workspace, profile) && read_connectors(workspace, error);
}

/* The profile's log_level is -v or -q, where no flag says otherwise. */
static void follow_level(struct call *call, const char *level)
{
    if (call->quiet || call->verbose)
        return;
    call->verbose = strcmp(level, "debug") == 0;
    call->quiet = strcmp(level, "error") == 0;
}

static struct workspace *open_with(struct call *call, const char *pipeline, const char *profile)
{
    AUTO(workspace) workspace = g_new0(struct workspace, 1);
    workspace->call = call;
    workspace->diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    gint64 begun = g_get_monotonic_time();
    if (open_steps(workspace, pipeline, profile, &error)) {
        workspace->opening_us = g_get_monotonic_time() - begun;
        follow_level(call, workspace->profile->log_level);
        return g_steal_pointer(&workspace);
    }
    report_diagnostics(call, workspace->diagnostics);
    if (error)
        report_error(call, error);
    return NULL;
}

struct workspace *workspace_open(struct call *call, const char *pipeline)
{
    return open_with(call, pipeline, flags_text(call->flags, FLAG_PROFILE));
}

struct workspace *workspace_open_profile(struct call *call, const char *profile)
{
    return open_with(call, NULL, profile);
}

struct workspace *workspace_open_project(struct call *call, const char *pipeline)
{
    AUTO(workspace) workspace = g_new0(struct workspace, 1);
    workspace->call = call;
    workspace->diagnostics = diagnostics_new();
    workspace->current = g_get_current_dir();
    g_autoptr(GError) error = NULL;
    if (find_project(workspace, pipeline, &error))
        return g_steal_pointer(&workspace);
    report_error(call, error);
    return NULL;
}

void workspace_free(struct workspace *workspace)
{
    if (!workspace)
        return;
    diagnostics_free(workspace->diagnostics);
    profile_free(workspace->profile);
    registry_free(workspace->registry);
    project_free(workspace->project);
    if (workspace->values)
        g_ptr_array_unref(workspace->values);
    g_free(workspace->current);
    g_free(workspace);
}

char *workspace_path(const struct workspace *workspace, const char *path)
{
    return g_canonicalize_filename(path, workspace->current);
}

bool workspace_write_out(const struct workspace *workspace, GString *text, GError **error)
{
    const char *out = flags_text(workspace->call->flags, FLAG_OUT);
    if (!out) {
        terminal_flush(&workspace->call->out, text);
        return true;
    }
    g_autofree char *path = workspace_path(workspace, out);
    if (!file_write(path, text->str, text->len, error))
        return false;
    report_note(workspace->call, "wrote %s", out);
    return true;
}

static void set_pairs(struct variables *variables, enum variable_origin origin,
                      const GPtrArray *pairs)
{
    for (guint i = 0; i + 1 < pairs->len; i += 2)
        variables_set(variables, origin, g_ptr_array_index(pairs, i),
                      g_ptr_array_index(pairs, i + 1), (struct span){0});
}

static struct variables *variables_of(const struct workspace *workspace)
{
    struct variables *variables = variables_new();
    set_pairs(variables, ORIGIN_PROFILE, workspace->profile->variables);
    set_pairs(variables, ORIGIN_COMMAND_LINE, workspace->values);
    variables_set_environment(variables, project_environment, workspace->project);
    return variables;
}

struct planned *workspace_plan(struct workspace *workspace, const char *file)
{
    struct planned *planned = g_new0(struct planned, 1);
    struct phase_clock clock = {0};
    clock.times.us[PHASE_READING] = workspace->opening_us;
    workspace->opening_us = 0;
    planned->file = g_strdup(file);
    planned->needs = g_ptr_array_new();
    planned->values = g_ptr_array_ref(workspace->values);
    planned->name = project_pipeline_name(workspace->project, file);
    AUTO(activity)
    planning G_GNUC_UNUSED = activity_begin(workspace->call, "planning %s", planned->name);
    planned->variables = variables_of(workspace);
    struct expand_options expand = {
        .project_directory = workspace->project->root,
        .variables = planned->variables,
    };
    struct plan_input input = {
        .earlier_errors = diagnostics_errors(workspace->diagnostics),
        .pipeline = planned->name,
        .project = workspace->project,
        .profile = workspace->profile,
        .registry = workspace->registry,
    };
    g_autofree char *shown = project_display_path(workspace->project, file);
    g_autoptr(GError) error = NULL;
    phase_clock_enter(&clock, PHASE_READING);
    struct text *text = text_load(shown, file, &error);
    if (!text) {
        diagnostics_add(workspace->diagnostics, SF_PIPELINE_UNREADABLE, (struct span){0}, NULL,
                        "%s", error->message);
        return planned;
    }
    phase_clock_enter(&clock, PHASE_PARSING);
    struct script *script = script_new(text, &expand, workspace->diagnostics);
    phase_clock_enter(&clock, PHASE_PLANNING);
    planned->plan = plan_new(script, &input, workspace->diagnostics);
    phase_clock_enter(&clock, 0);
    planned->phases = clock.times;
    return planned;
}

void planned_free(struct planned *planned)
{
    if (!planned)
        return;
    plan_free(planned->plan);
    g_ptr_array_unref(planned->needs);
    g_ptr_array_unref(planned->values);
    past_run_free(planned->origin);
    variables_free(planned->variables);
    g_free(planned->name);
    g_free(planned->file);
    g_free(planned);
}

char *workspace_find(const struct workspace *workspace, const char *name, GError **error)
{
    const char *root = workspace->project->root;
    g_autofree char *here = name ? workspace_path(workspace, name) : NULL;
    g_autofree char *there = name ? g_canonicalize_filename(name, root) : NULL;
    bool is_there = name && !is_file(here) && is_file(there);
    return project_find_pipeline(workspace->project, name, is_there ? root : workspace->current,
                                 error);
}

struct planned *workspace_plan_named(struct workspace *workspace, const char *name, GError **error)
{
    g_autofree char *file = workspace_find(workspace, name, error);
    return file ? workspace_plan(workspace, file) : NULL;
}

static void free_planned(gpointer planned)
{
    planned_free(planned);
}

GPtrArray *planned_list_new(void)
{
    return g_ptr_array_new_with_free_func(free_planned);
}

GPtrArray *workspace_plan_all(struct workspace *workspace, GError **error)
{
    g_auto(GStrv) names = project_pipelines(workspace->project);
    g_autoptr(GPtrArray) all = planned_list_new();
    if (!names[0]) {
        error_set(error, ERROR_USAGE, "no pipeline in '%s/pipelines'", workspace->project->root);
        return NULL;
    }
    for (char **name = names; *name; name++) {
        struct planned *planned = workspace_plan_named(workspace, *name, error);
        if (!planned)
            return NULL;
        g_ptr_array_add(all, planned);
    }
    return g_steal_pointer(&all);
}

GPtrArray *workspace_plan_list(struct workspace *workspace, bool all, const char *name,
                               GError **error)
{
    if (all)
        return workspace_plan_all(workspace, error);
    struct planned *planned = workspace_plan_named(workspace, name, error);
    if (!planned)
        return NULL;
    GPtrArray *list = planned_list_new();
    g_ptr_array_add(list, planned);
    return list;
}

static bool is_used(const GPtrArray *all_planned, const char *name, GPtrArray *used)
{
    bool found = false;
    for (guint i = 0; i < all_planned->len; i++) {
        const struct planned *planned = g_ptr_array_index(all_planned, i);
        found = found || variables_mentioned(planned->variables, name);
        const GPtrArray *uses = variables_uses(planned->variables);
        for (guint k = 0; k < uses->len; k++) {
            const struct variable_use *use = g_ptr_array_index(uses, k);
            g_ptr_array_add(used, g_strdup(use->name));
        }
    }
    return found;
}

void workspace_check_values(const struct workspace *workspace, const GPtrArray *all_planned)
{
    for (guint i = 0; i < workspace->values->len; i += 2) {
        const char *name = g_ptr_array_index(workspace->values, i);
        g_autoptr(GPtrArray) used = g_ptr_array_new_null_terminated(0, g_free, TRUE);
        if (is_used(all_planned, name, used))
            continue;
        g_autofree char *hint = nearest_hint(name, (const char *const *)used->pdata);
        report_warning(workspace->call, hint, "the variable '%s' is not used", name);
    }
}

static const char *wait_lock(const struct call *call)
{
    const char *given = flags_text(call->flags, FLAG_WAIT_LOCK);
    const char *usual = call->command->wait_lock;
    return given ? given : usual ? usual : "0s";
}

/* Nothing is silent for more than a second. */
static void tell_waiting(void *user_data, const GError *reason)
{
    const struct workspace *workspace = user_data;
    report_note(workspace->call, "%s: waiting up to %s (--wait-lock)", reason->message,
                wait_lock(workspace->call));
}

struct engine_options workspace_engine_options(struct workspace *workspace)
{
    const struct profile *profile = workspace->profile;
    return (struct engine_options){
        .path = profile->in_memory ? NULL : profile->database_path,
        .memory_limit = profile->memory_limit,
        .threads = profile->threads,
        .temp_directory = profile->temp_directory,
        .timezone = profile->timezone,
        .wait_lock_ms =
            flags_milliseconds(workspace->call->flags, FLAG_WAIT_LOCK, wait_lock(workspace->call)),
        .waiting = tell_waiting,
        .waiting_data = workspace,
    };
}

struct retry_options workspace_retry_options(const struct workspace *workspace)
{
    const struct flags *flags = workspace->call->flags;
    const struct profile *profile = workspace->profile;
    struct retry_options options = {
        .profile = {.tries = (guint)(profile->retries + 1)}, /* -1: not given */
    };
    if (profile->retry_delay >= 0)
        options.profile.delay_us = retry_delay_us(profile->retry_delay);
    if (flags_given(flags, FLAG_RETRIES))
        options.call.tries = flags_number(flags, FLAG_RETRIES, 0) + 1;
    if (flags_given(flags, FLAG_RETRY_DELAY))
        options.call.delay_us =
            retry_delay_us((gdouble)flags_milliseconds(flags, FLAG_RETRY_DELAY, "0") / 1000);
    return options;
}
