/* SPDX-License-Identifier: Apache-2.0 */
#include "run/events.h"

#include "run/results.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool events_open(struct events *events, const char *path, GError **error)
{
    *events = (struct events){.fd = -1, .lines = g_string_new(NULL)};
    if (!path)
        return true;
    events->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (events->fd >= 0)
        return true;
    error_set_errno(error, errno, "can't write '%s'", path);
    return false;
}

void events_close(struct events *events)
{
    if (events->fd >= 0)
        close(events->fd);
    events->fd = -1;
    g_clear_error(&events->error);
    if (events->lines)
        g_string_free(g_steal_pointer(&events->lines), TRUE);
}

void events_flush(struct events *events)
{
    gsize written = 0;
    while (written < events->lines->len && !events->error) {
        ssize_t count =
            write(events->fd, events->lines->str + written, events->lines->len - written);
        if (count >= 0)
            written += (gsize)count;
        else if (errno != EINTR)
            error_set_errno(&events->error, errno, "can't write events.jsonl");
    }
    g_string_truncate(events->lines, 0);
}

static int append_bytes(const char *bytes, size_t size, void *data)
{
    g_string_append_len(data, bytes, (gssize)size);
    return 0;
}

/* Takes `event` over. */
static void add(struct events *events, json_t *event)
{
    json_dump_callback(event, append_bytes, events->lines, JSON_COMPACT);
    g_string_append_c(events->lines, '\n');
    json_decref(event);
}

static json_t *event_new(const char *name, gint64 time_us)
{
    g_autofree char *time = results_time(time_us);
    return json_pack("{s:s, s:s}", "time", time, "event", name);
}

static json_t *step_event_new(const char *name, gint64 time_us, const struct step_result *step)
{
    json_t *event = event_new(name, time_us);
    json_object_set_new(event, "id", results_text(step->operation->id));
    json_object_set_new(event, "type", json_string(operation_type_name(step->operation->type)));
    return event;
}

void events_run_started(struct events *events, const struct plan *plan,
                        const struct run_result *result, guint steps)
{
    events->started_at = result->started_at;
    if (events->fd < 0)
        return;
    json_t *event = event_new("run_started", result->started_at);
    json_object_set_new(event, "format", json_string(EVENTS_FORMAT));
    json_object_set_new(event, "run_id", results_text(result->run_id));
    json_object_set_new(event, "pipeline", results_text(plan->pipeline));
    json_object_set_new(event, "profile", results_text(plan->profile));
    json_object_set_new(event, "engine", results_text(plan->engine));
    json_object_set_new(event, "pid", json_integer(getpid()));
    json_object_set_new(event, "steps", json_integer(steps));
    add(events, event);
}

void events_step_started(struct events *events, const struct step_result *step)
{
    if (events->fd >= 0)
        add(events, step_event_new("step_started", events->started_at + step->started_us, step));
}

void events_step_progress(struct events *events, const struct step_result *step,
                          const struct progress *progress)
{
    if (events->fd < 0)
        return;
    json_t *event = step_event_new("step_progress", g_get_real_time(), step);
    json_object_set_new(event, "share", json_real(progress->share));
    json_object_set_new(event, "rows", json_integer((json_int_t)progress->rows_done));
    add(events, event);
}

void events_step_finished(struct events *events, const struct step_result *step)
{
    if (events->fd < 0)
        return;
    gint64 time = step->started_us < 0 ? g_get_real_time()
                                       : events->started_at + step->started_us + step->duration_us;
    json_t *event = step_event_new("step_finished", time, step);
    results_add_outcome(event, step);
    add(events, event);
}

void events_run_finished(struct events *events, const struct run_result *result)
{
    if (events->fd < 0)
        return;
    json_t *event = event_new("run_finished", g_get_real_time());
    json_object_set_new(event, "outcome", json_string(run_outcome_name(result->outcome)));
    json_object_set_new(event, "duration_us", json_integer(result->duration_us));
    if (result->signal != 0)
        json_object_set_new(event, "signal", json_integer(result->signal));
    add(events, event);
}
