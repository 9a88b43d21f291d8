/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/cut.h"

#include "base/error.h"

#include <string.h>

struct cut {
    const struct export_parts *parts;
    const char *folder;
    struct series *series;
    guint next;      /* index of the part that comes next */
    gint64 left;     /* records of the one that is written; 0: none is */
    gint64 bytes;    /* of all parts so far */
    GString *header; /* as far as it was read */
    bool in_header;
    bool in_quotes;
    bool is_escaped; /* the next byte means itself */
};

struct cut *cut_new(const struct export_parts *parts, const char *folder, struct series *series)
{
    struct cut *cut = g_new(struct cut, 1);
    *cut = (struct cut){
        .parts = parts,
        .folder = folder,
        .series = series,
        .header = g_string_new(NULL),
        .in_header = parts->has_header,
    };
    return cut;
}

void cut_free(struct cut *cut)
{
    if (!cut)
        return;
    g_string_free(cut->header, TRUE);
    g_free(cut);
}

/* Behind the next byte inside of quotes that is none of the text; NULL: there is none. */
static const char *skip_quoted(struct cut *cut, const char *at, const char *end)
{
    const char quote = cut->parts->quote;
    const char escape = cut->parts->escape;
    if (cut->is_escaped)
        at++;
    cut->is_escaped = false;
    while (at < end && *at != quote && *at != escape)
        at++;
    if (at >= end)
        return NULL;
    /* Where both are the same, a doubled quote ends the quotes and begins them again. */
    cut->in_quotes = *at != quote;
    cut->is_escaped = *at != quote;
    return at + 1;
}

/* Behind the record's end; NULL: it goes on. */
static const char *skip_record(struct cut *cut, const char *at, const char *end)
{
    while (at && at < end) {
        if (cut->in_quotes) {
            at = skip_quoted(cut, at, end);
            continue;
        }
        const char *line = memchr(at, '\n', (gsize)(end - at));
        const char *quote = memchr(at, cut->parts->quote, (gsize)((line ? line : end) - at));
        cut->in_quotes = quote != NULL;
        if (!quote)
            return line ? line + 1 : NULL;
        at = quote + 1;
    }
    return NULL;
}

static bool write_bytes(struct cut *cut, const char *bytes, gsize length, GError **error)
{
    cut->bytes += (gint64)length;
    return series_write(cut->series, bytes, length, error);
}

/* Begins the next object, unless one is being written. */
static bool begin_part(struct cut *cut, GError **error)
{
    if (cut->left > 0)
        return true;
    if (cut->next == cut->parts->parts->len) {
        error_set(error, ERROR_SYSTEM, "the engine gave more records than it has counted");
        return false;
    }
    const struct export_part *part = g_ptr_array_index(cut->parts->parts, cut->next++);
    g_autofree char *address = g_strconcat(cut->folder, "/", part->path, NULL);
    cut->left = part->rows;
    return series_begin(cut->series, address, error) &&
           write_bytes(cut, cut->header->str, cut->header->len, error);
}

/* As many records as are there and belong to one part; *at moves behind them. */
static bool write_records(struct cut *cut, const char **at, const char *end, GError **error)
{
    const char *from = *at;
    if (!begin_part(cut, error))
        return false;
    while (cut->left > 0 && *at < end) {
        const char *next = skip_record(cut, *at, end);
        *at = next ? next : end;
        if (!next)
            break;
        cut->left--;
    }
    return write_bytes(cut, from, (gsize)(*at - from), error) &&
           (cut->left > 0 || series_end(cut->series, error));
}

/* What of the bytes belongs to the header. */
static const char *take_header(struct cut *cut, const char *bytes, const char *end)
{
    const char *next = skip_record(cut, bytes, end);
    cut->in_header = !next;
    next = next ? next : end;
    g_string_append_len(cut->header, bytes, next - bytes);
    return next;
}

bool cut_write(struct cut *cut, const char *bytes, gsize length, GError **error)
{
    const char *end = bytes + length;
    const char *at = cut->in_header ? take_header(cut, bytes, end) : bytes;
    while (at < end)
        if (!write_records(cut, &at, end, error))
            return false;
    return true;
}

/* A part of no rows comes with no record. */
static bool end_empty(struct cut *cut, GError **error)
{
    const struct export_part *part = g_ptr_array_index(cut->parts->parts, 0);
    return part->rows > 0 || cut->next > 0 ||
           (begin_part(cut, error) && series_end(cut->series, error));
}

bool cut_end(struct cut *cut, GError **error)
{
    if (!end_empty(cut, error))
        return false;
    if (cut->left == 0 && !cut->in_quotes && cut->next == cut->parts->parts->len)
        return true;
    error_set(error, ERROR_SYSTEM, "the engine gave fewer records than it has counted");
    return false;
}

gint64 cut_bytes(const struct cut *cut)
{
    return cut->bytes;
}
