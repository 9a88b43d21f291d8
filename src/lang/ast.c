/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/ast.h"

#include "base/name.h"

static void fragment_clear(struct fragment *fragment)
{
    g_free(fragment->text);
    g_clear_pointer(&fragment->pieces, g_array_unref);
}

void fragment_free(struct fragment *fragment)
{
    if (!fragment)
        return;
    fragment_clear(fragment);
    g_free(fragment);
}

static void mode_clear(struct mode *mode)
{
    g_clear_pointer(&mode->keys, g_ptr_array_unref);
    fragment_clear(&mode->column);
    fragment_clear(&mode->lookback);
}

void branch_free(struct branch *branch)
{
    if (!branch)
        return;
    fragment_clear(&branch->condition);
    g_clear_pointer(&branch->statements, g_ptr_array_unref);
    g_free(branch);
}

void statement_free(struct statement *statement)
{
    if (!statement)
        return;
    fragment_clear(&statement->name);
    fragment_clear(&statement->table);
    fragment_clear(&statement->type);
    fragment_clear(&statement->target);
    fragment_clear(&statement->body);
    value_free(statement->options);
    mode_clear(&statement->mode);
    g_clear_pointer(&statement->branches, g_ptr_array_unref);
    g_free(statement);
}

const char *statement_kind_name(enum statement_kind kind)
{
    static const char *const names[] = {
        [STATEMENT_SOURCE] = "SOURCE",   [STATEMENT_LOAD] = "LOAD",
        [STATEMENT_CREATE] = "CREATE",   [STATEMENT_CHECK] = "CHECK",
        [STATEMENT_EXPORT] = "EXPORT",   [STATEMENT_SET] = "SET",
        [STATEMENT_INCLUDE] = "INCLUDE", [STATEMENT_IF] = "IF",
        [STATEMENT_QUERY] = "QUERY",     [STATEMENT_SQL] = "SQL",
    };
    return names[kind];
}

/* How many pieces begin at or before `offset`. */
static guint pieces_until(const GArray *pieces, gsize offset)
{
    guint low = 0;
    guint high = pieces ? pieces->len : 0;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(pieces, struct piece, middle).at <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct span fragment_place(const struct fragment *fragment, gsize offset)
{
    const struct span whole = fragment->span;
    const gsize end = (gsize)whole.offset + whole.length;
    gsize source = whole.offset + offset;
    const guint count = pieces_until(fragment->pieces, offset);
    if (count > 0) {
        const struct piece *piece = &g_array_index(fragment->pieces, struct piece, count - 1);
        if (offset < piece->at + piece->length)
            return piece->span;
        source = piece->span.offset + piece->span.length + (offset - piece->at - piece->length);
    }
    source = MIN(source, end);
    return (struct span){
        .text = whole.text,
        .offset = (guint32)source,
        .length = source < end ? 1 : 0,
    };
}

char *statement_variable(const struct statement *statement)
{
    g_autofree char *text = span_dup(statement->name.span);
    g_auto(GStrv) parts = name_split(text);
    return g_strdup(parts ? parts[0] : text);
}
