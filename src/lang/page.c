/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/page.h"

#include "lang/comment.h"

#include <string.h>

void page_init(struct page *page, const struct text *source)
{
    const char *end = memchr(source->data, '\n', source->length);
    const bool has_return = end && end > source->data && end[-1] == '\r';
    *page = (struct page){
        .text = g_string_sized_new(source->length + source->length / 8),
        .line_end = has_return ? "\r\n" : "\n",
    };
}

bool page_is_fresh(const struct page *page)
{
    return page->text->len == page->line;
}

guint page_column(const struct page *page)
{
    return (guint)g_utf8_strlen(page->text->str + page->line,
                                (gssize)(page->text->len - page->line));
}

static void end_line(struct page *page)
{
    g_string_append(page->text, page->line_end);
    page->line = page->text->len;
    page->closed = false;
}

void page_break(struct page *page, bool blank)
{
    if (!page_is_fresh(page))
        end_line(page);
    if (blank && page->text->len > 0)
        end_line(page);
}

void page_put(struct page *page, const char *text, gsize length)
{
    if (page->closed)
        page_break(page, false);
    if (page_is_fresh(page))
        g_string_append_printf(page->text, "%*s", (int)page->indent, "");
    g_string_append_len(page->text, text, (gssize)length);
    const char *last = memrchr(text, '\n', length);
    if (last)
        page->line = page->text->len - (gsize)(text + length - (last + 1));
}

void page_put_text(struct page *page, const char *text)
{
    page_put(page, text, strlen(text));
}

void page_put_span(struct page *page, struct span span)
{
    page_put(page, span_start(span), span.length);
}

void page_space(struct page *page)
{
    if (!page_is_fresh(page) && !page->closed)
        g_string_append_c(page->text, ' ');
}

void page_put_comment(struct page *page, struct span comment)
{
    const bool is_line = comment_is_line(comment);
    const char *start = span_start(comment);
    while (is_line && g_ascii_isspace(start[comment.length - 1]))
        comment.length--;
    page_space(page);
    page_put_span(page, comment);
    page->closed = is_line;
}
