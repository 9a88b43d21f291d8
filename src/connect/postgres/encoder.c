/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/encoder.h"

#include <string.h>

/* NOLINTNEXTLINE(bugprone-reserved-identifier): gcc and clang call it so */
__extension__ typedef __int128 wide;
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
__extension__ typedef unsigned __int128 unsigned_wide;

enum {
    NUMERIC_GROUP = 4,
    NUMERIC_BASE = 10000,
    NUMERIC_SIGN = 0x4000,
    NUMERIC_HEADER = 8,
    NUMERIC_MOST_DIGITS = 12, /* of base 10000: 39 decimal ones, wherever the point is */
    LENGTH_BYTES = 4,
};

static void put16(guint8 *at, guint16 value)
{
    const guint16 big = GUINT16_TO_BE(value);
    memcpy(at, &big, sizeof big);
}

static void put32(guint8 *at, guint32 value)
{
    const guint32 big = GUINT32_TO_BE(value);
    memcpy(at, &big, sizeof big);
}

static void append32(struct buffer *out, guint32 value)
{
    put32(buffer_take(out, sizeof value), value);
}

/* A field of so many bytes: where they are to stand. */
static guint8 *append_field(struct buffer *out, gsize size)
{
    guint8 *at = buffer_take(out, LENGTH_BYTES + size);
    put32(at, (guint32)size);
    return at + LENGTH_BYTES;
}

static void append(struct buffer *out, const void *data, gsize size)
{
    guint8 *at = append_field(out, size);
    if (size > 0)
        memcpy(at, data, size);
}

static void append_field16(struct buffer *out, guint16 value)
{
    put16(append_field(out, sizeof value), value);
}

static void append_field32(struct buffer *out, guint32 value)
{
    put32(append_field(out, sizeof value), value);
}

static void append_field64(struct buffer *out, guint64 value)
{
    const guint64 big = GUINT64_TO_BE(value);
    memcpy(append_field(out, sizeof big), &big, sizeof big);
}

static const void *value_at(const struct ArrowArray *array, gint64 index, gsize width)
{
    return (const guint8 *)array->buffers[1] + (gsize)index * width;
}

#define READ(type, array, index) (*(const type *)value_at(array, index, sizeof(type)))

static void encode_boolean(const struct encoder *encoder, const struct ArrowArray *array,
                           gint64 index, struct buffer *out)
{
    (void)encoder;
    const guint8 *bits = array->buffers[1];
    const guint8 value = (bits[index / 8] >> (index % 8)) & 1;
    append(out, &value, 1);
}

#define INTEGER(name, type, wider, append_function)                                                \
    static void name(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,  \
                     struct buffer *out)                                                           \
    {                                                                                              \
        (void)encoder;                                                                             \
        append_function(out, (wider)READ(type, array, index));                                     \
    }

INTEGER(encode_i8, gint8, guint16, append_field16)
INTEGER(encode_u8, guint8, guint16, append_field16)
INTEGER(encode_i16, gint16, guint16, append_field16)
INTEGER(encode_u16, guint16, guint32, append_field32)
INTEGER(encode_i32, gint32, guint32, append_field32)
INTEGER(encode_u32, guint32, guint64, append_field64)
INTEGER(encode_i64, gint64, guint64, append_field64)
INTEGER(encode_bits32, guint32, guint32, append_field32)
INTEGER(encode_bits64, guint64, guint64, append_field64)

/* The digits of base 10000, the last one first; `behind` decimal ones of it are missing, which are
 * zeros. How many there are. */
static guint split_digits(unsigned_wide size, guint behind, guint16 *out)
{
    static const guint units[] = {NUMERIC_BASE, 1000, 100, 10};
    static const guint factors[] = {1, 10, 100, 1000};
    guint unit = units[behind], factor = factors[behind], count = 0;
    for (; size > G_MAXUINT64; size /= unit, unit = NUMERIC_BASE, factor = 1)
        out[count++] = (guint16)((guint)(size % unit) * factor);
    for (guint64 rest = (guint64)size; rest > 0; rest /= unit, unit = NUMERIC_BASE, factor = 1)
        out[count++] = (guint16)((guint)(rest % unit) * factor);
    return count;
}

/* A numeric: the number of base 10000 digits, the weight of the first, sign, digits behind the
 * point, the digits. */
static void append_numeric(struct buffer *out, wide value, guint scale)
{
    guint16 digits[NUMERIC_MOST_DIGITS];
    const unsigned_wide size = value < 0 ? -(unsigned_wide)value : (unsigned_wide)value;
    const guint behind = (NUMERIC_GROUP - scale % NUMERIC_GROUP) % NUMERIC_GROUP;
    const guint count = split_digits(size, behind, digits);
    const guint groups_behind = (scale + behind) / NUMERIC_GROUP;
    guint8 *at = append_field(out, NUMERIC_HEADER + count * sizeof *digits);
    put16(at, (guint16)count);
    put16(at + 2, size == 0 ? 0 : (guint16)((gint)count - 1 - (gint)groups_behind));
    put16(at + 4, value < 0 ? NUMERIC_SIGN : 0);
    put16(at + 6, (guint16)scale);
    for (guint i = 0; i < count; i++)
        put16(at + NUMERIC_HEADER + i * sizeof *digits, digits[count - 1 - i]);
}

static void encode_decimal(const struct encoder *encoder, const struct ArrowArray *array,
                           gint64 index, struct buffer *out)
{
    wide value = 0;
    memcpy(&value, value_at(array, index, sizeof value), sizeof value);
    append_numeric(out, value, encoder->source_scale);
}

static void encode_u64(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                       struct buffer *out)
{
    (void)encoder;
    append_numeric(out, (wide)READ(guint64, array, index), 0);
}

/* The server cuts blanks that are too many without a word; with a point behind them it refuses. */
static void append_text(const struct encoder *encoder, const guint8 *text, gsize size,
                        struct buffer *out)
{
    const guint most = encoder->most_characters;
    const bool is_long =
        most > 0 && size > most && g_utf8_strlen((const char *)text, (gssize)size) > (glong)most;
    guint8 *at = append_field(out, size + is_long);
    if (size > 0)
        memcpy(at, text, size);
    if (is_long)
        at[size] = '.';
}

static void encode_text(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                        struct buffer *out)
{
    const gint32 start = READ(gint32, array, index);
    const gint32 end = READ(gint32, array, index + 1);
    append_text(encoder, (const guint8 *)array->buffers[2] + start, (gsize)(end - start), out);
}

static void encode_large_text(const struct encoder *encoder, const struct ArrowArray *array,
                              gint64 index, struct buffer *out)
{
    const gint64 start = READ(gint64, array, index);
    const gint64 end = READ(gint64, array, index + 1);
    append_text(encoder, (const guint8 *)array->buffers[2] + start, (gsize)(end - start), out);
}

static void encode_uuid(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                        struct buffer *out)
{
    (void)encoder;
    append(out, value_at(array, index, 16), 16);
}

/* The server's range is smaller than the engine's: what has no number there goes as one that the
 * server refuses. */
static void encode_date(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                        struct buffer *out)
{
    (void)encoder;
    const gint32 days = READ(gint32, array, index);
    gint32 value = 0;
    if (days == G_MAXINT32 || days == -G_MAXINT32)
        value = days > 0 ? G_MAXINT32 : G_MININT32;
    else if (__builtin_sub_overflow(days, EPOCH_DAYS, &value) || value == G_MININT32)
        value = G_MININT32 + 1;
    append_field32(out, (guint32)value);
}

static void append_moment(struct buffer *out, gint64 moment, gint64 unit_us)
{
    gint64 value = 0;
    if (moment == G_MAXINT64 || moment == -G_MAXINT64)
        value = moment > 0 ? G_MAXINT64 : G_MININT64;
    else if (__builtin_mul_overflow(moment, unit_us, &value) ||
             __builtin_sub_overflow(value, EPOCH_US, &value) || value == G_MININT64)
        value = G_MININT64 + 1;
    append_field64(out, (guint64)value);
}

static void encode_timestamp(const struct encoder *encoder, const struct ArrowArray *array,
                             gint64 index, struct buffer *out)
{
    (void)encoder;
    append_moment(out, READ(gint64, array, index), 1);
}

static void encode_timestamp_ms(const struct encoder *encoder, const struct ArrowArray *array,
                                gint64 index, struct buffer *out)
{
    (void)encoder;
    append_moment(out, READ(gint64, array, index), 1000);
}

static void encode_timestamp_s(const struct encoder *encoder, const struct ArrowArray *array,
                               gint64 index, struct buffer *out)
{
    (void)encoder;
    append_moment(out, READ(gint64, array, index), G_USEC_PER_SEC);
}

static void encode_interval(const struct encoder *encoder, const struct ArrowArray *array,
                            gint64 index, struct buffer *out)
{
    const guint8 *value = value_at(array, index, 16);
    guint32 months = 0, days = 0;
    gint64 ns = 0;
    (void)encoder;
    memcpy(&months, value, sizeof months);
    memcpy(&days, value + 4, sizeof days);
    memcpy(&ns, value + 8, sizeof ns);
    const guint64 us = GUINT64_TO_BE((guint64)(ns / 1000));
    guint8 *at = append_field(out, 16);
    memcpy(at, &us, sizeof us);
    put32(at + 8, days);
    put32(at + 12, months);
}

static void append_null(struct buffer *out)
{
    append32(out, G_MAXUINT32);
}

static void encode_null(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                        struct buffer *out)
{
    (void)encoder;
    (void)array;
    (void)index;
    append_null(out);
}

static bool is_null(const struct ArrowArray *array, gint64 index)
{
    const guint8 *bits = array->null_count == 0 || array->n_buffers == 0 ? NULL : array->buffers[0];
    return bits && !(bits[index / 8] >> (index % 8) & 1);
}

/* By Arrow's formats; with ':' at its end: any that begins so. */
static const struct {
    const char *format;
    encode_function encode;
} encodings[] = {
    {"n", encode_null},
    {"b", encode_boolean},
    {"c", encode_i8},
    {"C", encode_u8},
    {"s", encode_i16},
    {"S", encode_u16},
    {"i", encode_i32},
    {"I", encode_u32},
    {"l", encode_i64},
    {"L", encode_u64},
    {"f", encode_bits32},
    {"g", encode_bits64},
    {"d:", encode_decimal},
    {"u", encode_text},
    {"U", encode_large_text},
    {"z", encode_text},
    {"Z", encode_large_text},
    {"w:16", encode_uuid},
    {"tdD", encode_date},
    {"tss:", encode_timestamp_s},
    {"tsm:", encode_timestamp_ms},
    {"tsu:", encode_timestamp},
    {"ttu", encode_bits64},
    {"tin", encode_interval},
};

static encode_function find_encoding(const char *format)
{
    for (gsize i = 0; i < G_N_ELEMENTS(encodings); i++) {
        const char *pattern = encodings[i].format;
        const gsize length = strlen(pattern);
        if (pattern[length - 1] == ':' ? strncmp(format, pattern, length) == 0
                                       : strcmp(format, pattern) == 0)
            return encodings[i].encode;
    }
    return NULL;
}

/* The value of a key of the metadata; NULL: none. The caller's. */
static char *metadata_value(const char *metadata, const char *key)
{
    gint32 pairs = 0;
    if (!metadata)
        return NULL;
    memcpy(&pairs, metadata, sizeof pairs);
    metadata += sizeof pairs;
    for (gint32 i = 0; i < pairs; i++) {
        gint32 lengths[2] = {0, 0};
        const char *texts[2] = {NULL, NULL};
        for (gsize part = 0; part < 2; part++) {
            memcpy(&lengths[part], metadata, sizeof lengths[part]);
            texts[part] = metadata + sizeof lengths[part];
            metadata = texts[part] + lengths[part];
        }
        if ((gsize)lengths[0] == strlen(key) && memcmp(texts[0], key, strlen(key)) == 0)
            return g_strndup(texts[1], (gsize)lengths[1]);
    }
    return NULL;
}

/* DuckDB's HUGEINT, the type of sum(bigint), has 128 bits: an opaque type of Arrow's. */
static bool init_hugeint(struct encoder *encoder, const struct ArrowSchema *schema)
{
    g_autofree char *about = metadata_value(schema->metadata, "ARROW:extension:metadata");
    if (!about || !strstr(about, "\"hugeint\""))
        return false;
    encoder->encode = encode_decimal;
    encoder->type = (struct column_type){.form = FORM_NUMERIC, .oid = 1700, .precision = 39};
    return true;
}

static void encode_bool8(const struct encoder *encoder, const struct ArrowArray *array,
                         gint64 index, struct buffer *out)
{
    (void)encoder;
    const guint8 value = READ(gint8, array, index) != 0;
    append(out, &value, 1);
}

static bool init_value(struct encoder *encoder, const struct ArrowSchema *schema)
{
    g_autofree char *extension = metadata_value(schema->metadata, "ARROW:extension:name");
    if (g_strcmp0(extension, "arrow.opaque") == 0)
        return init_hugeint(encoder, schema);
    if (g_strcmp0(extension, "arrow.bool8") == 0) {
        encoder->encode = encode_bool8;
        return type_of_format("b", NULL, &encoder->type);
    }
    encoder->encode = find_encoding(schema->format);
    if (!encoder->encode || !type_of_format(schema->format, extension, &encoder->type))
        return false;
    encoder->source_scale = encoder->type.scale;
    return true;
}

static void encode_element(const struct encoder *encoder, const struct ArrowArray *array,
                           gint64 index, struct buffer *out)
{
    if (is_null(array, index))
        append_null(out);
    else
        encoder->element(encoder, array, index, out);
}

static gint64 index_at(const struct ArrowArray *array, gint64 index, char format)
{
    switch (format) {
    case 'c':
        return READ(gint8, array, index);
    case 'C':
        return READ(guint8, array, index);
    case 's':
        return READ(gint16, array, index);
    case 'S':
        return READ(guint16, array, index);
    case 'i':
        return READ(gint32, array, index);
    case 'I':
        return READ(guint32, array, index);
    default:
        return READ(gint64, array, index);
    }
}

static void encode_indexed(const struct encoder *encoder, const struct ArrowArray *array,
                           gint64 index, struct buffer *out)
{
    const struct ArrowArray *words = array->dictionary;
    encode_element(encoder, words, words->offset + index_at(array, index, encoder->index_format),
                   out);
}

static void encode_array(const struct encoder *encoder, const struct ArrowArray *array,
                         gint64 index, struct buffer *out)
{
    const gint32 start = READ(gint32, array, index);
    const gint32 count = READ(gint32, array, index + 1) - start;
    const struct ArrowArray *elements = array->children[0];
    const gsize at = out->length;
    bool has_nulls = false;
    for (gint32 i = 0; i < count; i++)
        has_nulls |= is_null(elements, elements->offset + start + i);
    append32(out, 0);
    append32(out, count > 0 ? 1 : 0);
    append32(out, has_nulls ? 1 : 0);
    append32(out, encoder->type.oid);
    if (count > 0) {
        append32(out, (guint32)count);
        append32(out, 1);
    }
    for (gint32 i = 0; i < count; i++)
        encode_element(encoder, elements, elements->offset + start + i, out);
    put32(out->data + at, (guint32)(out->length - at - LENGTH_BYTES));
}

bool encoder_init(struct encoder *encoder, const struct ArrowSchema *schema)
{
    *encoder = (struct encoder){.index_format = *schema->format};
    const bool is_array = strcmp(schema->format, "+l") == 0;
    const struct ArrowSchema *element = is_array ? schema->children[0] : schema->dictionary;
    if (!element)
        return init_value(encoder, schema);
    if (element->dictionary || !init_value(encoder, element))
        return false;
    encoder->element = encoder->encode;
    encoder->encode = is_array ? encode_array : encode_indexed;
    encoder->type.is_array = is_array;
    return is_array ? encoder->element != encode_null : encoder->type.form == FORM_TEXT;
}

void encoder_add(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                 struct buffer *out)
{
    index += array->offset;
    if (G_UNLIKELY(is_null(array, index)))
        append_null(out);
    else
        encoder->encode(encoder, array, index, out);
}
