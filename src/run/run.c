/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include "base/file.h"
#include "run/again.h"
#include "run/conclude.h"
#include "run/moments.h"
#include "run/results.h"
#include "run/steps/step.h"
#include "run/temporary.h"

enum { WORKERS_BY_DEFAULT = 4 };

static const char *const status_names[STEP_STATUS_COUNT] = {
    [STEP_PENDING] = "pending",   [STEP_RUNNING] = "running",
    [STEP_RETRYING] = "retrying", [STEP_OK] = "ok",
    [STEP_DONE] = "done",         [STEP_WARNED] = "warned",
    [STEP_FAILED] = "failed",     [STEP_SKIPPED] = "skipped",
    [STEP_NOT_RUN] = "not_run",   [STEP_CANCELLED] = "cancelled",
};

const char *step_status_name(enum step_status status)
{
    return status_names[status];
}

void failed_try_free(gpointer data)
{
    struct failed_try *failed = data;
    g_clear_error(&failed->error);
    g_free(failed);
}

const struct failed_try *step_last_try(const struct step_result *step)
{
    const GPtrArray *tries = step->failed_tries;
    return tries && tries->len > 0 ? g_ptr_array_index(tries, tries->len - 1) : NULL;
}

gint64 step_next_try(const struct step_result *step)
{
    const struct failed_try *failed = step_last_try(step);
    return failed->started_us + failed->duration_us + failed->wait_us;
}

static const char *const outcome_names[] = {
    [RUN_OK] = "ok",
    [RUN_FAILED] = "failed",
    [RUN_CANCELLED] = "cancelled",
};

const char *run_outcome_name(enum run_outcome outcome)
{
    return outcome_names[outcome];
}

void step_result_clear(gpointer data)
{
    struct step_result *step = data;
    g_clear_pointer(&step->reason, g_free);
    g_clear_pointer(&step->message, g_free);
    g_clear_pointer(&step->notes, g_ptr_array_unref);
    g_clear_error(&step->error);
    g_clear_pointer(&step->found, rows_free);
    g_clear_pointer(&step->failed_tries, g_ptr_array_unref);
}

void run_result_free(struct run_result *result)
{
    if (!result)
        return;
    g_free(result->continues);
    g_free(result->selection);
    g_free(result->variables);
    g_free(result->run_id);
    g_free(result->folder);
    g_clear_error(&result->files_error);
    g_array_unref(result->steps);
    g_free(result);
}

static struct run_result *result_new(const struct plan *plan, const char *token)
{
    struct run_result *result = g_new0(struct run_result, 1);
    result->started_at = g_get_real_time();
    result->run_id = run_id_new(result->started_at, token);
    result->steps = g_array_new(FALSE, TRUE, sizeof(struct step_result));
    g_array_set_clear_func(result->steps, step_result_clear);
    for (guint i = 0; i < plan->operations->len; i++) {
        struct step_result step = {
            .operation = g_ptr_array_index(plan->operations, i),
            .rows = -1,
            .bytes = -1,
            .counts = row_counts_none(),
            .started_us = -1,
            .waited_us = -1,
        };
        g_array_append_val(result->steps, step);
    }
    return result;
}

static void choose_steps(struct run *run)
{
    run->is_step = step_choose(run->plan, run->options->selected);
    for (guint i = 0; i < run->result->steps->len; i++) {
        run_step_result(run, i)->is_selected = run->is_step[i];
        run->steps += run->is_step[i];
    }
}

static gint compare_positions(gconstpointer left, gconstpointer right, gpointer operations)
{
    const GPtrArray *list = operations;
    const struct operation *a = g_ptr_array_index(list, *(const guint *)left);
    const struct operation *b = g_ptr_array_index(list, *(const guint *)right);
    return (a->position > b->position) - (a->position < b->position);
}

static void list_queries(struct run *run)
{
    for (guint i = 0; i < run->result->steps->len; i++)
        if (run->is_step[i] && run_step_result(run, i)->operation->type == OPERATION_QUERY)
            g_array_append_val(run->queries, i);
    g_array_sort_with_data(run->queries, compare_positions, run->plan->operations);
}

static void init_tasks(struct run *run)
{
    guint count = run->result->steps->len;
    run->tasks = g_new(struct task, count);
    run->progress = g_new(struct progress, count);
    for (guint i = 0; i < count; i++) {
        task_init(&run->tasks[i], TASK_STEP);
        run->tasks[i].index = i;
        run->tasks[i].operation = run_step_result(run, i)->operation;
        run->progress[i] = (struct progress){.share = -1};
    }
    task_init(&run->open, TASK_OPEN);
    task_init(&run->close, TASK_CLOSE);
}

static guint worker_count(const struct run *run)
{
    guint wanted = run->options->workers;
    if (wanted == 0)
        wanted = MIN(WORKERS_BY_DEFAULT, g_get_num_processors());
    return MAX(MIN(wanted, run->steps), 1);
}

/* Called by the worker that opens the engine, once at most for each file that it opens. */
static void tell_waiting(void *user_data, const GError *reason)
{
    struct lock_wait *wait = user_data;
    if (wait->reason)
        return;
    wait->reason = g_error_copy(reason);
    queue_push(wait->queue, &wait->news);
}

static void init_crew(struct run *run, const char *token)
{
    run->engine_options = run->options->engine_options;
    run->lock_wait = (struct lock_wait){.queue = &run->crew.news, .news.kind = NEWS_WAITING};
    run->engine_options.waiting = tell_waiting;
    run->engine_options.waiting_data = &run->lock_wait;
    if (run->engine_options.now_us == 0)
        run->engine_options.now_us = run->result->started_at;
    run->result->now_us = run->engine_options.now_us;
    run->crew = (struct crew){
        .plan = run->plan,
        .class = run->options->engine,
        .engine_options = &run->engine_options,
        .limit = run->options->limit,
        .backfill = run->options->backfill,
        .retry = &run->options->retry,
        .token = token,
    };
    crew_init(&run->crew, worker_count(run));
    run->crew.moments = moments_new(run->plan, run->is_step);
    if (!run->options->journal)
        return;
    run->result->is_journalled = true;
    run->result->continues = g_strdup(run->options->journal->continues);
    run->result->selection = g_strdup(run->options->journal->selection);
    run->result->variables = g_strdup(run->options->journal->variables);
    run->recorder = (struct recorder){
        .run = run->options->journal, .result = run->result, .is_step = run->is_step};
    run->crew.recorder = &run->recorder;
}

static void run_init(struct run *run, const char *token)
{
    run->started = g_get_monotonic_time();
    run->clock.times = run->options->phases;
    run->result = result_new(run->plan, token);
    run->rest = g_array_new(FALSE, FALSE, sizeof(guint));
    run->alone = g_array_new(FALSE, FALSE, sizeof(guint));
    run->queries = g_array_new(FALSE, FALSE, sizeof(guint));
    run->running = g_ptr_array_new();
    again_init(run);
    run->news = g_ptr_array_new();
    ready_init(&run->ready, run->plan, NULL);
    choose_steps(run);
    list_queries(run);
    init_tasks(run);
    init_crew(run, token);
}

/* What could not be removed stays noted for the next run. */
static void forget_temporary(const struct run *run)
{
    if (run->folder.path)
        (void)!temporary_remove_noted(run->folder.path, run->crew.token, NULL, NULL);
}

static void run_clear(struct run *run)
{
    crew_clear(&run->crew);
    moments_free(run->crew.moments);
    recorder_clear(&run->recorder);
    events_close(&run->events);
    forget_temporary(run);
    run_folder_close(&run->folder);
    g_free(run->spill);
    ready_clear(&run->ready);
    for (guint i = 0; i < run->plan->operations->len; i++)
        task_clear(&run->tasks[i]);
    task_clear(&run->open);
    task_clear(&run->close);
    g_free(run->tasks);
    g_free(run->progress);
    g_free(run->is_step);
    g_array_unref(run->rest);
    g_array_unref(run->alone);
    g_array_unref(run->queries);
    g_ptr_array_unref(run->running);
    again_clear(run);
    g_ptr_array_unref(run->news);
    g_clear_error(&run->lock_wait.reason);
    run_result_free(run->result);
}

/* What doesn't fit into memory: beside the database, or where the profile says, in a folder of this
 * run's own, so that it can be told what a crash has left. */
static char *spill_path(const struct run *run)
{
    const struct engine_options *options = &run->engine_options;
    g_autofree char *place = options->temp_directory
                                 ? g_build_filename(options->temp_directory, "sqlflow", NULL)
                             : options->path ? g_strconcat(options->path, ".spill", NULL)
                                             : g_build_filename(run->folder.path, "spill", NULL);
    return temporary_path(place, run->crew.token);
}

static bool note_spill(struct run *run, GError **error)
{
    struct engine_options *options = &run->engine_options;
    run->spill = spill_path(run);
    if ((options->temp_directory && !folder_make(options->temp_directory, error)) ||
        !temporary_note(run->folder.path, run->spill, error))
        return false;
    options->temp_directory = run->spill;
    return true;
}

static bool make_files(struct run *run, GError **error)
{
    const char *directory = run->options->directory;
    if (!directory)
        return events_open(&run->events, NULL, error);
    if (!run_folder_open(&run->folder, directory, run->result->run_id, error))
        return false;
    run->result->folder = g_strdup(run->folder.path);
    run->crew.folder = run->folder.path;
    g_autofree char *path = g_build_filename(run->result->folder, "events.jsonl", NULL);
    return events_open(&run->events, path, error) && note_spill(run, error) &&
           run_folder_announce(&run->folder, error);
}

/* What the plan couldn't know: who reads which table through a view of the database. */
static void add_late(struct run *run)
{
    if (!run->crew.late || run->crew.late->len == 0)
        return;
    ready_clear(&run->ready);
    ready_init(&run->ready, run->plan, run->crew.late);
}

static void enter_phase(struct run *run, enum run_phase phase)
{
    phase_clock_enter(&run->clock, phase);
    events_phase_started(&run->events, phase);
    RUN_OBSERVE(run, phase_started, phase);
}

static void tell_start(struct run *run)
{
    const GPtrArray *crashed = run->folder.crashed;
    for (guint i = 0; crashed && i < crashed->len; i++)
        RUN_OBSERVE(run, crashed, g_ptr_array_index(crashed, i));
    events_run_started(&run->events, run->plan, run->result, run->steps);
    RUN_OBSERVE(run, run_started, run->plan, run->result, run->steps);
}

/* The plan is written while the engine opens; without steps no engine is needed. */
static bool open_engine(struct run *run, GError **error)
{
    if (run->steps > 0 && !coordinator_push(run, &run->open, error))
        return false;
    tell_start(run);
    if (run->steps > 0)
        enter_phase(run, PHASE_OPENING);
    events_flush(&run->events);
    bool written =
        !run->result->folder || results_write_plan(run->result->folder, run->plan, error);
    coordinator_wait(run);
    if (!run->open.error)
        add_late(run);
    if (!written || !run->open.error || run->stop == STOP_CANCELLED)
        return written;
    g_propagate_error(error, g_steal_pointer(&run->open.error));
    return false;
}

/* The results are written while the engine closes. */
static void close_engine(struct run *run, const GError *failure)
{
    run->is_closing = true;
    run->result->outcome = conclude_outcome(run);
    if (run->stop == STOP_LOST)
        run->crew.recorder = NULL; /* the engine takes nothing more */
    bool is_closing = run->crew.threads > 0 && coordinator_push(run, &run->close, NULL);
    if (is_closing)
        enter_phase(run, PHASE_CLOSING);
    conclude(run, failure);
    if (is_closing)
        coordinator_wait(run);
    if (run->close.error && !run->result->files_error)
        run->result->files_error = g_steal_pointer(&run->close.error);
    phase_clock_enter(&run->clock, 0);
    if (run->options->timing)
        conclude_times(run, failure);
}

static bool carry_out(struct run *run, GError **error)
{
    GError *failure = NULL;
    if (!open_engine(run, &failure))
        coordinator_stop(run, STOP_NOT_STARTED);
    else if (run->steps > 0)
        enter_phase(run, PHASE_RUNNING);
    if (run->stop == STOP_NONE)
        coordinator_continue(run);
    coordinator_start(run);
    coordinator_wait(run);
    coordinator_settle_rest(run);
    close_engine(run, failure);
    if (!failure)
        return true;
    g_propagate_error(error, failure);
    return false;
}

struct run_result *run_execute(const struct plan *plan, const struct run_options *options,
                               GError **error)
{
    g_autofree char *token = token_new();
    struct run run = {.plan = plan, .options = options, .folder = {.lock = -1}};
    run_init(&run, token);
    bool done = false;
    if (!make_files(&run, error))
        run_folder_discard(&run.folder);
    else if (signals_start(&run.signals, &run.crew.news, error)) {
        done = carry_out(&run, error);
        signals_stop(&run.signals);
    }
    struct run_result *result = done ? g_steal_pointer(&run.result) : NULL;
    if (result)
        RUN_OBSERVE(&run, run_finished, result);
    run_clear(&run);
    return result;
}
