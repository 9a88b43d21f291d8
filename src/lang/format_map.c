/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/format_map.h"

#include "lang/comment.h"

#include <string.h>

/* Which maps and lists can't be on one line: struct value, a set. */
struct layout {
    struct page *page;
    GHashTable *open;
};

static void lay_value(struct layout *layout, const struct value *value);

static guint child_count(const struct value *value)
{
    const GPtrArray *children = value->members ? value->members : value->items;
    return children ? children->len : 0;
}

/* NULL for the items of a list, which have no keys. */
static const struct member *member_at(const struct value *value, guint index)
{
    return value->members ? g_ptr_array_index(value->members, index) : NULL;
}

static const struct value *child_at(const struct value *value, guint index)
{
    const struct member *member = member_at(value, index);
    return member ? member->value : g_ptr_array_index(value->items, index);
}

static gsize end_of(struct span span)
{
    return (gsize)span.offset + span.length;
}

/* Where a child begins: at its key, if it has one. */
static gsize start_of(const struct value *value, guint index)
{
    const struct member *member = member_at(value, index);
    return member ? member->key_span.offset : child_at(value, index)->span.offset;
}

/* The next comment between two things of a map; false when there is none before `lexer->end`. */
static bool gap_comment(struct lexer *lexer, guint *out_lines, struct span *out)
{
    *out_lines = 0;
    while (lexer->offset < lexer->end) {
        guint lines = 0;
        const bool found = comment_next(lexer, &lines, out);
        *out_lines += lines;
        if (found)
            return true;
        lexer->offset++; /* the comma or colon */
    }
    return false;
}

static bool has_comment(const struct text *text, gsize from, gsize end)
{
    struct lexer lexer;
    struct span comment;
    guint lines = 0;
    lexer_init(&lexer, text, from, end);
    return gap_comment(&lexer, &lines, &comment);
}

static bool has_own_comments(const struct value *value)
{
    const struct text *text = value->span.text;
    gsize from = value->span.offset + 1;
    for (guint i = 0; i < child_count(value); i++) {
        const struct member *member = member_at(value, i);
        const struct value *child = child_at(value, i);
        if (has_comment(text, from, start_of(value, i)) ||
            (member && has_comment(text, end_of(member->key_span), child->span.offset)))
            return true;
        from = end_of(child->span);
    }
    return has_comment(text, from, end_of(value->span) - 1);
}

static bool is_opened(const struct value *value)
{
    const gsize from = value->span.offset;
    return child_count(value) > 0 &&
           memchr(value->span.text->data + from, '\n', start_of(value, 0) - from);
}

/* Notes what must be open; true when the value itself must be. */
static bool find_open(struct layout *layout, const struct value *value)
{
    if (!value->members && !value->items)
        return false;
    bool is_open = is_opened(value) || has_own_comments(value);
    for (guint i = 0; i < child_count(value); i++)
        is_open = find_open(layout, child_at(value, i)) || is_open;
    if (is_open)
        g_hash_table_add(layout->open, (gpointer)(guintptr)value);
    return is_open;
}

/* Characters that mean the same in both kinds of quotes. */
static bool reads_the_same(struct span string)
{
    const char *start = span_start(string);
    for (guint32 i = 1; i + 1 < string.length; i++)
        if (g_ascii_iscntrl(start[i]) || strchr("'\"\\$", start[i]))
            return false;
    return true;
}

static void append_string(GString *out, struct span string, char quote)
{
    const char *start = span_start(string);
    const char used = *start != quote && reads_the_same(string) ? quote : *start;
    g_string_append_c(out, used);
    g_string_append_len(out, start + 1, string.length - 2);
    g_string_append_c(out, used);
}

void string_lay(struct page *page, struct span string, char quote)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_string(text, string, quote);
    page_put(page, text->str, text->len);
}

static void append_scalar(GString *out, const struct value *value)
{
    const char *start = span_start(value->span);
    if (*start == '"' || *start == '\'')
        append_string(out, value->span, '"');
    else if (value->kind == VALUE_NULL)
        g_string_append(out, "null");
    else
        g_string_append(out, value->text);
}

static void append_key(GString *out, const struct member *member)
{
    const char *start = span_start(member->key_span);
    if (*start == '"' || *start == '\'')
        append_string(out, member->key_span, '"');
    else
        g_string_append_printf(out, "\"%.*s\"", (int)member->key_span.length, start);
    g_string_append_c(out, ':');
}

/* On one line. Stops soon after `limit` bytes, if that isn't 0: it has no room then. */
static void append_flat(GString *out, const struct value *value, gsize limit)
{
    if (!value->members && !value->items) {
        append_scalar(out, value);
        return;
    }
    g_string_append_c(out, value->members ? '{' : '[');
    for (guint i = 0; i < child_count(value) && (limit == 0 || out->len < limit); i++) {
        g_string_append(out, i > 0 ? ", " : "");
        const struct member *member = member_at(value, i);
        if (member) {
            append_key(out, member);
            g_string_append_c(out, ' ');
        }
        append_flat(out, child_at(value, i), limit);
    }
    g_string_append_c(out, value->members ? '}' : ']');
}

/* Comments between two members. One on the former's line stays there. */
static void lay_gap(struct page *page, const struct text *text, gsize from, gsize end)
{
    struct lexer lexer;
    struct span comment;
    guint lines = 0;
    lexer_init(&lexer, text, from, end);
    for (bool is_first = true; gap_comment(&lexer, &lines, &comment); is_first = false) {
        if (!is_first || lines > 0)
            page_break(page, false);
        page_put_comment(page, comment);
    }
    page_break(page, false);
}

/* The key, its colon, and the comments up to the value. */
static void lay_key(struct layout *layout, const struct member *member)
{
    g_autoptr(GString) key = g_string_new(NULL);
    append_key(key, member);
    page_put(layout->page, key->str, key->len);
    struct lexer lexer;
    struct span comment;
    guint lines = 0;
    lexer_init(&lexer, member->key_span.text, end_of(member->key_span), member->value->span.offset);
    while (gap_comment(&lexer, &lines, &comment))
        page_put_comment(layout->page, comment);
    page_space(layout->page);
}

static void lay_open(struct layout *layout, const struct value *value)
{
    struct page *page = layout->page;
    const struct text *text = value->span.text;
    const guint count = child_count(value);
    gsize from = value->span.offset + 1;
    page_put_text(page, value->members ? "{" : "[");
    page->indent += PAGE_INDENT;
    for (guint i = 0; i < count; i++) {
        lay_gap(page, text, from, start_of(value, i));
        if (value->members)
            lay_key(layout, member_at(value, i));
        lay_value(layout, child_at(value, i));
        if (i + 1 < count)
            page_put_text(page, ",");
        from = end_of(child_at(value, i)->span);
    }
    lay_gap(page, text, from, end_of(value->span) - 1);
    page->indent -= PAGE_INDENT;
    page_put_text(page, value->members ? "}" : "]");
}

/* What is in an open map: on one line if it has room, with the comma behind it. */
static void lay_value(struct layout *layout, const struct value *value)
{
    g_autoptr(GString) flat = g_string_new(NULL);
    const bool is_open = g_hash_table_contains(layout->open, value);
    if (!is_open)
        append_flat(flat, value, 4 * PAGE_WIDTH);
    const guint column =
        page_is_fresh(layout->page) ? layout->page->indent : page_column(layout->page);
    const bool has_room = column + (guint)g_utf8_strlen(flat->str, -1) < PAGE_WIDTH;
    if (is_open || (child_count(value) > 0 && !has_room))
        lay_open(layout, value);
    else
        page_put(layout->page, flat->str, flat->len);
}

void map_lay(struct page *page, const struct value *map, bool open)
{
    g_autoptr(GHashTable) must_open = g_hash_table_new(NULL, NULL);
    struct layout layout = {.page = page, .open = must_open};
    if (find_open(&layout, map) || (open && child_count(map) > 0)) {
        lay_open(&layout, map);
        return;
    }
    g_autoptr(GString) flat = g_string_new(NULL);
    append_flat(flat, map, 0);
    page_put(page, flat->str, flat->len);
}
