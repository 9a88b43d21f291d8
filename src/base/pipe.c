/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pipe.h"

#include "base/error.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { WAIT_MS = 50, NAP_US = 1000 };

/* Until there is something to read. A pipe whose writer is between two openings says at once that
 * it has hung up. */
static void wait_for(const struct pipe_source *source)
{
    struct pollfd ready = {.fd = source->fd, .events = POLLIN};
    if (poll(&ready, 1, WAIT_MS) > 0 && !(ready.revents & POLLIN))
        g_usleep(NAP_US);
}

/* *out_read 0: nothing yet, or the end. */
static bool read_some(const struct pipe_source *source, char *bytes, gsize size, gsize *out_read,
                      GError **error)
{
    const ssize_t count = read(source->fd, bytes, size);
    *out_read = count > 0 ? (gsize)count : 0;
    if (count >= 0 || errno == EAGAIN || errno == EINTR)
        return true;
    error_set_errno(error, errno, "can't read what comes through a pipe");
    return false;
}

bool pipe_read(gpointer data, char *bytes, gsize size, gsize *out_read, GError **error)
{
    const struct pipe_source *source = data;
    gsize length = 0;
    while (length < size) {
        const bool is_ended = g_atomic_int_get(source->is_ended) != 0;
        gsize count = 0;
        if (source->is_cancelled(source->cancel_data)) {
            error_set(error, ERROR_CANCELLED, "interrupted");
            return false;
        }
        if (!read_some(source, bytes + length, size - length, &count, error))
            return false;
        length += count;
        if (count == 0 && is_ended)
            break;
        if (count == 0)
            wait_for(source);
    }
    *out_read = length;
    return true;
}
