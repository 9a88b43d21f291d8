/* SPDX-License-Identifier: Apache-2.0 */
/* A file ends in its footer, 4 bytes of the footer's length and "PAR1"
 * (parquet.apache.org/docs/file-format). */
#include "run/parquet.h"

#include "run/footer.h"

#include <errno.h>
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

void parquet_needs_clear(struct parquet_needs *needs)
{
    g_clear_pointer(&needs->ranges, g_array_unref);
    g_clear_pointer(&needs->footer, g_byte_array_unref);
}

/* The footer without row groups that aren't wanted. NULL: nothing can be left out. */
static GByteArray *footer_without(const struct parquet_part *part, gint64 tail,
                                  const GArray *groups)
{
    const gsize length = (gsize)tail - TAIL_BYTES;
    const bool is_all = groups->len == 0 || !memchr(groups->data, 0, groups->len);
    g_autofree guint8 *old = is_all ? NULL : g_malloc(length);
    if (!old || pread(part->fd, old, length, part->identity->size - tail) != (gssize)length)
        return NULL;
    g_autoptr(GByteArray) footer = g_byte_array_new();
    if (!footer_keep(old, length, (const guint8 *)groups->data, groups->len, footer))
        return NULL;
    const guint32 written = GUINT32_TO_LE(footer->len);
    g_byte_array_append(footer, (const guint8 *)&written, sizeof written);
    g_byte_array_append(footer, (const guint8 *)"PAR1", MAGIC_BYTES);
    return g_steal_pointer(&footer);
}

/* Where row groups can't be left out, all of the columns is asked for. */
static bool ask(const struct parquet_part *part, gint64 tail, struct parquet_needs *needs,
                GError **error)
{
    struct parquet_wish wish = *part->wish;
    const struct engine_class *class = part->class;
    g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(guint8));
    if (!class->parquet_needs(part->session, part->path, &wish, needs->ranges, groups, error))
        return false;
    needs->footer = footer_without(part, tail, groups);
    needs->footer_at = part->identity->size - tail;
    if (needs->footer || wish.filter_count == 0)
        return true;
    wish.filter_count = 0;
    g_array_set_size(needs->ranges, 0);
    return class->parquet_needs(part->session, part->path, &wish, needs->ranges, groups, error);
}

bool parquet_look(const struct parquet_part *part, struct parquet_needs *out, GError **error)
{
    *out = (struct parquet_needs){.ranges = g_array_new(FALSE, FALSE, sizeof(struct byte_range))};
    if (!fetch_tail(part, FIRST_BYTES, error))
        return false;
    const gint64 tail = tail_length(part);
    const struct byte_range whole = {0, part->identity->size};
    if (tail == part->identity->size) {
        g_array_append_val(out->ranges, whole);
        return true;
    }
    if (tail > FIRST_BYTES && !fetch_tail(part, tail, error))
        return false;
    return !part->wish || ask(part, tail, out, error);
}

bool parquet_finish(const struct parquet_part *part, const struct parquet_needs *needs,
                    GError **error)
{
    const GByteArray *footer = needs->footer;
    if (!footer)
        return true;
    const ssize_t count = pwrite(part->fd, footer->data, footer->len, needs->footer_at);
    if (count == (ssize_t)footer->len && ftruncate(part->fd, needs->footer_at + count) == 0)
        return true;
    error_set_errno(error, count >= 0 && count < (ssize_t)footer->len ? ENOSPC : errno,
                    "can't write a copy of '%s'", part->identity->path);
    return false;
}
