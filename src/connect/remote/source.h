/* SPDX-License-Identifier: Apache-2.0 */
/* Where the bytes of an upload come from. */
#pragma once

#include "connect/storage/class.h"

/* The reading end of a pipe, opened without waiting. */
struct pipe_source {
    int fd;
    gint *is_ended; /* atomic: nobody will write any more */
    const struct storage_context *context;
};

/* Waits until `size` bytes are there, or the end. ERROR_CANCELLED, ERROR_SYSTEM. */
bool pipe_read(gpointer source, char *bytes, gsize size, gsize *out_read, GError **error);

struct file_source {
    int fd;
    char *path;
};

bool file_source_open(struct file_source *source, const char *path,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void file_source_close(struct file_source *source);
bool file_read(gpointer source, char *bytes, gsize size, gsize *out_read, GError **error);
