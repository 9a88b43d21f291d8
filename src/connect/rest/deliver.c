/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All rows of a file in batches, by as many requests at once as is asked for.
 *
 * Invariants: a batch that was acknowledged is noted before anything else is done with it, and is
 * never sent again; one that was sent and not acknowledged is sent again with the same key. After
 * the first failure no new batch is begun.
 */
#include "connect/rest/batch.h"
#include "connect/rest/progress.h"
#include "connect/rest/rest.h"

#include "connect/rest/api.h"

#include <string.h>

enum { MOST_THREADS = 64, BATCH_BYTES = 5 * 1000 * 1000 };

struct delivery {
    struct api *api;
    const char *token; /* what the keys are made of, with the batch */
    const char *key_header;
    struct batch_rules rules;
    pthread_mutex_t lock; /* guards all below */
    struct batch_reader *reader;
    struct progress_file *progress;
    gint64 rows;  /* acknowledged */
    guint before; /* batches that earlier tries sent */
    GError *error;
};

/* The same for the same rows of the same step at the same place: short, and in a form that every
 * server takes. */
static char *make_key(const struct delivery *delivery, const struct batch *batch)
{
    g_autofree char *text = g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%s", delivery->token,
                                            batch->number, batch->hash);
    g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    return g_strdup_printf("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static bool send_batch(struct delivery *delivery, const struct batch *batch, GError **error)
{
    AUTO(http_headers) headers = http_headers_new();
    http_headers_add(headers, "Content-Type", batch_content_type(delivery->rules.format));
    g_autofree char *key = make_key(delivery, batch);
    if (*delivery->key_header)
        http_headers_add(headers, delivery->key_header, key);
    const struct api_request request = {
        .method = delivery->api->method,
        .address = delivery->api->address,
        .headers = headers,
        .body = batch->body->str,
        .length = batch->body->len,
    };
    struct http_response response;
    const bool sent = api_send(delivery->api, &request, &response, error);
    http_response_clear(&response);
    if (!sent)
        g_prefix_error(error,
                       "batch %" G_GINT64_FORMAT " (rows %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                       "): ",
                       batch->number, batch->first_row, batch->first_row + batch->rows - 1);
    return sent;
}

/* The next batch that isn't acknowledged yet. The lock is held. */
static bool next_batch(struct delivery *delivery, struct batch *batch, GError **error)
{
    while (batch_reader_next(delivery->reader, batch, error)) {
        if (batch->rows == 0 || !progress_file_has(delivery->progress, batch))
            return true;
        delivery->rows += batch->rows;
        delivery->before++;
    }
    return false;
}

/* False: there is nothing left to do, or it has failed. */
static bool take_batch(struct delivery *delivery, struct batch *batch)
{
    GError *failure = NULL;
    pthread_mutex_lock(&delivery->lock);
    bool taken = !delivery->error && next_batch(delivery, batch, &failure) && batch->rows > 0;
    if (failure)
        delivery->error = failure;
    pthread_mutex_unlock(&delivery->lock);
    return taken;
}

static void settle_batch(struct delivery *delivery, const struct batch *batch, GError *failure)
{
    pthread_mutex_lock(&delivery->lock);
    if (!failure && progress_file_add(delivery->progress, batch, &failure))
        delivery->rows += batch->rows;
    if (failure && !delivery->error)
        delivery->error = failure;
    else
        g_clear_error(&failure);
    pthread_mutex_unlock(&delivery->lock);
}

static void *send_batches(void *data)
{
    struct delivery *delivery = data;
    struct batch batch;
    batch_init(&batch);
    while (take_batch(delivery, &batch)) {
        GError *failure = NULL;
        (void)!send_batch(delivery, &batch, &failure);
        settle_batch(delivery, &batch, failure);
    }
    batch_clear(&batch);
    return NULL;
}

/* The calling thread is one of them; where no more can be had it is the only one. */
static void send_all(struct delivery *delivery)
{
    pthread_t threads[MOST_THREADS];
    const guint wanted = (guint)api_number(delivery->api, "max_concurrency");
    guint started = 0;
    while (started + 1 < MIN(wanted, MOST_THREADS) &&
           pthread_create(&threads[started], NULL, send_batches, delivery) == 0)
        started++;
    send_batches(delivery);
    for (guint i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

static void tell(const struct delivery *delivery)
{
    const struct api *api = delivery->api;
    if (delivery->before > 0)
        api->host->note(api->context, "%u batches were there already: an earlier try sent them",
                        delivery->before);
    api_tell(api);
}

static bool deliver(struct delivery *delivery, struct sqlflow_delivery *files, GError **error)
{
    delivery->reader = batch_reader_open(files->file, &delivery->rules, error);
    delivery->progress = delivery->reader ? progress_file_new(files->progress, error) : NULL;
    if (!delivery->progress)
        return false;
    send_all(delivery);
    const bool noted =
        progress_file_sync(delivery->progress, delivery->error ? NULL : &delivery->error);
    if (noted && !delivery->error) {
        files->rows = delivery->rows;
        tell(delivery);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&delivery->error));
    return false;
}

static void read_rules(struct delivery *delivery)
{
    const struct api *api = delivery->api;
    const bool has_limit = api_option(api, "max_bytes") != NULL;
    delivery->key_header = api_option(api, "idempotency_header");
    delivery->rules = (struct batch_rules){
        .format = batch_format_of(api_option(api, "format")),
        .records_key = api_option(api, "records_key"),
        .rows = api_number(api, "batch_size"),
        .bytes = has_limit ? api_number(api, "max_bytes") : BATCH_BYTES,
    };
}

bool rest_deliver(const struct sqlflow_call *call, struct sqlflow_delivery *files,
                  struct sqlflow_error *error)
{
    struct api api;
    GError *failure = NULL;
    struct delivery delivery = {
        .api = &api, .token = call->token ? call->token : "", .lock = PTHREAD_MUTEX_INITIALIZER};
    bool done = api_init(&api, call, &failure);
    if (done) {
        read_rules(&delivery);
        done = deliver(&delivery, files, &failure);
    }
    batch_reader_close(delivery.reader);
    progress_file_free(delivery.progress);
    api_clear(&api);
    return done || api_fail(call->host, error, failure);
}
