/* SPDX-License-Identifier: Apache-2.0 */
/* What a condition compares, and how. */
#pragma once

#include "lang/lexer.h"

struct operand {
    struct span span;
    char *text;     /* NULL: not known (no value is asked for, or an error) */
    bool is_string; /* in quotes: a number in it is none */
    bool is_null;   /* a variable without a value */
    char *variable; /* the name, when it is one alone */
};

void operand_clear(struct operand *operand);

enum relation {
    RELATION_EQUAL = 1,
    RELATION_UNEQUAL,
    RELATION_LESS,
    RELATION_AT_MOST,
    RELATION_GREATER,
    RELATION_AT_LEAST,
};

/* The relation that an operator token begins with, or 0; *out_length is what it takes of it. */
enum relation relation_find(const struct token *token, gsize *out_length);

/* `order` is below, equal or above 0. */
bool relation_holds(enum relation relation, int order);

/* Two numbers as numbers, all else as text. Both have a text. */
int operand_compare(const struct operand *left, const struct operand *right);

/* Equal to the element of an IN list; one that is a variable alone stands for each element of its
 * value, as in SQL. */
bool operand_is_among(const struct operand *left, const struct operand *element);
