/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/scalar.h"

enum { SHOWN_BYTES = 100 };

struct scalar scalar_begin(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    duckdb_vector vector = duckdb_data_chunk_get_vector(input, 0);
    return (struct scalar){.info = info,
                           .output = output,
                           .texts = duckdb_vector_get_data(vector),
                           .validity = duckdb_vector_get_validity(vector),
                           .rows = duckdb_data_chunk_get_size(input)};
}

void *scalar_argument(duckdb_data_chunk input, idx_t index)
{
    return duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, index));
}

void scalar_set_null(const struct scalar *scalar, idx_t row)
{
    duckdb_vector_ensure_validity_writable(scalar->output);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(scalar->output), row);
}

const char *scalar_text(const struct scalar *scalar, idx_t row, gsize *out_length)
{
    if (scalar->validity && !((scalar->validity[row / 64] >> (row % 64)) & 1)) {
        scalar_set_null(scalar, row);
        return NULL;
    }
    *out_length = duckdb_string_t_length(scalar->texts[row]);
    return duckdb_string_t_data(&scalar->texts[row]);
}

void scalar_fail(const struct scalar *scalar, const char *type, idx_t row)
{
    const gsize length = duckdb_string_t_length(scalar->texts[row]);
    g_autofree char *text =
        g_strndup(duckdb_string_t_data(&scalar->texts[row]), MIN(length, SHOWN_BYTES));
    g_autofree char *message = g_strdup_printf("'%s' is not exactly a %s", text, type);
    duckdb_scalar_function_set_error(scalar->info, message);
}

void scalar_compare(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                    scalar_same same)
{
    const struct scalar scalar = scalar_begin(info, input, output);
    duckdb_string_t *values = scalar_argument(input, 1);
    duckdb_string_t *types = scalar_argument(input, 2);
    for (idx_t row = 0; row < scalar.rows; row++) {
        gsize length;
        const char *text = scalar_text(&scalar, row, &length);
        if (!text)
            continue;
        if (!same(text, length, duckdb_string_t_data(&values[row]),
                  duckdb_string_t_length(values[row]))) {
            g_autofree char *name =
                g_strndup(duckdb_string_t_data(&types[row]), duckdb_string_t_length(types[row]));
            scalar_fail(&scalar, name, row);
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

bool scalar_register(duckdb_connection connection, const struct scalar_function *wanted)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_logical_type result = duckdb_create_logical_type(wanted->result);
    duckdb_scalar_function_set_name(function, wanted->name);
    add_parameter(function, DUCKDB_TYPE_VARCHAR);
    for (const char *c = wanted->parameters; *c; c++)
        add_parameter(function, *c == 't' ? DUCKDB_TYPE_VARCHAR : DUCKDB_TYPE_BIGINT);
    duckdb_scalar_function_set_return_type(function, result);
    duckdb_scalar_function_set_extra_info(function, wanted->info, g_free);
    duckdb_scalar_function_set_function(function, wanted->run);
    bool done = duckdb_register_scalar_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_logical_type(&result);
    duckdb_destroy_scalar_function(&function);
    return done;
}
