/* SPDX-License-Identifier: Apache-2.0 */
#include "run/again.h"

void again_init(struct run *run)
{
    GRand *given = run->options->retry.random;
    run->retrying = g_ptr_array_new();
    run->random = given ? given : g_rand_new();
}

void again_clear(struct run *run)
{
    g_clear_pointer(&run->retrying, g_ptr_array_unref);
    if (run->random != run->options->retry.random)
        g_rand_free(run->random);
}

static void keep_try(struct step_result *step, struct task *task, gint64 wait_us)
{
    struct failed_try *failed = g_new(struct failed_try, 1);
    *failed = (struct failed_try){
        .started_us = step->try_started_us,
        .duration_us = task->finished - task->started,
        .wait_us = wait_us,
        .error = g_steal_pointer(&task->error),
    };
    if (!step->failed_tries)
        step->failed_tries = g_ptr_array_new_with_free_func(failed_try_free);
    g_ptr_array_add(step->failed_tries, failed);
}

bool again_wait(struct run *run, struct task *task)
{
    if (run->stop != STOP_NONE)
        return false;
    struct step_result *step = run_step_result(run, task->index);
    const struct failed_try *former = step_last_try(step);
    struct retry_rule rule = retry_rule(run->plan, task->operation, &run->options->retry);
    gint64 wait_us =
        retry_wait(&rule, step->tries, former ? former->wait_us : 0, task->error, run->random);
    if (wait_us < 0)
        return false;
    keep_try(step, task, wait_us);
    task->retry_at = task->finished + wait_us;
    step->status = STEP_RETRYING;
    g_ptr_array_add(run->retrying, task);
    events_step_retry(&run->events, step);
    RUN_OBSERVE(run, step_retry, step);
    return true;
}

gint64 again_next(const struct run *run)
{
    gint64 next = 0;
    for (guint i = 0; i < run->retrying->len; i++) {
        const struct task *task = g_ptr_array_index(run->retrying, i);
        next = next == 0 ? task->retry_at : MIN(next, task->retry_at);
    }
    return next;
}

struct task *again_take_due(struct run *run)
{
    gint64 now = g_get_monotonic_time();
    for (guint i = 0; i < run->retrying->len; i++) {
        struct task *task = g_ptr_array_index(run->retrying, i);
        if (task->retry_at > now)
            continue;
        g_ptr_array_remove_index(run->retrying, i);
        task_reset(task);
        return task;
    }
    return NULL;
}

struct task *again_take_back(struct run *run)
{
    if (run->retrying->len == 0)
        return NULL;
    struct task *task = g_ptr_array_steal_index(run->retrying, 0);
    GPtrArray *tries = run_step_result(run, task->index)->failed_tries;
    struct failed_try *failed = g_ptr_array_steal_index(tries, tries->len - 1);
    task->error = g_steal_pointer(&failed->error);
    failed_try_free(failed);
    return task;
}
