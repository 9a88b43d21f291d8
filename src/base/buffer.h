/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that grow at their end. Its owner frees `data` with g_free. */
#pragma once

#include <glib.h>

struct buffer {
    guint8 *data;
    gsize length;
    gsize capacity;
};

/* Room for `size` bytes behind those that are there, which count from now on. */
static inline guint8 *buffer_take(struct buffer *buffer, gsize size)
{
    enum { LEAST_BYTES = 256 };
    if (G_UNLIKELY(buffer->capacity - buffer->length < size)) {
        buffer->capacity = MAX(2 * buffer->capacity, buffer->length + size + LEAST_BYTES);
        buffer->data = g_realloc(buffer->data, buffer->capacity);
    }
    guint8 *end = buffer->data + buffer->length;
    buffer->length += size;
    return end;
}
