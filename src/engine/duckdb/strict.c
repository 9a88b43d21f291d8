/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/strict.h"

#include "engine/duckdb/exact.h"
#include "engine/duckdb/field.h"
#include "engine/duckdb/jsoncheck.h"
#include "engine/duckdb/jsonsame.h"
#include "engine/duckdb/scalar.h"

#include <string.h>

/* Writes the value of one text at `index` of the output; false when it doesn't fit. */
typedef bool (*strict_parse)(const char *text, gsize length, void *output, idx_t index);

static bool parse_bigint(const char *text, gsize length, void *output, idx_t index)
{
    return field_bigint(text, length, (gint64 *)output + index);
}

static bool parse_double(const char *text, gsize length, void *output, idx_t index)
{
    return field_double(text, length, (gdouble *)output + index);
}

static bool parse_boolean(const char *text, gsize length, void *output, idx_t index)
{
    return field_boolean(text, length, (bool *)output + index);
}

static bool parse_date(const char *text, gsize length, void *output, idx_t index)
{
    return field_date(text, length, (gint32 *)output + index);
}

static bool parse_time(const char *text, gsize length, void *output, idx_t index)
{
    return field_time(text, length, (gint64 *)output + index);
}

static bool parse_timestamp(const char *text, gsize length, void *output, idx_t index)
{
    return field_timestamp(text, length, (gint64 *)output + index);
}

static bool parse_instant(const char *text, gsize length, void *output, idx_t index)
{
    return field_instant(text, length, (gint64 *)output + index);
}

static bool parse_decimal(const char *text, gsize length, void *output, idx_t index)
{
    guint whole, fraction;
    (void)output;
    (void)index;
    return field_digits(text, length, &whole, &fraction);
}

static const struct strict_entry {
    const char *function;
    const char *type;
    duckdb_type id;
    strict_parse parse;
} strict_entries[STRICT_KINDS] = {
    [STRICT_BIGINT] = {"__sqlflow_bigint", "BIGINT", DUCKDB_TYPE_BIGINT, parse_bigint},
    [STRICT_DOUBLE] = {"__sqlflow_double", "DOUBLE", DUCKDB_TYPE_DOUBLE, parse_double},
    [STRICT_BOOLEAN] = {"__sqlflow_boolean", "BOOLEAN", DUCKDB_TYPE_BOOLEAN, parse_boolean},
    [STRICT_DATE] = {"__sqlflow_date", "DATE", DUCKDB_TYPE_DATE, parse_date},
    [STRICT_TIME] = {"__sqlflow_time", "TIME", DUCKDB_TYPE_TIME, parse_time},
    [STRICT_TIMESTAMP] = {"__sqlflow_timestamp", "TIMESTAMP", DUCKDB_TYPE_TIMESTAMP,
                          parse_timestamp},
    [STRICT_INSTANT] = {"__sqlflow_instant", "TIMESTAMP WITH TIME ZONE", DUCKDB_TYPE_TIMESTAMP_TZ,
                        parse_instant},
    [STRICT_DECIMAL] = {NULL, "DECIMAL", DUCKDB_TYPE_INVALID, parse_decimal},
};

/* What a function is told by its registration. */
struct strict_info {
    const struct strict_entry *entry;
    gint *slots;
};

enum strict_kind strict_find(const char *type)
{
    guint kind = 0;
    while (kind < STRICT_KINDS && strcmp(strict_entries[kind].type, type) != 0)
        kind++;
    return (enum strict_kind)kind;
}

const char *strict_type(enum strict_kind kind)
{
    return strict_entries[kind].type;
}

const char *strict_function(enum strict_kind kind)
{
    return strict_entries[kind].function;
}

static void convert(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct strict_info *function = duckdb_scalar_function_get_extra_info(info);
    const struct scalar scalar = scalar_begin(info, input, output);
    const gint64 *slot = scalar_argument(input, 1);
    void *values = duckdb_vector_get_data(output);
    for (idx_t row = 0; row < scalar.rows; row++) {
        gsize length;
        const char *text = scalar_text(&scalar, row, &length);
        if (!text || function->entry->parse(text, length, values, row))
            continue;
        if (slot[row] == 0) {
            scalar_fail(&scalar, function->entry->type, row);
            return;
        }
        g_atomic_int_set(&function->slots[slot[row] % STRICT_SLOTS], 1);
        scalar_set_null(&scalar, row);
    }
}

static guint8 fits(const char *text, gsize length)
{
    gint64 value; /* as wide as the widest */
    guint8 bits = 0;
    for (guint kind = 0; kind < STRICT_KINDS; kind++) {
        if (strict_entries[kind].parse(text, length, &value, 0))
            bits = (guint8)(bits | (1U << kind));
    }
    return bits;
}

static void tell_fits(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct scalar scalar = scalar_begin(info, input, output);
    guint8 *bits = duckdb_vector_get_data(output);
    for (idx_t row = 0; row < scalar.rows; row++) {
        gsize length;
        const char *text = scalar_text(&scalar, row, &length);
        if (text)
            bits[row] = fits(text, length);
    }
}

static void tell_digits(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct scalar scalar = scalar_begin(info, input, output);
    guint16 *digits = duckdb_vector_get_data(output);
    for (idx_t row = 0; row < scalar.rows; row++) {
        gsize length;
        guint whole = 0, fraction = 0;
        const char *text = scalar_text(&scalar, row, &length);
        if (text && field_digits(text, length, &whole, &fraction))
            digits[row] = (guint16)(whole << 8 | fraction);
        else
            scalar_set_null(&scalar, row);
    }
}

static void write_plain(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct scalar scalar = scalar_begin(info, input, output);
    duckdb_string_t *points = scalar_argument(input, 1);
    duckdb_string_t *groups = scalar_argument(input, 2);
    g_autoptr(GByteArray) buffer = g_byte_array_new();
    for (idx_t row = 0; row < scalar.rows; row++) {
        gsize length;
        const char *text = scalar_text(&scalar, row, &length);
        if (!text)
            continue;
        const char point = *duckdb_string_t_data(&points[row]);
        const char thousands =
            duckdb_string_t_length(groups[row]) ? *duckdb_string_t_data(&groups[row]) : '\0';
        g_byte_array_set_size(buffer, (guint)length + 1);
        const gsize size = field_plain(text, length, point, thousands, (char *)buffer->data);
        duckdb_vector_assign_string_element_len(output, row, (char *)buffer->data, size);
    }
}

static bool register_entry(duckdb_connection connection, const struct strict_entry *entry,
                           gint *slots)
{
    struct strict_info *info = g_new(struct strict_info, 1);
    *info = (struct strict_info){.entry = entry, .slots = slots};
    const struct scalar_function function = {.name = entry->function,
                                             .parameters = "n",
                                             .result = entry->id,
                                             .run = convert,
                                             .info = info};
    return scalar_register(connection, &function);
}

static const struct scalar_function functions[] = {
    {"__sqlflow_fits", "", DUCKDB_TYPE_UTINYINT, tell_fits, NULL},
    {"__sqlflow_digits", "", DUCKDB_TYPE_USMALLINT, tell_digits, NULL},
    {"__sqlflow_plain", "tt", DUCKDB_TYPE_VARCHAR, write_plain, NULL},
};

bool strict_register(duckdb_connection connection, gint *slots)
{
    for (guint kind = 0; kind < STRICT_KINDS; kind++) {
        if (strict_entries[kind].function &&
            !register_entry(connection, &strict_entries[kind], slots))
            return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
        if (!scalar_register(connection, &functions[i]))
            return false;
    }
    return exact_register(connection, slots) && jsoncheck_register(connection) &&
           jsonsame_register(connection);
}
