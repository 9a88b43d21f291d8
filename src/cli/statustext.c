/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/statustext.h"

#include "cli/liveline.h"
#include "run/results.h"

#include <string.h>

enum { LONG_LIST = 40 };

const char *status_word(const struct replay *replay)
{
    switch (replay->state) {
    case RUN_STATE_RUNNING:
        return "running";
    case RUN_STATE_CRASHED:
        return "crashed";
    case RUN_STATE_OVER:
        return run_outcome_name(replay->result->outcome);
    }
    g_assert_not_reached();
}

enum exit_code status_exit_code(const struct replay *replay)
{
    if (replay->state != RUN_STATE_OVER)
        return EXIT_CODE_FAILED;
    switch (replay->result->outcome) {
    case RUN_OK:
        return EXIT_CODE_OK;
    case RUN_FAILED:
        return replay->failure ? EXIT_CODE_USAGE : EXIT_CODE_FAILED;
    case RUN_CANCELLED:
        return (enum exit_code)(EXIT_CODE_SIGNAL + replay->result->signal);
    }
    g_assert_not_reached();
}

/* Microseconds from the run's start until now, until its end, or until it was heard of last. */
static gint64 elapsed(const struct replay *replay)
{
    if (replay->state == RUN_STATE_OVER)
        return replay->result->duration_us;
    bool is_alive = replay->state == RUN_STATE_RUNNING;
    gint64 until = is_alive ? g_get_real_time() : replay->heard_at;
    return MAX(until - replay->result->started_at, 0);
}

static const struct step_result *step_at(const struct replay *replay, guint index)
{
    return &g_array_index(replay->result->steps, struct step_result, index);
}

static bool is_told(const struct step_result *step)
{
    return step->is_selected &&
           (step->operation->type != OPERATION_SOURCE || step->status != STEP_OK);
}

/* How many steps there are to tell, by status. */
static guint count_steps(const struct replay *replay, guint counts[STEP_STATUS_COUNT])
{
    guint total = 0;
    memset(counts, 0, STEP_STATUS_COUNT * sizeof counts[0]);
    for (guint i = 0; i < replay->result->steps->len; i++) {
        const struct step_result *step = step_at(replay, i);
        counts[step->status] += is_told(step);
        total += is_told(step);
    }
    return total;
}

/* "08:15:00", with the day when it is another one. */
static char *clock_text(gint64 time_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(time_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    bool is_today = g_date_time_get_day_of_year(time) == g_date_time_get_day_of_year(now) &&
                    g_date_time_get_year(time) == g_date_time_get_year(now);
    return g_date_time_format(time, is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S");
}

static void append_head(GString *out, const struct call *call, const struct replay *replay)
{
    static const enum style looks[] = {[RUN_STATE_RUNNING] = STYLE_CYAN,
                                       [RUN_STATE_OVER] = STYLE_GREEN,
                                       [RUN_STATE_CRASHED] = STYLE_RED};
    bool is_good = replay->state != RUN_STATE_OVER || replay->result->outcome == RUN_OK;
    g_autofree char *since = clock_text(replay->result->started_at);
    g_autofree char *heard = clock_text(replay->heard_at);
    g_autofree char *took = duration_text(elapsed(replay));
    bool color = call->out.color;
    g_string_append_printf(out, "%s%s%s: %s%s%s, ", style_on(color, STYLE_BOLD),
                           replay->plan->pipeline, style_off(color),
                           style_on(color, is_good ? looks[replay->state] : STYLE_RED),
                           status_word(replay), style_off(color));
    if (replay->state == RUN_STATE_RUNNING)
        g_string_append_printf(out, "%s since %s, process %" G_GINT64_FORMAT, took, since,
                               replay->pid);
    else if (replay->state == RUN_STATE_OVER)
        g_string_append_printf(out, "started %s, took %s", since, took);
    else
        g_string_append_printf(
            out, "started %s, last heard of %s; its process %" G_GINT64_FORMAT " is gone", since,
            heard, replay->pid);
    g_string_append_printf(out, ", run %s\n", replay->result->run_id);
}

static void append_step(GString *out, const struct replay *replay, guint index,
                        const struct summary_style *style)
{
    const struct step_result *step = step_at(replay, index);
    bool is_alive = replay->state == RUN_STATE_RUNNING;
    if (step->status == STEP_RETRYING && is_alive)
        summary_append_retry(out, step, step_next_try(step) - elapsed(replay), style);
    else if (step->status == STEP_RUNNING && is_alive)
        live_append_step(out, step, &replay->progress[index], elapsed(replay) - step->started_us,
                         style);
    else if (step->status == STEP_RUNNING || step->status == STEP_RETRYING)
        summary_append_note(out, "lost", STYLE_RED, step->operation->id, "was running", style);
    else if (step->status == STEP_PENDING)
        summary_append_note(out, is_alive ? "wait" : "-", STYLE_DIM, step->operation->id, "",
                            style);
    else
        summary_append_step(out, step, style);
}

/* What one looks for even in a long list. */
static bool is_news(enum step_status status)
{
    return status == STEP_RUNNING || status == STEP_RETRYING || status == STEP_FAILED ||
           status == STEP_WARNED || status == STEP_CANCELLED;
}

static void append_steps(GString *out, const struct call *call, const struct replay *replay,
                         const struct summary_style *style)
{
    guint counts[STEP_STATUS_COUNT];
    bool is_long = count_steps(replay, counts) > LONG_LIST && !call->verbose;
    for (guint i = 0; i < replay->result->steps->len; i++) {
        const struct step_result *step = step_at(replay, i);
        if (is_told(step) && (!is_long || is_news(step->status)))
            append_step(out, replay, i, style);
    }
}

/* `5 of 12 steps done, 1 failed, 2 running, 4 left` */
static void append_counts(GString *out, const struct replay *replay,
                          const struct summary_style *style)
{
    guint counts[STEP_STATUS_COUNT];
    guint total = count_steps(replay, counts);
    guint left =
        counts[STEP_PENDING] + counts[STEP_NOT_RUN] + counts[STEP_SKIPPED] + counts[STEP_CANCELLED];
    guint running = counts[STEP_RUNNING] + counts[STEP_RETRYING];
    guint done = total - left - counts[STEP_FAILED] - running;
    const struct {
        guint count;
        const char *what;
    } parts[] = {{counts[STEP_FAILED], "failed"},
                 {running, replay->state == RUN_STATE_RUNNING ? "running" : "lost"},
                 {left, "left"}};
    g_string_append_printf(out, "%u of %u steps done", done, total);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].count > 0)
            g_string_append_printf(out, ", %u %s", parts[i].count, parts[i].what);
    bool is_well = replay->state == RUN_STATE_OVER && replay->result->outcome == RUN_OK;
    if (replay->state != RUN_STATE_RUNNING && !is_well && replay->result->is_journalled)
        summary_append_way_on(out, replay->plan, style);
    g_string_append(out, "\n");
}

static void append_activity(GString *out, const struct replay *replay,
                            const struct summary_style *style)
{
    if (replay->state != RUN_STATE_RUNNING && !replay->failure)
        return;
    if (replay->failure)
        g_string_append_printf(out, "%serror:%s %s\n", style_on(style->color, STYLE_RED),
                               style_off(style->color), replay->failure->message);
    else if (replay->waiting)
        summary_append_note(out, "wait", STYLE_CYAN, "the database", replay->waiting->message,
                            style);
    else if (live_phase_word(replay->phase))
        summary_append_note(out, live_phase_word(replay->phase), STYLE_CYAN, "the database", "",
                            style);
}

void status_append_text(GString *out, const struct call *call, const struct replay *replay)
{
    guint width = terminal_width(&call->out);
    struct summary_style style = {
        .name_width = summary_name_width(replay->plan, width),
        .width = width,
        .color = call->out.color,
        .utf8 = call->out.utf8,
    };
    append_head(out, call, replay);
    append_steps(out, call, replay, &style);
    append_activity(out, replay, &style);
    append_counts(out, replay, &style);
}

static void add_progress(json_t *object, const struct replay *replay, guint index)
{
    const struct progress *progress = &replay->progress[index];
    gint64 running = elapsed(replay) - step_at(replay, index)->started_us;
    gint64 left = live_time_left(progress->share, running);
    json_object_set_new(object, "rows", json_integer((json_int_t)progress->rows_done));
    json_object_set_new(object, "bytes", json_integer(progress->bytes));
    json_object_set_new(object, "duration_us", json_integer(running));
    json_object_set_new(object, "share",
                        progress->share >= 0 ? json_real(progress->share) : json_null());
    json_object_set_new(object, "left_us", left >= 0 ? json_integer(left) : json_null());
}

static json_t *steps_to_json(const struct replay *replay)
{
    json_t *steps = json_array();
    for (guint i = 0; i < replay->result->steps->len; i++) {
        const struct step_result *step = step_at(replay, i);
        if (!is_told(step))
            continue;
        json_t *object = json_object();
        json_object_set_new(object, "id", results_text(step->operation->id));
        json_object_set_new(object, "type",
                            json_string(operation_type_name(step->operation->type)));
        json_object_set_new(object, "name", results_text(step->operation->name));
        results_add_outcome(object, step);
        if (step->status == STEP_RUNNING)
            add_progress(object, replay, i);
        json_array_append_new(steps, object);
    }
    return steps;
}

json_t *status_to_json(const struct replay *replay)
{
    const struct plan *plan = replay->plan;
    g_autofree char *started = results_time(replay->result->started_at);
    json_t *object = json_object();
    json_object_set_new(object, "format", json_string("sqlflow.status/1"));
    json_object_set_new(object, "run_id", results_text(replay->result->run_id));
    json_object_set_new(object, "pipeline", results_text(plan->pipeline));
    json_object_set_new(object, "profile", results_text(plan->profile));
    json_object_set_new(object, "engine", results_text(plan->engine));
    json_object_set_new(object, "state", json_string(status_word(replay)));
    json_object_set_new(object, "phase", results_text(run_phase_name(replay->phase)));
    json_object_set_new(object, "pid", json_integer(replay->pid));
    json_object_set_new(object, "started_at", json_string(started));
    json_object_set_new(object, "duration_us", json_integer(elapsed(replay)));
    if (replay->state != RUN_STATE_RUNNING)
        json_object_set_new(object, "exit_code", json_integer(status_exit_code(replay)));
    if (replay->waiting)
        json_object_set_new(object, "waiting", results_text(replay->waiting->message));
    if (replay->failure)
        json_object_set_new(object, "error", results_error(replay->failure));
    json_object_set_new(object, "folder", results_text(replay->folder));
    json_object_set_new(object, "steps", steps_to_json(replay));
    return object;
}
