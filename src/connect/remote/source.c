/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/source.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool file_source_open(struct file_source *source, const char *path, GError **error)
{
    *source = (struct file_source){.fd = open(path, O_RDONLY | O_CLOEXEC), .path = g_strdup(path)};
    if (source->fd >= 0)
        return true;
    error_set_errno(error, errno, "%s", path);
    g_free(source->path);
    return false;
}

void file_source_close(struct file_source *source)
{
    close(source->fd);
    g_free(source->path);
}

bool file_read(gpointer data, char *bytes, gsize size, gsize *out_read, GError **error)
{
    const struct file_source *source = data;
    gsize length = 0;
    while (length < size) {
        const ssize_t count = read(source->fd, bytes + length, size - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            error_set_errno(error, errno, "%s", source->path);
            return false;
        }
        if (count == 0)
            break;
        length += (gsize)count;
    }
    *out_read = length;
    return true;
}
