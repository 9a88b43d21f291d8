/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/jsonlog.h"

#include "cli/output.h"
#include "cli/report.h"
#include "run/events.h"
#include "run/results.h"

enum { PROGRESS_INTERVAL = 10 * G_USEC_PER_SEC };

struct json_log {
    const struct call *call;
    struct run_observer observer;
    struct events events;
    guint tables; /* results of queries written so far */
    gint64 told;  /* PROGRESS_INTERVAL; monotonic */
};

static void write_lines(struct json_log *log, bool is_error)
{
    if (is_error || !log->call->quiet)
        terminal_flush(&log->call->err, log->events.lines);
    g_string_truncate(log->events.lines, 0);
}

static void crashed(void *user_data, const struct crashed_run *run)
{
    const struct json_log *log = user_data;
    g_autofree char *time = results_time(g_get_real_time());
    json_t *line =
        json_pack("{s:s, s:s, s:s}", "time", time, "level", "warning", "event", "crashed");
    json_object_set_new(line, "run_id", results_text(run->run_id));
    json_object_set_new(line, "pipeline", results_text(run->pipeline));
    json_object_set_new(line, "removed", json_integer(run->removed));
    if (run->error)
        json_object_set_new(line, "error", results_error(run->error));
    if (log->call->quiet)
        json_decref(line);
    else
        report_json_line(log->call, line);
}

static void run_started(void *user_data, const struct plan *plan, const struct run_result *result,
                        guint steps)
{
    struct json_log *log = user_data;
    log->told = g_get_monotonic_time();
    events_run_started(&log->events, plan, result, steps);
    write_lines(log, false);
}

static void phase_started(void *user_data, enum run_phase phase)
{
    struct json_log *log = user_data;
    events_phase_started(&log->events, phase);
    write_lines(log, false);
}

static void waiting(void *user_data, const GError *reason, gint64 wait_lock_ms)
{
    struct json_log *log = user_data;
    events_waiting(&log->events, reason, wait_lock_ms);
    write_lines(log, false);
}

static void step_started(void *user_data, const struct step_result *step)
{
    struct json_log *log = user_data;
    events_step_started(&log->events, step);
    write_lines(log, false);
}

static void step_retry(void *user_data, const struct step_result *step)
{
    struct json_log *log = user_data;
    events_step_retry(&log->events, step);
    write_lines(log, false);
}

static void step_finished(void *user_data, const struct step_result *step)
{
    struct json_log *log = user_data;
    events_step_finished(&log->events, step);
    write_lines(log, step->status == STEP_FAILED);
}

static void rows(void *user_data, const struct step_result *step)
{
    struct json_log *log = user_data;
    if (flags_given(log->call->flags, FLAG_JSON))
        return;
    if (log->tables++ > 0)
        fputc('\n', log->call->out.file);
    output_rows(log->call, step->found);
}

static void tick(void *user_data, const GArray *steps, const struct progress *progress)
{
    struct json_log *log = user_data;
    gint64 now = g_get_monotonic_time();
    if (now - log->told < PROGRESS_INTERVAL)
        return;
    log->told = now;
    for (guint i = 0; i < steps->len; i++) {
        const struct step_result *step = &g_array_index(steps, struct step_result, i);
        if (step->status == STEP_RUNNING)
            events_step_progress(&log->events, step, &progress[i]);
    }
    write_lines(log, false);
}

static void run_finished(void *user_data, const struct run_result *result)
{
    struct json_log *log = user_data;
    events_run_finished(&log->events, result, NULL);
    write_lines(log, result->outcome == RUN_FAILED);
}

struct json_log *json_log_new(const struct call *call)
{
    struct json_log *log = g_new0(struct json_log, 1);
    log->call = call;
    events_init(&log->events);
    log->observer = (struct run_observer){
        .crashed = crashed,
        .run_started = run_started,
        .phase_started = phase_started,
        .waiting = waiting,
        .step_started = step_started,
        .step_retry = step_retry,
        .step_finished = step_finished,
        .rows = rows,
        .tick = tick,
        .run_finished = run_finished,
        .user_data = log,
    };
    return log;
}

void json_log_free(struct json_log *log)
{
    if (!log)
        return;
    events_close(&log->events);
    g_free(log);
}

const struct run_observer *json_log_observer(struct json_log *log)
{
    return &log->observer;
}
