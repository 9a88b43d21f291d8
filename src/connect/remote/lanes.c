/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/lanes.h"

#include "base/error.h"

#include <pthread.h>

struct lanes {
    lane_function send;
    struct lane_buffer *buffers;
    guint count; /* of buffers */
    guint full;  /* of which as many may be */
    pthread_t *threads;
    guint started;        /* of threads */
    pthread_mutex_t lock; /* guards is_full and is_busy of buffers and all below */
    pthread_cond_t filled;
    pthread_cond_t emptied;
    gsize waiting; /* bytes that aren't sent */
    bool is_over;  /* no more come */
    GError *error; /* why one could not be sent */
};

struct lanes *lanes_new(guint count, guint full, lane_function send)
{
    struct lanes *lanes = g_new0(struct lanes, 1);
    lanes->send = send;
    lanes->count = MAX(count, 1);
    lanes->full = MAX(full, 1);
    lanes->buffers = g_new0(struct lane_buffer, lanes->count);
    lanes->threads = g_new0(pthread_t, lanes->count);
    pthread_mutex_init(&lanes->lock, NULL);
    pthread_cond_init(&lanes->filled, NULL);
    pthread_cond_init(&lanes->emptied, NULL);
    return lanes;
}

static struct lane_buffer *find_buffer(struct lanes *lanes, bool is_full)
{
    for (guint i = 0; i < lanes->count; i++)
        if (lanes->buffers[i].is_full == is_full && !lanes->buffers[i].is_busy)
            return &lanes->buffers[i];
    return NULL;
}

/* The next one to be sent; NULL when there will be none. */
static struct lane_buffer *take_full(struct lanes *lanes)
{
    struct lane_buffer *buffer = NULL;
    pthread_mutex_lock(&lanes->lock);
    while (!(buffer = find_buffer(lanes, true)) && !lanes->is_over)
        pthread_cond_wait(&lanes->filled, &lanes->lock);
    if (buffer)
        buffer->is_busy = true;
    pthread_mutex_unlock(&lanes->lock);
    return buffer;
}

static void give_back(struct lanes *lanes, struct lane_buffer *buffer, GError *failure)
{
    pthread_mutex_lock(&lanes->lock);
    lanes->waiting -= buffer->length;
    buffer->is_full = false;
    buffer->is_busy = false;
    if (failure && !lanes->error)
        lanes->error = g_steal_pointer(&failure);
    g_clear_error(&failure);
    pthread_cond_signal(&lanes->emptied);
    pthread_mutex_unlock(&lanes->lock);
}

/* Sets the first failure. */
static bool check_failed(struct lanes *lanes, GError **error)
{
    pthread_mutex_lock(&lanes->lock);
    const bool failed = lanes->error != NULL;
    if (failed && error)
        g_propagate_error(error, g_error_copy(lanes->error));
    pthread_mutex_unlock(&lanes->lock);
    return !failed;
}

/* After a failure the rest is only emptied. */
static void *send_main(void *data)
{
    struct lanes *lanes = data;
    for (struct lane_buffer *buffer; (buffer = take_full(lanes));) {
        GError *failure = NULL;
        if (check_failed(lanes, NULL))
            (void)!lanes->send(buffer, &failure);
        give_back(lanes, buffer, failure);
    }
    return NULL;
}

/* Threads come one by one, as buffers do. */
static bool start_thread(struct lanes *lanes, GError **error)
{
    if (lanes->started == lanes->count)
        return true;
    const int failure = pthread_create(&lanes->threads[lanes->started], NULL, send_main, lanes);
    if (failure != 0 && lanes->started == 0) {
        error_set_errno(error, failure, "can't start a thread");
        return false;
    }
    lanes->started += failure == 0;
    return true;
}

struct lane_buffer *lanes_take(struct lanes *lanes, gsize size)
{
    struct lane_buffer *buffer = NULL;
    pthread_mutex_lock(&lanes->lock);
    while (!(buffer = find_buffer(lanes, false)) || lanes->waiting + size > lanes->full * size)
        pthread_cond_wait(&lanes->emptied, &lanes->lock);
    buffer->is_busy = true;
    pthread_mutex_unlock(&lanes->lock);
    if (buffer->size < size) {
        g_free(buffer->data);
        buffer->data = g_malloc(size);
        buffer->size = size;
    }
    buffer->length = 0;
    buffer->object = NULL;
    buffer->index = 0;
    return buffer;
}

bool lanes_give(struct lanes *lanes, struct lane_buffer *buffer, GError **error)
{
    if (!start_thread(lanes, error))
        return false;
    pthread_mutex_lock(&lanes->lock);
    lanes->waiting += buffer->length;
    buffer->is_full = true;
    buffer->is_busy = false;
    pthread_cond_signal(&lanes->filled);
    pthread_mutex_unlock(&lanes->lock);
    return check_failed(lanes, error);
}

bool lanes_join(struct lanes *lanes, GError **error)
{
    pthread_mutex_lock(&lanes->lock);
    lanes->is_over = true;
    pthread_cond_broadcast(&lanes->filled);
    pthread_mutex_unlock(&lanes->lock);
    for (guint i = 0; i < lanes->started; i++)
        pthread_join(lanes->threads[i], NULL);
    lanes->started = 0;
    return check_failed(lanes, error);
}

static void give_up(struct lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    if (!lanes->error)
        error_set(&lanes->error, ERROR_CANCELLED, "the upload was given up");
    pthread_mutex_unlock(&lanes->lock);
    (void)!lanes_join(lanes, NULL);
}

void lanes_free(struct lanes *lanes)
{
    if (!lanes)
        return;
    give_up(lanes);
    for (guint i = 0; i < lanes->count; i++)
        g_free(lanes->buffers[i].data);
    g_free(lanes->buffers);
    g_free(lanes->threads);
    pthread_mutex_destroy(&lanes->lock);
    pthread_cond_destroy(&lanes->filled);
    pthread_cond_destroy(&lanes->emptied);
    g_clear_error(&lanes->error);
    g_free(lanes);
}
