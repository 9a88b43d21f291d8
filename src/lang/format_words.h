/* SPDX-License-Identifier: Apache-2.0 */
/* The words of one directive as `sqlflow fmt` lays them out. */
#pragma once

#include "lang/ast.h"
#include "lang/lexer.h"
#include "lang/page.h"

enum slice_kind {
    SLICE_VERBATIM = 1, /* a name or a value */
    SLICE_STRING,
    SLICE_BODY, /* of SQL, or a condition */
    SLICE_MAP,
};

/* A part of a directive that isn't a word of ours. */
struct slice {
    enum slice_kind kind;
    struct span span;
    const struct value *map;
};

/* Lays out what is between `lexer->offset` and an end. */
struct words {
    struct lexer *lexer; /* what is before it is laid out */
    struct page *page;
    const GArray *slices;  /* struct slice, in the order of the text */
    bool break_after_body; /* what follows a body stands on a line of its own in any case */
    bool open_maps;
    guint widest; /* out: columns of the widest line, less open maps and what ends in a body */
};

void words_lay(struct words *words, gsize end);

/* Byte for byte; it may end in a comment that closes the line. */
void body_lay(struct page *page, struct span body);

/* The slices of a directive other than IF. */
GArray *statement_slices(const struct statement *statement);
