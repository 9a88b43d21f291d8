/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/builder.h"

#include "base/buffer.h"

#include <string.h>

/* NOLINTNEXTLINE(bugprone-reserved-identifier): gcc and clang call it so */
__extension__ typedef __int128 wide;

enum { NUMERIC_BASE_DIGITS = 4, NUMERIC_HEADER_BYTES = 8 };
enum { NUMERIC_POSITIVE = 0x0000, NUMERIC_NEGATIVE = 0x4000 };
enum { ARRAY_HEADER_BYTES = 12, ARRAY_DIMENSION_BYTES = 8 };

/* A first guess at how many values come; then it is what came. */
enum { FIRST_CAPACITY = 1024, MOST_USUAL_BYTES = 4 * 1024 * 1024 };

struct builder;

/* Puts a value at values[length]. NULL, or what is wrong with it. */
typedef const char *(*decode_function)(struct builder *builder, const guint8 *data, gint32 length);

struct builder {
    struct column_type type;
    decode_function decode;
    gint32 size; /* of a value in COPY; 0: any */
    gint64 length;
    gint64 capacity;
    gint64 null_count;
    guint8 *validity; /* bits; those from `length` on are set. NULL: none of the values is NULL */
    gpointer values;  /* of fixed width, or bits; else offsets: int32, one more than values */
    struct buffer bytes;
    gsize usual_bytes;       /* that the array before had */
    struct builder *element; /* of an array */
};

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

static const char *decode_boolean(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    guint8 *byte = (guint8 *)builder->values + builder->length / 8;
    const guint bit = (guint)(builder->length % 8);
    *byte = (guint8)((bit == 0 ? 0 : *byte) | (guint)(*data != 0) << bit);
    return NULL;
}

static const char *decode_int2(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    guint16 *values = builder->values;
    values[builder->length] = read16(data);
    return NULL;
}

static const char *decode_4(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    guint32 *values = builder->values;
    values[builder->length] = read32(data);
    return NULL;
}

static const char *decode_8(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    guint64 *values = builder->values;
    values[builder->length] = read64(data);
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

/* A numeric as it comes. */
struct number {
    const guint8 *digits; /* of base 10000, 16 bits each */
    guint count;
    gint weight; /* of the first, a power of 10000 */
    bool is_negative;
};

/* A number of few digits, in words of 64 bits. False: it isn't one, or it doesn't fit its type. */
static bool read_short(const struct number *number, const struct column_type *type, gint64 *out)
{
    static const gint64 powers[] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
    };
    enum {
        SHORT_DIGITS = G_N_ELEMENTS(powers) - 1,
        SHORT_COUNT = SHORT_DIGITS / NUMERIC_BASE_DIGITS
    };
    const gint exponent =
        (number->weight + 1 - (gint)number->count) * NUMERIC_BASE_DIGITS + (gint)type->scale;
    if (number->count > SHORT_COUNT || ABS(exponent) > SHORT_DIGITS)
        return false;
    gint64 value = 0;
    for (guint i = 0; i < number->count; i++)
        value = value * 10000 + read16(number->digits + 2 * (gsize)i);
    const gint64 unit = powers[ABS(exponent)];
    if (exponent < 0 ? value % unit != 0 : value >= powers[SHORT_DIGITS] / unit)
        return false;
    value = exponent < 0 ? value / unit : value * unit;
    *out = number->is_negative ? -value : value;
    return type->precision >= SHORT_DIGITS || value < powers[type->precision];
}

static const char *read_long(const struct number *number, const struct column_type *type, wide *out)
{
    wide value = 0;
    for (guint i = 0; i < number->count; i++) {
        const gint exponent = (number->weight - (gint)i) * NUMERIC_BASE_DIGITS + (gint)type->scale;
        const char *problem =
            add_digit(&value, read16(number->digits + 2 * (gsize)i), exponent, type->precision);
        if (problem)
            return problem;
    }
    *out = number->is_negative ? -value : value;
    return NULL;
}

static const char *decode_numeric(struct builder *builder, const guint8 *data, gint32 length)
{
    const guint count = length >= NUMERIC_HEADER_BYTES ? read16(data) : 0;
    if ((gsize)length != NUMERIC_HEADER_BYTES + 2 * (gsize)count)
        return "a number that can't be read";
    const guint sign = read16(data + 4);
    if (sign != NUMERIC_POSITIVE && sign != NUMERIC_NEGATIVE)
        return "NaN or an infinity, which a DECIMAL hasn't: read the column as text "
               "(column::text) or as double precision";
    const struct number number = {.digits = data + NUMERIC_HEADER_BYTES,
                                  .count = count,
                                  .weight = (gint16)read16(data + 2),
                                  .is_negative = sign == NUMERIC_NEGATIVE};
    wide *values = builder->values;
    gint64 value = 0;
    if (!read_short(&number, &builder->type, &value))
        return read_long(&number, &builder->type, &values[builder->length]);
    values[builder->length] = value;
    return NULL;
}

/* Texts and arrays: where the next one begins. */
static void end_value(struct builder *builder, gsize end)
{
    gint32 *offsets = builder->values;
    offsets[builder->length + 1] = (gint32)end;
}

static const char *decode_bytes(struct builder *builder, const guint8 *data, gint32 length)
{
    if (builder->bytes.length + (gsize)length > G_MAXINT32)
        return "texts of more than 2 GB in one batch";
    if (length > 0)
        memcpy(buffer_take(&builder->bytes, (gsize)length), data, (gsize)length);
    end_value(builder, builder->bytes.length);
    return NULL;
}

static const char *decode_uuid(struct builder *builder, const guint8 *data, gint32 length)
{
    memcpy((guint8 *)builder->values + builder->length * length, data, (gsize)length);
    return NULL;
}

/* An engine's infinities are the largest and, negated, the smallest number. */
static const char *decode_date(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    gint32 *values = builder->values;
    const gint32 days = (gint32)read32(data);
    values[builder->length] = days == G_MAXINT32   ? G_MAXINT32
                              : days == G_MININT32 ? -G_MAXINT32
                                                   : days + EPOCH_DAYS;
    return NULL;
}

static const char *decode_timestamp(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    gint64 *values = builder->values;
    const gint64 us = (gint64)read64(data);
    if (us != G_MAXINT64 && us > G_MAXINT64 - EPOCH_US - 1)
        return "a moment behind the year 294246: read the column as text (column::text)";
    values[builder->length] = us == G_MAXINT64   ? G_MAXINT64
                              : us == G_MININT64 ? -G_MAXINT64
                                                 : us + EPOCH_US;
    return NULL;
}

/* Arrow's: months, days, nanoseconds. */
struct interval {
    guint32 months;
    guint32 days;
    gint64 ns;
};

static const char *decode_interval(struct builder *builder, const guint8 *data, gint32 length)
{
    (void)length;
    struct interval *values = builder->values;
    const gint64 us = (gint64)read64(data);
    if (us > G_MAXINT64 / 1000 || us < -(G_MAXINT64 / 1000))
        return "an interval of more than 290 years in hours: read the column as text "
               "(column::text)";
    values[builder->length] =
        (struct interval){.months = read32(data + 12), .days = read32(data + 8), .ns = us * 1000};
    return NULL;
}

static const struct {
    decode_function decode;
    gint32 size; /* of a value in COPY; 0: any */
    guint width; /* of a value in Arrow; 0: bits or offsets */
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

static gsize bits_size(gint64 count)
{
    return ((gsize)count + 7) / 8;
}

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

static bool has_offsets(const struct builder *builder)
{
    return builder->element || forms[builder->type.form].decode == decode_bytes;
}

/* Bytes of so many values. */
static gsize values_size(const struct builder *builder, gint64 count)
{
    const gsize width = has_offsets(builder) ? sizeof(gint32) : forms[builder->type.form].width;
    return width > 0 ? ((gsize)count + 1) * width : bits_size(count);
}

static void reserve(struct builder *builder)
{
    const gsize former = bits_size(builder->length);
    builder->capacity = MAX(2 * builder->length, MAX(builder->capacity, FIRST_CAPACITY));
    builder->values = g_realloc(builder->values, values_size(builder, builder->capacity));
    if (builder->length == 0 && has_offsets(builder))
        *(gint32 *)builder->values = 0;
    if (builder->length == 0 && builder->usual_bytes > 0)
        builder->bytes = (struct buffer){.data = g_malloc(builder->usual_bytes),
                                         .capacity = builder->usual_bytes};
    if (!builder->validity)
        return;
    builder->validity = g_realloc(builder->validity, bits_size(builder->capacity));
    memset(builder->validity + former, 0xff, bits_size(builder->capacity) - former);
}

static void add_null(struct builder *builder)
{
    if (!builder->validity) {
        builder->validity = g_malloc(bits_size(builder->capacity));
        memset(builder->validity, 0xff, bits_size(builder->capacity));
    }
    builder->validity[builder->length / 8] &= (guint8) ~(1u << (builder->length % 8));
    builder->null_count++;
    const gsize width = forms[builder->type.form].width;
    if (has_offsets(builder))
        end_value(builder,
                  builder->element ? (gsize)builder->element->length : builder->bytes.length);
    else if (width > 0)
        memset((guint8 *)builder->values + (gsize)builder->length * width, 0, width);
    else
        decode_boolean(builder, (const guint8 *)"", 1);
}

/* NOLINTNEXTLINE(misc-no-recursion): an array's elements are no arrays */
const char *builder_add(struct builder *builder, const guint8 *data, gint32 length)
{
    const char *problem = NULL;
    if (builder->length == builder->capacity || !builder->values)
        reserve(builder);
    if (length < 0)
        add_null(builder);
    else if (builder->size > 0 && length != builder->size)
        problem = "a value of another size than its type has";
    else
        problem = builder->decode(builder, data, length);
    builder->length++;
    return problem;
}

const char *builder_add_row(struct builder *const *builders, guint32 count,
                            const struct copy_row *row, guint32 *out_column)
{
    const guint8 *data = row->data;
    const guint8 *end = data + row->size;
    for (guint32 i = 0; i < count; i++) {
        const gint32 length = end - data < 4 ? G_MAXINT32 : (gint32)read32(data);
        data += 4;
        const char *problem = length > end - data ? "a row that can't be read"
                                                  : builder_add(builders[i], data, length);
        if (G_UNLIKELY(problem)) {
            *out_column = i;
            return problem;
        }
        data += MAX(length, 0);
    }
    return NULL;
}

struct builder *builder_new(const struct column_type *type)
{
    struct builder *builder = g_new0(struct builder, 1);
    builder->type = *type;
    builder->decode = type->is_array ? decode_array : forms[type->form].decode;
    builder->size = type->is_array ? 0 : forms[type->form].size;
    if (type->is_array) {
        struct column_type element = *type;
        element.is_array = false;
        builder->element = builder_new(&element);
    }
    return builder;
}

void builder_free(struct builder *builder)
{
    if (!builder)
        return;
    builder_free(builder->element);
    g_free(builder->validity);
    g_free(builder->values);
    g_free(builder->bytes.data);
    g_free(builder);
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

/* NOLINTNEXTLINE(misc-no-recursion): an array's elements are no arrays */
void builder_finish(struct builder *builder, struct ArrowArray *out)
{
    struct held *held = g_new0(struct held, 1);
    const bool is_bytes = has_offsets(builder) && !builder->element;
    if (!builder->values) /* no value: an array has its offsets all the same */
        reserve(builder);
    held->memory[0] = g_steal_pointer(&builder->validity);
    held->memory[1] = g_steal_pointer(&builder->values);
    held->memory[2] = g_steal_pointer(&builder->bytes.data);
    memcpy(held->buffers, held->memory, sizeof held->buffers);
    if (builder->element) {
        builder_finish(builder->element, &held->element);
        held->elements[0] = &held->element;
    }
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
    builder->usual_bytes = MIN(builder->bytes.length, MOST_USUAL_BYTES);
    builder->bytes = (struct buffer){0};
}
