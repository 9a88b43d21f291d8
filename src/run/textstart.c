/* SPDX-License-Identifier: Apache-2.0 */
#include "run/textstart.h"

#include "base/error.h"
#include "base/unpack.h"
#include "connect/format/head.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* As much as is looked at of a local file, too. */
enum { START_BYTES = HEAD_MAX_BYTES };

bool textstart_may_do(const struct file_identity *identity, const struct format *format,
                      const struct options *options)
{
    const char *compression = options_text(options, "compression");
    return format != &parquet_format && identity->size > START_BYTES &&
           strcmp(path_compression(identity->path, compression), "none") == 0;
}

/* A JSON array ends with the object; the bytes of UTF-16 are no text. */
static bool has_records_in_lines(const char *data, gsize length)
{
    gsize first = 0;
    while (first < length && g_ascii_isspace(data[first]))
        first++;
    return first < length && data[first] != '[' && !memchr(data, '\0', length);
}

/* Behind the last line that isn't inside of quotes; 0: there is none. */
static gsize records_end(const char *data, gsize length)
{
    bool is_quoted = false;
    gsize end = 0;
    for (gsize i = 0; i < length; i++) {
        is_quoted ^= data[i] == '"';
        if (data[i] == '\n' && !is_quoted)
            end = i + 1;
    }
    return end;
}

static bool fail_copy(GError **error)
{
    error_set_errno(error, errno, "can't write the copy of an object");
    return false;
}

bool textstart_fetch(struct storage *storage, const struct file_identity *identity, int fd,
                     bool *out_fetched, GError **error)
{
    const struct byte_range start = {0, START_BYTES};
    g_autofree char *data = g_malloc(START_BYTES);
    if (!storage_fetch(storage, identity, &start, 1, fd, error))
        return false;
    if (pread(fd, data, START_BYTES, 0) != START_BYTES)
        return fail_copy(error);
    const gsize end = has_records_in_lines(data, START_BYTES) ? records_end(data, START_BYTES) : 0;
    *out_fetched = end > 0;
    return end == 0 || ftruncate(fd, (off_t)end) == 0 || fail_copy(error);
}
