/* SPDX-License-Identifier: Apache-2.0 */
#include "run/coordinator.h"

#include "run/again.h"
#include "run/moments.h"
#include "run/steps/step.h"
#include "run/watch.h"

static const char *const stop_reasons[] = {
    [STOP_NONE] = "not run",
    [STOP_NOT_STARTED] = "not run: the run could not start",
    [STOP_FAIL_FAST] = "not run: another step failed (fail fast)",
    [STOP_LOST] = "not run: engine lost",
    [STOP_CANCELLED] = "not run: cancelled",
};

static const struct operation *operation_at(const struct run *run, guint index)
{
    return g_ptr_array_index(run->plan->operations, index);
}

static bool is_settled(const struct step_result *step)
{
    return step->status != STEP_PENDING && step->status != STEP_RUNNING &&
           step->status != STEP_RETRYING;
}

/* In the order of the file: a QUERY that isn't settled holds up those below it. */
static void tell_rows(struct run *run)
{
    while (run->queries_told < run->queries->len) {
        guint index = g_array_index(run->queries, guint, run->queries_told);
        const struct step_result *step = run_step_result(run, index);
        if (!is_settled(step))
            return;
        run->queries_told++;
        if (step->status == STEP_OK)
            RUN_OBSERVE(run, rows, step);
    }
}

static void settle(struct run *run, guint index, enum step_status status, const char *message)
{
    struct step_result *step = run_step_result(run, index);
    step->status = status;
    if (message && !step->message)
        step->message = g_strdup(message);
    moments_settled(run->crew.moments, index, status);
    if (!run->is_step[index])
        return;
    events_step_finished(&run->events, step);
    RUN_OBSERVE(run, step_finished, step);
    tell_rows(run);
}

static void line_up(struct run *run, guint index)
{
    run->tasks[index].ready = g_get_monotonic_time();
    bool is_alone = step_is_alone(operation_at(run, index));
    g_array_append_val(is_alone ? run->alone : run->rest, index);
}

/* Operations that are no steps are passed through, so that what stands behind them keeps its
 * order to what stands before them. */
static void take_ready(struct run *run, GArray *ready)
{
    for (guint i = 0; i < ready->len; i++) {
        guint index = g_array_index(ready, guint, i);
        if (run->is_step[index]) {
            moments_ready(run->crew.moments, index);
            line_up(run, index);
            continue;
        }
        if (operation_at(run, index)->type == OPERATION_SOURCE && run_selects(run, index))
            settle(run, index, STEP_OK, NULL);
        ready_done(&run->ready, index, ready);
    }
}

/* What is done is settled without having been begun. */
static void pass_over(struct run *run, guint index)
{
    settle(run, index, STEP_DONE, NULL);
    run->is_step[index] = 0;
    run->steps--;
}

static void take_decision(struct step_result *step, struct decision *decision)
{
    char **reason = decision->is_done ? &step->message : &step->reason;
    *reason = g_steal_pointer(&decision->reason);
    if (!decision->is_done)
        return;
    step->status = STEP_DONE;
    step->rows = decision->rows;
}

void coordinator_continue(struct run *run)
{
    GArray *decisions = run->recorder.decisions;
    if (!decisions)
        return;
    for (guint i = 0; i < decisions->len; i++)
        take_decision(run_step_result(run, i), &g_array_index(decisions, struct decision, i));
    RUN_OBSERVE(run, run_continued, run->result);
    for (guint i = 0; i < decisions->len; i++)
        if (g_array_index(decisions, struct decision, i).is_done)
            pass_over(run, i);
}

void coordinator_start(struct run *run)
{
    g_autoptr(GArray) ready = g_array_new(FALSE, FALSE, sizeof(guint));
    ready_start(&run->ready, ready);
    take_ready(run, ready);
}

static void release_waiting(struct run *run, guint index)
{
    g_autoptr(GArray) ready = g_array_new(FALSE, FALSE, sizeof(guint));
    ready_done(&run->ready, index, ready);
    take_ready(run, ready);
}

static void skip_waiting(struct run *run, guint index)
{
    g_autofree char *reason = g_strconcat("waits for ", operation_at(run, index)->id, NULL);
    g_autoptr(GArray) blocked = g_array_new(FALSE, FALSE, sizeof(guint));
    ready_failed(&run->ready, index, blocked);
    for (guint i = 0; i < blocked->len; i++) {
        guint waiter = g_array_index(blocked, guint, i);
        bool is_wanted = run_selects(run, waiter) || run->is_step[waiter];
        if (is_wanted && run_step_result(run, waiter)->status != STEP_DONE)
            settle(run, waiter, STEP_SKIPPED, reason);
    }
}

void coordinator_settle_rest(struct run *run)
{
    for (guint i = 0; i < run->result->steps->len; i++)
        if (run->is_step[i] && run_step_result(run, i)->status == STEP_PENDING)
            settle(run, i, STEP_NOT_RUN, stop_reasons[run->stop]);
}

void coordinator_leave_running(struct run *run)
{
    gint64 now = g_get_monotonic_time() - run->started;
    for (guint i = 0; i < run->running->len; i++) {
        const struct task *task = g_ptr_array_index(run->running, i);
        if (task->kind != TASK_STEP)
            continue;
        struct step_result *step = run_step_result(run, task->index);
        step->duration_us = now - step->started_us;
        settle(run, task->index, STEP_CANCELLED, "interrupted, did not answer");
    }
}

/* Seconds; 0: none. */
static gdouble timeout_of(const struct run *run, const struct task *task)
{
    const struct options *options = step_common(run->plan, task->operation, "timeout");
    return options ? options_seconds(options, "timeout", 0) : 0;
}

/* An interrupt that we asked for shows as ERROR_CANCELLED; why is known only here. */
static enum step_status failure_status(const struct run *run, struct task *task)
{
    if (error_kind(task->error) != ERROR_CANCELLED)
        return STEP_FAILED;
    if (task->timed_out) {
        gdouble seconds = timeout_of(run, task);
        g_clear_error(&task->error);
        error_set(&task->error, ERROR_CANCELLED, "timed out after %g s", seconds);
        return STEP_FAILED;
    }
    return run->stop == STOP_CANCELLED ? STEP_CANCELLED : STEP_FAILED;
}

static enum step_status task_status(const struct run *run, struct task *task)
{
    if (task->error)
        return failure_status(run, task);
    return task->message ? STEP_WARNED : STEP_OK;
}

static void keep_outcome(const struct run *run, struct task *task, enum step_status status)
{
    struct step_result *step = run_step_result(run, task->index);
    step->duration_us = task->finished - run->started - step->started_us;
    step->commit_us = task->commit_us;
    step->rows = task->rows;
    step->bytes = task->bytes;
    step->counts = task->written.rows;
    step->notes = g_steal_pointer(&task->written.notes);
    step->found = g_steal_pointer(&task->found);
    step->message = g_steal_pointer(&task->message);
    step->error = g_steal_pointer(&task->error);
    if (status == STEP_FAILED)
        step->at = task->at.text ? task->at : step_error_place(task->operation, step->error);
}

static void settle_failed(struct run *run, struct task *task)
{
    keep_outcome(run, task, STEP_FAILED);
    settle(run, task->index, STEP_FAILED, run_step_result(run, task->index)->error->message);
    skip_waiting(run, task->index);
}

static void settle_cancelled(struct run *run, struct task *task, const char *message)
{
    keep_outcome(run, task, STEP_CANCELLED);
    settle(run, task->index, STEP_CANCELLED, message);
}

/* Steps that wait for a retry, which will not come. */
static void give_up_retries(struct run *run)
{
    for (struct task *task; (task = again_take_back(run));) {
        if (run->stop != STOP_CANCELLED) {
            settle_failed(run, task);
            continue;
        }
        g_autofree char *message =
            g_strconcat("interrupted while waiting to try again: ", task->error->message, NULL);
        settle_cancelled(run, task, message);
    }
}

void coordinator_stop(struct run *run, enum stop stop)
{
    if (run->stop == STOP_NONE || stop == STOP_CANCELLED)
        run->stop = stop;
    g_array_set_size(run->rest, 0);
    g_array_set_size(run->alone, 0);
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    queue_take(&run->crew.tasks, taken, 0);
    run->out -= taken->len;
    give_up_retries(run);
}

static void fail_step(struct run *run, struct task *task)
{
    bool is_lost = error_kind(task->error) == ERROR_LOST;
    settle_failed(run, task);
    if (is_lost)
        coordinator_stop(run, STOP_LOST);
    else if (run->options->fail_fast)
        coordinator_stop(run, STOP_FAIL_FAST);
}

static void finish_step(struct run *run, struct task *task)
{
    if (is_settled(run_step_result(run, task->index)))
        return; /* it was left behind, and comes back */
    enum step_status status = task_status(run, task);
    if (status == STEP_FAILED) {
        if (!again_wait(run, task))
            fail_step(run, task);
    } else if (status == STEP_CANCELLED) {
        settle_cancelled(run, task, "interrupted");
    } else {
        moments_tell(run->crew.moments, task->index, &task->written);
        keep_outcome(run, task, status);
        settle(run, task->index, status, NULL);
        release_waiting(run, task->index);
    }
}

static void start_step(struct run *run, struct task *task)
{
    struct step_result *step = run_step_result(run, task->index);
    gdouble timeout = timeout_of(run, task);
    if (timeout > 0)
        task->deadline = task->started + (gint64)(timeout * G_USEC_PER_SEC);
    step->status = STEP_RUNNING;
    step->try_started_us = task->started - run->started;
    if (step->tries++ == 0) {
        step->started_us = step->try_started_us;
        step->waited_us = task->started - task->ready;
    }
    events_step_started(&run->events, step);
    RUN_OBSERVE(run, step_started, step);
}

static void take_started(struct run *run, const struct news *news)
{
    g_ptr_array_add(run->running, news->task);
    if (news->task->kind == TASK_STEP)
        start_step(run, news->task);
}

static void take_finished(struct run *run, const struct news *news)
{
    g_ptr_array_remove_fast(run->running, news->task);
    run->out--;
    if (news->task->kind == TASK_STEP)
        finish_step(run, news->task);
}

static void take_waiting(struct run *run, const struct news *news)
{
    (void)news;
    gint64 wait_lock_ms = run->engine_options.wait_lock_ms;
    events_waiting(&run->events, run->lock_wait.reason, wait_lock_ms);
    RUN_OBSERVE(run, waiting, run->lock_wait.reason, wait_lock_ms);
}

typedef void (*news_function)(struct run *, const struct news *);

static const news_function news_functions[] = {
    [NEWS_STARTED] = take_started,
    [NEWS_FINISHED] = take_finished,
    [NEWS_SIGNAL] = watch_take_signal,
    [NEWS_WAITING] = take_waiting,
};

/* Takes the first `count` out of `indexes`. */
static void push_operations(struct run *run, GArray *indexes, guint count)
{
    if (count == 0)
        return;
    g_autofree void **tasks = g_new(void *, count);
    for (guint i = 0; i < count; i++) {
        struct task *task = &run->tasks[g_array_index(indexes, guint, i)];
        task->tries = run_step_result(run, task->index)->tries + 1;
        tasks[i] = task;
    }
    run->out += count;
    queue_push_all(&run->crew.tasks, tasks, count);
    g_array_remove_range(indexes, 0, count);
    /* There is one thread at least: the one that opened the engine. */
    (void)!crew_grow(&run->crew, run->out, NULL);
}

/* All that is ready may wait in the queue. With fail_fast only what a worker takes at once: one
 * that waited there could start before the failure is heard of. */
static guint count_to_push(const struct run *run)
{
    guint free_workers = run->out < run->crew.size ? run->crew.size - run->out : 0;
    return run->options->fail_fast ? MIN(run->rest->len, free_workers) : run->rest->len;
}

static void line_up_retries(struct run *run)
{
    for (struct task *task; (task = again_take_due(run));)
        line_up(run, task->index);
}

/* One that is to run alone waits until all are back, and holds up all others meanwhile. */
static void hand_out(struct run *run)
{
    if (run->out == 0)
        run->is_alone_out = false;
    if (run->stop != STOP_NONE || run->is_alone_out)
        return;
    if (run->alone->len == 0) {
        push_operations(run, run->rest, count_to_push(run));
    } else if (run->out == 0) {
        run->is_alone_out = true;
        push_operations(run, run->alone, 1);
    }
}

bool coordinator_push(struct run *run, struct task *task, GError **error)
{
    if (!crew_grow(&run->crew, 1, error))
        return false;
    run->out++;
    queue_push(&run->crew.tasks, task);
    return true;
}

void coordinator_wait(struct run *run)
{
    hand_out(run);
    while (run->out > 0 || run->retrying->len > 0) {
        g_ptr_array_set_size(run->news, 0);
        queue_take(&run->crew.news, run->news, watch_next(run));
        for (guint i = 0; i < run->news->len; i++) {
            const struct news *news = g_ptr_array_index(run->news, i);
            news_functions[news->kind](run, news);
        }
        line_up_retries(run);
        hand_out(run);
        watch(run);
        events_flush(&run->events);
    }
}
