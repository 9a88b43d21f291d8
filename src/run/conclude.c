/* SPDX-License-Identifier: Apache-2.0 */
#include "run/conclude.h"

#include "run/results.h"

enum run_outcome conclude_outcome(const struct run *run)
{
    if (run->stop == STOP_CANCELLED)
        return RUN_CANCELLED;
    if (run->stop == STOP_NOT_STARTED)
        return RUN_FAILED;
    for (guint i = 0; i < run->result->steps->len; i++)
        if (run_step_result(run, i)->status == STEP_FAILED)
            return RUN_FAILED;
    return RUN_OK;
}

/* The run is over, well or not: what can't be written is told, and changes nothing else. */
static void write_files(struct run *run, const GError *failure)
{
    struct run_result *result = run->result;
    result->phases = run->clock.times;
    if (!run->is_concluded)
        events_run_finished(&run->events, result, failure);
    run->is_concluded = true;
    events_flush(&run->events);
    g_clear_error(&result->files_error);
    if (run->events.error)
        result->files_error = g_error_copy(run->events.error);
    GError **error = result->files_error ? NULL : &result->files_error;
    if (result->folder && !results_write(result->folder, run->plan, result, failure, error))
        return;
}

void conclude(struct run *run, const GError *failure)
{
    run->result->duration_us = g_get_monotonic_time() - run->started;
    write_files(run, failure);
}

void conclude_times(struct run *run, const GError *failure)
{
    write_files(run, failure);
}

void conclude_early(struct run *run)
{
    coordinator_leave_running(run);
    coordinator_settle_rest(run);
    run->result->outcome = conclude_outcome(run);
    conclude(run, NULL);
}
