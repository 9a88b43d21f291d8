/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/feed.h"

#include <string.h>

enum {
    BATCH_ROWS = 2048,
    BATCH_BYTES = 1024 * 1024,
    COPY_SIGNATURE_BYTES = 11,
    COPY_HEADER_BYTES = 19,
};

static struct feed_batch *batch_new(void)
{
    struct feed_batch *batch = g_new0(struct feed_batch, 1);
    batch->ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    return batch;
}

static void batch_free(gpointer data)
{
    struct feed_batch *batch = data;
    if (!batch)
        return;
    g_free(batch->bytes.data);
    g_array_unref(batch->ends);
    g_free(batch);
}

void feed_init(struct feed *feed, gsize most_ahead, struct sqlflow_error *error)
{
    *feed = (struct feed){.most_ahead = most_ahead, .error = error};
    pthread_mutex_init(&feed->lock, NULL);
    pthread_cond_init(&feed->changed, NULL);
}

/* The lock is held. What one very long row has taken isn't kept. */
static void give_empty(struct feed *feed, struct feed_batch *batch)
{
    if (batch && batch->bytes.capacity <= 2 * BATCH_BYTES)
        g_queue_push_head(&feed->empty, batch);
    else
        batch_free(batch);
}

void feed_give(struct feed *feed, struct feed_batch *batch)
{
    pthread_mutex_lock(&feed->lock);
    give_empty(feed, batch);
    pthread_mutex_unlock(&feed->lock);
}

/* It looks after each batch, and while it waits for the server, whether it is wanted. */
static void stop_reader(struct feed *feed)
{
    if (!feed->has_reader)
        return;
    pthread_mutex_lock(&feed->lock);
    g_atomic_int_set(&feed->connection.is_given_up, 1);
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
    pthread_join(feed->reader, NULL);
    feed->has_reader = false;
    if (feed->state == FEED_ENDED && !feed->is_done)
        connection_cancel(&feed->connection);
}

void feed_clear(struct feed *feed)
{
    stop_reader(feed);
    connection_close(&feed->connection);
    g_queue_clear_full(&feed->full, batch_free);
    g_queue_clear_full(&feed->empty, batch_free);
    g_clear_pointer(&feed->select, g_free);
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->lock);
}

void feed_leave(struct feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    const bool is_last = --feed->takers == 0;
    pthread_mutex_unlock(&feed->lock);
    if (!is_last)
        return;
    stop_reader(feed);
    connection_close(&feed->connection);
}

static bool start_query(struct feed *feed, struct sqlflow_error *error)
{
    PGconn *pg = feed->connection.pg;
    if (!PQsendQueryParams(pg, feed->select,
                           (int)g_strv_length((char **)(guintptr)feed->parameters), NULL,
                           (const char *const *)feed->parameters, NULL, NULL, 1) ||
        !PQsetSingleRowMode(pg))
        return connection_fail(&feed->connection, NULL, error);
    return true;
}

static bool start(struct feed *feed, struct sqlflow_error *error)
{
    if (feed->parameters)
        return start_query(feed, error);
    g_autofree char *copy =
        g_strconcat("COPY (", feed->select, ") TO STDOUT (FORMAT binary)", NULL);
    return connection_copy(&feed->connection, copy, PGRES_COPY_OUT, error);
}

static bool fail_form(const struct feed *feed, struct sqlflow_error *error)
{
    return feed->connection.host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                                       "the server doesn't send COPY's binary form");
}

/* A row as it came. */
struct message {
    const guint8 *data;
    gsize size;
};

/* The signature and header stand before the first row, or alone. */
static bool skip_header(struct feed *feed, struct message *row, struct sqlflow_error *error)
{
    static const char signature[COPY_SIGNATURE_BYTES] = "PGCOPY\n\377\r\n";
    if (feed->has_header)
        return true;
    if (row->size < COPY_HEADER_BYTES || memcmp(row->data, signature, sizeof signature) != 0)
        return fail_form(feed, error);
    feed->has_header = true;
    row->data += COPY_HEADER_BYTES;
    row->size -= COPY_HEADER_BYTES;
    return true;
}

/* The trailer is -1 fields. */
static bool is_row(const struct message *row)
{
    return row->size >= 2 && (row->data[0] != 0xff || row->data[1] != 0xff);
}

/* After the last row: did the server send all? */
static bool end_copy(struct feed *feed, struct sqlflow_error *error)
{
    feed->is_done = true;
    return connection_finish(&feed->connection, error);
}

/* libpq's memory of a row is given back at once: what is freed while it is warm is cheap. */
static bool read_row(struct feed *feed, struct feed_batch *out, struct sqlflow_error *error)
{
    char *memory = NULL;
    const int size = PQgetCopyData(feed->connection.pg, &memory, 1);
    if (size == 0)
        return connection_wait(&feed->connection, false, error);
    if (size < 0)
        return end_copy(feed, error);
    struct message row = {.data = (const guint8 *)memory, .size = (gsize)size};
    const bool fine = skip_header(feed, &row, error);
    if (fine && is_row(&row)) {
        memcpy(buffer_take(&out->bytes, row.size), row.data, row.size);
        g_array_append_val(out->ends, out->bytes.length);
    }
    PQfreemem(memory);
    return fine;
}

/* What came before is put in its place. */
static bool read_rows(struct feed *feed, struct feed_batch *out)
{
    out->bytes.length = 0;
    g_array_set_size(out->ends, 0);
    while (!feed->is_done && out->ends->len < BATCH_ROWS && out->bytes.length < BATCH_BYTES)
        if (!read_row(feed, out, feed->error))
            return false;
    return true;
}

/* One that may be filled, when there is room for it. NULL: nobody wants more. */
static struct feed_batch *take_empty(struct feed *feed)
{
    gint *is_given_up = &feed->connection.is_given_up;
    struct feed_batch *batch = NULL;
    pthread_mutex_lock(&feed->lock);
    while (feed->ahead >= feed->most_ahead && !g_atomic_int_get(is_given_up))
        pthread_cond_wait(&feed->changed, &feed->lock);
    if (!g_atomic_int_get(is_given_up) && !(batch = g_queue_pop_head(&feed->empty)))
        batch = batch_new();
    pthread_mutex_unlock(&feed->lock);
    return batch;
}

static void give_full(struct feed *feed, struct feed_batch *batch)
{
    pthread_mutex_lock(&feed->lock);
    feed->ahead += batch->bytes.length;
    g_queue_push_tail(&feed->full, batch);
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
}

static void *read_main(void *data)
{
    struct feed *feed = data;
    struct feed_batch *batch = NULL;
    bool is_fine = start(feed, feed->error);
    while (is_fine && !feed->is_done && (batch = take_empty(feed))) {
        is_fine = read_rows(feed, batch);
        give_full(feed, batch);
    }
    pthread_mutex_lock(&feed->lock);
    feed->state = is_fine ? FEED_ENDED : FEED_FAILED;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->lock);
    return NULL;
}

/* The lock is held. */
static void start_reader(struct feed *feed)
{
    const int failure = pthread_create(&feed->reader, NULL, read_main, feed);
    feed->state = failure ? FEED_FAILED : FEED_READING;
    feed->has_reader = failure == 0;
    if (failure)
        feed->connection.host->fail(feed->error, SQLFLOW_ERROR_SYSTEM, NULL,
                                    "can't start a thread: %s", g_strerror(failure));
}

bool feed_take(struct feed *feed, struct feed_batch **batch)
{
    pthread_mutex_lock(&feed->lock);
    give_empty(feed, g_steal_pointer(batch));
    if (feed->state == FEED_UNREAD)
        start_reader(feed);
    while (feed->state == FEED_READING && g_queue_is_empty(&feed->full))
        pthread_cond_wait(&feed->changed, &feed->lock);
    const bool is_fine = feed->state != FEED_FAILED;
    if (is_fine && (*batch = g_queue_pop_head(&feed->full))) {
        feed->ahead -= (*batch)->bytes.length;
        pthread_cond_broadcast(&feed->changed);
    }
    pthread_mutex_unlock(&feed->lock);
    return is_fine;
}

PGresult *feed_single(struct feed *feed, bool *out_failed, struct sqlflow_error *error)
{
    *out_failed = feed->state == FEED_UNREAD && !start(feed, error);
    feed->state = FEED_READING;
    while (!*out_failed && !feed->is_done) {
        PGresult *result = connection_result(&feed->connection, out_failed, error);
        feed->is_done = !result;
        const ExecStatusType status = PQresultStatus(result);
        if (result && status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK)
            *out_failed = !connection_fail(&feed->connection, result, error);
        if (PQntuples(result) == 1 && !*out_failed)
            return result;
        PQclear(result);
    }
    return NULL;
}
