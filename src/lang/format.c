/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/format.h"

#include "lang/comment.h"
#include "lang/format_words.h"
#include "lang/page.h"
#include "lang/parser.h"

#include <string.h>

struct layout {
    struct lexer lexer; /* what is before it is laid out */
    struct page page;
    bool at_top; /* of the text or of a branch: no empty line here */
    bool blank;  /* an empty line stands before what comes next */
    bool joined; /* a comment stands before it, on its line */
};

static void lay_list(struct layout *layout, const GPtrArray *statements);

static gsize end_of(struct span span)
{
    return (gsize)span.offset + span.length;
}

/* A comment between statements. One on the line of a statement's end stays there. */
static void lay_comment(struct layout *layout, struct span comment, guint lines, bool is_behind)
{
    if (!is_behind)
        page_break(&layout->page, lines > 1 && !layout->at_top);
    page_put_comment(&layout->page, comment);
    layout->at_top = layout->at_top && is_behind;
}

/* What stands up to the next statement: blanks, comments, and `;` that end nothing, which go. */
static void lay_gap(struct layout *layout)
{
    struct lexer *lexer = &layout->lexer;
    struct span comment;
    guint lines = 0;
    guint all_lines = 0;
    bool is_behind = !page_is_fresh(&layout->page);
    layout->joined = false;
    for (;;) {
        const bool found = comment_next(lexer, &lines, &comment);
        all_lines += lines;
        is_behind = is_behind && all_lines == 0;
        if (found) {
            lay_comment(layout, comment, all_lines, is_behind);
            layout->joined = !is_behind && !comment_is_line(comment);
            all_lines = 0;
        } else if (lexer->offset < lexer->end && lexer->text->data[lexer->offset] == ';') {
            lexer->offset++;
        } else {
            break;
        }
    }
    layout->joined = layout->joined && all_lines == 0;
    layout->blank = all_lines > 1 && !layout->at_top;
}

static void begin_line(struct layout *layout)
{
    if (layout->joined)
        page_space(&layout->page);
    else
        page_break(&layout->page, layout->blank);
    layout->at_top = false;
}

/* The spaces and tabs before a statement of several lines; false when it has one line, or when
 * something else stands before it on its first. */
static bool own_indent(struct span statement, struct span *out)
{
    const char *data = statement.text->data;
    gsize from = statement.offset;
    while (from > 0 && (data[from - 1] == ' ' || data[from - 1] == '\t'))
        from--;
    *out = (struct span){.text = statement.text,
                         .offset = (guint32)from,
                         .length = statement.offset - (guint32)from};
    return (from == 0 || data[from - 1] == '\n') &&
           memchr(data + statement.offset, '\n', statement.length);
}

/* A statement of the engine. The lines of one that has several are laid out for the indentation
 * that it has, so it keeps it. */
static void lay_sql(struct layout *layout, struct span body)
{
    struct page *page = &layout->page;
    const guint indent = page->indent;
    struct span own = {0};
    const bool keeps = !layout->joined && own_indent(body, &own);
    begin_line(layout);
    if (keeps) {
        page->indent = 0;
        page_put_span(page, own);
    }
    body_lay(page, body);
    page->indent = indent;
    layout->lexer.offset = end_of(body);
}

/* The first of these ways that has room, else the last. A map that was opened out stays open, so
 * each way with open maps has one without before it. */
static void lay_directive(struct layout *layout, const struct statement *statement)
{
    g_autoptr(GArray) slices = statement_slices(statement);
    begin_line(layout);
    const struct lexer lexer = layout->lexer;
    const struct page page = layout->page;
    const gsize length = page.text->len;
    static const struct {
        bool break_after_body, open_maps;
    } ways[] = {{false, false}, {true, false}, {false, true}, {true, true}};
    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        layout->lexer = lexer;
        layout->page = page;
        g_string_truncate(page.text, length);
        struct words words = {
            .lexer = &layout->lexer,
            .page = &layout->page,
            .slices = slices,
            .break_after_body = ways[way].break_after_body,
            .open_maps = ways[way].open_maps,
        };
        words_lay(&words, end_of(statement->span));
        if (words.widest <= PAGE_WIDTH)
            break;
    }
}

/* What is up to `end`, with `condition` in it. */
static void lay_if_words(struct layout *layout, gsize end, const struct fragment *condition)
{
    g_autoptr(GArray) slices = g_array_new(FALSE, FALSE, sizeof(struct slice));
    const struct slice slice = {.kind = SLICE_BODY, .span = condition->span};
    if (fragment_present(condition))
        g_array_append_val(slices, slice);
    struct words words = {.lexer = &layout->lexer, .page = &layout->page, .slices = slices};
    words_lay(&words, end);
}

/* Where the next token, read from here on, ends. */
static gsize next_token_end(const struct layout *layout, gsize from)
{
    struct lexer ahead = layout->lexer;
    ahead.offset = from;
    return end_of(lexer_next(&ahead).span);
}

static void lay_if(struct layout *layout, const struct statement *statement)
{
    static const struct fragment none = {0};
    begin_line(layout);
    for (guint i = 0; i < statement->branches->len; i++) {
        const struct branch *branch = g_ptr_array_index(statement->branches, i);
        const struct span condition = branch->condition.span;
        const gsize from = condition.text ? end_of(condition) : layout->lexer.offset;
        if (i > 0)
            page_break(&layout->page, false);
        lay_if_words(layout, next_token_end(layout, from), &branch->condition);
        layout->page.indent += PAGE_INDENT;
        lay_list(layout, branch->statements);
        layout->page.indent -= PAGE_INDENT;
    }
    page_break(&layout->page, false);
    lay_if_words(layout, end_of(statement->span), &none);
}

/* The `;`, with the comments before it if it stands there. */
static void lay_semicolon(struct layout *layout)
{
    struct lexer ahead = layout->lexer;
    const struct token token = lexer_next(&ahead);
    if (token.kind == TOKEN_SEMICOLON) {
        struct words words = {.lexer = &layout->lexer, .page = &layout->page};
        words_lay(&words, token.span.offset);
        layout->lexer.offset = ahead.offset;
    }
    page_put_text(&layout->page, ";");
}

static void lay_statement(struct layout *layout, const struct statement *statement)
{
    switch (statement->kind) {
    case STATEMENT_QUERY:
    case STATEMENT_SQL:
        lay_sql(layout, statement->body.span);
        break;
    case STATEMENT_IF:
        lay_if(layout, statement);
        break;
    case STATEMENT_SOURCE:
    case STATEMENT_LOAD:
    case STATEMENT_CREATE:
    case STATEMENT_CHECK:
    case STATEMENT_EXPORT:
    case STATEMENT_SET:
    case STATEMENT_INCLUDE:
        lay_directive(layout, statement);
        break;
    }
    lay_semicolon(layout);
}

static void lay_list(struct layout *layout, const GPtrArray *statements)
{
    layout->at_top = true;
    for (guint i = 0; i < statements->len; i++) {
        lay_gap(layout);
        lay_statement(layout, g_ptr_array_index(statements, i));
    }
    lay_gap(layout);
}

char *pipeline_format(const struct text *text, struct diagnostics *diagnostics)
{
    const guint errors = diagnostics_errors(diagnostics);
    g_autoptr(GPtrArray) statements = pipeline_parse(text, diagnostics);
    if (diagnostics_errors(diagnostics) > errors)
        return NULL;
    struct layout layout = {0};
    lexer_init(&layout.lexer, text, 0, text->length);
    page_init(&layout.page, text);
    lay_list(&layout, statements);
    page_break(&layout.page, false);
    return g_string_free(layout.page.text, FALSE);
}
