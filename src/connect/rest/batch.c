/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/batch.h"

#include "base/error.h"
#include "base/value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct batch_reader {
    const struct batch_rules *rules;
    FILE *file;
    char *line;   /* that was read last */
    gsize size;   /* of its memory */
    gsize length; /* without its end; 0: it is in a batch */
    gint64 rows;  /* in batches so far */
    gint64 count; /* of batches so far */
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

struct batch_reader *batch_reader_open(int file, const struct batch_rules *rules, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    const int own = open(path, O_RDONLY | O_CLOEXEC);
    FILE *stream = own >= 0 ? fdopen(own, "r") : NULL;
    if (!stream) {
        error_set_errno(error, errno, "the rows can't be read");
        return NULL;
    }
    struct batch_reader *reader = g_new0(struct batch_reader, 1);
    reader->rules = rules;
    reader->file = stream;
    return reader;
}

void batch_reader_close(struct batch_reader *reader)
{
    if (!reader)
        return;
    (void)fclose(reader->file);
    free(reader->line);
    g_free(reader);
}

/* Keeps a line that is still there; none left: its length is 0. */
static bool read_line(struct batch_reader *reader, GError **error)
{
    if (reader->length > 0)
        return true;
    errno = 0;
    const ssize_t length = getline(&reader->line, &reader->size, reader->file);
    if (length < 0 && !feof(reader->file)) {
        error_set_errno(error, errno, "the rows can't be read");
        return false;
    }
    reader->length = length > 0 ? (gsize)length - (reader->line[length - 1] == '\n') : 0;
    return true;
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
    const gsize end = strlen(formats[rules->format].between) + strlen(formats[rules->format].end);
    return batch->rows < rules->rows &&
           (gint64)(batch->body->len + reader->length + end) <= rules->bytes;
}

static void append_line(struct batch_reader *reader, struct batch *batch)
{
    if (batch->rows > 0)
        g_string_append(batch->body, formats[reader->rules->format].between);
    g_string_append_len(batch->body, reader->line, (gssize)reader->length);
    reader->length = 0;
    batch->rows++;
}

static void finish(struct batch_reader *reader, struct batch *batch)
{
    g_string_append(batch->body, formats[reader->rules->format].end);
    g_autofree char *hash = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)batch->body->str, batch->body->len);
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
        if (!read_line(reader, error))
            return false;
        if (reader->length == 0 || !has_room(reader, batch))
            break;
        append_line(reader, batch);
    } while (true);
    if (batch->rows > 0) {
        finish(reader, batch);
    } else if (reader->length > 0) {
        error_set(error, ERROR_DATA,
                  "row %" G_GINT64_FORMAT " has %" G_GSIZE_FORMAT
                  " bytes, more than fit into a request (max_bytes)",
                  reader->rows + 1, reader->length);
        return false;
    }
    return true;
}
