/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/arrow_format.h"

#include <string.h>

/* Lengths far from overflow, whatever they are multiplied with. */
#define MAX_LENGTH (G_GINT64_CONSTANT(1) << 40)

#define SECONDS_OF_DAY G_GINT64_CONSTANT(86400)

/* Formats that are one text; those with a parameter end with ':'. */
static const struct {
    const char *text;
    struct arrow_format format;
} formats[] = {
    {"n", {.kind = ARROW_NULL, .buffers = 0}},
    {"b", {.kind = ARROW_BOOLEAN, .buffers = 2}},
    {"c", {.kind = ARROW_INTEGER, .width = 1, .is_signed = true, .buffers = 2}},
    {"C", {.kind = ARROW_INTEGER, .width = 1, .buffers = 2}},
    {"s", {.kind = ARROW_INTEGER, .width = 2, .is_signed = true, .buffers = 2}},
    {"S", {.kind = ARROW_INTEGER, .width = 2, .buffers = 2}},
    {"i", {.kind = ARROW_INTEGER, .width = 4, .is_signed = true, .buffers = 2}},
    {"I", {.kind = ARROW_INTEGER, .width = 4, .buffers = 2}},
    {"l", {.kind = ARROW_INTEGER, .width = 8, .is_signed = true, .buffers = 2}},
    {"L", {.kind = ARROW_INTEGER, .width = 8, .buffers = 2}},
    {"f", {.kind = ARROW_PLAIN, .width = 4, .buffers = 2}},
    {"g", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tdD", {.kind = ARROW_PLAIN, .width = 4, .buffers = 2}},
    {"tts", {.kind = ARROW_TIME, .width = 4, .limit = SECONDS_OF_DAY, .buffers = 2}},
    {"ttm", {.kind = ARROW_TIME, .width = 4, .limit = SECONDS_OF_DAY * 1000, .buffers = 2}},
    {"ttu", {.kind = ARROW_TIME, .width = 8, .limit = SECONDS_OF_DAY * 1000000, .buffers = 2}},
    {"ttn", {.kind = ARROW_TIME, .width = 8, .limit = SECONDS_OF_DAY * 1000000000, .buffers = 2}},
    {"tss:", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tsm:", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tsu:", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tsn:", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tDs", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tDm", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tDu", {.kind = ARROW_PLAIN, .width = 8, .buffers = 2}},
    {"tDn", {.kind = ARROW_PLAIN, .width = 8, .is_nano = true, .buffers = 2}},
    {"tiM", {.kind = ARROW_PLAIN, .width = 4, .buffers = 2}},
    {"tin", {.kind = ARROW_PLAIN, .width = 16, .is_nano = true, .buffers = 2}},
    {"d:", {.kind = ARROW_DECIMAL, .width = 16, .buffers = 2}},
    {"w:", {.kind = ARROW_PLAIN, .buffers = 2}},
    {"u", {.kind = ARROW_TEXT, .width = 4, .buffers = 3}},
    {"U", {.kind = ARROW_TEXT, .width = 8, .buffers = 3}},
    {"z", {.kind = ARROW_BINARY, .width = 4, .buffers = 3}},
    {"Z", {.kind = ARROW_BINARY, .width = 8, .buffers = 3}},
    {"+l", {.kind = ARROW_LIST, .width = 4, .buffers = 2, .children = 1}},
    {"+L", {.kind = ARROW_LIST, .width = 8, .buffers = 2, .children = 1}},
    {"+w:", {.kind = ARROW_FIXED_LIST, .buffers = 1, .children = 1}},
    {"+s", {.kind = ARROW_STRUCT, .buffers = 1, .children = -1}},
    {"+m", {.kind = ARROW_MAP, .width = 4, .buffers = 2, .children = 1}},
};

static bool format_is(const char *text, const char *pattern)
{
    const gsize length = strlen(pattern);
    return pattern[length - 1] == ':' ? strncmp(text, pattern, length) == 0
                                      : strcmp(text, pattern) == 0;
}

/* "18,2" or "18,2,128". */
static const char *read_decimal(const char *text, struct arrow_format *format)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", 4);
    const guint count = g_strv_length(parts);
    guint64 precision = 0, scale = 0;
    if ((count != 2 && count != 3) || (count == 3 && strcmp(parts[2], "128") != 0))
        return "decimals have 128 bits";
    if (!g_ascii_string_to_unsigned(parts[0], 10, 1, 38, &precision, NULL) ||
        !g_ascii_string_to_unsigned(parts[1], 10, 0, precision, &scale, NULL))
        return "decimals have 1 to 38 digits, and no more behind the point";
    format->precision = (guint)precision;
    return NULL;
}

static const char *read_size(const char *text, struct arrow_format *format)
{
    guint64 size = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 1, 1024 * 1024, &size, NULL))
        return "a size from 1 to 1048576 is wanted";
    format->size = (gint64)size;
    if (format->kind == ARROW_PLAIN)
        format->width = (guint)size;
    return NULL;
}

/* One length-prefixed text of the metadata; moves *at behind it. NULL: it can't be. */
static const char *metadata_text(const char **at, gint32 *out_length)
{
    memcpy(out_length, *at, sizeof *out_length);
    const char *text = *at + sizeof *out_length;
    if (*out_length < 0)
        return NULL;
    *at = text + *out_length;
    return text;
}

static bool text_is(const char *text, gint32 length, const char *wanted)
{
    return (gsize)length == strlen(wanted) && memcmp(text, wanted, (gsize)length) == 0;
}

/* Types of DuckDB's own have storage that it believes: only those are taken whose any bits are a
 * value. */
static const char *read_extension(const char *name, gint32 length, struct arrow_format *format)
{
    if (text_is(name, length, "arrow.opaque") || text_is(name, length, "arrow.bool8"))
        return "this extension type is not supported";
    format->extension =
        text_is(name, length, "arrow.json") ? ARROW_EXTENSION_JSON : ARROW_EXTENSION_OTHER;
    if (format->extension == ARROW_EXTENSION_JSON && format->kind != ARROW_TEXT)
        return "arrow.json is text";
    if (text_is(name, length, "arrow.uuid") && (format->kind != ARROW_PLAIN || format->width != 16))
        return "arrow.uuid has 16 bytes";
    return NULL;
}

static const char *read_metadata(const char *metadata, struct arrow_format *format)
{
    gint32 pairs = 0;
    if (!metadata)
        return NULL;
    memcpy(&pairs, metadata, sizeof pairs);
    if (pairs < 0 || pairs > 1000)
        return "broken metadata";
    const char *at = metadata + sizeof pairs;
    for (gint32 i = 0; i < pairs; i++) {
        gint32 key_length = 0, value_length = 0;
        const char *key = metadata_text(&at, &key_length);
        const char *value = key ? metadata_text(&at, &value_length) : NULL;
        if (!value)
            return "broken metadata";
        const char *problem = text_is(key, key_length, "ARROW:extension:name")
                                  ? read_extension(value, value_length, format)
                                  : NULL;
        if (problem)
            return problem;
    }
    return NULL;
}

const char *arrow_format_read(const struct ArrowSchema *schema, struct arrow_format *out)
{
    const char *text = schema->format;
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!format_is(text, formats[i].text))
            continue;
        *out = formats[i].format;
        out->is_nano |= strncmp(text, "tsn:", 4) == 0 && text[4] != '\0';
        const char *problem = NULL;
        if (out->kind == ARROW_DECIMAL)
            problem = read_decimal(text + 2, out);
        else if (out->kind == ARROW_FIXED_LIST || strncmp(text, "w:", 2) == 0)
            problem = read_size(strchr(text, ':') + 1, out);
        return problem ? problem : read_metadata(schema->metadata, out);
    }
    return "this type is not supported";
}

static bool bit_at(const void *bits, gint64 index)
{
    return (((const guint8 *)bits)[index / 8] >> (index % 8)) & 1;
}

static bool is_valid(const struct ArrowArray *array, gint64 index)
{
    return array->null_count == 0 || !array->buffers[0] || bit_at(array->buffers[0], index);
}

bool arrow_has_nulls(const struct ArrowArray *array)
{
    if (array->null_count >= 0 || array->n_buffers == 0 || !array->buffers[0])
        return array->null_count > 0;
    for (gint64 i = array->offset; i < array->offset + array->length; i++)
        if (!bit_at(array->buffers[0], i))
            return true;
    return false;
}

/* The integer at `index` of a buffer whose values have this width. A buffer need not be aligned. */
static gint64 integer_at(const void *buffer, guint width, bool is_signed, gint64 index)
{
    const char *at = (const char *)buffer + index * (gint64)width;
    union {
        gint8 i8;
        guint8 u8;
        gint16 i16;
        guint16 u16;
        gint32 i32;
        guint32 u32;
        gint64 i64;
    } value;
    memcpy(&value, at, width);
    switch (width) {
    case 1:
        return is_signed ? value.i8 : value.u8;
    case 2:
        return is_signed ? value.i16 : value.u16;
    case 4:
        return is_signed ? value.i32 : (gint64)value.u32;
    default:
        return value.i64;
    }
}

static gint64 offset_at(const struct arrow_format *format, const struct ArrowArray *array,
                        gint64 index)
{
    return integer_at(array->buffers[1], format->width, true, index);
}

static const char *check_offsets(const struct arrow_format *format, const struct ArrowArray *array)
{
    const gint64 end = array->offset + array->length;
    gint64 former = offset_at(format, array, array->offset);
    if (former < 0)
        return "a negative offset";
    for (gint64 i = array->offset + 1; i <= end; i++) {
        const gint64 next = offset_at(format, array, i);
        if (next < former)
            return "offsets that go back";
        former = next;
    }
    return former > MAX_LENGTH ? "an offset that is too large" : NULL;
}

static bool is_ascii(const char *data, gint64 length)
{
    gint64 i = 0;
    for (; i + 8 <= length; i += 8) {
        guint64 word = 0;
        memcpy(&word, data + i, sizeof word);
        if (word & G_GUINT64_CONSTANT(0x8080808080808080))
            return false;
    }
    for (; i < length; i++)
        if ((guchar)data[i] & 0x80)
            return false;
    return true;
}

/* A NUL is a character here, but none to GLib. */
static bool is_utf8(const char *data, gsize length)
{
    while (length > 0) {
        const char *end = data;
        if (g_utf8_validate_len(data, length, &end))
            return true;
        if (end >= data + length || *end != '\0')
            return false;
        length -= (gsize)(end + 1 - data);
        data = end + 1;
    }
    return true;
}

static const char *check_texts(const struct arrow_format *format, const struct ArrowArray *array)
{
    const char *data = array->buffers[2];
    const gint64 first = offset_at(format, array, array->offset);
    const gint64 last = offset_at(format, array, array->offset + array->length);
    if (last > first && !data)
        return "no buffer for its bytes";
    if (format->kind == ARROW_BINARY || last == first || is_ascii(data + first, last - first))
        return NULL;
    for (gint64 i = array->offset; i < array->offset + array->length; i++) {
        const gint64 start = offset_at(format, array, i);
        const gint64 end = offset_at(format, array, i + 1);
        if (is_valid(array, i) && !is_utf8(data + start, (gsize)(end - start)))
            return "a text that is not UTF-8";
    }
    return NULL;
}

static const char *check_times(const struct arrow_format *format, const struct ArrowArray *array)
{
    for (gint64 i = array->offset; i < array->offset + array->length; i++) {
        const gint64 value = integer_at(array->buffers[1], format->width, true, i);
        if (is_valid(array, i) && (value < 0 || value > format->limit))
            return "a time of day below 00:00 or above 24:00";
    }
    return NULL;
}

/* NOLINTNEXTLINE(bugprone-reserved-identifier): gcc and clang call it so */
__extension__ typedef __int128 wide;

static const char *check_decimals(const struct arrow_format *format, const struct ArrowArray *array)
{
    wide limit = 1;
    for (guint i = 0; i < format->precision; i++)
        limit *= 10;
    const char *values = array->buffers[1];
    for (gint64 i = array->offset; i < array->offset + array->length; i++) {
        wide value = 0;
        memcpy(&value, values + i * (gint64)sizeof value, sizeof value);
        if (is_valid(array, i) && (value <= -limit || value >= limit))
            return "a number with more digits than its type has";
    }
    return NULL;
}

/* The last eight bytes of a value count nanoseconds. */
static const char *check_nanoseconds(const struct arrow_format *format,
                                     const struct ArrowArray *array)
{
    const gint64 words = format->width / (gint64)sizeof(gint64);
    for (gint64 i = array->offset; i < array->offset + array->length; i++) {
        const gint64 value =
            integer_at(array->buffers[1], sizeof(gint64), true, (i + 1) * words - 1);
        if (is_valid(array, i) && value % 1000 != 0)
            return "nanoseconds would be lost: give microseconds";
    }
    return NULL;
}

static const char *check_lengths(const struct arrow_format *format, const struct ArrowArray *array)
{
    if (array->length < 0 || array->offset < 0 || array->length > MAX_LENGTH ||
        array->offset > MAX_LENGTH)
        return "a length or offset that can't be";
    if (array->null_count < -1 || array->null_count > array->length)
        return "more nulls than rows";
    if (array->n_buffers != format->buffers || (format->buffers > 0 && !array->buffers))
        return "a wrong number of buffers";
    if (format->buffers > 0 && array->null_count > 0 && !array->buffers[0])
        return "nulls, but no buffer that tells which";
    return NULL;
}

static const char *check_values(const struct arrow_format *format, const struct ArrowArray *array)
{
    const char *problem = format->is_nano ? check_nanoseconds(format, array) : NULL;
    if (problem)
        return problem;
    switch (format->kind) {
    case ARROW_TIME:
        return check_times(format, array);
    case ARROW_DECIMAL:
        return check_decimals(format, array);
    case ARROW_TEXT:
    case ARROW_BINARY:
        problem = check_offsets(format, array);
        return problem ? problem : check_texts(format, array);
    case ARROW_LIST:
    case ARROW_MAP:
        return check_offsets(format, array);
    case ARROW_NULL:
    case ARROW_BOOLEAN:
    case ARROW_INTEGER:
    case ARROW_PLAIN:
    case ARROW_FIXED_LIST:
    case ARROW_STRUCT:
        return NULL;
    }
    return NULL;
}

const char *arrow_format_check(const struct arrow_format *format, const struct ArrowArray *array)
{
    const char *problem = check_lengths(format, array);
    if (problem || array->length == 0)
        return problem;
    if (format->buffers > 1 && !array->buffers[1])
        return "no buffer for its values";
    return check_values(format, array);
}

gint64 arrow_children_length(const struct arrow_format *format, const struct ArrowArray *array)
{
    const gint64 end = array->offset + array->length;
    if (array->length == 0)
        return 0;
    switch (format->kind) {
    case ARROW_STRUCT:
        return end;
    case ARROW_FIXED_LIST:
        return end * format->size;
    case ARROW_LIST:
    case ARROW_MAP:
        return offset_at(format, array, end);
    case ARROW_NULL:
    case ARROW_BOOLEAN:
    case ARROW_INTEGER:
    case ARROW_PLAIN:
    case ARROW_TIME:
    case ARROW_DECIMAL:
    case ARROW_TEXT:
    case ARROW_BINARY:
        return 0;
    }
    return 0;
}

bool arrow_indexes_fit(const struct arrow_format *format, const struct ArrowArray *array,
                       gint64 length)
{
    for (gint64 i = array->offset; i < array->offset + array->length; i++) {
        const gint64 index = integer_at(array->buffers[1], format->width, format->is_signed, i);
        if (is_valid(array, i) && (index < 0 || index >= length))
            return false;
    }
    return true;
}
