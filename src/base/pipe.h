/* SPDX-License-Identifier: Apache-2.0 */
/* Reading from a pipe that somebody else opens, perhaps more than once, and closes. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The reading end of a pipe, opened without waiting. */
struct pipe_source {
    int fd;
    gint *is_ended; /* atomic: nobody will write any more */
    bool (*is_cancelled)(gconstpointer cancel_data);
    gconstpointer cancel_data;
};

/* Waits until `size` bytes are there, or the end: *out_read is less then. The source is a struct
 * pipe_source. ERROR_CANCELLED, ERROR_SYSTEM. */
bool pipe_read(gpointer source, char *bytes, gsize size, gsize *out_read,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;
