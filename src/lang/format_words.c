/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/format_words.h"

#include "lang/comment.h"
#include "lang/format_map.h"

#include <string.h>

/* One pass over the words of a directive. */
struct pass {
    struct words *words;
    guint next;   /* slice */
    guint indent; /* of the directive */
    bool is_first;
    bool glued;        /* nothing stands between the last thing and the next */
    bool behind_body;  /* the last thing was a body */
    bool body_is_long; /* and it can't share its line */
};

static gsize end_of(struct span span)
{
    return (gsize)span.offset + span.length;
}

static const struct slice *next_slice(const struct pass *pass)
{
    const GArray *slices = pass->words->slices;
    return slices && pass->next < slices->len ? &g_array_index(slices, struct slice, pass->next)
                                              : NULL;
}

static bool has_lines(struct span span)
{
    return memchr(span_start(span), '\n', span.length) ||
           memchr(span_start(span), '\r', span.length);
}

static bool ends_in_line_comment(struct span body)
{
    struct lexer lexer;
    struct span comment = {0};
    guint lines = 0;
    lexer_init(&lexer, body.text, body.offset, end_of(body));
    for (;;) {
        while (comment_next(&lexer, &lines, &comment))
            if (lexer.offset == lexer.end)
                return comment_is_line(comment);
        const struct token token = lexer_next(&lexer);
        if (token.kind == TOKEN_END)
            return false;
    }
}

void body_lay(struct page *page, struct span body)
{
    page_put_span(page, body);
    page->closed = ends_in_line_comment(body);
}

/* What stands between the last thing and the next, save for comments. */
static void separate(struct pass *pass)
{
    const struct words *words = pass->words;
    struct page *page = words->page;
    if (pass->behind_body && (pass->body_is_long || words->break_after_body)) {
        page_break(page, false);
        page->indent = pass->indent;
    } else if (!pass->is_first && !pass->glued) {
        page_space(page);
    }
    pass->is_first = pass->glued = pass->behind_body = false;
}

static void measure(struct pass *pass)
{
    const guint column = page_column(pass->words->page);
    pass->words->widest = MAX(pass->words->widest, column);
}

/* Comments that stand before the next token or slice. */
static void lay_comments(struct pass *pass, gsize end)
{
    struct words *words = pass->words;
    struct span comment;
    guint lines = 0;
    words->lexer->end = end;
    while (comment_next(words->lexer, &lines, &comment)) {
        page_put_comment(words->page, comment);
        words->page->indent = pass->indent + PAGE_INDENT;
        pass->is_first = pass->glued = false;
    }
}

/* A body that begins on a line of its own keeps its indentation, which its lines are laid out for.
 */
static void lay_body(struct pass *pass, gsize from, struct span body)
{
    struct page *page = pass->words->page;
    const char *data = body.text->data;
    const char *line = memrchr(data + from, '\n', body.offset - from);
    if (line) {
        const gsize blanks = strspn(line + 1, " \t");
        const guint indent = page->indent;
        page_break(page, false);
        page->indent = 0;
        if (line + 1 + blanks == data + body.offset)
            page_put(page, line + 1, blanks);
        body_lay(page, body);
        page->indent = indent;
    } else {
        separate(pass);
        body_lay(page, body);
    }
    pass->is_first = pass->glued = false;
    pass->behind_body = true;
    pass->body_is_long = line || page->closed || has_lines(body);
}

static void lay_map(struct pass *pass, const struct value *map)
{
    struct words *words = pass->words;
    const gsize line = words->page->line;
    separate(pass);
    map_lay(words->page, map, words->open_maps);
    if (words->page->line == line)
        measure(pass);
}

static void lay_slice(struct pass *pass, const struct slice *slice, gsize from)
{
    struct page *page = pass->words->page;
    pass->next++;
    pass->words->lexer->offset = end_of(slice->span);
    switch (slice->kind) {
    case SLICE_BODY:
        lay_body(pass, from, slice->span);
        return;
    case SLICE_MAP:
        lay_map(pass, slice->map);
        return;
    case SLICE_STRING:
        separate(pass);
        string_lay(page, slice->span, '\'');
        break;
    case SLICE_VERBATIM:
        separate(pass);
        page_put_span(page, slice->span);
        break;
    }
    measure(pass);
}

/* Of two spellings one is written. */
static void lay_word(struct page *page, const struct token *token)
{
    static const char *const spellings[][2] = {{"ELSEIF", "ELSE IF"}, {"ENDIF", "END IF"}};
    for (guint i = 0; i < G_N_ELEMENTS(spellings); i++) {
        if (token_is(token, spellings[i][0])) {
            page_put_text(page, spellings[i][1]);
            return;
        }
    }
    g_autofree char *text = span_dup(token->span);
    g_autofree char *upper = g_ascii_strup(text, -1);
    page_put_text(page, upper);
}

/* A keyword, or `=`, `,`, a bracket. */
static void lay_token(struct pass *pass)
{
    struct words *words = pass->words;
    const struct token token = lexer_next(words->lexer);
    const char first = *span_start(token.span);
    pass->glued = pass->glued || first == ',' || first == ')';
    separate(pass);
    if (token.kind == TOKEN_WORD)
        lay_word(words->page, &token);
    else
        page_put_span(words->page, token.span);
    pass->glued = first == '(';
    measure(pass);
}

void words_lay(struct words *words, gsize end)
{
    struct pass pass = {
        .words = words,
        .indent = words->page->indent,
        .is_first = true,
    };
    const gsize whole = words->lexer->end;
    while (words->lexer->offset < end) {
        const gsize from = words->lexer->offset;
        const struct slice *slice = next_slice(&pass);
        lay_comments(&pass, slice ? slice->span.offset : end);
        if (slice && words->lexer->offset == slice->span.offset)
            lay_slice(&pass, slice, from);
        else if (words->lexer->offset < end)
            lay_token(&pass);
    }
    words->lexer->end = whole;
    words->page->indent = pass.indent;
}

static void add_slice(GArray *slices, const struct fragment *fragment, enum slice_kind kind)
{
    if (!fragment_present(fragment))
        return;
    const char first = *span_start(fragment->span);
    const bool is_string = kind == SLICE_STRING && (first == '"' || first == '\'');
    const struct slice slice = {
        .kind = kind == SLICE_STRING && !is_string ? SLICE_VERBATIM : kind,
        .span = fragment->span,
    };
    g_array_append_val(slices, slice);
}

static gint compare_slices(gconstpointer left, gconstpointer right)
{
    const guint32 one = ((const struct slice *)left)->span.offset;
    const guint32 other = ((const struct slice *)right)->span.offset;
    return (one > other) - (one < other);
}

GArray *statement_slices(const struct statement *statement)
{
    const struct mode *mode = &statement->mode;
    GArray *slices = g_array_new(FALSE, FALSE, sizeof(struct slice));
    add_slice(slices, &statement->name, SLICE_VERBATIM);
    add_slice(slices, &statement->table, SLICE_VERBATIM);
    add_slice(slices, &statement->type, SLICE_VERBATIM);
    add_slice(slices, &statement->target, SLICE_STRING);
    add_slice(slices, &statement->body, SLICE_BODY);
    add_slice(slices, &mode->column, SLICE_VERBATIM);
    add_slice(slices, &mode->lookback, SLICE_STRING);
    for (guint i = 0; mode->keys && i < mode->keys->len; i++)
        add_slice(slices, g_ptr_array_index(mode->keys, i), SLICE_VERBATIM);
    if (statement->options) {
        const struct slice slice = {
            .kind = SLICE_MAP,
            .span = statement->options->span,
            .map = statement->options,
        };
        g_array_append_val(slices, slice);
    }
    g_array_sort(slices, compare_slices);
    return slices;
}
