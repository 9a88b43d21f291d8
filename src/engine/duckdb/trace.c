/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/trace.h"

#include "base/name.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/tracer.h"

#include <string.h>

static bool keep_cell(gpointer user_data, const char *const *cells, const gsize *lengths)
{
    char **kept = user_data;
    *kept = cells[0] ? g_strndup(cells[0], lengths[0]) : NULL;
    return false;
}

static bool ignore_columns(gpointer user_data, const GPtrArray *columns)
{
    (void)user_data;
    (void)columns;
    return true;
}

/* The engine's own tree of the query; NULL, with the reason kept, when it has none. */
static json_t *parse(struct session *session, const char *sql, struct trace *trace, GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *literal = quote_literal(sql);
    g_autofree char *question = g_strdup_printf("SELECT json_serialize_sql(%s)", literal);
    const struct row_sink sink = {.columns = ignore_columns, .row = keep_cell, .user_data = &text};
    if (!query_rows(session, question, &sink, error))
        return NULL;
    /* Places that the engine doesn't know are numbers beyond what an integer holds. */
    json_t *tree = text ? json_loads(text, JSON_DECODE_INT_AS_REAL, NULL) : NULL;
    if (json_is_array(json_object_get(tree, "statements")))
        return tree;
    trace->reason = g_strdup("the engine tells nothing of how such a statement is made up");
    json_decref(tree);
    return NULL;
}

/* The result has other columns than were found: then none of what was found is sure. */
static void check_columns(struct trace *trace, const GPtrArray *fields, const GPtrArray *columns)
{
    bool agree = fields && fields->len == columns->len;
    for (guint i = 0; agree && i < fields->len; i++) {
        const struct field *field = g_ptr_array_index(fields, i);
        const struct column *column = g_ptr_array_index(columns, i);
        agree = !field->name || g_ascii_strcasecmp(field->name, column->name) == 0;
    }
    if (!agree && !trace->reason)
        trace->reason = g_strdup("what its columns are made from was not understood");
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        struct traced_column *traced = trace_add_column(trace, column->name);
        const struct field *field = agree ? g_ptr_array_index(fields, i) : NULL;
        traced->is_unknown = !field || field->is_unknown;
        for (guint k = 0; field && k < field->origins->len; k++)
            origins_add(traced->origins, g_ptr_array_index(field->origins, k));
    }
}

static void unref_list(gpointer list)
{
    g_ptr_array_unref(list);
}

static void follow(struct session *session, struct trace *trace, const json_t *tree,
                   const GPtrArray *columns)
{
    const json_t *statement = json_array_get(json_object_get(tree, "statements"), 0);
    struct tracer tracer = {
        .session = session,
        .trace = trace,
        .lists = g_ptr_array_new_with_free_func(unref_list),
        .made = g_ptr_array_new_with_free_func(g_free),
    };
    const GPtrArray *fields =
        tree ? tracer_query(&tracer, NULL, json_object_get(statement, "node")) : NULL;
    check_columns(trace, fields, columns);
    g_ptr_array_unref(tracer.lists);
    g_ptr_array_unref(tracer.made);
}

bool trace_query(struct session *session, const char *sql, struct trace **out, GError **error)
{
    AUTO(trace) trace = trace_new();
    g_autoptr(GPtrArray) columns = NULL;
    if (!query_describe(session, sql, &columns, error))
        return false;
    json_t *tree = parse(session, sql, trace, error);
    if (!tree && !trace->reason)
        return false;
    follow(session, trace, tree, columns);
    json_decref(tree);
    *out = g_steal_pointer(&trace);
    return true;
}
