/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/builder.h"

#include <string.h>

/* NOLINTNEXTLINE(bugprone-reserved-identifier): gcc and clang call it so */
__extension__ typedef __int128 wide;

enum { NUMERIC_BASE_DIGITS = 4, NUMERIC_HEADER_BYTES = 8 };
enum { NUMERIC_POSITIVE = 0x0000, NUMERIC_NEGATIVE = 0x4000 };
enum { ARRAY_HEADER_BYTES = 12, ARRAY_DIMENSION_BYTES = 8 };

struct buffer {
    guint8 *data;
    gsize length;
    gsize capacity;
};

struct builder {
    struct column_type type;
    gint64 length;
    gint64 null_count;
    struct buffer validity;
    struct buffer values; /* of fixed width; else offsets: int32, one more than values */
    struct buffer bytes;
    struct builder *element; /* of an array */
};

static guint8 *buffer_grow(struct buffer *buffer, gsize size)
{
    if (buffer->length + size > buffer->capacity) {
        buffer->capacity = MAX(2 * buffer->capacity, buffer->length + size + 256);
        buffer->data = g_realloc(buffer->data, buffer->capacity);
    }
    guint8 *end = buffer->data + buffer->length;
    buffer->length += size;
    return end;
}

static void buffer_append(struct buffer *buffer, const void *data, gsize size)
{
    guint8 *end = buffer_grow(buffer, size);
    if (size > 0)
        memcpy(end, data, size);
}

static bool has_offsets(const struct builder *builder)
{
    return builder->element || builder->type.form == FORM_TEXT || builder->type.form == FORM_JSON ||
           builder->type.form == FORM_BYTES;
}

static void start(struct builder *builder)
{
    static const gint32 zero = 0;
    if (has_offsets(builder))
        buffer_append(&builder->values, &zero, sizeof zero);
}

struct builder *builder_new(const struct column_type *type)
{
    struct builder *builder = g_new0(struct builder, 1);
    builder->type = *type;
    if (type->is_array) {
        struct column_type element = *type;
        element.is_array = false;
        builder->element = builder_new(&element);
    }
    start(builder);
    return builder;
}

void builder_free(struct builder *builder)
{
    if (!builder)
        return;
    builder_free(builder->element);
    g_free(builder->validity.data);
    g_free(builder->values.data);
    g_free(builder->bytes.data);
    g_free(builder);
}

static guint16 read16(const guint8 *data)
{
    return (guint16)(data[0] << 8 | data[1]);
}

static guint32 read32(const guint8 *data)
{
    guint32 value = 0;
    memcpy(&value, data, sizeof value);
    return GUINT32_FROM_BE(value);
}

static guint64 read64(const guint8 *data)
{
    guint64 value = 0;
    memcpy(&value, data, sizeof value);
    return GUINT64_FROM_BE(value);
}

static void add8(struct builder *builder, guint64 value)
{
    buffer_append(&builder->values, &value, sizeof value);
}

static void add4(struct builder *builder, guint32 value)
{
    buffer_append(&builder->values, &value, sizeof value);
}

/* Bits, one a value. */
static void add_bit(struct buffer *buffer, gint64 index, bool bit)
{
    if (index % 8 == 0)
        *buffer_grow(buffer, 1) = 0;
    if (bit)
        buffer->data[index / 8] |= (guint8)(1u << (index % 8));
}

static const char *decode_boolean(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    add_bit(&builder->values, builder->length, *data != 0);
    return NULL;
}

static const char *decode_int2(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    const guint16 value = read16(data);
    buffer_append(&builder->values, &value, sizeof value);
    return NULL;
}

static const char *decode_4(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    add4(builder, read32(data));
    return NULL;
}

static const char *decode_8(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    add8(builder, read64(data));
    return NULL;
}

static wide power_of_ten(gint exponent)
{
    static const guint64 powers[] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
    };
    wide value = 1;
    for (; exponent > 9; exponent -= 9)
        value *= (wide)powers[9];
    return value * (wide)powers[exponent];
}

/* One digit of base 10000, whose last decimal digit stands at 10^exponent of the column's unit. */
static const char *add_digit(wide *value, guint digit, gint exponent, guint precision)
{
    if (digit == 0)
        return NULL;
    if (exponent < 0) {
        const guint unit = exponent > -NUMERIC_BASE_DIGITS ? (guint)power_of_ten(-exponent) : 0;
        if (unit == 0 || digit % unit != 0)
            return "a number with more digits behind the point than its column";
        digit /= unit;
        exponent = 0;
    }
    if (exponent >= (gint)precision || digit >= power_of_ten((gint)precision - exponent))
        return "a number with more digits than its column";
    *value += digit * power_of_ten(exponent);
    return NULL;
}

static const char *decode_numeric(struct builder *builder, const guint8 *data, gint32 length)
{
    const guint count = length >= NUMERIC_HEADER_BYTES ? read16(data) : 0;
    if ((gsize)length != NUMERIC_HEADER_BYTES + 2 * (gsize)count)
        return "a number that can't be read";
    const gint weight = (gint16)read16(data + 2);
    const guint sign = read16(data + 4);
    if (sign != NUMERIC_POSITIVE && sign != NUMERIC_NEGATIVE)
        return "NaN or an infinity, which a DECIMAL hasn't: read the column as text "
               "(column::text) or as double precision";
    wide value = 0;
    for (guint i = 0; i < count; i++) {
        const gint exponent = (weight - (gint)i) * NUMERIC_BASE_DIGITS + (gint)builder->type.scale;
        const char *problem = add_digit(&value, read16(data + NUMERIC_HEADER_BYTES + 2 * (gsize)i),
                                        exponent, builder->type.precision);
        if (problem)
            return problem;
    }
    if (sign == NUMERIC_NEGATIVE)
        value = -value;
    buffer_append(&builder->values, &value, sizeof value);
    return NULL;
}

static void end_value(struct builder *builder, gsize end)
{
    const gint32 offset = (gint32)end;
    buffer_append(&builder->values, &offset, sizeof offset);
}

static const char *decode_bytes(struct builder *builder, const guint8 *data, gint32 length)
{
    if (builder->bytes.length + (gsize)length > G_MAXINT32)
        return "texts of more than 2 GB in one batch";
    buffer_append(&builder->bytes, data, (gsize)length);
    end_value(builder, builder->bytes.length);
    return NULL;
}

static const char *decode_uuid(struct builder *builder, const guint8 *data, gint32 length)
{
    buffer_append(&builder->values, data, (gsize)length);
    return NULL;
}

/* An engine's infinities are the largest and, negated, the smallest number. */
static const char *decode_date(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    const gint32 days = (gint32)read32(data);
    const gint32 value = days == G_MAXINT32   ? G_MAXINT32
                         : days == G_MININT32 ? -G_MAXINT32
                                              : days + EPOCH_DAYS;
    add4(builder, (guint32)value);
    return NULL;
}

static const char *decode_timestamp(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    const gint64 us = (gint64)read64(data);
    if (us != G_MAXINT64 && us > G_MAXINT64 - EPOCH_US - 1)
        return "a moment behind the year 294246: read the column as text (column::text)";
    const gint64 value = us == G_MAXINT64   ? G_MAXINT64
                         : us == G_MININT64 ? -G_MAXINT64
                                            : us + EPOCH_US;
    add8(builder, (guint64)value);
    return NULL;
}

static const char *decode_interval(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    const gint64 us = (gint64)read64(data);
    if (us > G_MAXINT64 / 1000 || us < -(G_MAXINT64 / 1000))
        return "an interval of more than 290 years in hours: read the column as text "
               "(column::text)";
    add4(builder, read32(data + 12));
    add4(builder, read32(data + 8));
    add8(builder, (guint64)(us * 1000));
    return NULL;
}

static const struct {
    const char *(*decode)(struct builder *builder, const guint8 *data, gint32 length);
    gint32 size; /* of a value in COPY; 0: any */
    guint width; /* of a value in Arrow, for a NULL's place; 0: bits or offsets */
} forms[] = {
    [FORM_BOOLEAN] = {decode_boolean, 1, 0},
    [FORM_INT2] = {decode_int2, 2, 2},
    [FORM_INT4] = {decode_4, 4, 4},
    [FORM_INT8] = {decode_8, 8, 8},
    [FORM_FLOAT4] = {decode_4, 4, 4},
    [FORM_FLOAT8] = {decode_8, 8, 8},
    [FORM_NUMERIC] = {decode_numeric, 0, 16},
    [FORM_TEXT] = {decode_bytes, 0, 0},
    [FORM_JSON] = {decode_bytes, 0, 0},
    [FORM_BYTES] = {decode_bytes, 0, 0},
    [FORM_UUID] = {decode_uuid, 16, 16},
    [FORM_DATE] = {decode_date, 4, 4},
    [FORM_TIMESTAMP] = {decode_timestamp, 8, 8},
    [FORM_TIMESTAMPTZ] = {decode_timestamp, 8, 8},
    [FORM_TIME] = {decode_8, 8, 8},
    [FORM_INTERVAL] = {decode_interval, 16, 16},
    [FORM_OID] = {decode_4, 4, 4},
};

/* Header: dimensions, whether there are NULLs, the type of elements; a length and a lower bound for
 * each dimension; then the elements, each with its length. */
static const char *decode_array(struct builder *builder, const guint8 *data, gint32 length)
{
    static const char broken[] = "an array that can't be read";
    const guint8 *end = data + length;
    if (length < ARRAY_HEADER_BYTES)
        return broken;
    const guint32 dimensions = read32(data);
    if (dimensions > 1)
        return "an array of several dimensions: read the column as text (column::text)";
    data += ARRAY_HEADER_BYTES;
    guint32 count = 0;
    if (dimensions == 1) {
        if (end - data < ARRAY_DIMENSION_BYTES)
            return broken;
        count = read32(data);
        if (read32(data + 4) != 1)
            return "an array that doesn't begin at 1: read the column as text (column::text)";
        data += ARRAY_DIMENSION_BYTES;
    }
    for (guint32 i = 0; i < count; i++) {
        const gint32 size = end - data < 4 ? -2 : (gint32)read32(data);
        if (size < -1 || end - data - 4 < size)
            return broken;
        const char *problem = builder_add(builder->element, data + 4, size);
        if (problem)
            return problem;
        data += 4 + MAX(size, 0);
    }
    if (builder->element->length > G_MAXINT32)
        return "arrays of more than 2,147,483,647 elements in one batch";
    end_value(builder, (gsize)builder->element->length);
    return NULL;
}

static void add_null(struct builder *builder)
{
    static const guint8 zeros[16] = {0};
    builder->null_count++;
    if (builder->element)
        end_value(builder, (gsize)builder->element->length);
    else if (has_offsets(builder))
        end_value(builder, builder->bytes.length);
    else if (builder->type.form == FORM_BOOLEAN)
        add_bit(&builder->values, builder->length, false);
    else
        buffer_append(&builder->values, zeros, forms[builder->type.form].width);
}

/* NOLINTNEXTLINE(misc-no-recursion): an array's elements are no arrays */
const char *builder_add(struct builder *builder, const guint8 *data, gint32 length)
{
    const char *problem = NULL;
    const gint32 size = forms[builder->type.form].size;
    if (length < 0)
        add_null(builder);
    else if (builder->element)
        problem = decode_array(builder, data, length);
    else if (size > 0 && length != size)
        problem = "a value of another size than its type has";
    else
        problem = forms[builder->type.form].decode(builder, data, length);
    add_bit(&builder->validity, builder->length, length >= 0);
    builder->length++;
    return problem;
}

/* What an array holds. */
struct held {
    void *memory[3];
    const void *buffers[3];
    struct ArrowArray element;
    struct ArrowArray *elements[1];
};

static void release(struct ArrowArray *array)
{
    struct held *held = array->private_data;
    for (gsize i = 0; i < G_N_ELEMENTS(held->memory); i++)
        g_free(held->memory[i]);
    if (held->element.release)
        held->element.release(&held->element);
    g_free(held);
    array->release = NULL;
}

static void take(struct held *held, gsize index, struct buffer *buffer)
{
    held->memory[index] = buffer->data;
    held->buffers[index] = buffer->data;
    *buffer = (struct buffer){0};
}

/* NOLINTNEXTLINE(misc-no-recursion): an array's elements are no arrays */
void builder_finish(struct builder *builder, struct ArrowArray *out)
{
    struct held *held = g_new0(struct held, 1);
    const bool is_bytes = has_offsets(builder) && !builder->element;
    take(held, 0, &builder->validity);
    take(held, 1, &builder->values);
    take(held, 2, &builder->bytes);
    if (builder->element) {
        builder_finish(builder->element, &held->element);
        held->elements[0] = &held->element;
    }
    if (builder->null_count == 0)
        held->buffers[0] = NULL;
    *out = (struct ArrowArray){
        .length = builder->length,
        .null_count = builder->null_count,
        .n_buffers = is_bytes ? 3 : 2,
        .buffers = held->buffers,
        .n_children = builder->element ? 1 : 0,
        .children = held->elements,
        .release = release,
        .private_data = held,
    };
    builder->length = 0;
    builder->null_count = 0;
    start(builder);
}
