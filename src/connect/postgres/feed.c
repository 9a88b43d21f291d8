/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/feed.h"

#include <string.h>

enum {
    BATCH_ROWS = 2048,
    BATCH_BYTES = 8 * 1024 * 1024,
    COPY_SIGNATURE_BYTES = 11,
    COPY_HEADER_BYTES = 19,
};

void feed_init(struct feed *feed)
{
    *feed = (struct feed){.takers = 0};
    pthread_mutex_init(&feed->lock, NULL);
}

void feed_clear(struct feed *feed)
{
    connection_close(&feed->connection);
    g_clear_pointer(&feed->select, g_free);
    pthread_mutex_destroy(&feed->lock);
}

void feed_leave(struct feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    if (--feed->takers == 0)
        connection_close(&feed->connection);
    pthread_mutex_unlock(&feed->lock);
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
    feed->is_started = true;
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

static bool take_rows(struct feed *feed, struct feed_batch *out, struct sqlflow_error *error)
{
    out->bytes.length = 0;
    g_array_set_size(out->ends, 0);
    if (!feed->is_started && !start(feed, error))
        return false;
    while (!feed->is_done && out->ends->len < BATCH_ROWS && out->bytes.length < BATCH_BYTES)
        if (!read_row(feed, out, error))
            return false;
    return true;
}

bool feed_take(struct feed *feed, struct feed_batch *out, struct sqlflow_error *error)
{
    pthread_mutex_lock(&feed->lock);
    feed->has_failed = feed->has_failed || !take_rows(feed, out, error);
    const bool taken = !feed->has_failed;
    pthread_mutex_unlock(&feed->lock);
    return taken;
}

PGresult *feed_single(struct feed *feed, bool *out_failed, struct sqlflow_error *error)
{
    *out_failed = !feed->is_started && !start(feed, error);
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
