/* SPDX-License-Identifier: Apache-2.0 */
#include "run/shape.h"

#include "base/name.h"
#include "run/incremental.h"

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

char *columns_sql(const GPtrArray *columns)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GString *sql = g_string_new(NULL);
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_autofree char *name = unique_name(taken, column->name);
        g_autofree char *quoted = quote_identifier(name);
        g_string_append_printf(sql, "%s%s %s", i > 0 ? ", " : "", quoted,
                               storable_type(column->type));
    }
    return g_string_free(sql, FALSE);
}

struct trace *operation_trace(const struct engine_class *engine, struct session *session,
                              const struct operation *operation)
{
    const struct statement *statement = operation->statement;
    const struct fragment *body = &statement->body;
    const bool is_query = operation->type != OPERATION_LOAD && operation->type != OPERATION_SQL;
    struct trace *trace = NULL;
    g_autoptr(GError) error = NULL;
    if (!engine->trace || !is_query || !fragment_present(body))
        return NULL;
    if (statement->mode.kind == MODE_INCREMENTAL)
        (void)incremental_trace(engine, session, body, &trace, &error);
    else
        (void)engine->trace(session, body->text, &trace, &error);
    return trace;
}
