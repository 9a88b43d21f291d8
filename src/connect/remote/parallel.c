/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/parallel.h"

#include <pthread.h>

enum { MOST_THREADS = 64 };

struct work {
    guint count;
    bool (*each)(gpointer data, guint index, GError **error);
    gpointer data;
    pthread_mutex_t lock; /* guards the two below */
    guint next;
    GError *error;
};

static bool take(struct work *work, guint *out_index)
{
    pthread_mutex_lock(&work->lock);
    const bool is_left = !work->error && work->next < work->count;
    *out_index = work->next;
    work->next += is_left;
    pthread_mutex_unlock(&work->lock);
    return is_left;
}

static void keep_error(struct work *work, GError *error)
{
    pthread_mutex_lock(&work->lock);
    if (work->error)
        g_error_free(error);
    else
        work->error = error;
    pthread_mutex_unlock(&work->lock);
}

static void *work_main(void *data)
{
    struct work *work = data;
    guint index = 0;
    while (take(work, &index)) {
        GError *error = NULL;
        if (!work->each(work->data, index, &error))
            keep_error(work, error);
    }
    return NULL;
}

bool parallel_run(guint count, guint threads,
                  bool (*each)(gpointer data, guint index, GError **error), gpointer data,
                  GError **error)
{
    struct work work = {
        .count = count, .each = each, .data = data, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t others[MOST_THREADS];
    guint started = 0;
    while (started + 1 < MIN(MIN(threads, count), MOST_THREADS) &&
           pthread_create(&others[started], NULL, work_main, &work) == 0)
        started++;
    (void)work_main(&work);
    for (guint i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    if (work.error)
        g_propagate_error(error, work.error);
    return work.error == NULL;
}
