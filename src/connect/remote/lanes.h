/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers that one thread fills while others send them. There are as many buffers as requests at a
 * time, of which some may be full, or all hold as much as those: so memory is bounded and a slow
 * server slows the feeder down.
 *
 * Threads: one feeds, which makes all the calls; `send` is called by threads of the lanes.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What is filled and sent. The feeder's from lanes_take to lanes_give, then the sender's. */
struct lane_buffer {
    char *data;
    gsize length;
    gpointer object; /* what it is a part of */
    guint index;     /* which part */
    gsize size;      /* of `data` */
    bool is_full;    /* to be sent; like is_busy, the lanes' own */
    bool is_busy;    /* is being filled or sent */
};

typedef bool (*lane_function)(const struct lane_buffer *buffer, GError **error);

struct lanes;

/* `count` requests at a time, as large as `full` buffers together. */
struct lanes *lanes_new(guint count, guint full, lane_function send);
/* Waits for what is being sent; what no thread has taken yet isn't sent any more. */
void lanes_free(struct lanes *lanes);

/* An empty buffer with room for `size` bytes; waits for one. Its object and index are 0. */
struct lane_buffer *lanes_take(struct lanes *lanes, gsize size);

/* Hands it over to be sent. False: something that was handed over before could not be, and nothing
 * more is. */
bool lanes_give(struct lanes *lanes, struct lane_buffer *buffer,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until all is sent that was handed over; after it nothing more may be. */
bool lanes_join(struct lanes *lanes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
