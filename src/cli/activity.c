/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/activity.h"

#include "cli/report.h"
#include "cli/summary.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

enum {
    REDRAW_US = G_USEC_PER_SEC / 10,
    PATIENCE_US = G_USEC_PER_SEC * 9 / 10,
    PLAIN_US = 10 * G_USEC_PER_SEC,
};

struct activity {
    const struct call *call;
    char *what;
    gint64 begun; /* monotonic */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t ended;
    bool is_over;
};

static bool is_live(const struct call *call)
{
    return call->err.is_terminal && !call->json_log;
}

static void draw(const struct activity *activity)
{
    const struct terminal *err = &activity->call->err;
    g_autofree char *time = duration_text(g_get_monotonic_time() - activity->begun);
    g_autofree char *line = g_strdup_printf("%s   %s", activity->what, time);
    g_autoptr(GString) out = g_string_new("\r\033[K");
    display_append_cut(out, line, MAX(terminal_width(err), 2) - 1, err->utf8);
    terminal_flush(err, out);
}

static void erase(const struct activity *activity)
{
    g_autoptr(GString) out = g_string_new("\r\033[K");
    terminal_flush(&activity->call->err, out);
}

/* True when it is over; false at `time` (monotonic). */
static bool wait_until(struct activity *activity, gint64 time)
{
    struct timespec until = {.tv_sec = time / G_USEC_PER_SEC,
                             .tv_nsec = time % G_USEC_PER_SEC * 1000};
    int result = 0;
    while (!activity->is_over && result == 0)
        result = pthread_cond_timedwait(&activity->ended, &activity->mutex, &until);
    return activity->is_over;
}

static void *activity_main(void *data)
{
    struct activity *activity = data;
    bool live = is_live(activity->call);
    gint64 next = activity->begun + (live ? PATIENCE_US : PLAIN_US);
    bool is_drawn = false;
    pthread_mutex_lock(&activity->mutex);
    for (; !wait_until(activity, next); next += live ? REDRAW_US : PLAIN_US) {
        if (live)
            draw(activity);
        else
            report_note(activity->call, "still %s", activity->what);
        is_drawn = live;
    }
    pthread_mutex_unlock(&activity->mutex);
    if (is_drawn)
        erase(activity);
    return NULL;
}

/* Signals are for the other threads. */
static bool start_thread(struct activity *activity)
{
    sigset_t all;
    sigset_t former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    bool started = pthread_create(&activity->thread, NULL, activity_main, activity) == 0;
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return started;
}

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct activity *activity_begin(const struct call *call, const char *what, ...)
{
    struct activity *activity = g_new0(struct activity, 1);
    va_list arguments;
    va_start(arguments, what);
    activity->what = g_strdup_vprintf(what, arguments);
    va_end(arguments);
    activity->call = call;
    activity->begun = g_get_monotonic_time();
    pthread_mutex_init(&activity->mutex, NULL);
    init_condition(&activity->ended);
    activity->has_thread = !call->quiet && start_thread(activity);
    return activity;
}

void activity_end(struct activity *activity)
{
    if (!activity)
        return;
    pthread_mutex_lock(&activity->mutex);
    activity->is_over = true;
    pthread_cond_signal(&activity->ended);
    pthread_mutex_unlock(&activity->mutex);
    if (activity->has_thread)
        pthread_join(activity->thread, NULL);
    pthread_cond_destroy(&activity->ended);
    pthread_mutex_destroy(&activity->mutex);
    g_free(activity->what);
    g_free(activity);
}
