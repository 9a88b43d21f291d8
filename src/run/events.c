/* SPDX-License-Identifier: Apache-2.0 */
#include "run/events.h"

#include "run/results.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void events_init(struct events *events)
{
    *events = (struct events){.is_wanted = true, .fd = -1, .lines = g_string_new(NULL)};
}

bool events_open(struct events *events, const char *path, GError **error)
{
    events_init(events);
    events->is_wanted = path != NULL;
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

/* Where a write failed, half a line may stand at the end. */
static void fail_writing(struct events *events)
{
    error_set_errno(&events->error, errno, "can't write events.jsonl");
    (void)!ftruncate(events->fd, events->size);
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
            fail_writing(events);
    }
    events->size += (goffset)written;
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
    return json_pack("{s:s, s:s, s:s}", "time", time, "level", "info", "event", name);
}

static json_t *step_event_new(const char *name, gint64 time_us, const struct step_result *step)
{
    json_t *event = event_new(name, time_us);
    json_object_set_new(event, "id", results_text(step->operation->id));
    json_object_set_new(event, "type", json_string(operation_type_name(step->operation->type)));
    return event;
}

/* NULL when all but sources are to run. */
static json_t *selected_ids(const struct run_result *result)
{
    bool all = true;
    json_t *ids = json_array();
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        if (step->is_selected)
            json_array_append_new(ids, results_text(step->operation->id));
        else
            all = all && step->operation->type == OPERATION_SOURCE;
    }
    if (!all)
        return ids;
    json_decref(ids);
    return NULL;
}

/* `text` is JSON, or NULL. */
static void add_json(json_t *event, const char *name, const char *text)
{
    json_t *value = text ? json_loads(text, 0, NULL) : NULL;
    if (value)
        json_object_set_new(event, name, value);
}

void events_run_started(struct events *events, const struct plan *plan,
                        const struct run_result *result, guint steps)
{
    events->started_at = result->started_at;
    if (!events->is_wanted)
        return;
    json_t *event = event_new("run_started", result->started_at);
    json_object_set_new(event, "format", json_string(EVENTS_FORMAT));
    json_object_set_new(event, "run_id", results_text(result->run_id));
    json_object_set_new(event, "pipeline", results_text(plan->pipeline));
    json_object_set_new(event, "profile", results_text(plan->profile));
    json_object_set_new(event, "engine", results_text(plan->engine));
    json_object_set_new(event, "pid", json_integer(getpid()));
    json_object_set_new(event, "steps", json_integer(steps));
    json_object_set_new(event, "journalled", json_boolean(result->is_journalled));
    json_object_set_new(event, "now_us", json_integer(result->now_us));
    if (result->continues)
        json_object_set_new(event, "continues", results_text(result->continues));
    add_json(event, "selection", result->selection);
    add_json(event, "variables", result->variables);
    json_t *selected = selected_ids(result);
    if (selected)
        json_object_set_new(event, "selected", selected);
    add(events, event);
}

void events_phase_started(struct events *events, enum run_phase phase)
{
    if (!events->is_wanted)
        return;
    json_t *event = event_new("phase", g_get_real_time());
    json_object_set_new(event, "phase", json_string(run_phase_name(phase)));
    add(events, event);
}

void events_waiting(struct events *events, const GError *reason, gint64 wait_lock_ms)
{
    if (!events->is_wanted)
        return;
    json_t *event = event_new("waiting", g_get_real_time());
    json_object_set_new(event, "level", json_string("warning"));
    json_object_set_new(event, "message", results_text(reason->message));
    json_object_set_new(event, "wait_lock_ms", json_integer(wait_lock_ms));
    add(events, event);
}

void events_step_started(struct events *events, const struct step_result *step)
{
    if (!events->is_wanted)
        return;
    json_t *event = step_event_new("step_started", events->started_at + step->try_started_us, step);
    json_object_set_new(event, "try", json_integer(step->tries));
    add(events, event);
}

void events_step_retry(struct events *events, const struct step_result *step)
{
    if (!events->is_wanted)
        return;
    const struct failed_try *failed = step_last_try(step);
    gint64 time = events->started_at + failed->started_us + failed->duration_us;
    json_t *event = step_event_new("step_retry", time, step);
    json_object_set_new(event, "level", json_string("warning"));
    json_object_set_new(event, "try", json_integer(step->tries));
    json_object_set_new(event, "wait_us", json_integer(failed->wait_us));
    json_object_set_new(event, "error", results_error(failed->error));
    add(events, event);
}

void events_step_progress(struct events *events, const struct step_result *step,
                          const struct progress *progress)
{
    if (!events->is_wanted)
        return;
    json_t *event = step_event_new("step_progress", g_get_real_time(), step);
    json_t *share = progress->share >= 0 ? json_real(progress->share) : json_null();
    json_object_set_new(event, "share", share);
    json_object_set_new(event, "rows", json_integer((json_int_t)progress->rows_done));
    json_object_set_new(event, "bytes", json_integer(progress->bytes));
    add(events, event);
}

static const char *step_level(enum step_status status)
{
    if (status == STEP_FAILED)
        return "error";
    return status == STEP_WARNED ? "warning" : "info";
}

void events_step_finished(struct events *events, const struct step_result *step)
{
    if (!events->is_wanted)
        return;
    gint64 time_us = step->started_us < 0
                         ? g_get_real_time()
                         : events->started_at + step->started_us + step->duration_us;
    g_autofree char *time = results_time(time_us);
    GString *out = events->lines;
    g_string_append_printf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"step_finished\"",
                           time, step_level(step->status));
    results_append_step(out, step);
    results_append_outcome(out, step);
    g_string_append(out, "}\n");
}

/* How many steps have each status. */
static json_t *count_statuses(const struct run_result *result)
{
    guint counts[STEP_STATUS_COUNT] = {0};
    json_t *object = json_object();
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        counts[step->status] += step->is_selected;
    }
    for (enum step_status status = STEP_PENDING; status < STEP_STATUS_COUNT; status++)
        if (counts[status] > 0)
            json_object_set_new(object, step_status_name(status), json_integer(counts[status]));
    return object;
}

void events_run_finished(struct events *events, const struct run_result *result,
                         const GError *failure)
{
    if (!events->is_wanted)
        return;
    json_t *event = event_new("run_finished", g_get_real_time());
    json_object_set_new(event, "outcome", json_string(run_outcome_name(result->outcome)));
    json_object_set_new(event, "duration_us", json_integer(result->duration_us));
    json_object_set_new(event, "counts", count_statuses(result));
    if (result->outcome == RUN_FAILED)
        json_object_set_new(event, "level", json_string("error"));
    if (failure)
        json_object_set_new(event, "error", results_error(failure));
    if (result->signal != 0)
        json_object_set_new(event, "signal", json_integer(result->signal));
    add(events, event);
}
