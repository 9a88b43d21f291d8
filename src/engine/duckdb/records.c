/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/records.h"

#include "base/error.h"
#include "base/unpack.h"

#include <string.h>

enum {
    BLOCK_BYTES = 256 * 1024,
    SHOWN_BYTES = 1000,
    LARGEST_BUFFER = 1024 * 1024 * 1024,
    MAX_LINE_BYTES = 2000000, /* DuckDB's default of max_line_size */
};

enum encoding { ENCODING_UTF8 = 0, ENCODING_UTF16, ENCODING_LATIN1 };

struct records {
    struct unpack *unpack;
    char *path;
    enum encoding encoding;
    const char *delimiter; /* all of the relation, which the caller keeps */
    gsize delimiter_length;
    char quote; /* 0: none */
    char escape;
    char comment;
    bool pads;      /* null_padding */
    guint fields;   /* expected; 0: not known yet */
    gsize max_line; /* bytes of a record */
    GString *header;

    char *block; /* bytes as they are in the file, when they have to be decoded */
    gsize block_rest;
    GByteArray *buffer; /* text; what is before `from` is done with */
    gsize from;
    bool is_whole; /* the file ends with the buffer */
    guint64 line;
    enum { LINE_END_NONE = 0, LINE_END_LF, LINE_END_CRLF, LINE_END_CR } line_end;
};

/* One attempt to find a record's end in the buffer. */
struct scan {
    const char *at;
    const char *end;
    guint fields;
    guint64 lines; /* line ends inside of quotes */
    enum record_problem problem;
    bool is_cut; /* the buffer ended before the record */
};

static const char *text_of(const struct relation *relation, const char *name, const char *missing)
{
    const struct setting *setting = relation_get(relation, name);
    return setting ? setting->text : missing;
}

static bool is_true(const struct relation *relation, const char *name, const char *missing)
{
    return strcmp(text_of(relation, name, missing), "true") == 0;
}

static void append_latin1(GByteArray *buffer, const guchar *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        const guint8 two[] = {(guint8)(0xc0 | bytes[i] >> 6), (guint8)(0x80 | (bytes[i] & 0x3f))};
        if (bytes[i] < 0x80)
            g_byte_array_append(buffer, bytes + i, 1);
        else
            g_byte_array_append(buffer, two, 2);
    }
}

/* Little-endian. Returns how many bytes were used: half a character stays for later. */
static gsize append_utf16(GByteArray *buffer, const guchar *bytes, gsize length)
{
    gsize at = 0;
    while (at + 2 <= length) {
        gunichar unit = (gunichar)(bytes[at] | bytes[at + 1] << 8);
        const bool is_pair = unit >= 0xd800 && unit < 0xdc00;
        if (is_pair && at + 4 > length)
            break;
        if (is_pair)
            unit = 0x10000 + ((unit - 0xd800) << 10) +
                   ((gunichar)(bytes[at + 2] | bytes[at + 3] << 8) - 0xdc00);
        char text[6];
        const gint size = g_unichar_to_utf8(unit, text);
        g_byte_array_append(buffer, (const guint8 *)text, (guint)size);
        at += is_pair ? 4 : 2;
    }
    return at;
}

static bool read_plain(struct records *records, gsize wanted, GError **error)
{
    const guint before = records->buffer->len;
    gsize got = 0;
    g_byte_array_set_size(records->buffer, before + (guint)wanted);
    const bool read =
        unpack_read(records->unpack, (char *)records->buffer->data + before, wanted, &got, error);
    g_byte_array_set_size(records->buffer, before + (guint)got);
    records->is_whole = got < wanted;
    return read;
}

static bool read_decoded(struct records *records, GError **error)
{
    gsize got = 0;
    const gsize room = BLOCK_BYTES - records->block_rest;
    if (!unpack_read(records->unpack, records->block + records->block_rest, room, &got, error))
        return false;
    const gsize length = records->block_rest + got;
    const guchar *bytes = (const guchar *)records->block;
    gsize used = length;
    if (records->encoding == ENCODING_LATIN1)
        append_latin1(records->buffer, bytes, length);
    else
        used = append_utf16(records->buffer, bytes, length);
    memmove(records->block, records->block + used, length - used);
    records->block_rest = length - used;
    records->is_whole = got < room;
    return true;
}

/* More text behind what the buffer has; what is done with goes. */
static bool fill(struct records *records, GError **error)
{
    if (records->from > 0)
        g_byte_array_remove_range(records->buffer, 0, (guint)records->from);
    records->from = 0;
    if (records->buffer->len > LARGEST_BUFFER) {
        error_set(error, ERROR_DATA, "%s: line %" G_GUINT64_FORMAT " is longer than 1 GiB",
                  records->path, records->line);
        return false;
    }
    if (records->encoding != ENCODING_UTF8)
        return read_decoded(records, error);
    return read_plain(records, MAX(BLOCK_BYTES, records->buffer->len), error);
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool at_delimiter(const struct records *records, const struct scan *scan)
{
    return *scan->at == *records->delimiter &&
           (records->delimiter_length == 1 ||
            ((gsize)(scan->end - scan->at) >= records->delimiter_length &&
             memcmp(scan->at, records->delimiter, records->delimiter_length) == 0));
}

/* From behind the opening quote to behind the closing one. False: the buffer's end came first. */
static bool scan_quoted(const struct records *records, struct scan *scan)
{
    while (scan->at < scan->end) {
        const char c = *scan->at;
        const bool has_next = scan->at + 1 < scan->end;
        const char next = has_next ? scan->at[1] : '\0';
        if (c == records->escape && c && (next == records->quote || next == c) && has_next) {
            scan->at += 2;
            continue;
        }
        scan->at++;
        if (c == records->quote)
            return true;
        if (c == '\n' || (c == '\r' && next != '\n'))
            scan->lines++;
    }
    return false;
}

static bool is_blank_quote(const struct records *records, const char *from, const char *end)
{
    while (from < end && *from == ' ')
        from++;
    return from < end && *from == records->quote;
}

/* One field, up to its delimiter or line end. */
static bool scan_field(const struct records *records, struct scan *scan)
{
    scan->fields++;
    if (records->quote && scan->at < scan->end && *scan->at == records->quote) {
        scan->at++;
        if (!scan_quoted(records, scan)) {
            scan->problem = RECORD_OPEN_QUOTE;
            return false;
        }
        if (scan->at < scan->end && !at_delimiter(records, scan) && !is_line_end(*scan->at))
            scan->problem = RECORD_AFTER_QUOTE;
    }
    const char *from = scan->at;
    while (scan->at < scan->end && !is_line_end(*scan->at) && !at_delimiter(records, scan))
        scan->at++;
    if (records->quote && from < scan->end && *from == ' ' &&
        is_blank_quote(records, from, scan->at))
        scan->problem = RECORD_BLANK_QUOTE;
    return scan->at < scan->end;
}

static struct scan scan_record(const struct records *records)
{
    const char *text = (const char *)records->buffer->data + records->from;
    struct scan scan = {.at = text, .end = text + (records->buffer->len - records->from)};
    while (scan_field(records, &scan) && !is_line_end(*scan.at))
        scan.at += records->delimiter_length;
    /* What a cut character or line end becomes is only seen with more text. */
    scan.is_cut =
        !records->is_whole && (scan.end - scan.at < (gssize)MAX(2, records->delimiter_length));
    return scan;
}

/* A record that can't end where its quotes say ends with its first line. */
static void cut_to_line(struct scan *scan, const char *text)
{
    const char *at = text;
    while (at < scan->end && !is_line_end(*at))
        at++;
    scan->at = at;
    scan->lines = 0;
}

/* Goes behind the line end, if there is one. */
static void take_line_end(struct records *records, const struct scan *scan, struct record *record)
{
    if (scan->at == scan->end)
        return;
    const bool is_pair = *scan->at == '\r' && scan->at + 1 < scan->end && scan->at[1] == '\n';
    const guint kind = is_pair ? LINE_END_CRLF : *scan->at == '\n' ? LINE_END_LF : LINE_END_CR;
    if (records->line_end == LINE_END_NONE)
        records->line_end = kind;
    else if (records->line_end != kind && !record->problem)
        record->problem = RECORD_LINE_END;
    records->from += is_pair ? 2 : 1;
    records->line++;
}

static void judge_text(const struct records *records, struct record *record)
{
    const char *end = NULL;
    if (record->problem || g_utf8_validate_len(record->text, record->length, &end))
        return;
    const bool is_nul = end < record->text + record->length && *end == '\0';
    record->problem = is_nul ? RECORD_NUL : RECORD_NOT_UTF8;
    (void)records;
}

static void judge_fields(const struct records *records, struct record *record)
{
    if (record->problem || records->fields == 0)
        return;
    if (record->fields > records->fields)
        record->problem = RECORD_TOO_MANY;
    else if (record->fields < records->fields && !records->pads)
        record->problem = RECORD_TOO_FEW;
}

/* A record up to its largest size, a line that is larger up to its end. */
static bool needs_more(const struct records *records, const struct scan *scan)
{
    const gsize size = records->buffer->len - records->from;
    struct scan line = *scan;
    if (!scan->is_cut || size <= records->max_line + 2)
        return scan->is_cut;
    cut_to_line(&line, (const char *)records->buffer->data + records->from);
    return line.end - line.at < 2;
}

/* The next line or record, whatever it is. False at the end. */
static bool take_record(struct records *records, struct record *out, GError **error)
{
    struct scan scan = scan_record(records);
    while (needs_more(records, &scan)) {
        if (!fill(records, error))
            return false;
        scan = scan_record(records);
    }
    const char *text = (const char *)records->buffer->data + records->from;
    if (text == scan.end)
        return false;
    if ((gsize)(scan.at - text) > records->max_line)
        scan.problem = RECORD_TOO_LONG;
    if (scan.problem == RECORD_OPEN_QUOTE || scan.problem == RECORD_TOO_LONG)
        cut_to_line(&scan, text);
    *out = (struct record){.line = records->line,
                           .text = text,
                           .length = (gsize)(scan.at - text),
                           .fields = scan.fields,
                           .problem = scan.problem};
    records->from += out->length;
    records->line += scan.lines;
    take_line_end(records, &scan, out);
    return true;
}

/* An empty line is a record only where there is one field. */
static bool counts(const struct records *records, const struct record *record)
{
    if (record->length == 0)
        return records->fields == 1;
    return !records->comment || *record->text != records->comment;
}

bool records_next(struct records *records, struct record *out, GError **error)
{
    do {
        if (!take_record(records, out, error))
            return false;
    } while (!counts(records, out));
    judge_text(records, out);
    judge_fields(records, out);
    return true;
}

/* Lines before the header, whatever is in them. */
static bool skip_line(struct records *records, GError **error)
{
    for (;;) {
        const char *text = (const char *)records->buffer->data + records->from;
        struct scan scan = {.end = text + (records->buffer->len - records->from)};
        cut_to_line(&scan, text);
        if (records->is_whole || scan.end - scan.at >= 2) {
            struct record ignored = {0};
            records->from += (gsize)(scan.at - text);
            take_line_end(records, &scan, &ignored);
            return true;
        }
        if (!fill(records, error))
            return false;
    }
}

char *records_problem(const struct records *records, const struct record *record)
{
    static const char *const texts[] = {
        [RECORD_OPEN_QUOTE] = "a quote is opened that nothing closes",
        [RECORD_AFTER_QUOTE] = "there is text behind a closing quote",
        [RECORD_BLANK_QUOTE] = "there is a blank before a quote",
        [RECORD_TOO_LONG] = "the line is longer than max_line_size",
        [RECORD_LINE_END] = "it ends in another way (LF, CR LF, CR) than those before it",
        [RECORD_NUL] = "it holds a NUL byte",
        [RECORD_NOT_UTF8] = "it is not UTF-8",
    };
    if (record->problem == RECORD_TOO_FEW || record->problem == RECORD_TOO_MANY)
        return g_strdup_printf("%u fields expected, %u found", records->fields, record->fields);
    return g_strdup(texts[record->problem]);
}

void records_fail(const struct records *records, const struct record *record, GError **error)
{
    g_autofree char *problem = records_problem(records, record);
    g_autofree char *shown =
        g_utf8_make_valid(record->text, (gssize)MIN(record->length, SHOWN_BYTES));
    error_set(error, ERROR_DATA, "%s, line %" G_GUINT64_FORMAT ": %s\n%s%s", records->path,
              record->line, problem, shown, record->length > SHOWN_BYTES ? "..." : "");
}

static bool take_header(struct records *records, const struct relation *relation, GError **error)
{
    GError *failure = NULL;
    struct record header;
    const guint given = records->fields;
    records->fields = 0;
    if (is_true(relation, "header", "true") && records_next(records, &header, &failure)) {
        if (header.problem)
            records_fail(records, &header, &failure);
        g_string_append_len(records->header, header.text, (gssize)header.length);
        records->fields = header.fields;
    }
    if (given)
        records->fields = given;
    if (!failure)
        return true;
    g_propagate_error(error, failure);
    return false;
}

static guint given_fields(const struct relation *relation)
{
    const struct setting *columns = relation_get(relation, "columns");
    const struct setting *names = relation_get(relation, "names");
    return columns ? columns->items->len / 2 : names ? names->items->len : 0;
}

/* Without a header, the first record says how many fields there are. */
static bool find_fields(struct records *records, GError **error)
{
    GError *failure = NULL;
    while (records->fields == 0) {
        const struct scan scan = scan_record(records);
        if (!scan.is_cut) {
            records->fields = scan.fields;
        } else if (!fill(records, &failure)) {
            g_propagate_error(error, failure);
            return false;
        }
    }
    return true;
}

static bool go_to_start(struct records *records, const struct relation *relation, GError **error)
{
    static const guint8 mark[] = {0xef, 0xbb, 0xbf};
    guint64 skip = g_ascii_strtoull(text_of(relation, "skip", "0"), NULL, 10);
    if (!fill(records, error))
        return false;
    if (records->buffer->len >= sizeof mark &&
        memcmp(records->buffer->data, mark, sizeof mark) == 0)
        records->from = sizeof mark;
    for (; skip > 0; skip--) {
        if (!skip_line(records, error))
            return false;
    }
    return take_header(records, relation, error) && find_fields(records, error);
}

static enum encoding encoding_of(const struct relation *relation)
{
    const char *encoding = text_of(relation, "encoding", "utf-8");
    return strcmp(encoding, "utf-16") == 0    ? ENCODING_UTF16
           : strcmp(encoding, "latin-1") == 0 ? ENCODING_LATIN1
                                              : ENCODING_UTF8;
}

/* What `new_line` says. */
static guint wanted_line_end(const struct relation *relation)
{
    const char *wanted = text_of(relation, "new_line", "");
    return strcmp(wanted, "\\n") == 0      ? LINE_END_LF
           : strcmp(wanted, "\\r\\n") == 0 ? LINE_END_CRLF
           : strcmp(wanted, "\\r") == 0    ? LINE_END_CR
                                           : LINE_END_NONE;
}

static void take_dialect(struct records *records, const struct relation *relation)
{
    const char *quote = text_of(relation, "quote", "\"");
    const guint64 size = g_ascii_strtoull(text_of(relation, "max_line_size", "0"), NULL, 10);
    records->delimiter = text_of(relation, "delimiter", ",");
    records->delimiter_length = strlen(records->delimiter);
    records->quote = *quote;
    records->escape = *text_of(relation, "escape", quote);
    records->comment = *text_of(relation, "comment", "");
    records->pads = is_true(relation, "null_padding", "false");
    records->fields = given_fields(relation);
    records->max_line = size ? size : MAX_LINE_BYTES;
    records->encoding = encoding_of(relation);
    records->line_end = wanted_line_end(relation);
}

struct records *records_open(const struct relation *relation, guint index, GError **error)
{
    const char *path = g_ptr_array_index(relation->paths, index);
    const char *compression = text_of(relation, "compression", "auto");
    AUTO(records) records = g_new0(struct records, 1);
    records->path = g_strdup(path);
    records->header = g_string_new(NULL);
    records->line = 1;
    records->buffer = g_byte_array_sized_new(2 * BLOCK_BYTES);
    take_dialect(records, relation);
    records->block = records->encoding == ENCODING_UTF8 ? NULL : g_malloc(BLOCK_BYTES);
    records->unpack = unpack_open(path, path_compression(path, compression), error);
    if (!records->unpack || !go_to_start(records, relation, error))
        return NULL;
    return g_steal_pointer(&records);
}

void records_close(struct records *records)
{
    if (!records)
        return;
    unpack_close(records->unpack);
    g_free(records->path);
    g_free(records->block);
    g_string_free(records->header, TRUE);
    g_byte_array_unref(records->buffer);
    g_free(records);
}

const char *records_header(const struct records *records, gsize *out_length)
{
    *out_length = records->header->len;
    return records->header->str;
}

/* The end of those lines from `text` that need no closer look: without a quote, a NUL, or a line
 * end of another kind. Everything before it ends with a line. */
static const char *plain_end(const struct records *records, const char *text, const char *end)
{
    const char *stop = records->quote ? memchr(text, records->quote, (gsize)(end - text)) : NULL;
    if (stop)
        end = stop;
    stop = memchr(text, '\0', (gsize)(end - text));
    if (stop)
        end = stop;
    if (records->line_end == LINE_END_LF && (stop = memchr(text, '\r', (gsize)(end - text))))
        end = stop;
    const char *last = memrchr(text, '\n', (gsize)(end - text));
    return last ? last + 1 : text;
}

/* Records in whole lines of one kind, up to `end`; stops at a line that needs a closer look. */
static guint64 count_plain(struct records *records, const char *text, const char *end)
{
    const gsize ending = records->line_end == LINE_END_CRLF ? 2 : 1;
    const char *from = text;
    guint64 found = 0;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (gsize)(end - text));
        const gsize length = (gsize)(line_end + 1 - text);
        if (ending == 2 && memchr(text, '\r', length) != line_end - 1)
            break;
        const struct record record = {.text = text, .length = length - ending};
        if (record.length > records->max_line)
            break;
        found += counts(records, &record);
        records->line++;
        text = line_end + 1;
    }
    records->from += (gsize)(text - from);
    return found;
}

static guint64 count_buffer(struct records *records)
{
    if (records->line_end != LINE_END_LF && records->line_end != LINE_END_CRLF)
        return 0;
    const char *text = (const char *)records->buffer->data + records->from;
    const char *end = (const char *)records->buffer->data + records->buffer->len;
    return count_plain(records, text, plain_end(records, text, end));
}

bool records_count(struct records *records, gint *stop, guint64 *out, GError **error)
{
    guint64 found = 0;
    GError *failure = NULL;
    while (!g_atomic_int_get(stop)) {
        struct record record;
        found += count_buffer(records);
        if (!take_record(records, &record, &failure))
            break;
        if (!counts(records, &record))
            continue;
        if (memchr(record.text, '\0', record.length) && !record.problem)
            record.problem = RECORD_NUL;
        if (record.problem) {
            records_fail(records, &record, error);
            return false;
        }
        found++;
    }
    if (failure) {
        g_propagate_error(error, failure);
        return false;
    }
    *out = found;
    return true;
}
