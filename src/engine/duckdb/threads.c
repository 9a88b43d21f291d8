/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/threads.h"

#include "engine/duckdb/statement.h"

#include <time.h>

/* A thread that finds nothing looks again after a time that grows from the one to the other. */
enum { SHORTEST_US = 50, LONGEST_US = 5000 };

struct threads {
    duckdb_database database;
    GArray *started; /* pthread_t */
    pthread_mutex_t mutex;
    pthread_cond_t ending;
    bool is_ending; /* guarded by mutex */
};

/* Waits; true once the threads are to end. */
static bool ends_within(struct threads *threads, gint64 wait_us)
{
    const gint64 deadline = g_get_monotonic_time() + wait_us;
    const struct timespec at = {
        .tv_sec = deadline / G_USEC_PER_SEC,
        .tv_nsec = (deadline % G_USEC_PER_SEC) * 1000,
    };
    pthread_mutex_lock(&threads->mutex);
    if (!threads->is_ending)
        pthread_cond_clockwait(&threads->ending, &threads->mutex, CLOCK_MONOTONIC, &at);
    const bool ends = threads->is_ending;
    pthread_mutex_unlock(&threads->mutex);
    return ends;
}

static void *work(void *data)
{
    struct threads *threads = data;
    duckdb_task_state tasks = duckdb_create_task_state(threads->database);
    for (gint64 wait = SHORTEST_US; !ends_within(threads, wait); wait = MIN(2 * wait, LONGEST_US))
        while (duckdb_execute_n_tasks_state(tasks, 1) > 0)
            wait = SHORTEST_US;
    duckdb_destroy_task_state(tasks);
    return NULL;
}

/* With fewer than were wanted it is only slower. */
static struct threads *threads_new(duckdb_database database, gint64 wanted)
{
    struct threads *threads = g_new0(struct threads, 1);
    threads->database = database;
    threads->started = g_array_new(FALSE, FALSE, sizeof(pthread_t));
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->ending, NULL);
    pthread_t thread;
    while (threads->started->len < wanted && pthread_create(&thread, NULL, work, threads) == 0)
        g_array_append_val(threads->started, thread);
    return threads;
}

static void threads_free(struct threads *threads)
{
    pthread_mutex_lock(&threads->mutex);
    threads->is_ending = true;
    pthread_mutex_unlock(&threads->mutex);
    pthread_cond_broadcast(&threads->ending);
    for (guint i = 0; i < threads->started->len; i++)
        pthread_join(g_array_index(threads->started, pthread_t, i), NULL);
    g_array_unref(threads->started);
    pthread_cond_destroy(&threads->ending);
    pthread_mutex_destroy(&threads->mutex);
    g_free(threads);
}

/* How many threads of the setting `threads` DuckDB doesn't start itself. */
static bool set_external(struct session *session, gint64 count, GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("SET GLOBAL external_threads = %" G_GINT64_FORMAT, count);
    return statement_run_own(session, sql, error);
}

bool threads_start(struct session *session, GError **error)
{
    g_autofree char *text = session_setting(session, "threads");
    const gint64 count = MAX(g_ascii_strtoll(text, NULL, 10), 1);
    if (!set_external(session, count, error))
        return false;
    session->engine->threads = threads_new(session->engine->database, count - 1);
    g_atomic_int_set(&session->engine->thread_count, (gint)count);
    return true;
}

void threads_stop(struct session *session)
{
    if (!session->engine->threads)
        return;
    threads_free(g_steal_pointer(&session->engine->threads));
    (void)!set_external(session, 1, NULL);
}
