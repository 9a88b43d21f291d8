/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/comparison.h"

#include "lang/number.h"
#include "lang/paste.h"

#include <string.h>

void operand_clear(struct operand *operand)
{
    g_free(operand->text);
    g_free(operand->variable);
    *operand = (struct operand){0};
}

/* The longer ones stand first. */
enum relation relation_find(const struct token *token, gsize *out_length)
{
    static const struct {
        const char *sign;
        enum relation relation;
    } rows[] = {
        {"==", RELATION_EQUAL},   {"!=", RELATION_UNEQUAL},  {"<>", RELATION_UNEQUAL},
        {"<=", RELATION_AT_MOST}, {">=", RELATION_AT_LEAST}, {"=", RELATION_EQUAL},
        {"<", RELATION_LESS},     {">", RELATION_GREATER},
    };
    for (guint i = 0; token->kind == TOKEN_OPERATOR && i < G_N_ELEMENTS(rows); i++) {
        *out_length = strlen(rows[i].sign);
        if (*out_length <= token->span.length &&
            memcmp(span_start(token->span), rows[i].sign, *out_length) == 0)
            return rows[i].relation;
    }
    return (enum relation)0;
}

static bool is_number(const struct operand *operand)
{
    return !operand->is_string && operand->text && text_is_number(operand->text);
}

int operand_compare(const struct operand *left, const struct operand *right)
{
    if (is_number(left) && is_number(right))
        return number_compare(left->text, right->text);
    return g_strcmp0(left->text, right->text);
}

bool relation_holds(enum relation relation, int order)
{
    switch (relation) {
    case RELATION_EQUAL:
        return order == 0;
    case RELATION_UNEQUAL:
        return order != 0;
    case RELATION_LESS:
        return order < 0;
    case RELATION_AT_MOST:
        return order <= 0;
    case RELATION_GREATER:
        return order > 0;
    case RELATION_AT_LEAST:
        break;
    }
    return order >= 0;
}

bool operand_is_among(const struct operand *left, const struct operand *element)
{
    if (!element->variable)
        return operand_compare(left, element) == 0;
    g_autoptr(GString) text = g_string_new(NULL);
    bool found = false;
    bool is_string = false;
    for (const char *at = element->text; !found && list_next(&at, text, &is_string);) {
        struct operand part = {.text = text->str, .is_string = is_string};
        found = operand_compare(left, &part) == 0;
    }
    return found;
}
