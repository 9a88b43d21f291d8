/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/batch.h"

#include "base/error.h"
#include "base/value.h"
#include "connect/http/sha256.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 256 * 1024 };

struct batch_reader {
    const struct batch_rules *rules;
    int file;
    gint64 offset; /* in the file, of what isn't read yet */
    char *block;   /* what was read last, from the line on that is taken next */
    gsize size;    /* of its memory */
    gsize at, end; /* what is left in it */
    gsize length;  /* of the line at `at`, without its end; 0: there is none, or not looked for */
    gint64 rows;   /* in batches so far */
    gint64 count;  /* of batches so far */
};

static const struct {
    const char *word;
    const char *content_type;
    const char *start, *between, *end;
} formats[] = {
    [BATCH_ARRAY] = {"array", "application/json", "[", ",", "]"},
    [BATCH_LINES] = {"ndjson", "application/x-ndjson", "", "\n", "\n"},
    [BATCH_OBJECT] = {"object", "application/json", "", ",", "]}"},
};

enum batch_format batch_format_of(const char *word)
{
    guint format = BATCH_ARRAY;
    while (strcmp(formats[format].word, word) != 0)
        format++;
    return (enum batch_format)format;
}

const char *batch_content_type(enum batch_format format)
{
    return formats[format].content_type;
}

void batch_init(struct batch *batch)
{
    *batch = (struct batch){.body = g_string_new(NULL)};
}

void batch_clear(struct batch *batch)
{
    g_string_free(batch->body, TRUE);
}

struct batch_reader *batch_reader_new(int file, const struct batch_rules *rules)
{
    struct batch_reader *reader = g_new0(struct batch_reader, 1);
    reader->rules = rules;
    reader->file = file;
    reader->size = BLOCK_BYTES;
    reader->block = g_malloc(reader->size);
    return reader;
}

void batch_reader_free(struct batch_reader *reader)
{
    if (!reader)
        return;
    g_free(reader->block);
    g_free(reader);
}

static bool read_at(int file, char *block, gsize size, gint64 offset, gsize *out_read,
                    GError **error)
{
    ssize_t count = -1;
    do
        count = pread(file, block, size, offset);
    while (count < 0 && errno == EINTR);
    if (count < 0) {
        error_set_errno(error, errno, "the rows can't be read");
        return false;
    }
    *out_read = (gsize)count;
    return true;
}

/* Reads on behind what is left, which moves to the front. *out_read 0: the file has ended. */
static bool read_block(struct batch_reader *reader, gsize *out_read, GError **error)
{
    memmove(reader->block, reader->block + reader->at, reader->end - reader->at);
    reader->end -= reader->at;
    reader->at = 0;
    if (reader->end == reader->size) {
        reader->size *= 2;
        reader->block = g_realloc(reader->block, reader->size);
    }
    if (!read_at(reader->file, reader->block + reader->end, reader->size - reader->end,
                 reader->offset, out_read, error))
        return false;
    reader->offset += (gint64)*out_read;
    reader->end += *out_read;
    return true;
}

/* Finds the line that comes next, unless it is known; none left: its length is 0. */
static bool find_line(struct batch_reader *reader, GError **error)
{
    gsize seen = 0, count = 1;
    if (reader->length > 0)
        return true;
    while (count > 0) {
        const char *line = reader->block + reader->at;
        const char *end = memchr(line + seen, '\n', reader->end - reader->at - seen);
        seen = reader->end - reader->at;
        reader->length = end ? (gsize)(end - line) : seen;
        if (end)
            return true;
        if (!read_block(reader, &count, error))
            return false;
    }
    return true;
}

static void pass_line(struct batch_reader *reader)
{
    reader->at = MIN(reader->at + reader->length + strlen("\n"), reader->end);
    reader->length = 0;
}

static void append_start(GString *body, const struct batch_rules *rules)
{
    g_string_assign(body, formats[rules->format].start);
    if (rules->format != BATCH_OBJECT)
        return;
    g_string_append_c(body, '{');
    append_json_string(body, rules->records_key);
    g_string_append(body, ":[");
}

static bool has_room(const struct batch_reader *reader, const struct batch *batch)
{
    const struct batch_rules *rules = reader->rules;
    const gsize between = batch->rows > 0 ? strlen(formats[rules->format].between) : 0;
    const gsize length = batch->body->len + between + reader->length;
    return batch->rows < rules->rows &&
           (gint64)(length + strlen(formats[rules->format].end)) <= rules->bytes;
}

static bool fail_row(const struct batch_reader *reader, GError **error)
{
    error_set(error, ERROR_DATA,
              "row %" G_GINT64_FORMAT " has %" G_GSIZE_FORMAT
              " bytes, more than fit into a request (max_bytes)",
              reader->rows + 1, reader->length);
    return false;
}

static void append_line(struct batch_reader *reader, struct batch *batch)
{
    if (batch->rows > 0)
        g_string_append(batch->body, formats[reader->rules->format].between);
    g_string_append_len(batch->body, reader->block + reader->at, (gssize)reader->length);
    pass_line(reader);
    batch->rows++;
}

static void finish(struct batch_reader *reader, struct batch *batch)
{
    g_string_append(batch->body, formats[reader->rules->format].end);
    g_autofree char *hash = sha256_hex(batch->body->str, batch->body->len);
    g_strlcpy(batch->hash, hash, sizeof batch->hash);
    batch->number = ++reader->count;
    batch->first_row = reader->rows + 1;
    reader->rows += batch->rows;
}

bool batch_reader_next(struct batch_reader *reader, struct batch *batch, GError **error)
{
    batch->rows = 0;
    append_start(batch->body, reader->rules);
    do {
        if (!find_line(reader, error))
            return false;
        if (reader->length == 0 || !has_room(reader, batch))
            break;
        append_line(reader, batch);
    } while (true);
    if (batch->rows > 0)
        finish(reader, batch);
    return batch->rows > 0 || reader->length == 0 || fail_row(reader, error);
}

/* Each as the first row of a batch. */
static bool check_rows(struct batch_reader *reader, struct batch *batch, GError **error)
{
    while (find_line(reader, error)) {
        if (reader->length == 0)
            return true;
        if (!has_room(reader, batch))
            return fail_row(reader, error);
        pass_line(reader);
        reader->rows++;
    }
    return false;
}

/* Behind the last line that ends in the `size` bytes at `from`; `from`: none does. */
static bool find_last_end(struct batch_reader *reader, gint64 from, gint64 size, gint64 *out_end,
                          GError **error)
{
    *out_end = from;
    while (size > 0) {
        const gint64 part = MIN(size, (gint64)reader->size);
        gsize count = 0;
        size -= part;
        if (!read_at(reader->file, reader->block, (gsize)part, from + size, &count, error))
            return false;
        const char *found = memrchr(reader->block, '\n', count);
        if (!found)
            continue;
        *out_end = from + size + (found - reader->block) + 1;
        return true;
    }
    return true;
}

/* Of all lines that end within `most` bytes behind the beginning of one of them none is longer:
 * most needn't be looked at. */
static bool check_ends(struct batch_reader *reader, gint64 most, bool *out_fits, GError **error)
{
    struct stat status;
    gint64 start = 0, end = 0;
    if (fstat(reader->file, &status) != 0) {
        error_set_errno(error, errno, "the rows can't be read");
        return false;
    }
    for (; status.st_size - start > most; start = end) {
        if (!find_last_end(reader, start, most + 1, &end, error))
            return false;
        if (end == start)
            break;
    }
    *out_fits = status.st_size - start <= most;
    return true;
}

bool batch_check(int file, const struct batch_rules *rules, GError **error)
{
    AUTO(batch_reader) reader = batch_reader_new(file, rules);
    struct batch batch;
    batch_init(&batch);
    append_start(batch.body, rules);
    const gint64 most =
        rules->bytes - (gint64)(batch.body->len + strlen(formats[rules->format].end));
    bool is_fine = true, fits = false;
    if (most >= BLOCK_BYTES)
        is_fine = check_ends(reader, most, &fits, error);
    if (is_fine && !fits)
        is_fine = check_rows(reader, &batch, error);
    batch_clear(&batch);
    return is_fine;
}
