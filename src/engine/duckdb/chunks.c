/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/chunks.h"

#include "base/file.h"
#include "engine/duckdb/groups.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

/* Where chunks and bloom filters are; some writers have a dictionary at 0 for none. A filter of
 * unknown length (older writers) reaches to the end of the file at most. */
static const char chunks_query[] =
    "SELECT path_in_schema, CASE WHEN dictionary_page_offset BETWEEN 4 AND data_page_offset "
    "THEN dictionary_page_offset ELSE data_page_offset END, total_compressed_size, "
    "bloom_filter_offset, bloom_filter_length, row_group_id "
    "FROM parquet_metadata(";

/* A column is a part of a nested one when its name begins with that and ", ". */
static bool is_wanted(const char *path, const GPtrArray *columns)
{
    for (guint i = 0; columns && i < columns->len; i++) {
        const char *name = g_ptr_array_index(columns, i);
        const gsize length = strlen(name);
        if (g_ascii_strncasecmp(path, name, length) == 0 &&
            (path[length] == '\0' || g_str_has_prefix(path + length, ", ")))
            return true;
    }
    return columns == NULL;
}

static void add_range(GArray *ranges, gint64 offset, gint64 length)
{
    const struct byte_range range = {offset, length};
    if (length > 0)
        g_array_append_val(ranges, range);
}

static void add_chunk(duckdb_result *result, idx_t row, gint64 size, GArray *ranges)
{
    add_range(ranges, duckdb_value_int64(result, 1, row), duckdb_value_int64(result, 2, row));
    if (duckdb_value_is_null(result, 3, row))
        return;
    const gint64 offset = duckdb_value_int64(result, 3, row);
    add_range(ranges, offset,
              duckdb_value_is_null(result, 4, row) ? size - offset
                                                   : duckdb_value_int64(result, 4, row));
}

/* A byte for each row group. */
static guint8 *group_at(GArray *groups, guint index)
{
    const guint8 wanted = 1;
    while (groups->len <= index)
        g_array_append_val(groups, wanted);
    return &g_array_index(groups, guint8, index);
}

bool chunks_wanted(struct session *session, const char *path, const struct parquet_wish *wish,
                   GArray *out_ranges, GArray *out_groups, GError **error)
{
    duckdb_result result;
    g_autofree char *literal = path_literal(path);
    g_autofree char *sql = g_strconcat(chunks_query, literal, ")", NULL);
    g_autoptr(GArray) unwanted = groups_unwanted(session, literal, wish, error);
    if (!unwanted)
        return false;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (guint i = 0; i < unwanted->len; i++)
        *group_at(out_groups, g_array_index(unwanted, guint, i)) = 0;
    const gint64 size = file_size(path);
    for (idx_t row = 0; row < duckdb_row_count(&result); row++) {
        char *name = duckdb_value_varchar(&result, 0, row);
        const guint8 *is_kept = group_at(out_groups, duckdb_value_uint32(&result, 5, row));
        if (*is_kept && is_wanted(name, wish->columns))
            add_chunk(&result, row, size, out_ranges);
        duckdb_free(name);
    }
    duckdb_destroy_result(&result);
    return true;
}
