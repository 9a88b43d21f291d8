/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/interval.h"

#include "engine/duckdb/type.h"

#include <glib.h>
#include <string.h>

bool interval_in_type(duckdb_logical_type type)
{
    g_autofree char *text = type_to_text(type);
    return strstr(text, "INTERVAL") != NULL;
}

static bool values_fit(duckdb_vector column, idx_t rows)
{
    const duckdb_interval *values = duckdb_vector_get_data(column);
    uint64_t *validity = duckdb_vector_get_validity(column);
    for (idx_t i = 0; i < rows; i++) {
        const bool is_value = !validity || duckdb_validity_row_is_valid(validity, i);
        if (is_value &&
            (values[i].micros > INT64_MAX / 1000 || values[i].micros < -(INT64_MAX / 1000)))
            return false;
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the type */
static bool members_fit(duckdb_vector column, duckdb_logical_type type, idx_t rows)
{
    bool fits = true;
    for (idx_t i = 0; fits && i < duckdb_struct_type_child_count(type); i++)
        fits = interval_fits(duckdb_struct_vector_get_child(column, i), rows);
    return fits;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the type */
static bool parts_fit(duckdb_vector column, duckdb_logical_type type, idx_t rows)
{
    const duckdb_type id = duckdb_get_type_id(type);
    if (id == DUCKDB_TYPE_INTERVAL)
        return values_fit(column, rows);
    if (id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_MAP)
        return interval_fits(duckdb_list_vector_get_child(column),
                             duckdb_list_vector_get_size(column));
    if (id == DUCKDB_TYPE_ARRAY)
        return interval_fits(duckdb_array_vector_get_child(column),
                             rows * duckdb_array_type_array_size(type));
    return id != DUCKDB_TYPE_STRUCT || members_fit(column, type, rows);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the type */
bool interval_fits(duckdb_vector column, idx_t rows)
{
    duckdb_logical_type type = duckdb_vector_get_column_type(column);
    const bool fits = parts_fit(column, type, rows);
    duckdb_destroy_logical_type(&type);
    return fits;
}
