/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection that gives rows: all of a scan's, or those of a range of pages. Several threads
 * take rows from it in turn, so that what is made of them is made at the same time.
 */
#pragma once

#include "base/buffer.h"
#include "connect/postgres/connection.h"

#include <pthread.h>

struct feed {
    struct connection connection;
    char *select;            /* what is read; NULL: not known yet */
    char *const *parameters; /* of a query, whose rows feed_single gives; NULL: none. Borrowed */
    pthread_mutex_t lock;    /* guards all below, and the connection, from the first row on */
    guint takers;            /* that are not gone */
    bool is_started;
    bool has_header; /* COPY's has been seen */
    bool is_done;
    bool has_failed;
};

/* Rows of COPY's, one behind the other, each with its count of fields first. */
struct feed_batch {
    struct buffer bytes;
    GArray *ends; /* gsize: where each row ends */
};

void feed_init(struct feed *feed);
void feed_clear(struct feed *feed);

/* The last taker that goes closes the connection. */
void feed_leave(struct feed *feed);

/* Puts the next rows in the place of those in a batch; none: there are no more. False: it failed,
 * or has before; the first who is told sets the error. */
bool feed_take(struct feed *feed, struct feed_batch *out, struct sqlflow_error *error);

/* The next row of a query with parameters, which can't be copied; its values in the same form. NULL
 * with *out_failed false: there are no more. By one taker alone; PQclear. */
PGresult *feed_single(struct feed *feed, bool *out_failed, struct sqlflow_error *error);
