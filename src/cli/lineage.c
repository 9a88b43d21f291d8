/* SPDX-License-Identifier: Apache-2.0 */
/* lineage: what a table or a column is made from, and what is made from it. */
#include "cli/report.h"
#include "cli/survey.h"
#include "docs/lineage_json.h"

#include <string.h>

/* A tree that is being drawn. */
struct drawing {
    const struct terminal *terminal;
    GString *out;
    bool up;
    GHashTable *seen; /* struct lineage_node: what stands below them was drawn */
};

struct strokes {
    const char *child, *last, *around, *nothing;
};
static const struct strokes boxes = {"├─ ", "└─ ", "│  ", "   "};
static const struct strokes ascii = {"|- ", "`- ", "|  ", "   "};

enum { DEPTH_MAX = 200 };

static void append_escaped(GString *out, const char *text)
{
    g_autofree char *escaped = display_escape(text, strlen(text));
    g_string_append(out, escaped);
}

/* What isn't the user's own word about a node. */
static void append_faint(const struct drawing *drawing, const char *text)
{
    const bool color = drawing->terminal->color;
    g_string_append_printf(drawing->out, "  %s%s%s", style_on(color, STYLE_DIM), text,
                           style_off(color));
}

static void append_node(const struct drawing *drawing, const struct lineage_node *node)
{
    g_autofree char *name = lineage_node_name(node);
    append_escaped(drawing->out, name);
    if (!node->column && node->table->unknown->len > 0)
        append_faint(drawing, "(?)");
    if (node->column && node->column->is_unknown)
        append_faint(drawing, "(? may be made from more)");
    if (node->table->kind != LINEAGE_TABLE)
        append_faint(drawing, lineage_kind_name(node->table->kind));
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it */
static void draw_below(const struct drawing *drawing, const struct lineage_node *node,
                       const char *lead, guint depth)
{
    const struct strokes *strokes = drawing->terminal->utf8 ? &boxes : &ascii;
    const GPtrArray *next = drawing->up ? node->inputs : node->outputs;
    for (guint i = 0; i < next->len; i++) {
        const struct lineage_node *child = g_ptr_array_index(next, i);
        const bool is_last = i + 1 == next->len;
        const bool is_leaf = (drawing->up ? child->inputs : child->outputs)->len == 0;
        const bool is_new = g_hash_table_add(drawing->seen, (gpointer)(guintptr)child);
        g_autofree char *inner =
            g_strconcat(lead, is_last ? strokes->nothing : strokes->around, NULL);
        g_string_append_printf(drawing->out, "%s%s", lead,
                               is_last ? strokes->last : strokes->child);
        append_node(drawing, child);
        if (!is_leaf && (!is_new || depth == DEPTH_MAX))
            append_faint(drawing, is_new ? ".." : "(see above)");
        g_string_append_c(drawing->out, '\n');
        if (is_new && depth < DEPTH_MAX)
            draw_below(drawing, child, inner, depth + 1);
    }
}

static void draw(const struct terminal *terminal, const struct lineage_node *node, bool up,
                 GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    const struct drawing drawing = {.terminal = terminal, .out = out, .up = up, .seen = seen};
    const bool color = terminal->color;
    g_string_append_printf(out, "\n%s%s%s\n", style_on(color, STYLE_BOLD),
                           up ? "made from" : "feeds", style_off(color));
    g_hash_table_add(seen, (gpointer)(guintptr)node);
    draw_below(&drawing, node, "  ", 1);
    if ((up ? node->inputs : node->outputs)->len == 0)
        g_string_append_printf(out, "  %snothing%s\n", style_on(color, STYLE_DIM),
                               style_off(color));
}

static void append_nodes(GString *out, const GPtrArray *nodes)
{
    for (guint i = 0; i < nodes->len; i++) {
        g_autofree char *name = lineage_node_name(g_ptr_array_index(nodes, i));
        g_string_append(out, i > 0 ? ", " : "");
        append_escaped(out, name);
    }
}

static guint name_width(const struct lineage_table *table, bool of_type)
{
    enum { WIDTH_MAX = 40 };
    guint width = 0;
    for (guint i = 0; i < table->columns->len; i++) {
        const struct lineage_column *column = g_ptr_array_index(table->columns, i);
        const char *text = of_type ? column->type ? column->type : "?" : column->name;
        width = MAX(width, MIN(display_width(text, strlen(text)), WIDTH_MAX));
    }
    return width;
}

static void append_cell(GString *out, const char *text, guint width)
{
    const guint used = display_width(text, strlen(text));
    append_escaped(out, text);
    display_append_spaces(out, (used < width ? width - used : 0) + 2);
}

static void append_columns(const struct terminal *terminal, const struct lineage_table *table,
                           GString *out)
{
    const guint names = name_width(table, false);
    const guint types = name_width(table, true);
    if (table->columns->len > 0)
        g_string_append_printf(out, "\n%scolumns%s\n", style_on(terminal->color, STYLE_BOLD),
                               style_off(terminal->color));
    for (guint i = 0; i < table->columns->len; i++) {
        const struct lineage_column *column = g_ptr_array_index(table->columns, i);
        g_string_append(out, "  ");
        append_cell(out, column->name, names);
        append_cell(out, column->type ? column->type : "?", types);
        append_nodes(out, column->node.inputs);
        if (column->is_unknown)
            g_string_append(out, column->node.inputs->len > 0 ? ", .. ?" : "?");
        display_trim_end(out);
        g_string_append_c(out, '\n');
    }
}

/* What it is, who makes it and where. */
static void append_head(const struct terminal *terminal, const struct lineage_node *node,
                        GString *out)
{
    const struct lineage_table *table = node->table;
    g_autofree char *name = lineage_node_name(node);
    g_string_append(out, style_on(terminal->color, STYLE_BOLD));
    append_escaped(out, name);
    g_string_append_printf(out, "%s  ", style_off(terminal->color));
    if (node->column)
        g_string_append_printf(out, "%s, of the ", node->column->type ? node->column->type : "?");
    if (table->makers->len == 0) {
        g_string_append(out, "table that no pipeline makes\n");
        return;
    }
    const struct operation *operation = g_ptr_array_index(table->makers, 0);
    g_string_append_printf(out, "%s of ", lineage_kind_name(table->kind));
    append_escaped(out, table->plan->pipeline);
    g_string_append(out, ", ");
    append_escaped(out, operation->statement->span.text->path);
    g_string_append_printf(out, ":%u\n", operation->place.line);
}

static void append_conditions(const struct terminal *terminal, const struct lineage_table *table,
                              GString *out)
{
    if (table->conditions->len == 0)
        return;
    g_string_append_printf(out, "\n%srows are decided by%s\n  ",
                           style_on(terminal->color, STYLE_BOLD), style_off(terminal->color));
    for (guint i = 0; i < table->conditions->len; i++) {
        const struct lineage_column *column = g_ptr_array_index(table->conditions, i);
        g_autofree char *name = lineage_node_name(&column->node);
        g_string_append(out, i > 0 ? ", " : "");
        append_escaped(out, name);
    }
    g_string_append_c(out, '\n');
}

static void append_unknown(const struct terminal *terminal, const struct lineage_table *table,
                           GString *out)
{
    if (table->unknown->len > 0)
        g_string_append_printf(out, "\n%snot known%s\n", style_on(terminal->color, STYLE_BOLD),
                               style_off(terminal->color));
    for (guint i = 0; i < table->unknown->len; i++) {
        g_string_append(out, "  ");
        append_escaped(out, g_ptr_array_index(table->unknown, i));
        g_string_append_c(out, '\n');
    }
}

static void write_text(const struct call *call, const struct lineage_node *node)
{
    g_autoptr(GString) out = g_string_new(NULL);
    append_head(&call->out, node, out);
    if (!node->column)
        append_columns(&call->out, node->table, out);
    append_conditions(&call->out, node->table, out);
    append_unknown(&call->out, node->table, out);
    draw(&call->out, node, true, out);
    draw(&call->out, node, false, out);
    terminal_flush(&call->out, out);
}

enum exit_code command_lineage(struct call *call)
{
    const char *pipeline = call_argument(call, 1);
    AUTO(workspace) workspace = workspace_open(call, pipeline);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GError) error = NULL;
    AUTO(survey) survey = survey_new(workspace, pipeline, &error);
    const struct lineage_node *node =
        survey ? lineage_find(survey->lineage, call_argument(call, 0), &error) : NULL;
    report_diagnostics(call, workspace->diagnostics);
    if (error)
        report_error(call, error);
    if (!node)
        return error ? exit_code_of(error) : EXIT_CODE_USAGE;
    if (flags_given(call->flags, FLAG_JSON))
        report_document(call, lineage_to_json(node));
    else
        write_text(call, node);
    return EXIT_CODE_OK;
}
