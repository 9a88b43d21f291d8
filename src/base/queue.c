/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

#include <time.h>

enum { FIRST_CAPACITY = 16 };

void queue_init(struct queue *queue)
{
    *queue = (struct queue){.capacity = FIRST_CAPACITY, .items = g_new(void *, FIRST_CAPACITY)};
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->filled, &attributes);
    pthread_condattr_destroy(&attributes);
}

void queue_clear(struct queue *queue)
{
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->mutex);
    g_clear_pointer(&queue->items, g_free);
}

static void grow(struct queue *queue)
{
    void **items = g_new(void *, (gsize)queue->capacity * 2);
    for (guint i = 0; i < queue->count; i++)
        items[i] = queue->items[(queue->head + i) % queue->capacity];
    g_free(queue->items);
    queue->items = items;
    queue->head = 0;
    queue->capacity *= 2;
}

static void append(struct queue *queue, void *item)
{
    if (queue->count == queue->capacity)
        grow(queue);
    queue->items[(queue->head + queue->count) % queue->capacity] = item;
    queue->count++;
}

static void *remove_oldest(struct queue *queue)
{
    void *item = queue->items[queue->head];
    queue->head = (queue->head + 1) % queue->capacity;
    queue->count--;
    return item;
}

void queue_push_all(struct queue *queue, void *const *items, guint count)
{
    pthread_mutex_lock(&queue->mutex);
    for (guint i = 0; i < count; i++)
        append(queue, items[i]);
    guint wake = MIN(count, queue->waiting);
    pthread_mutex_unlock(&queue->mutex);
    for (guint i = 0; i < wake; i++)
        pthread_cond_signal(&queue->filled);
}

void queue_push(struct queue *queue, void *item)
{
    queue_push_all(queue, &item, 1);
}

void queue_push_quietly(struct queue *queue, void *item)
{
    pthread_mutex_lock(&queue->mutex);
    append(queue, item);
    pthread_mutex_unlock(&queue->mutex);
}

void *queue_pop(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->waiting++;
    while (queue->count == 0 && !queue->is_closed)
        pthread_cond_wait(&queue->filled, &queue->mutex);
    queue->waiting--;
    void *item = queue->count > 0 ? remove_oldest(queue) : NULL;
    pthread_mutex_unlock(&queue->mutex);
    return item;
}

/* False at the deadline. */
static bool wait_until(struct queue *queue, gint64 deadline)
{
    if (deadline <= 0)
        return false;
    struct timespec at = {
        .tv_sec = deadline / G_USEC_PER_SEC,
        .tv_nsec = (deadline % G_USEC_PER_SEC) * 1000,
    };
    return pthread_cond_timedwait(&queue->filled, &queue->mutex, &at) == 0;
}

void queue_take(struct queue *queue, GPtrArray *out, gint64 deadline)
{
    pthread_mutex_lock(&queue->mutex);
    queue->waiting++;
    while (queue->count == 0 && !queue->is_closed && wait_until(queue, deadline)) {
    }
    queue->waiting--;
    while (queue->count > 0)
        g_ptr_array_add(out, remove_oldest(queue));
    pthread_mutex_unlock(&queue->mutex);
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->is_closed = true;
    pthread_mutex_unlock(&queue->mutex);
    pthread_cond_broadcast(&queue->filled);
}
