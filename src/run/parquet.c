/* SPDX-License-Identifier: Apache-2.0 */
/* A file ends in its footer, 4 bytes of the footer's length and "PAR1"
 * (parquet.apache.org/docs/file-format). */
#include "run/parquet.h"

#include <string.h>
#include <unistd.h>

enum { MAGIC_BYTES = 4, TAIL_BYTES = 8, FIRST_BYTES = 64 * 1024 };

static bool fetch_tail(const struct parquet_part *part, gint64 length, GError **error)
{
    const gint64 size = part->identity->size;
    const struct byte_range ranges[] = {
        {0, MIN(MAGIC_BYTES, size)},
        {size - MIN(length, size), MIN(length, size)},
    };
    return storage_fetch(part->storage, part->identity, ranges, G_N_ELEMENTS(ranges), part->fd,
                         error);
}

/* How long footer and tail are together; all of the file where it doesn't end in what it should:
 * the engine says why it can't be read. */
static gint64 tail_length(const struct parquet_part *part)
{
    guchar tail[TAIL_BYTES];
    const gint64 size = part->identity->size;
    if (size < TAIL_BYTES + MAGIC_BYTES ||
        pread(part->fd, tail, sizeof tail, size - TAIL_BYTES) != TAIL_BYTES ||
        memcmp(tail + MAGIC_BYTES, "PAR1", MAGIC_BYTES) != 0)
        return size;
    guint32 length = 0;
    memcpy(&length, tail, sizeof length);
    return MIN((gint64)GUINT32_FROM_LE(length) + TAIL_BYTES, size);
}

static GArray *ranges_new(const struct byte_range *range)
{
    GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct byte_range));
    if (range)
        g_array_append_vals(ranges, range, 1);
    return ranges;
}

GArray *parquet_ranges(const struct parquet_part *part, GError **error)
{
    if (!fetch_tail(part, FIRST_BYTES, error))
        return NULL;
    const gint64 length = tail_length(part);
    const struct byte_range whole = {0, part->identity->size};
    if (length == part->identity->size)
        return ranges_new(&whole);
    if (length > FIRST_BYTES && !fetch_tail(part, length, error))
        return NULL;
    GArray *ranges = ranges_new(NULL);
    if (!part->columns ||
        part->class->column_ranges(part->session, part->path, part->columns, ranges, error))
        return ranges;
    g_array_unref(ranges);
    return NULL;
}
