/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rows.h"

#include <string.h>

static void cell_clear(gpointer cell)
{
    g_free(((struct cell *)cell)->text);
}

struct rows *rows_new(guint limit)
{
    struct rows *rows = g_new0(struct rows, 1);
    rows->columns = columns_new();
    rows->cells = g_array_new(FALSE, FALSE, sizeof(struct cell));
    g_array_set_clear_func(rows->cells, cell_clear);
    rows->limit = limit;
    return rows;
}

void rows_free(struct rows *rows)
{
    if (!rows)
        return;
    g_ptr_array_unref(rows->columns);
    g_array_unref(rows->cells);
    g_free(rows);
}

static bool take_columns(void *user_data, const GPtrArray *columns)
{
    struct rows *rows = user_data;
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        columns_add(rows->columns, column->name, column->type);
    }
    return true;
}

static void append_cell(struct rows *rows, const char *text, gsize length)
{
    struct cell cell = {.length = text ? length : 0};
    if (text) {
        cell.text = g_malloc(length + 1);
        memcpy(cell.text, text, length);
        cell.text[length] = '\0';
    }
    g_array_append_val(rows->cells, cell);
}

static bool take_row(void *user_data, const char *const *cells, const gsize *lengths)
{
    struct rows *rows = user_data;
    if (rows->limit > 0 && rows->count == rows->limit) {
        rows->more = true;
        return false;
    }
    for (guint i = 0; i < rows->columns->len; i++)
        append_cell(rows, cells[i], lengths[i]);
    rows->count++;
    return true;
}

void rows_append(struct rows *rows, const char *const *texts)
{
    for (guint i = 0; i < rows->columns->len; i++)
        append_cell(rows, texts[i], texts[i] ? strlen(texts[i]) : 0);
    rows->count++;
}

struct row_sink rows_sink(struct rows *rows)
{
    return (struct row_sink){.columns = take_columns, .row = take_row, .user_data = rows};
}

const struct cell *rows_cell(const struct rows *rows, guint row, guint column)
{
    g_assert(row < rows->count && column < rows->columns->len);
    return &g_array_index(rows->cells, struct cell, row * rows->columns->len + column);
}
