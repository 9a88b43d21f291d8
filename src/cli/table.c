/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include "cli/rowformat.h"

#include <string.h>

enum { GAP = 2, NARROWEST = 8 };

/* One column as it is drawn. */
struct layout {
    const struct column *column;
    guint index;
    guint width;
    bool right;
    char *name; /* escaped */
};

static void layout_clear(gpointer layout)
{
    g_free(((struct layout *)layout)->name);
}

static struct layout *layout_at(GArray *layouts, guint index)
{
    return &g_array_index(layouts, struct layout, index);
}

static char *cell_text(const struct cell *cell)
{
    return cell->text ? display_escape(cell->text, cell->length) : g_strdup("NULL");
}

static guint widest_cell(const struct rows *rows, guint column)
{
    guint widest = 0;
    for (guint row = 0; row < rows->count; row++) {
        g_autofree char *text = cell_text(rows_cell(rows, row, column));
        widest = MAX(widest, display_width(text, strlen(text)));
    }
    return widest;
}

static GArray *layouts_new(const struct rows *rows)
{
    GArray *layouts = g_array_new(FALSE, TRUE, sizeof(struct layout));
    g_array_set_clear_func(layouts, layout_clear);
    for (guint i = 0; i < rows->columns->len; i++) {
        const struct column *column = g_ptr_array_index(rows->columns, i);
        struct layout layout = {
            .column = column,
            .index = i,
            .right = type_is_number(column->type),
            .name = display_escape(column->name, strlen(column->name)),
        };
        layout.width = MAX(display_width(layout.name, strlen(layout.name)), widest_cell(rows, i));
        g_array_append_val(layouts, layout);
    }
    return layouts;
}

static guint total_width(GArray *layouts)
{
    guint total = 0;
    for (guint i = 0; i < layouts->len; i++)
        total += layout_at(layouts, i)->width + (i > 0 ? GAP : 0);
    return total;
}

static struct layout *widest_layout(GArray *layouts)
{
    struct layout *widest = layout_at(layouts, 0);
    for (guint i = 1; i < layouts->len; i++)
        if (layout_at(layouts, i)->width > widest->width)
            widest = layout_at(layouts, i);
    return widest;
}

/* Takes columns of width from the widest until all fit or none is wide any more. */
static void layouts_shrink(GArray *layouts, guint width)
{
    guint total = total_width(layouts);
    while (total > width) {
        struct layout *widest = widest_layout(layouts);
        if (widest->width <= NARROWEST)
            return;
        widest->width--;
        total--;
    }
}

/* Where columns were left out stands one without a name. */
static guint layouts_drop(GArray *layouts, guint width)
{
    guint hidden = 0;
    struct layout mark = {.width = 1};
    while (layouts->len > 1 && total_width(layouts) + (GAP + mark.width) * (hidden > 0) > width) {
        g_array_remove_index(layouts, layouts->len / 2);
        hidden++;
    }
    if (hidden > 0)
        g_array_insert_val(layouts, (layouts->len + 1) / 2, mark);
    return hidden;
}

static void append_aligned(GString *out, const char *text, const struct layout *layout,
                           const struct table_style *style)
{
    guint width = display_width(text, strlen(text));
    if (layout->right && width < layout->width)
        display_append_spaces(out, layout->width - width);
    guint used = display_append_cut(out, text, layout->width, style->utf8);
    if (!layout->right)
        display_append_spaces(out, layout->width - used);
}

static void trim_line(GString *out)
{
    display_trim_end(out);
    g_string_append_c(out, '\n');
}

static void append_names(GString *out, GArray *layouts, const struct table_style *style)
{
    const char *mark = style->utf8 ? "\xe2\x80\xa6" : "~";
    g_string_append(out, style_on(style->color, STYLE_BOLD));
    for (guint i = 0; i < layouts->len; i++) {
        const struct layout *layout = layout_at(layouts, i);
        display_append_spaces(out, i > 0 ? GAP : 0);
        append_aligned(out, layout->name ? layout->name : mark, layout, style);
    }
    if (!style->color)
        trim_line(out);
    else
        g_string_append_printf(out, "%s\n", style_off(true));
}

static void append_rule(GString *out, GArray *layouts, const struct table_style *style)
{
    g_string_append(out, style_on(style->color, STYLE_DIM));
    for (guint i = 0; i < layouts->len; i++) {
        display_append_spaces(out, i > 0 ? GAP : 0);
        for (guint k = 0; k < layout_at(layouts, i)->width; k++)
            g_string_append(out, style->utf8 ? "\xe2\x94\x80" : "-");
    }
    g_string_append_printf(out, "%s\n", style_off(style->color));
}

static void append_cell(GString *out, const struct rows *rows, guint row,
                        const struct layout *layout, const struct table_style *style)
{
    if (!layout->column) {
        append_aligned(out, style->utf8 ? "\xe2\x80\xa6" : "~", layout, style);
        return;
    }
    const struct cell *cell = rows_cell(rows, row, layout->index);
    g_autofree char *text = cell_text(cell);
    g_string_append(out, style_on(style->color && !cell->text, STYLE_DIM));
    append_aligned(out, text, layout, style);
    g_string_append(out, style_off(style->color && !cell->text));
}

void table_write(const struct rows *rows, const struct table_style *style, GString *out,
                 guint *out_hidden)
{
    g_autoptr(GArray) layouts = layouts_new(rows);
    guint hidden = 0;
    if (style->width > 0 && layouts->len > 0) {
        layouts_shrink(layouts, style->width);
        hidden = layouts_drop(layouts, style->width);
    }
    append_names(out, layouts, style);
    append_rule(out, layouts, style);
    for (guint row = 0; row < rows->count; row++) {
        for (guint i = 0; i < layouts->len; i++) {
            display_append_spaces(out, i > 0 ? GAP : 0);
            append_cell(out, rows, row, layout_at(layouts, i), style);
        }
        trim_line(out);
    }
    if (out_hidden)
        *out_hidden = hidden;
}
