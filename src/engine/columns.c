/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

static void column_free(gpointer data)
{
    struct column *column = data;
    g_free(column->name);
    g_free(column->type);
    g_free(column);
}

GPtrArray *columns_new(void)
{
    return g_ptr_array_new_with_free_func(column_free);
}

void columns_add(GPtrArray *columns, const char *name, const char *type)
{
    struct column *column = g_new(struct column, 1);
    column->name = g_strdup(name);
    column->type = g_strdup(type);
    g_ptr_array_add(columns, column);
}

struct column *columns_find(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; i < columns->len; i++) {
        struct column *column = g_ptr_array_index(columns, i);
        if (g_ascii_strcasecmp(column->name, name) == 0)
            return column;
    }
    return NULL;
}

static void view_free(gpointer data)
{
    struct view_definition *view = data;
    g_free(view->name);
    g_free(view->sql);
    g_free(view);
}

GPtrArray *views_new(void)
{
    return g_ptr_array_new_with_free_func(view_free);
}

void views_add(GPtrArray *views, const char *name, const char *sql)
{
    struct view_definition *view = g_new(struct view_definition, 1);
    view->name = g_strdup(name);
    view->sql = g_strdup(sql);
    g_ptr_array_add(views, view);
}

void written_clear(struct written *written)
{
    g_clear_pointer(&written->notes, g_ptr_array_unref);
    g_clear_pointer(&written->greatest, g_free);
}

void written_note(struct written *written, char *note)
{
    if (!written->notes)
        written->notes = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(written->notes, note);
}

void window_clear(struct window *window)
{
    g_free(window->start);
    g_free(window->end);
    g_free(window->start_date);
    g_free(window->end_date);
    g_free(window->start_dt);
    g_free(window->end_dt);
    *window = (struct window){.start = NULL};
}
