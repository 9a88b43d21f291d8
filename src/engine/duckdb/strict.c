/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/strict.h"

#include "engine/duckdb/field.h"

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

const char *strict_function(enum strict_kind kind)
{
    return strict_entries[kind].function;
}

static bool is_valid(const guint64 *validity, idx_t row)
{
    return !validity || (validity[row / 64] >> (row % 64)) & 1;
}

static void fail_text(duckdb_function_info info, const char *type, const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, MIN(length, 100));
    g_autofree char *message = g_strdup_printf("'%s' is not exactly a %s", copy, type);
    duckdb_scalar_function_set_error(info, message);
}

/* NULL for a row whose text doesn't fit. */
static void set_null(duckdb_vector output, idx_t row)
{
    duckdb_vector_ensure_validity_writable(output);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
}

static void convert(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct strict_info *function = duckdb_scalar_function_get_extra_info(info);
    duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
    duckdb_string_t *texts = duckdb_vector_get_data(vector);
    const guint64 *validity = duckdb_vector_get_validity(vector);
    const gint64 *slot = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1));
    void *values = duckdb_vector_get_data(output);
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); row++) {
        if (!is_valid(validity, row)) {
            set_null(output, row);
            continue;
        }
        const char *text = duckdb_string_t_data(&texts[row]);
        gsize length = duckdb_string_t_length(texts[row]);
        if (function->entry->parse(text, length, values, row))
            continue;
        if (slot[row] == 0) {
            fail_text(info, function->entry->type, text, length);
            return;
        }
        g_atomic_int_set(&function->slots[slot[row] % STRICT_SLOTS], 1);
        set_null(output, row);
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
    (void)info;
    duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
    duckdb_string_t *texts = duckdb_vector_get_data(vector);
    const guint64 *validity = duckdb_vector_get_validity(vector);
    guint8 *bits = duckdb_vector_get_data(output);
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); row++) {
        if (is_valid(validity, row))
            bits[row] = fits(duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row]));
        else
            set_null(output, row);
    }
}

static void check_decimal(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
    duckdb_string_t *texts = duckdb_vector_get_data(vector);
    const guint64 *validity = duckdb_vector_get_validity(vector);
    const gint64 *scale = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1));
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); row++) {
        if (!is_valid(validity, row)) {
            set_null(output, row);
            continue;
        }
        const char *text = duckdb_string_t_data(&texts[row]);
        gsize length = duckdb_string_t_length(texts[row]);
        if (!field_decimal(text, length, (guint)scale[row])) {
            fail_text(info, scale[row] ? "number of so few digits" : "whole number", text, length);
            return;
        }
        duckdb_vector_assign_string_element_len(output, row, text, length);
    }
}

static void add_parameter(duckdb_scalar_function function, duckdb_type id)
{
    duckdb_logical_type type = duckdb_create_logical_type(id);
    duckdb_scalar_function_add_parameter(function, type);
    duckdb_destroy_logical_type(&type);
}

static void set_return(duckdb_scalar_function function, duckdb_type id)
{
    duckdb_logical_type type = duckdb_create_logical_type(id);
    duckdb_scalar_function_set_return_type(function, type);
    duckdb_destroy_logical_type(&type);
}

static bool register_entry(duckdb_connection connection, const struct strict_entry *entry,
                           gint *slots)
{
    struct strict_info *info = g_new(struct strict_info, 1);
    *info = (struct strict_info){.entry = entry, .slots = slots};
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, entry->function);
    add_parameter(function, DUCKDB_TYPE_VARCHAR);
    add_parameter(function, DUCKDB_TYPE_BIGINT);
    set_return(function, entry->id);
    duckdb_scalar_function_set_extra_info(function, info, g_free);
    duckdb_scalar_function_set_function(function, convert);
    bool done = duckdb_register_scalar_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_scalar_function(&function);
    return done;
}

static bool register_plain(duckdb_connection connection, const char *name, bool has_number,
                           duckdb_type result, duckdb_scalar_function_t run)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, name);
    add_parameter(function, DUCKDB_TYPE_VARCHAR);
    if (has_number)
        add_parameter(function, DUCKDB_TYPE_BIGINT);
    set_return(function, result);
    duckdb_scalar_function_set_function(function, run);
    bool done = duckdb_register_scalar_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_scalar_function(&function);
    return done;
}

bool strict_register(duckdb_connection connection, gint *slots)
{
    for (guint kind = 0; kind < STRICT_KINDS; kind++) {
        if (!register_entry(connection, &strict_entries[kind], slots))
            return false;
    }
    return register_plain(connection, "__sqlflow_fits", false, DUCKDB_TYPE_UTINYINT, tell_fits) &&
           register_plain(connection, "__sqlflow_decimal", true, DUCKDB_TYPE_VARCHAR,
                          check_decimal);
}
