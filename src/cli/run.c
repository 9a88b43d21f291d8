/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include "cli/activity.h"
#include "cli/backfill.h"
#include "cli/jsonlog.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/resume.h"
#include "cli/runreport.h"
#include "cli/workspace.h"
#include "run/folder.h"
#include "run/preview.h"

#include <signal.h>
#include <unistd.h>

enum { QUERY_LIMIT = 50 };

/* What all pipelines of one call share. */
struct batch {
    struct call *call;
    struct workspace *workspace;
    const struct engine_class *engine;
    struct engine_options engine_options;
    GPtrArray *failed; /* struct planned: what needs them doesn't run */
    struct run_report *report;
    enum exit_code code;
    bool stopped; /* by a signal */
};

/* Who is told when the process has to leave a run. */
struct departure {
    struct run_report *report;
    const struct plan *plan;
    const struct run_observer *observer;
};

/* Steps don't answer to the interrupt: what is to be told is told, and the process goes. */
static void leave(void *user_data, const struct run_result *result)
{
    const struct departure *departure = user_data;
    departure->observer->run_finished(departure->observer->user_data, result);
    run_report_add(departure->report, departure->plan, result);
    (void)run_report_finish(departure->report, EXIT_CODE_OK);
    fflush(stdout);
    _exit(EXIT_CODE_SIGNAL + result->signal);
}

/* A run that is continued keeps its selection. */
static bool select_steps(const struct batch *batch, const struct planned *planned, GByteArray **out,
                         GError **error)
{
    const struct plan *plan = planned->plan;
    const struct flags *flags = batch->call->flags;
    g_auto(GStrv) select = NULL;
    g_auto(GStrv) exclude = NULL;
    if (!planned->origin)
        return plan_select(plan, flags_list(flags, FLAG_SELECT), flags_list(flags, FLAG_EXCLUDE),
                           out, error);
    selection_from_json(planned->origin->selection, &select, &exclude);
    return plan_select(plan, (const char *const *)select, (const char *const *)exclude, out, error);
}

static void batch_fail(struct batch *batch, const struct planned *planned, enum exit_code code)
{
    g_ptr_array_add(batch->failed, (gpointer)(guintptr)planned);
    batch->code = MAX(batch->code, code);
}

static void take_result(struct batch *batch, const struct planned *planned,
                        const struct run_result *result)
{
    run_report_add(batch->report, planned->plan, result);
    if (result->files_error) {
        report_error(batch->call, result->files_error);
        batch->code = MAX(batch->code, EXIT_CODE_FAILED);
    }
    if (result->signal != 0) {
        batch->code = (enum exit_code)(EXIT_CODE_SIGNAL + result->signal);
        batch->stopped = true;
    } else if (result->outcome == RUN_FAILED) {
        batch_fail(batch, planned, EXIT_CODE_FAILED);
    }
}

/* As dbt: no failure, but not silent either. */
static void warn_of_nothing(const struct batch *batch, const struct planned *planned,
                            const GByteArray *selected)
{
    const struct flags *flags = batch->call->flags;
    for (guint i = 0; i < planned->plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(planned->plan->operations, i);
        if (selected->data[i] && operation->type != OPERATION_SOURCE)
            return;
    }
    if (flags_given(flags, FLAG_SELECT) || flags_given(flags, FLAG_EXCLUDE))
        report_warning(batch->call, "sqlflow compile shows the steps that there are",
                       "nothing to do: --select and --exclude leave no step of '%s'",
                       planned->name);
    else
        report_warning(batch->call, NULL, "nothing to do: '%s' has no statement that runs",
                       planned->name);
}

/* What is remembered of the command line, for a run that goes on with this one. */
struct remembered {
    struct run_journal journal;
    char *selection;
    char *variables;
};

static void remembered_init(struct remembered *remembered, const struct batch *batch,
                            const struct planned *planned)
{
    const struct past_run *run = planned->origin;
    const bool continues = run && !planned->is_anew;
    remembered->selection = run ? g_strdup(run->selection) : selection_to_json(batch->call->flags);
    remembered->variables = variables_to_json(planned);
    remembered->journal = (struct run_journal){
        .continues = continues ? run->run_id : NULL,
        .root = continues ? run->root : NULL,
        .selection = remembered->selection,
        .variables = remembered->variables,
        .looked_us = planned->looked_us,
    };
}

static void remembered_clear(struct remembered *remembered)
{
    g_free(remembered->selection);
    g_free(remembered->variables);
}

/* now() of a run that is continued is the former one. */
static struct engine_options engine_options_for(const struct batch *batch,
                                                const struct planned *planned)
{
    struct engine_options options = batch->engine_options;
    if (planned->origin && !flags_given(batch->call->flags, FLAG_RESTART))
        options.now_us = planned->origin->now_us;
    return options;
}

static void run_one(struct batch *batch, const struct planned *planned)
{
    const struct flags *flags = batch->call->flags;
    __attribute__((cleanup(remembered_clear))) struct remembered remembered = {0};
    remembered_init(&remembered, batch, planned);
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) selected = NULL;
    __attribute__((cleanup(wanted_backfill_clear))) struct wanted_backfill wanted;
    wanted_backfill_init(&wanted, flags, planned->origin ? planned->origin->selection : NULL);
    AUTO(progress_display) display = progress_display_new(batch->call);
    AUTO(json_log) log = json_log_new(batch->call);
    const struct run_observer *observer =
        batch->call->json_log ? json_log_observer(log) : progress_display_observer(display);
    const struct run_observer *observers[] = {observer, NULL};
    struct departure departure = {batch->report, planned->plan, observer};
    struct run_options options = {
        .engine = batch->engine,
        .engine_options = engine_options_for(batch, planned),
        .backfill = &wanted.backfill,
        .workers = flags_number(flags, FLAG_WORKERS, (guint)batch->workspace->profile->workers),
        .fail_fast = flags_given(flags, FLAG_FAIL_FAST),
        .retry = workspace_retry_options(batch->workspace),
        .journal = batch->engine_options.path ? &remembered.journal : NULL,
        .limit = flags_number(flags, FLAG_LIMIT, QUERY_LIMIT),
        .phases = planned->phases,
        .timing = flags_given(flags, FLAG_TIMING),
        .directory = batch->workspace->project->is_project ? "target/run" : NULL,
        .observers = observers,
        .leave = leave,
        .leave_data = &departure,
    };
    AUTO(run_result) result = NULL;
    if (select_steps(batch, planned, &selected, &error)) {
        options.selected = selected->data;
        warn_of_nothing(batch, planned, selected);
        if (options.directory && !batch->call->json_log)
            progress_display_prepare(display, "making room in target/run");
        result = run_execute(planned->plan, &options, &error);
    }
    if (result) {
        take_result(batch, planned, result);
        return;
    }
    progress_display_clear(display);
    report_error(batch->call, error);
    batch_fail(batch, planned, EXIT_CODE_USAGE);
}

static const struct planned *failed_need(const struct batch *batch, const struct planned *planned)
{
    for (guint i = 0; i < planned->needs->len; i++) {
        const struct planned *need = g_ptr_array_index(planned->needs, i);
        if (g_ptr_array_find(batch->failed, need, NULL))
            return need;
    }
    return NULL;
}

/* Where the display doesn't begin with the pipeline's name itself. */
static void announce(const struct call *call, const char *name, bool is_first)
{
    if (call->json_log)
        return;
    if (!is_first)
        report_note(call, "%s", "");
    if (call->err.is_terminal && !call->verbose)
        report_note(call, "%s%s%s", style_on(call->err.color, STYLE_BOLD), name,
                    style_off(call->err.color));
}

static void run_all(struct batch *batch, const GPtrArray *all_planned)
{
    bool is_first = true;
    for (guint i = 0; i < all_planned->len && !batch->stopped; i++) {
        const struct planned *planned = g_ptr_array_index(all_planned, i);
        if (planned->is_over)
            continue;
        const struct planned *need = failed_need(batch, planned);
        bool give_up = batch->failed->len > 0 && flags_given(batch->call->flags, FLAG_FAIL_FAST);
        if (need)
            report_note(batch->call, "%s: skipped, it reads what %s makes", planned->name,
                        need->name);
        else if (give_up)
            report_note(batch->call, "%s: not run (--fail-fast)", planned->name);
        if (need || give_up)
            run_report_skip(batch->report, planned->name,
                            need ? "it reads what a failed pipeline makes"
                                 : "not run (--fail-fast)");
        if (need) {
            batch_fail(batch, planned, EXIT_CODE_FAILED);
            continue;
        }
        if (give_up)
            continue;
        if (all_planned->len > 1)
            announce(batch->call, planned->name, is_first);
        is_first = false;
        run_one(batch, planned);
    }
}

static bool load_engine(struct batch *batch, GError **error)
{
    if (!batch->engine)
        batch->engine = engine_load(batch->workspace->profile->engine, error);
    return batch->engine != NULL;
}

static enum exit_code execute(struct batch *batch, const GPtrArray *all_planned)
{
    g_autoptr(GError) error = NULL;
    if (!load_engine(batch, &error)) {
        report_error(batch->call, error);
        return EXIT_CODE_USAGE;
    }
    g_autoptr(GPtrArray) failed = g_ptr_array_new();
    batch->failed = failed;
    run_all(batch, all_planned);
    return batch->code;
}

/* What would be left of the run that is continued. */
static GArray *decide(struct batch *batch, const struct planned *planned,
                      const GByteArray *selected, GError **error)
{
    __attribute__((cleanup(remembered_clear))) struct remembered remembered = {0};
    if (!load_engine(batch, error))
        return NULL;
    remembered_init(&remembered, batch, planned);
    const struct run_options options = {
        .engine = batch->engine,
        .engine_options = engine_options_for(batch, planned),
        .selected = selected->data,
        .journal = &remembered.journal,
    };
    AUTO(activity)
    opening G_GNUC_UNUSED =
        activity_begin(batch->call, "looking what is left of %s", planned->name);
    return preview_decide(planned->plan, &options, error);
}

static bool tell_one(struct batch *batch, const struct planned *planned, GError **error)
{
    const bool continues = planned->origin && !planned->is_anew;
    g_autoptr(GByteArray) selected = NULL;
    g_autoptr(GArray) decisions = NULL;
    if (!select_steps(batch, planned, &selected, error))
        return false;
    if (continues && !(decisions = decide(batch, planned, selected, error)))
        return false;
    const struct dry_run dry = {
        .plan = planned->plan,
        .selected = selected,
        .continues = continues ? planned->origin->run_id : NULL,
        .decisions = decisions,
    };
    run_report_add_dry(batch->report, &dry);
    return true;
}

/* The plan and what of it would run. */
static enum exit_code tell(struct batch *batch, const GPtrArray *all_planned)
{
    enum exit_code code = EXIT_CODE_OK;
    for (guint i = 0; i < all_planned->len; i++) {
        const struct planned *planned = g_ptr_array_index(all_planned, i);
        g_autoptr(GError) error = NULL;
        if (planned->is_over || tell_one(batch, planned, &error))
            continue;
        report_error(batch->call, error);
        code = EXIT_CODE_USAGE;
    }
    return code;
}

/* The pipelines that were asked for, in their order; NULL after what was wrong has been told. */
static GPtrArray *plan_pipelines(struct workspace *workspace, const char *name, bool is_resume,
                                 GError **error)
{
    g_autoptr(GPtrArray) all =
        is_resume ? resume_plan(workspace, name, error)
                  : workspace_plan_list(workspace, flags_given(workspace->call->flags, FLAG_ALL),
                                        name, error);
    report_diagnostics(workspace->call, workspace->diagnostics);
    if (!all || diagnostics_errors(workspace->diagnostics) > 0 || !planned_order(all, error))
        return NULL;
    workspace_check_values(workspace, all);
    return g_steal_pointer(&all);
}

static enum exit_code run_pipelines(struct call *call, struct run_report *report, bool is_resume)
{
    const char *name = call_argument(call, 0);
    g_autoptr(GError) error = NULL;
    AUTO(workspace) workspace = workspace_open(call, name);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GPtrArray) all_planned = plan_pipelines(workspace, name, is_resume, &error);
    if (!all_planned) {
        if (error)
            report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    struct batch batch = {
        .call = call,
        .workspace = workspace,
        .engine_options = workspace_engine_options(workspace),
        .report = report,
    };
    batch.engine_options.now_us = g_get_real_time();
    if (flags_given(call->flags, FLAG_DRY_RUN))
        return tell(&batch, all_planned);
    if (!planned_is_left(all_planned)) {
        run_folder_settle("target/run");
        return EXIT_CODE_OK;
    }
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away doesn't end the run */
    return execute(&batch, all_planned);
}

/* Flags that say something else than to go on with a run. */
static bool check_resume(const struct call *call, GError **error)
{
    static const enum flag others[] = {FLAG_SELECT, FLAG_EXCLUDE, FLAG_FULL_REFRESH, FLAG_START,
                                       FLAG_END};
    const bool is_flag = flags_given(call->flags, FLAG_RESUME);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        if (!flags_given(call->flags, others[i]))
            continue;
        error_set(error, ERROR_USAGE,
                  "--%s can't be given with %s: a pipeline goes on with the steps of its last run",
                  flag_info(others[i])->name, is_flag ? "--resume" : "retry");
        return false;
    }
    return true;
}

static bool check_call(const struct call *call, bool is_resume, GError **error)
{
    const struct flags *flags = call->flags;
    if (call_argument(call, 0) && flags_given(flags, FLAG_ALL))
        error_set(error, ERROR_USAGE, "--all and '%s' exclude each other", call_argument(call, 0));
    else if (flags_given(flags, FLAG_DRY_RUN) && flags_given(flags, FLAG_JUNIT))
        error_set(error, ERROR_USAGE, "--dry-run and --junit exclude each other");
    else if (flags_given(flags, FLAG_DRY_RUN) && flags_given(flags, FLAG_TIMING))
        error_set(error, ERROR_USAGE, "--dry-run and --timing exclude each other");
    else if (flags_given(flags, FLAG_RESUME) && flags_given(flags, FLAG_RESTART))
        error_set(error, ERROR_USAGE, "--resume and --restart exclude each other");
    else if (flags_given(flags, FLAG_FULL_REFRESH) &&
             (flags_given(flags, FLAG_START) || flags_given(flags, FLAG_END)))
        error_set(error, ERROR_USAGE,
                  "--full-refresh reads everything: it can't be given with --start or --end");
    else
        return !is_resume || check_resume(call, error);
    return false;
}

static enum exit_code run_or_resume(struct call *call, bool is_resume)
{
    g_autoptr(GError) error = NULL;
    AUTO(run_report)
    report = check_call(call, is_resume, &error) ? run_report_new(call, &error) : NULL;
    if (!report) {
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    return run_report_finish(report, run_pipelines(call, report, is_resume));
}

enum exit_code command_run(struct call *call)
{
    return run_or_resume(call, flags_given(call->flags, FLAG_RESUME));
}

enum exit_code command_retry(struct call *call)
{
    return run_or_resume(call, true);
}
