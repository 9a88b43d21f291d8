/* SPDX-License-Identifier: Apache-2.0 */
/* A text that is being laid out, line by line, with as much indentation as is asked for. */
#pragma once

#include "base/text.h"

struct page {
    GString *text;
    gsize line;           /* where the last line begins */
    guint indent;         /* columns, of lines that begin from now on */
    bool closed;          /* the line ends in a comment that has no end of its own */
    const char *line_end; /* as the source has them */
};

enum { PAGE_WIDTH = 100, PAGE_INDENT = 2 };

/* The caller frees `text`. */
void page_init(struct page *page, const struct text *source);

/* Nothing is on the last line yet. */
bool page_is_fresh(const struct page *page);

/* Columns that the last line has. */
guint page_column(const struct page *page);

/* Ends the last line if there is something on it; `blank` adds an empty one, except at the top. */
void page_break(struct page *page, bool blank);

/* Adds to the last line, or to a new one where that is closed; `text` may have several lines. */
void page_put(struct page *page, const char *text, gsize length);
void page_put_text(struct page *page, const char *text);
void page_put_span(struct page *page, struct span span);

/* A blank between what is on the line and what comes next; nothing where a line begins. */
void page_space(struct page *page);

/* A comment, one blank away from what is on the line. */
void page_put_comment(struct page *page, struct span comment);
