/* SPDX-License-Identifier: Apache-2.0 */
/* A stream in parts: whoever feeds fills one buffer while others are being sent. */
#include "connect/remote/upload.h"

#include "base/pipe.h"
#include "connect/remote/lanes.h"
#include "connect/remote/source.h"

struct s3_upload {
    struct multipart parts;
    struct lanes *lanes;
    struct lane_buffer *all; /* NULL: there are parts */
    guint next;              /* index of the next part */
};

static bool send_part(const struct lane_buffer *buffer, GError **error)
{
    return multipart_put(buffer->object, buffer->index, buffer->data, buffer->length, error);
}

struct s3_upload *s3_upload_open(struct s3 *s3, const char *address, guint lanes, GError **error)
{
    struct s3_upload *upload = g_new0(struct s3_upload, 1);
    if (!multipart_init(&upload->parts, s3, address, error)) {
        g_free(upload);
        return NULL;
    }
    upload->lanes = lanes_new(lanes, lanes, send_part);
    return upload;
}

/* An empty buffer for the next part. */
static struct lane_buffer *take_empty(struct s3_upload *upload)
{
    struct lane_buffer *buffer =
        lanes_take(upload->lanes, (gsize)multipart_size(upload->parts.s3, upload->next));
    buffer->object = &upload->parts;
    buffer->index = upload->next++;
    return buffer;
}

static bool hand_over(struct s3_upload *upload, struct lane_buffer *buffer, GError **error)
{
    return (upload->parts.id || multipart_begin(&upload->parts, error)) &&
           lanes_give(upload->lanes, buffer, error);
}

/* What came last: alone it is the whole object, which is sent by the commit. */
static bool end_feed(struct s3_upload *upload, struct lane_buffer *buffer, GError **error)
{
    if (!upload->parts.id) {
        upload->all = buffer;
        return true;
    }
    if (buffer->length > 0 && !hand_over(upload, buffer, error))
        return false;
    return lanes_join(upload->lanes, error);
}

/* Gives up to `size` bytes; *out_read is less at the end only. */
typedef bool (*read_function)(gpointer data, char *bytes, gsize size, gsize *out_read,
                              GError **error);

static bool feed(struct s3_upload *upload, read_function read, gpointer data, GError **error)
{
    for (;;) {
        struct lane_buffer *buffer = take_empty(upload);
        const gsize size = (gsize)multipart_size(upload->parts.s3, buffer->index);
        if (!read(data, buffer->data, size, &buffer->length, error))
            return false;
        if (buffer->length < size)
            return end_feed(upload, buffer, error);
        if (!hand_over(upload, buffer, error))
            return false;
    }
}

bool s3_upload_feed(struct s3_upload *upload, int pipe, gint *is_ended, GError **error)
{
    const struct storage_context *context = upload->parts.s3->context;
    struct pipe_source source = {.fd = pipe,
                                 .is_ended = is_ended,
                                 .is_cancelled = context->is_cancelled,
                                 .cancel_data = context};
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
    const struct lane_buffer *all = upload->all;
    return all ? multipart_put_whole(&upload->parts, all->data, all->length, out, error)
               : multipart_complete(&upload->parts, out, error);
}

void s3_upload_close(struct s3_upload *upload)
{
    if (!upload)
        return;
    lanes_free(upload->lanes);
    multipart_clear(&upload->parts);
    g_free(upload);
}
