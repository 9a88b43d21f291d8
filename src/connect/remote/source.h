/* SPDX-License-Identifier: Apache-2.0 */
/* Where the bytes of an upload come from. */
#pragma once

#include "connect/storage/class.h"

struct file_source {
    int fd;
    char *path;
};

bool file_source_open(struct file_source *source, const char *path,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void file_source_close(struct file_source *source);
bool file_read(gpointer source, char *bytes, gsize size, gsize *out_read, GError **error);
