/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/recordview.h"

#include "base/name.h"
#include "engine/duckdb/statement.h"

#include <jansson.h>

/* The columns as from_json wants them: {"name": "type", ..}. */
static char *structure(const GPtrArray *columns)
{
    json_t *object = json_object();
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        json_object_set_new(object, column->name, json_string(column->type));
    }
    g_autofree char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return quote_literal(text);
}

static char *member(const struct column *column)
{
    g_autofree char *quoted = quote_identifier(column->name);
    return g_strconcat("__record.", quoted, NULL);
}

bool recordview_create(struct session *session, const char *name, const char *table,
                       const GPtrArray *columns, GError **error)
{
    g_autoptr(GString) sql = g_string_new(NULL);
    g_string_printf(sql, "CREATE VIEW %s AS SELECT * EXCLUDE (record, __record)", name);
    for (guint i = 0; i < columns->len; i++) {
        g_autofree char *text = member(g_ptr_array_index(columns, i));
        g_string_append_printf(sql, ", %s", text);
    }
    g_autofree char *first = member(g_ptr_array_index(columns, 0));
    g_autofree char *literal = structure(columns);
    g_string_append_printf(
        sql, " FROM (SELECT *, from_json(record, %s) AS __record FROM %s) WHERE %s IS NOT NULL",
        literal, table, first);
    return statement_run_own(session, sql->str, error);
}
