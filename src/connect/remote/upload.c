/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream in parts: whoever feeds fills one buffer while others are being sent. There are as many
 * buffers as requests at a time, so memory is bounded and a slow server slows the feeder down.
 */
#include "connect/remote/upload.h"

#include "connect/remote/source.h"

#include <string.h>

/* A part on its way. */
struct buffer {
    char *data;
    gsize size;
    gsize length;
    guint index;
    bool is_full; /* to be sent */
    bool is_busy; /* is being filled or sent */
};

struct s3_upload {
    struct multipart parts;
    bool is_begun; /* there are parts; else `buffers[0]` is all */
    struct buffer *buffers;
    guint count; /* of buffers */
    pthread_t *threads;
    guint started;        /* of threads */
    guint next;           /* index of the next part */
    pthread_mutex_t lock; /* guards is_full and is_busy of buffers and all below */
    pthread_cond_t changed;
    bool is_over;  /* no more parts come */
    GError *error; /* why a part could not be sent */
};

struct s3_upload *s3_upload_open(struct s3 *s3, const char *address, guint lanes, GError **error)
{
    struct s3_upload *upload = g_new0(struct s3_upload, 1);
    if (!multipart_init(&upload->parts, s3, address, error)) {
        g_free(upload);
        return NULL;
    }
    upload->count = MAX(lanes, 1);
    upload->buffers = g_new0(struct buffer, upload->count);
    upload->threads = g_new0(pthread_t, upload->count);
    pthread_mutex_init(&upload->lock, NULL);
    pthread_cond_init(&upload->changed, NULL);
    return upload;
}

static struct buffer *find_full(struct s3_upload *upload)
{
    for (guint i = 0; i < upload->count; i++)
        if (upload->buffers[i].is_full && !upload->buffers[i].is_busy)
            return &upload->buffers[i];
    return NULL;
}

static struct buffer *find_empty(struct s3_upload *upload)
{
    for (guint i = 0; i < upload->count; i++)
        if (!upload->buffers[i].is_full && !upload->buffers[i].is_busy)
            return &upload->buffers[i];
    return NULL;
}

/* The next one to be sent; NULL when there will be none. */
static struct buffer *take_full(struct s3_upload *upload)
{
    struct buffer *buffer = NULL;
    pthread_mutex_lock(&upload->lock);
    while (!(buffer = find_full(upload)) && !upload->is_over)
        pthread_cond_wait(&upload->changed, &upload->lock);
    if (buffer)
        buffer->is_busy = true;
    pthread_mutex_unlock(&upload->lock);
    return buffer;
}

static void give_back(struct s3_upload *upload, struct buffer *buffer, GError *failure)
{
    pthread_mutex_lock(&upload->lock);
    buffer->is_full = false;
    buffer->is_busy = false;
    if (failure && !upload->error)
        upload->error = g_steal_pointer(&failure);
    g_clear_error(&failure);
    pthread_cond_broadcast(&upload->changed);
    pthread_mutex_unlock(&upload->lock);
}

static bool has_failed(struct s3_upload *upload)
{
    pthread_mutex_lock(&upload->lock);
    const bool failed = upload->error != NULL;
    pthread_mutex_unlock(&upload->lock);
    return failed;
}

/* After a failure the rest is only emptied. */
static void *send_main(void *data)
{
    struct s3_upload *upload = data;
    for (struct buffer *buffer; (buffer = take_full(upload));) {
        GError *failure = NULL;
        if (!has_failed(upload))
            (void)!multipart_put(&upload->parts, buffer->index, buffer->data, buffer->length,
                                 &failure);
        give_back(upload, buffer, failure);
    }
    return NULL;
}

/* Threads come one by one, as parts do. */
static bool start_thread(struct s3_upload *upload, GError **error)
{
    if (upload->started == upload->count)
        return true;
    const int failure = pthread_create(&upload->threads[upload->started], NULL, send_main, upload);
    if (failure != 0 && upload->started == 0) {
        error_set_errno(error, failure, "can't start a thread");
        return false;
    }
    upload->started += failure == 0;
    return true;
}

/* Sets the first failure of a part. */
static bool check_failed(struct s3_upload *upload, GError **error)
{
    pthread_mutex_lock(&upload->lock);
    const bool failed = upload->error != NULL;
    if (failed)
        g_propagate_error(error, g_error_copy(upload->error));
    pthread_mutex_unlock(&upload->lock);
    return !failed;
}

/* An empty buffer for the next part. */
static struct buffer *take_empty(struct s3_upload *upload)
{
    struct buffer *buffer = NULL;
    pthread_mutex_lock(&upload->lock);
    while (!(buffer = find_empty(upload)))
        pthread_cond_wait(&upload->changed, &upload->lock);
    buffer->is_busy = true;
    pthread_mutex_unlock(&upload->lock);
    const gsize size = (gsize)multipart_size(upload->parts.s3, upload->next);
    if (buffer->size < size) {
        g_free(buffer->data);
        buffer->data = g_malloc(size);
        buffer->size = size;
    }
    buffer->length = 0;
    buffer->index = upload->next++;
    return buffer;
}

static bool hand_over(struct s3_upload *upload, struct buffer *buffer, GError **error)
{
    if (!upload->is_begun && !multipart_begin(&upload->parts, error))
        return false;
    upload->is_begun = true;
    if (!start_thread(upload, error))
        return false;
    pthread_mutex_lock(&upload->lock);
    buffer->is_full = true;
    buffer->is_busy = false;
    pthread_cond_broadcast(&upload->changed);
    pthread_mutex_unlock(&upload->lock);
    return check_failed(upload, error);
}

/* All that was handed over is sent. */
static void join_threads(struct s3_upload *upload)
{
    pthread_mutex_lock(&upload->lock);
    upload->is_over = true;
    pthread_cond_broadcast(&upload->changed);
    pthread_mutex_unlock(&upload->lock);
    for (guint i = 0; i < upload->started; i++)
        pthread_join(upload->threads[i], NULL);
    upload->started = 0;
}

/* What came last: alone it is the whole object, which is sent by the commit. */
static bool end_feed(struct s3_upload *upload, struct buffer *buffer, GError **error)
{
    if (!upload->is_begun)
        return true;
    if (buffer->length > 0 && !hand_over(upload, buffer, error))
        return false;
    join_threads(upload);
    return check_failed(upload, error);
}

/* Gives up to `size` bytes; *out_read is less at the end only. */
typedef bool (*read_function)(gpointer data, char *bytes, gsize size, gsize *out_read,
                              GError **error);

static bool feed(struct s3_upload *upload, read_function read, gpointer data, GError **error)
{
    for (;;) {
        struct buffer *buffer = take_empty(upload);
        if (!read(data, buffer->data, (gsize)multipart_size(upload->parts.s3, buffer->index),
                  &buffer->length, error))
            return false;
        if (buffer->length < (gsize)multipart_size(upload->parts.s3, buffer->index))
            return end_feed(upload, buffer, error);
        if (!hand_over(upload, buffer, error))
            return false;
    }
}

bool s3_upload_feed(struct s3_upload *upload, int pipe, gint *is_ended, GError **error)
{
    struct pipe_source source = {
        .fd = pipe, .is_ended = is_ended, .context = upload->parts.s3->context};
    return feed(upload, pipe_read, &source, error);
}

bool s3_upload_file(struct s3_upload *upload, const char *path, GError **error)
{
    struct file_source source;
    if (!file_source_open(&source, path, error))
        return false;
    const bool fed = feed(upload, file_read, &source, error);
    file_source_close(&source);
    return fed;
}

bool s3_upload_commit(struct s3_upload *upload, struct file_identity **out, GError **error)
{
    const struct buffer *all = &upload->buffers[0];
    return upload->is_begun ? multipart_complete(&upload->parts, out, error)
                            : multipart_put_whole(&upload->parts, all->data ? all->data : "",
                                                  all->length, out, error);
}

void s3_upload_close(struct s3_upload *upload)
{
    if (!upload)
        return;
    pthread_mutex_lock(&upload->lock);
    if (!upload->error)
        error_set(&upload->error, ERROR_CANCELLED, "the upload was given up");
    pthread_mutex_unlock(&upload->lock);
    join_threads(upload);
    for (guint i = 0; i < upload->count; i++)
        g_free(upload->buffers[i].data);
    g_free(upload->buffers);
    g_free(upload->threads);
    multipart_clear(&upload->parts);
    pthread_mutex_destroy(&upload->lock);
    pthread_cond_destroy(&upload->changed);
    g_clear_error(&upload->error);
    g_free(upload);
}
