/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes of a Parquet object are needed for some of its columns and rows. */
#pragma once

#include "connect/storage/storage.h"
#include "engine/engine.h"

struct parquet_part {
    struct storage *storage;
    const struct file_identity *identity;
    int fd;                          /* of the copy, as long as the object and full of holes */
    const char *path;                /* of the copy */
    const struct parquet_wish *wish; /* NULL: the footer is all that is wanted */
    const struct engine_class *class;
    struct session *session;
};

struct parquet_needs {
    GArray *ranges;     /* struct byte_range */
    GByteArray *footer; /* without the row groups that aren't needed; NULL: all of them are */
    gint64 footer_at;
};

/* Fetches the footer into the copy, and says what else is to be fetched. */
bool parquet_look(const struct parquet_part *part, struct parquet_needs *out,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* When that is there: the copy becomes a file without the row groups that aren't. */
bool parquet_finish(const struct parquet_part *part, const struct parquet_needs *needs,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

void parquet_needs_clear(struct parquet_needs *needs);
