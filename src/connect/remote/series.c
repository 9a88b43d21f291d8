/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object that fits into a buffer is one request; a larger one is an upload in parts, which is
 * completed by whoever has sent the last of them. So objects are made while the next ones come.
 */
#include "connect/remote/series.h"

#include "connect/remote/lanes.h"

#include <string.h>

/* One that isn't whole yet. */
struct object {
    struct multipart parts;
    struct s3_series *series;
    guint next;    /* index of the next part */
    guint left;    /* parts that are under way; behind the lock, as the one below */
    bool is_ended; /* no more parts come */
};

struct s3_series {
    struct s3 *s3;
    struct lanes *lanes;
    struct object *object;      /* that is being written, or NULL */
    struct lane_buffer *buffer; /* its next part; NULL: not begun */
    pthread_mutex_t lock;       /* guards the one below and what of an object says so */
    GPtrArray *objects;         /* struct object: all that aren't whole */
    GPtrArray *identities;      /* struct file_identity: of those that are; likewise */
};

static void object_free(gpointer data)
{
    struct object *object = data;
    multipart_clear(&object->parts);
    g_free(object);
}

/* It is whole, and is this. */
static void settle(struct object *object, struct file_identity *made)
{
    struct s3_series *series = object->series;
    pthread_mutex_lock(&series->lock);
    g_ptr_array_add(series->identities, made);
    g_ptr_array_remove_fast(series->objects, object);
    pthread_mutex_unlock(&series->lock);
}

static bool send_whole(struct object *object, const struct lane_buffer *buffer, GError **error)
{
    struct file_identity *made = NULL;
    const bool sent =
        multipart_put_whole(&object->parts, buffer->data, buffer->length, &made, error);
    if (sent)
        settle(object, made);
    return sent;
}

/* Was that the last part? */
static bool count_part(struct object *object)
{
    pthread_mutex_lock(&object->series->lock);
    const bool is_last = --object->left == 0 && object->is_ended;
    pthread_mutex_unlock(&object->series->lock);
    return is_last;
}

static bool send_part(struct object *object, const struct lane_buffer *buffer, GError **error)
{
    if (!multipart_put(&object->parts, buffer->index, buffer->data, buffer->length, error))
        return false;
    if (!count_part(object))
        return true;
    struct file_identity *made = NULL;
    const bool completed = multipart_complete(&object->parts, &made, error);
    if (completed)
        settle(object, made);
    return completed;
}

static bool send_buffer(const struct lane_buffer *buffer, GError **error)
{
    struct object *object = buffer->object;
    return (object->parts.id ? send_part : send_whole)(object, buffer, error);
}

struct s3_series *s3_series_open(struct s3 *s3)
{
    struct s3_series *series = g_new0(struct s3_series, 1);
    series->s3 = s3;
    series->lanes = lanes_new(s3_requests(s3, 0), s3->concurrency, send_buffer);
    series->objects = g_ptr_array_new_with_free_func(object_free);
    series->identities = file_identities_new();
    pthread_mutex_init(&series->lock, NULL);
    return series;
}

bool s3_series_begin(struct s3_series *series, const char *address, GError **error)
{
    struct object *object = g_new0(struct object, 1);
    object->series = series;
    if (!multipart_init(&object->parts, series->s3, address, error)) {
        g_free(object);
        return false;
    }
    pthread_mutex_lock(&series->lock);
    g_ptr_array_add(series->objects, object);
    pthread_mutex_unlock(&series->lock);
    series->object = object;
    return true;
}

static void take_buffer(struct s3_series *series)
{
    struct object *object = series->object;
    series->buffer = lanes_take(series->lanes, (gsize)multipart_size(series->s3, object->next));
    series->buffer->object = object;
    series->buffer->index = object->next++;
}

static bool give_buffer(struct s3_series *series, bool is_last, GError **error)
{
    struct object *object = series->object;
    pthread_mutex_lock(&series->lock);
    object->left++;
    object->is_ended = is_last;
    pthread_mutex_unlock(&series->lock);
    return lanes_give(series->lanes, g_steal_pointer(&series->buffer), error);
}

/* There is more than one part. */
static bool give_part(struct s3_series *series, GError **error)
{
    return (series->object->parts.id || multipart_begin(&series->object->parts, error)) &&
           give_buffer(series, false, error);
}

/* A part goes when there is more: the last one is known by its end. */
bool s3_series_write(struct s3_series *series, const char *bytes, gsize length, GError **error)
{
    while (length > 0) {
        if (!series->buffer)
            take_buffer(series);
        struct lane_buffer *buffer = series->buffer;
        const gsize size = (gsize)multipart_size(series->s3, buffer->index);
        const gsize count = MIN(length, size - buffer->length);
        memcpy(buffer->data + buffer->length, bytes, count);
        buffer->length += count;
        bytes += count;
        length -= count;
        if (length > 0 && !give_part(series, error))
            return false;
    }
    return true;
}

bool s3_series_end(struct s3_series *series, GError **error)
{
    if (!series->buffer)
        take_buffer(series);
    const bool given = give_buffer(series, true, error);
    series->object = NULL;
    return given;
}

bool s3_series_finish(struct s3_series *series, GPtrArray *identities, GError **error)
{
    if (!lanes_join(series->lanes, error))
        return false;
    g_ptr_array_extend_and_steal(identities, g_steal_pointer(&series->identities));
    return true;
}

void s3_series_close(struct s3_series *series)
{
    if (!series)
        return;
    lanes_free(series->lanes);
    g_ptr_array_unref(series->objects);
    g_clear_pointer(&series->identities, g_ptr_array_unref);
    pthread_mutex_destroy(&series->lock);
    g_free(series);
}
