/* SPDX-License-Identifier: Apache-2.0 */
#include "run/watch.h"

#include "run/again.h"
#include "run/conclude.h"

enum {
    TICK_US = 100 * 1000,
    PROGRESS_US = 1000 * 1000,
    /* One that arrives between two statements is lost, so it is repeated. */
    INTERRUPT_US = 50 * 1000,
    /* The results and the end of a process with gigabytes of memory are to fit into the second. */
    PATIENCE_US = 600 * 1000,
};

/* A step is cancelled with the run, or by its own timeout. */
static bool is_to_end(const struct run *run, const struct task *task, gint64 now)
{
    return run->cancelled > 0 || (task->deadline > 0 && task->deadline <= now);
}

gint64 watch_next(const struct run *run)
{
    gint64 now = g_get_monotonic_time();
    gint64 next = now + TICK_US;
    gint64 retry = again_next(run);
    if (retry > 0)
        next = MIN(next, retry);
    for (guint i = 0; i < run->running->len; i++) {
        const struct task *task = g_ptr_array_index(run->running, i);
        if (is_to_end(run, task, now))
            return MIN(next, MAX(run->next_interrupt, now + 1));
        if (task->deadline > 0)
            next = MIN(next, task->deadline);
    }
    return next;
}

static void interrupt_steps(struct run *run, gint64 now)
{
    if (now < run->next_interrupt)
        return;
    for (guint i = 0; i < run->running->len; i++) {
        struct task *task = g_ptr_array_index(run->running, i);
        if (!is_to_end(run, task, now))
            continue;
        task->timed_out = run->cancelled == 0;
        worker_interrupt(task->worker, task);
        run->next_interrupt = now + INTERRUPT_US;
    }
}

static void tell_progress(struct run *run, gint64 now)
{
    bool is_event_due = now >= run->next_progress && now - run->started >= PROGRESS_US;
    for (guint i = 0; i < run->running->len; i++) {
        const struct task *task = g_ptr_array_index(run->running, i);
        if (task->kind != TASK_STEP)
            continue;
        struct progress *progress = &run->progress[task->index];
        *progress = worker_progress(task->worker, task);
        if (is_event_due &&
            (progress->share >= 0 || progress->rows_done > 0 || progress->bytes > 0))
            events_step_progress(&run->events, run_step_result(run, task->index), progress);
    }
    if (is_event_due)
        run->next_progress = now + PROGRESS_US;
    RUN_OBSERVE(run, tick, run->result->steps, run->progress);
}

/* For workers that are stuck in the engine: all that can be done without them. */
static void leave(struct run *run)
{
    if (run->has_left || !run->options->leave)
        return;
    run->has_left = true;
    if (!run->is_closing)
        conclude_early(run);
    for (guint i = 0; i < run->crew.size; i++)
        worker_remove_output(&run->crew.workers[i]);
    run->options->leave(run->options->leave_data, run->result);
}

void watch_take_signal(struct run *run, const struct news *news)
{
    if (run->cancelled > 0) {
        leave(run);
        return;
    }
    run->cancelled = g_get_monotonic_time();
    run->next_interrupt = 0;
    run->result->signal = news->signal;
    if (!run->is_closing)
        coordinator_stop(run, STOP_CANCELLED);
}

void watch(struct run *run)
{
    gint64 now = g_get_monotonic_time();
    interrupt_steps(run, now);
    if (run->cancelled > 0 && now - run->cancelled >= PATIENCE_US)
        leave(run);
    if (now >= run->next_tick && run->running->len + run->retrying->len > 0) {
        run->next_tick = now + TICK_US;
        tell_progress(run, now);
    }
}
