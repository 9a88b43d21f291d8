/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/shape.h"

#include "base/name.h"
#include "engine/duckdb/table.h"

#include <string.h>

/* A column of NULLs has no type that a table could have. */
static const char *storable_type(const char *type)
{
    return strstr(type, "NULL") && strlen(type) <= strlen("\"NULL\"") ? "INTEGER" : type;
}

/* As the engine names them in a table: a repeated name gets a number. */
static char *unique_name(GHashTable *taken, const char *name)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    for (guint i = 1; g_hash_table_contains(taken, key); i++) {
        g_free(key);
        g_autofree char *numbered = g_strdup_printf("%s_%u", name, i);
        key = g_ascii_strdown(numbered, -1);
        if (!g_hash_table_contains(taken, key)) {
            g_hash_table_add(taken, g_steal_pointer(&key));
            return g_steal_pointer(&numbered);
        }
    }
    g_hash_table_add(taken, g_steal_pointer(&key));
    return g_strdup(name);
}

/* A query that has these columns and no rows. */
static char *empty_query(const GPtrArray *columns)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_autofree char *name = unique_name(taken, column->name);
        g_autofree char *quoted = quote_identifier(name);
        g_string_append_printf(sql, "%sCAST(NULL AS %s) AS %s", i > 0 ? ", " : "",
                               storable_type(column->type), quoted);
    }
    g_string_append(sql, " WHERE false");
    return g_string_free(sql, FALSE);
}

bool shape_create(struct session *session, const struct target *target, const GPtrArray *columns,
                  GError **error)
{
    struct written written = {.notes = NULL};
    g_autofree char *query = empty_query(columns);
    bool made = table_create(session, target, query, &written, error);
    written_clear(&written);
    return made;
}
