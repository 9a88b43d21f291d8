/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in a statement of SQL a value stands, told from the tokens before it. It follows clauses
 * and brackets, nothing more; what it doesn't know is an operand.
 */
#pragma once

#include "lang/lexer.h"

enum slot {
    SLOT_OPERAND = 1, /* an expression goes on here */
    SLOT_TABLE,       /* a table's name is wanted: dots split it */
    SLOT_NAME,        /* one name is wanted: a column, an alias */
    SLOT_ITEM,        /* an item of SELECT, GROUP BY, ORDER BY, PARTITION BY begins */
    SLOT_ELEMENT,     /* an element of IN ( .. ) begins */
    SLOT_BARE_IN,     /* right after IN */
};

struct context;

/* `slot`: what stands at the start of the text. */
struct context *context_new(enum slot slot);
void context_free(struct context *context);
DEFINE_AUTO(context, context_free);

/* Takes note of the next token. */
void context_pass(struct context *context, const struct token *token);

/* What the next token stands for. */
enum slot context_slot(const struct context *context);

/* The token passed last; kind 0 before the first. */
const struct token *context_last(const struct context *context);
