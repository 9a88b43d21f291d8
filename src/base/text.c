/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXCERPT_BYTES = 40 };

static GArray *find_lines(const char *data, gsize length)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(guint32));
    guint32 start = 0;
    g_array_append_val(lines, start);
    for (const char *at = data; (at = memchr(at, '\n', length - (gsize)(at - data)));) {
        start = (guint32)(++at - data);
        g_array_append_val(lines, start);
    }
    return lines;
}

/* Fails, naming the place of the first byte that can't stand in a text. */
static bool check_characters(const struct text *text, GError **error)
{
    const char *bad = NULL;
    if (g_utf8_validate(text->data, (gssize)text->length, &bad))
        return true;
    struct place place = text_place(text, (gsize)(bad - text->data));
    if (*bad == '\0')
        error_set(error, ERROR_SYNTAX, "%s:%u:%u: a NUL byte; a text file has none", text->path,
                  place.line, place.column);
    else
        error_set(error, ERROR_SYNTAX, "%s:%u:%u: byte 0x%02x is not UTF-8; save the file as UTF-8",
                  text->path, place.line, place.column, (guchar)*bad);
    return false;
}

gsize text_mark_length(const char *data, gsize length)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const gsize size = strlen(mark);
    return length >= size && memcmp(data, mark, size) == 0 ? size : 0;
}

/* Takes `data` over. */
static struct text *text_adopt(const char *path, char *data, gsize length, GError **error)
{
    const gsize bom = text_mark_length(data, length);
    if (bom)
        memmove(data, data + bom, length - bom + 1);
    AUTO(text) text = g_new0(struct text, 1);
    text->path = g_strdup(path);
    text->data = data;
    text->length = length - bom;
    text->lines = find_lines(text->data, text->length);
    if (!check_characters(text, error))
        return NULL;
    return g_steal_pointer(&text);
}

static void set_too_large(const char *path, GError **error)
{
    error_set(error, ERROR_SYNTAX,
              "%s: larger than %d MiB, the limit for one file; split it with INCLUDE", path,
              TEXT_MAX_BYTES / 1024 / 1024);
}

struct text *text_new(const char *path, const char *data, gsize length, GError **error)
{
    if (length > TEXT_MAX_BYTES) {
        set_too_large(path, error);
        return NULL;
    }
    char *copy = g_malloc(length + 1);
    memcpy(copy, data, length);
    copy[length] = '\0';
    return text_adopt(path, copy, length, error);
}

/* Reads until the end or one byte past the limit: a FIFO or /dev/zero ends, too. */
static char *read_bounded(int fd, gsize *out_length)
{
    gsize length = 0;
    gsize room = 65536;
    char *data = g_malloc(room + 1);
    for (;;) {
        ssize_t got = read(fd, data + length, room - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            g_free(data);
            return NULL;
        }
        if (got == 0 || length + (gsize)got > TEXT_MAX_BYTES) {
            length += (gsize)got;
            break;
        }
        length += (gsize)got;
        if (length == room) {
            room *= 2;
            data = g_realloc(data, room + 1);
        }
    }
    data[length] = '\0';
    *out_length = length;
    return data;
}

struct text *text_load(const char *path, const char *file_path, GError **error)
{
    int fd = open(file_path, O_RDONLY | O_CLOEXEC);
    gsize length = 0;
    char *data = fd >= 0 ? read_bounded(fd, &length) : NULL;
    int failure = errno;
    if (fd >= 0)
        close(fd);
    if (!data) {
        error_set_errno(error, failure, "can't read '%s'", path);
        return NULL;
    }
    if (length > TEXT_MAX_BYTES) {
        g_free(data);
        set_too_large(path, error);
        return NULL;
    }
    return text_adopt(path, data, length, error);
}

void text_free(struct text *text)
{
    if (!text)
        return;
    g_free(text->path);
    g_free(text->data);
    g_array_unref(text->lines);
    g_free(text);
}

/* Index of the last line that starts at or before `offset`. */
static guint find_line(const struct text *text, gsize offset)
{
    guint low = 0;
    guint high = text->lines->len;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(text->lines, guint32, middle) <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct place text_place(const struct text *text, gsize offset)
{
    offset = MIN(offset, text->length);
    guint line = find_line(text, offset);
    guint column = 1;
    for (gsize i = g_array_index(text->lines, guint32, line); i < offset; i++)
        column += ((guchar)text->data[i] & 0xC0) != 0x80;
    return (struct place){.line = line + 1, .column = column};
}

const char *text_line(const struct text *text, guint line, gsize *out_length)
{
    g_return_val_if_fail(line >= 1 && line <= text->lines->len, NULL);
    gsize start = g_array_index(text->lines, guint32, line - 1);
    gsize end =
        line < text->lines->len ? g_array_index(text->lines, guint32, line) - 1 : text->length;
    if (end > start && text->data[end - 1] == '\r')
        end--;
    *out_length = end - start;
    return text->data + start;
}

struct span span_between(struct span from, struct span to)
{
    from.length = to.offset + to.length - from.offset;
    return from;
}

const char *span_start(struct span span)
{
    return span.text ? span.text->data + span.offset : NULL;
}

char *span_dup(struct span span)
{
    return span.text ? g_strndup(span_start(span), span.length) : NULL;
}

char *span_excerpt(struct span span)
{
    const char *start = span_start(span);
    gsize length = 0;
    while (length < span.length && length < EXCERPT_BYTES && !strchr("\r\n", start[length]))
        length++;
    if (length == span.length)
        return span_dup(span);
    /* Not in the middle of a character. */
    while (length > 0 && ((guchar)start[length] & 0xC0) == 0x80)
        length--;
    return g_strdup_printf("%.*s…", (int)length, start);
}
