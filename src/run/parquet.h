/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes of a Parquet object are needed for some of its columns. */
#pragma once

#include "connect/storage/storage.h"
#include "engine/engine.h"

struct parquet_part {
    struct storage *storage;
    const struct file_identity *identity;
    int fd;                   /* of the copy, as long as the object and full of holes */
    const char *path;         /* of the copy */
    const GPtrArray *columns; /* char *; NULL: none, the footer is all that is wanted */
    const struct engine_class *class;
    struct session *session;
};

/* Fetches the footer into the copy, and gives what else is to be fetched: struct byte_range. */
GArray *parquet_ranges(const struct parquet_part *part, GError **error) G_GNUC_WARN_UNUSED_RESULT;
