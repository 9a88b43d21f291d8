/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "cli/activity.h"
#include "cli/liveline.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/summary.h"
#include "run/folder.h"

#include <string.h>

enum {
    FLUSH_INTERVAL = G_USEC_PER_SEC / 10,
    PLAIN_INTERVAL = 10 * G_USEC_PER_SEC,
    /* What is over sooner need not be told. */
    ACTIVITY_PATIENCE = 3 * G_USEC_PER_SEC / 10,
    LIVE_LINES = 8,
    /* Of steps that are not run any more: how many there were stands in the last line. */
    NOT_RUN_LINES = 20,
};

struct progress_display {
    const struct call *call;
    struct run_observer observer;
    struct summary_style style;
    struct activity *preparation; /* NULL: over */
    GString *pending;             /* lines of finished steps, not yet written */
    GString *live;                /* lines on the terminal that the next writing takes back */
    const struct plan *plan;
    guint tables;       /* results of queries written so far */
    GPtrArray *queries; /* struct step_result: whose rows are still to be written */
    guint steps;        /* that are to run */
    guint not_run;      /* how many were told not to be run any more */
    enum run_phase phase;
    bool is_continued;  /* run_continued told what is done and what is left */
    bool is_waiting;    /* in OPENING: another process holds the database */
    gint64 phase_began; /* monotonic, as all below */
    gint64 started;
    gint64 flushed;
    gint64 told; /* PLAIN_INTERVAL */
};

/* Columns of a line without its colours. */
static guint visible_width(const char *line, gsize length)
{
    guint width = display_width(line, length);
    for (const char *p = line; (p = memchr(p, '\033', length - (gsize)(p - line))); p++)
        width -= (guint)strcspn(p, "m") + 1;
    return width;
}

/* A terminal that became narrower has broken the lines that were written before. */
static guint rows_taken(const char *lines, guint width)
{
    guint rows = 0;
    for (const char *line = lines; *line; rows++) {
        gsize length = strcspn(line, "\n");
        guint columns = visible_width(line, length);
        if (width > 0 && columns > width)
            rows += (columns - 1) / width;
        line += length + 1;
    }
    return rows;
}

static void append_erase(struct progress_display *display, GString *out)
{
    if (display->live->len > 0)
        g_string_append_printf(out, "\r\033[%uA\033[J",
                               rows_taken(display->live->str, terminal_width(&display->call->err)));
    g_string_truncate(display->live, 0);
}

static void flush(struct progress_display *display, const char *live)
{
    activity_end(g_steal_pointer(&display->preparation));
    g_autoptr(GString) out = g_string_new(NULL);
    append_erase(display, out);
    g_string_append_len(out, display->pending->str, (gssize)display->pending->len);
    g_string_truncate(display->pending, 0);
    g_string_append(out, live);
    g_string_assign(display->live, live);
    display->flushed = g_get_monotonic_time();
    if (out->len > 0)
        terminal_flush(&display->call->err, out);
}

void progress_display_clear(struct progress_display *display)
{
    flush(display, "");
}

static void set_width(struct progress_display *display)
{
    guint width = terminal_width(&display->call->err);
    if (width == display->style.width && display->style.name_width > 0)
        return;
    display->style.width = width;
    display->style.name_width = summary_name_width(display->plan, width);
}

static void crashed(void *user_data, const struct crashed_run *run)
{
    struct progress_display *display = user_data;
    const struct call *call = display->call;
    progress_display_clear(display);
    g_autofree char *name = run->pipeline ? g_strconcat(run->run_id, " of ", run->pipeline, NULL)
                                          : g_strdup(run->run_id);
    if (run->error)
        report_warning(call, NULL, "run %s: what it left behind can't be removed: %s", name,
                       run->error->message);
    else if (run->removed == 0)
        report_note(call, "run %s crashed", name);
    else
        report_note(call, "run %s crashed; what it left half made is removed (%u %s)", name,
                    run->removed, run->removed == 1 ? "file" : "files");
}

/* A source is looked at without a word, so it isn't counted. */
static guint count_told_steps(const struct run_result *result)
{
    guint count = 0;
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        count += step->is_selected && step->operation->type != OPERATION_SOURCE;
    }
    return count;
}

/* The run may have been begun by another process, a while ago. */
static void run_started(void *user_data, const struct plan *plan, const struct run_result *result,
                        guint steps)
{
    struct progress_display *display = user_data;
    const struct terminal *err = &display->call->err;
    progress_display_clear(display);
    gint64 age = g_get_real_time() - result->started_at;
    display->started = display->told = g_get_monotonic_time() - age;
    display->plan = plan;
    display->steps = steps;
    display->style =
        (struct summary_style){.color = err->color, .utf8 = err->utf8, .secrets = plan->secrets};
    set_width(display);
    const guint told = count_told_steps(result);
    if (!err->is_terminal || display->call->verbose)
        report_note(display->call, "%s: %u %s, profile %s, run %s", plan->pipeline, told,
                    told == 1 ? "step" : "steps", plan->profile, result->run_id);
}

static void phase_started(void *user_data, enum run_phase phase)
{
    struct progress_display *display = user_data;
    display->phase = phase;
    display->phase_began = g_get_monotonic_time();
    display->is_waiting = false;
}

static void waiting(void *user_data, const GError *reason, gint64 wait_lock_ms)
{
    struct progress_display *display = user_data;
    display->is_waiting = true;
    if (display->call->quiet)
        return;
    progress_display_clear(display);
    report_note(display->call, "%s: waiting up to %gs (--wait-lock)", reason->message,
                (gdouble)wait_lock_ms / 1000);
}

static void run_continued(void *user_data, const struct run_result *result)
{
    struct progress_display *display = user_data;
    if (display->call->quiet)
        return;
    display->is_continued = true;
    report_note(display->call, "%s: goes on with run %s", display->plan->pipeline,
                run_id_token(result->continues));
    summary_append_continued(display->pending, result, &display->style);
    flush(display, "");
}

static void step_started(void *user_data, const struct step_result *step)
{
    struct progress_display *display = user_data;
    if (display->call->verbose)
        g_string_append_printf(display->pending, " run   %s\n", step->operation->id);
}

static void step_retry(void *user_data, const struct step_result *step)
{
    struct progress_display *display = user_data;
    if (display->call->quiet)
        return;
    summary_append_retry(display->pending, step, step_last_try(step)->wait_us, &display->style);
    flush(display, "");
}

static bool is_shown(const struct progress_display *display, const struct step_result *step)
{
    if (step->status == STEP_DONE && display->is_continued) /* told there */
        return false;
    if (step->operation->type == OPERATION_SOURCE && step->status == STEP_OK && !step->notes)
        return display->call->verbose;
    return !display->call->quiet || step->status == STEP_FAILED;
}

static void step_finished(void *user_data, const struct step_result *step)
{
    struct progress_display *display = user_data;
    if (!is_shown(display, step) ||
        (step->status == STEP_NOT_RUN && ++display->not_run > NOT_RUN_LINES))
        return;
    summary_append_step(display->pending, step, &display->style);
    if (g_get_monotonic_time() - display->flushed >= FLUSH_INTERVAL)
        flush(display, "");
}

static void append_activity(struct progress_display *display, GString *out)
{
    gint64 elapsed = g_get_monotonic_time() - display->phase_began;
    const char *word = display->is_waiting ? "wait" : live_phase_word(display->phase);
    if (word && elapsed >= ACTIVITY_PATIENCE)
        live_append_activity(out, word, "the database", elapsed, &display->style);
}

/* What the next writing takes back must stand on the screen, besides it the lines for "more", for
 * the total and the cursor. */
static guint live_lines(const struct progress_display *display)
{
    guint height = terminal_height(&display->call->err);
    return height == 0 ? LIVE_LINES : CLAMP(height, 4, LIVE_LINES + 3) - 3;
}

static void append_running(struct progress_display *display, GString *out, const GArray *steps,
                           const struct progress *progress)
{
    gint64 now = g_get_monotonic_time() - display->started;
    const guint most = live_lines(display);
    guint running = 0;
    for (guint i = 0; i < steps->len; i++) {
        const struct step_result *step = &g_array_index(steps, struct step_result, i);
        bool is_retrying = step->status == STEP_RETRYING;
        if ((step->status != STEP_RUNNING && !is_retrying) || ++running > most)
            continue;
        if (is_retrying)
            summary_append_retry(out, step, step_next_try(step) - now, &display->style);
        else
            live_append_step(out, step, &progress[i], now - step->started_us, &display->style);
    }
    if (running > most)
        g_string_append_printf(out, " and %u more\n", running - most);
}

static void append_live(struct progress_display *display, GString *out, const GArray *steps,
                        const struct progress *progress)
{
    append_running(display, out, steps, progress);
    if (out->len == 0)
        append_activity(display, out);
    else if (display->call->err.is_terminal && display->steps > 1)
        live_append_total(out, steps, g_get_monotonic_time() - display->started, &display->style);
}

static void tick(void *user_data, const GArray *steps, const struct progress *progress)
{
    struct progress_display *display = user_data;
    const struct terminal *err = &display->call->err;
    gint64 now = g_get_monotonic_time();
    if (display->call->quiet)
        return;
    bool is_due = now - display->told >= PLAIN_INTERVAL;
    g_autoptr(GString) live = g_string_new(NULL);
    if (err->is_terminal || is_due) {
        set_width(display);
        append_live(display, live, steps, progress);
        display->told = now;
    }
    flush(display, live->str);
    if (!err->is_terminal)
        g_string_truncate(display->live, 0);
}

/* Between the lines of steps a table would be hard to read: on a terminal it comes after them. */
static bool is_deferred(const struct progress_display *display)
{
    return display->call->out.is_terminal && display->call->err.is_terminal;
}

static void write_rows(struct progress_display *display, const struct step_result *step)
{
    if (display->tables++ > 0 || (is_deferred(display) && !display->call->quiet))
        fputc('\n', display->call->out.file);
    output_rows(display->call, step->found);
}

static void rows(void *user_data, const struct step_result *step)
{
    struct progress_display *display = user_data;
    if (flags_given(display->call->flags, FLAG_JSON))
        return;
    if (is_deferred(display)) {
        g_ptr_array_add(display->queries, (gpointer)(guintptr)step);
        return;
    }
    progress_display_clear(display);
    write_rows(display, step);
}

static void run_finished(void *user_data, const struct run_result *result)
{
    struct progress_display *display = user_data;
    if (display->not_run > NOT_RUN_LINES)
        g_string_append_printf(display->pending, " and %u more\n",
                               display->not_run - NOT_RUN_LINES);
    progress_display_clear(display);
    for (guint i = 0; i < display->queries->len; i++)
        write_rows(display, g_ptr_array_index(display->queries, i));
    g_autoptr(GString) out = g_string_new(NULL);
    summary_append_failures(out, result, &display->style);
    if (out->len > 0)
        g_string_prepend_c(out, '\n');
    if ((out->len > 0 || display->queries->len > 0) && !display->call->quiet)
        g_string_append_c(out, '\n');
    if (!display->call->quiet)
        summary_append_end(out, display->plan, result, &display->style);
    terminal_flush(&display->call->err, out);
}

struct progress_display *progress_display_new(const struct call *call)
{
    struct progress_display *display = g_new0(struct progress_display, 1);
    display->call = call;
    display->pending = g_string_new(NULL);
    display->live = g_string_new(NULL);
    display->queries = g_ptr_array_new();
    display->observer = (struct run_observer){
        .crashed = crashed,
        .run_started = run_started,
        .phase_started = phase_started,
        .waiting = waiting,
        .run_continued = run_continued,
        .step_started = step_started,
        .step_retry = step_retry,
        .step_finished = step_finished,
        .rows = rows,
        .tick = tick,
        .run_finished = run_finished,
        .user_data = display,
    };
    return display;
}

void progress_display_free(struct progress_display *display)
{
    if (!display)
        return;
    activity_end(display->preparation);
    g_string_free(display->pending, TRUE);
    g_string_free(display->live, TRUE);
    g_ptr_array_unref(display->queries);
    g_free(display);
}

void progress_display_prepare(struct progress_display *display, const char *what)
{
    activity_end(display->preparation);
    display->preparation = activity_begin(display->call, "%s", what);
}

const struct run_observer *progress_display_observer(struct progress_display *display)
{
    return &display->observer;
}
