/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trace.h"

#include <string.h>

static void origin_free(gpointer data)
{
    struct origin *origin = data;
    g_free(origin->table);
    g_free(origin->column);
    g_free(origin);
}

static void column_free(gpointer data)
{
    struct traced_column *column = data;
    g_free(column->name);
    g_ptr_array_unref(column->origins);
    g_free(column);
}

struct trace *trace_new(void)
{
    struct trace *trace = g_new0(struct trace, 1);
    trace->columns = g_ptr_array_new_with_free_func(column_free);
    trace->conditions = g_ptr_array_new();
    trace->tables = g_ptr_array_new_with_free_func(g_free);
    trace->origins = g_ptr_array_new_with_free_func(origin_free);
    return trace;
}

void trace_free(struct trace *trace)
{
    if (!trace)
        return;
    g_ptr_array_unref(trace->columns);
    g_ptr_array_unref(trace->conditions);
    g_ptr_array_unref(trace->tables);
    g_ptr_array_unref(trace->origins);
    g_free(trace->reason);
    g_free(trace);
}

const struct origin *trace_origin(struct trace *trace, const char *table, const char *column)
{
    for (guint i = 0; i < trace->origins->len; i++) {
        const struct origin *origin = g_ptr_array_index(trace->origins, i);
        if (strcmp(origin->table, table) == 0 && g_ascii_strcasecmp(origin->column, column) == 0)
            return origin;
    }
    struct origin *origin = g_new(struct origin, 1);
    origin->table = g_strdup(table);
    origin->column = g_strdup(column);
    g_ptr_array_add(trace->origins, origin);
    return origin;
}

void trace_add_table(struct trace *trace, const char *table)
{
    if (!g_ptr_array_find_with_equal_func(trace->tables, table, g_str_equal, NULL))
        g_ptr_array_add(trace->tables, g_strdup(table));
}

void trace_rename(struct trace *trace, const char *table, const char *name)
{
    for (guint i = 0; i < trace->tables->len; i++) {
        char **one = (char **)&trace->tables->pdata[i];
        if (strcmp(*one, table) == 0) {
            g_free(*one);
            *one = g_strdup(name);
        }
    }
    for (guint i = 0; i < trace->origins->len; i++) {
        struct origin *origin = g_ptr_array_index(trace->origins, i);
        if (strcmp(origin->table, table) == 0) {
            g_free(origin->table);
            origin->table = g_strdup(name);
        }
    }
}

void origins_add(GPtrArray *origins, const struct origin *origin)
{
    if (!g_ptr_array_find(origins, origin, NULL))
        g_ptr_array_add(origins, (gpointer)(guintptr)origin);
}

struct traced_column *trace_add_column(struct trace *trace, const char *name)
{
    struct traced_column *column = g_new0(struct traced_column, 1);
    column->name = g_strdup(name);
    column->origins = g_ptr_array_new();
    g_ptr_array_add(trace->columns, column);
    return column;
}
