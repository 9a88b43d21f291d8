/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection that gives rows: all of a scan's, or those of a range of pages. A thread of its
 * own reads them ahead, so that the server sends while those who take them store what they have.
 */
#pragma once

#include "base/buffer.h"
#include "connect/postgres/connection.h"

#include <pthread.h>

/* Rows of COPY's, one behind the other, each with its count of fields first. */
struct feed_batch {
    struct buffer bytes;
    GArray *ends; /* gsize: where each row ends */
};

enum feed_state { FEED_UNREAD, FEED_READING, FEED_ENDED, FEED_FAILED };

struct feed {
    struct connection connection; /* the reader's, from the first row on, as the next three */
    struct sqlflow_error *error;
    bool has_header; /* COPY's has been seen */
    bool is_done;
    char *select;            /* what is read; NULL: not known yet */
    char *const *parameters; /* of a query, whose rows feed_single gives; NULL: none. Borrowed */
    gsize most_ahead;        /* bytes that may wait to be taken */
    pthread_t reader;
    bool has_reader;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    enum feed_state state;
    guint takers; /* that are not gone */
    gsize ahead;  /* bytes of `full` */
    GQueue full;  /* struct feed_batch: to be taken */
    GQueue empty; /* struct feed_batch: to be filled again */
};

/* The error is set by whoever fails first; it is read when all have ended. */
void feed_init(struct feed *feed, gsize most_ahead, struct sqlflow_error *error);
void feed_clear(struct feed *feed);

/* The last taker that goes ends the reader and the connection. */
void feed_leave(struct feed *feed);

/* The next rows for those that were taken before (NULL: none were); NULL: there are no more. False:
 * it failed. */
bool feed_take(struct feed *feed, struct feed_batch **batch);

/* What was taken last isn't needed any more; NULL: nothing was. */
void feed_give(struct feed *feed, struct feed_batch *batch);

/* The next row of a query with parameters, which can't be copied; its values in the same form. NULL
 * with *out_failed false: there are no more. By one taker alone; PQclear. */
PGresult *feed_single(struct feed *feed, bool *out_failed, struct sqlflow_error *error);
