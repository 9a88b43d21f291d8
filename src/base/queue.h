/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands pointers from thread to thread, first in first out, without a bound. What is pushed belongs
 * to the taker from then on: everything written before a push is seen after the pop.
 *
 * pthreads and not GLib's primitives, which ThreadSanitizer can't see. Any thread may call any
 * function between queue_init and queue_clear.
 */
#pragma once

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

struct queue {
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t filled;
    void **items; /* a ring */
    guint capacity;
    guint head; /* index of the oldest */
    guint count;
    guint waiting; /* threads inside queue_pop and queue_take */
    bool is_closed;
};

void queue_init(struct queue *queue);

/* Nobody may be waiting. Items still inside are forgotten, not freed. */
void queue_clear(struct queue *queue);

/* Adds and wakes one that waits. */
void queue_push(struct queue *queue, void *item);

/* Adds all in one go, waking only as many as there are items. */
void queue_push_all(struct queue *queue, void *const *items, guint count);

/* Adds and wakes nobody: for news that can wait for the next push or the taker's deadline. */
void queue_push_quietly(struct queue *queue, void *item);

/* The oldest item; waits for one. NULL once the queue is closed and empty. */
void *queue_pop(struct queue *queue);

/* Appends all items to `out`. When there are none it waits for one until `deadline` (of
 * g_get_monotonic_time; 0: not at all) or until the queue is closed. */
void queue_take(struct queue *queue, GPtrArray *out, gint64 deadline);

/* No item will follow: those that wait for one go on without. */
void queue_close(struct queue *queue);
