/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All rows of a file in batches, by as many requests at once as is asked for. The calling thread
 * makes batches while others send those that are made; one more is made than are under way.
 *
 * Invariants: a batch that was acknowledged is noted before anything else is done with it, and is
 * never sent again; one that was sent and not acknowledged is sent again with the same key. After
 * the first failure no new batch is begun. Nothing is sent when a row fits into no batch.
 */
#include "connect/rest/rest.h"

#include "base/queue.h"
#include "connect/rest/api.h"
#include "connect/rest/batch.h"
#include "connect/rest/progress.h"

#include <string.h>

enum { MOST_THREADS = 64, BATCH_BYTES = 5 * 1000 * 1000, MULTI_STATUS = 207 };

struct delivery {
    struct api *api;
    const char *token; /* what the keys are made of, with the batch */
    const char *key_header;
    struct batch_rules rules;
    struct queue spare;   /* struct batch: to be made; each that is taken comes back */
    struct queue ready;   /* struct batch: to be sent */
    pthread_mutex_t lock; /* guards all below */
    struct progress_file *progress;
    gint64 rows;  /* acknowledged */
    guint before; /* batches that earlier tries sent */
    guint mixed;  /* answers that tell of each row (207) */
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

static void note_mixed(struct delivery *delivery)
{
    pthread_mutex_lock(&delivery->lock);
    delivery->mixed++;
    pthread_mutex_unlock(&delivery->lock);
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
    if (sent && response.status == MULTI_STATUS)
        note_mixed(delivery);
    http_response_clear(&response);
    if (!sent)
        g_prefix_error(error,
                       "batch %" G_GINT64_FORMAT " (rows %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                       "): ",
                       batch->number, batch->first_row, batch->first_row + batch->rows - 1);
    return sent;
}

/* It was acknowledged in an earlier try. */
static bool was_sent(struct delivery *delivery, const struct batch *batch)
{
    pthread_mutex_lock(&delivery->lock);
    const bool has = progress_file_has(delivery->progress, batch);
    if (has) {
        delivery->rows += batch->rows;
        delivery->before++;
    }
    pthread_mutex_unlock(&delivery->lock);
    return has;
}

static bool has_failed(struct delivery *delivery)
{
    pthread_mutex_lock(&delivery->lock);
    const bool has = delivery->error != NULL;
    pthread_mutex_unlock(&delivery->lock);
    return has;
}

/* The first one counts; takes it over. */
static void note_failure(struct delivery *delivery, GError *failure)
{
    pthread_mutex_lock(&delivery->lock);
    if (delivery->error)
        g_error_free(failure);
    else
        delivery->error = failure;
    pthread_mutex_unlock(&delivery->lock);
}

static bool note_sent(struct delivery *delivery, const struct batch *batch, GError **error)
{
    pthread_mutex_lock(&delivery->lock);
    const bool noted = progress_file_add(delivery->progress, batch, error);
    if (noted)
        delivery->rows += batch->rows;
    pthread_mutex_unlock(&delivery->lock);
    return noted;
}

static void *send_batches(void *data)
{
    struct delivery *delivery = data;
    for (struct batch *batch = NULL; (batch = queue_pop(&delivery->ready));) {
        GError *failure = NULL;
        if (!has_failed(delivery) &&
            (!send_batch(delivery, batch, &failure) || !note_sent(delivery, batch, &failure)))
            note_failure(delivery, failure);
        queue_push(&delivery->spare, batch);
    }
    return NULL;
}

/* False: it was the last, or it failed. */
static bool make_batch(struct delivery *delivery, struct batch_reader *reader)
{
    struct batch *batch = queue_pop(&delivery->spare);
    GError *failure = NULL;
    bool made = false;
    do
        made = batch_reader_next(reader, batch, &failure) && batch->rows > 0;
    while (made && was_sent(delivery, batch));
    if (made)
        queue_push(&delivery->ready, batch);
    if (failure)
        note_failure(delivery, failure);
    return made;
}

static void make_batches(struct delivery *delivery, int file)
{
    AUTO(batch_reader) reader = batch_reader_new(file, &delivery->rules);
    while (!has_failed(delivery) && make_batch(delivery, reader))
        ;
    queue_close(&delivery->ready);
}

/* Fewer threads than asked for do as well, none can't. */
static void send_all(struct delivery *delivery, int file)
{
    pthread_t threads[MOST_THREADS];
    struct batch batches[MOST_THREADS + 1];
    const guint wanted = MIN((guint)api_number(delivery->api, "max_concurrency"), MOST_THREADS);
    guint started = 0;
    int failed = 0;
    while (started < wanted && failed == 0) {
        failed = pthread_create(&threads[started], NULL, send_batches, delivery);
        started += failed == 0;
    }
    for (guint i = 0; i <= started; i++) {
        batch_init(&batches[i]);
        queue_push(&delivery->spare, &batches[i]);
    }
    if (started > 0)
        make_batches(delivery, file);
    else
        error_set_errno(&delivery->error, failed, "no thread can be started");
    for (guint i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (guint i = 0; i <= started; i++)
        batch_clear(&batches[i]);
}

static void tell(const struct delivery *delivery)
{
    const struct api *api = delivery->api;
    if (delivery->before > 0)
        api->host->note(api->context, "%u batches were there already: an earlier try sent them",
                        delivery->before);
    if (delivery->mixed > 0 && !strchr(api_option(api, "error_path"), '*'))
        api->host->note(api->context,
                        "%u answers tell of each row (207): have all been taken? 'error_path' says "
                        "where it stands, such as results.*.error",
                        delivery->mixed);
    api_tell(api);
}

static bool deliver(struct delivery *delivery, struct sqlflow_delivery *files, GError **error)
{
    if (!batch_check(files->file, &delivery->rules, error))
        return false;
    delivery->progress = progress_file_new(files->progress, error);
    if (!delivery->progress)
        return false;
    send_all(delivery, files->file);
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
    queue_init(&delivery.spare);
    queue_init(&delivery.ready);
    if (done) {
        read_rules(&delivery);
        done = (!*delivery.key_header || api_check_header(delivery.key_header, &failure)) &&
               deliver(&delivery, files, &failure);
    }
    queue_clear(&delivery.spare);
    queue_clear(&delivery.ready);
    progress_file_free(delivery.progress);
    api_clear(&api);
    return done || api_fail(call->host, error, failure);
}
