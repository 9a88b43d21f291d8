/* SPDX-License-Identifier: Apache-2.0 */
/* A text in the making: the source with some of it replaced, every replacement remembered. */
#pragma once

#include "lang/ast.h"

struct draft {
    GString *text;
    GArray *pieces; /* struct piece */
    struct span source;
    gsize copied; /* offset in the source: what is before is in the text */
};

void draft_init(struct draft *draft, struct span source);

/* The source up to offset `end` as it is. */
void draft_copy(struct draft *draft, gsize end);

/* The source up to `what` as it is, and `text` instead of `what`. */
void draft_replace(struct draft *draft, struct span what, const char *text, gsize length);

/* Hands the text over to the fragment; the draft is empty then. */
void draft_finish(struct draft *draft, struct fragment *fragment);
