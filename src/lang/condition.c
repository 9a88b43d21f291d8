/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   condition  = both { OR both }            both = negation { AND negation }
 *   negation   = NOT negation | comparison
 *   comparison = operand [ operator operand | [ NOT ] IN ( operand { , operand } )
 *                        | IS [ NOT ] NULL ]
 *   operand    = ( condition ) | DEFINED( name ) | string | number | word | ${..}
 *
 * Parsed and evaluated in one pass. What can't change the outcome (behind `false AND`) is parsed
 * like a branch that isn't taken: no value is asked for.
 */
#include "lang/condition.h"

#include "lang/comparison.h"
#include "lang/escape.h"
#include "lang/parser.h"
#include "lang/resolve.h"

#include <string.h>

struct evaluation {
    struct lexer lexer;
    struct token token; /* the next one */
    struct variables *variables;
    struct diagnostics *diagnostics;
    guint asleep; /* > 0: nothing is asked for */
    guint depth;
    bool failed;
};

static bool read_condition(struct evaluation *evaluation);

static bool is_awake(const struct evaluation *evaluation)
{
    return evaluation->asleep == 0 && !evaluation->failed;
}

/* Always false. Only the first error of a condition is told. */
static bool fail(struct evaluation *evaluation, enum code code, struct span at, const char *hint,
                 const char *message)
{
    if (!evaluation->failed)
        diagnostics_add(evaluation->diagnostics, code, at, hint, "%s", message);
    evaluation->failed = true;
    return false;
}

static void advance(struct evaluation *evaluation)
{
    evaluation->token = lexer_next(&evaluation->lexer);
}

static bool accept_word(struct evaluation *evaluation, const char *word)
{
    if (!token_is(&evaluation->token, word))
        return false;
    advance(evaluation);
    return true;
}

static bool is_bracket(const struct token *token, char bracket)
{
    return (token->kind == TOKEN_OPEN || token->kind == TOKEN_CLOSE) &&
           *span_start(token->span) == bracket;
}

static bool accept_bracket(struct evaluation *evaluation, char bracket)
{
    if (!is_bracket(&evaluation->token, bracket))
        return false;
    advance(evaluation);
    return true;
}

static bool expected(struct evaluation *evaluation, const char *what)
{
    struct span at = evaluation->token.span;
    g_autofree char *found = g_strndup(span_start(at), MIN(at.length, 40));
    g_autofree char *message =
        evaluation->token.kind == TOKEN_END
            ? g_strdup_printf("expected %s, but the condition ends here", what)
            : g_strdup_printf("expected %s in this condition, found '%s'", what, found);
    return fail(evaluation, SF_BAD_CONDITION, at, NULL, message);
}

/* True when a `(` may be entered. */
static bool enter(struct evaluation *evaluation)
{
    if (evaluation->depth == NESTING_MAX)
        return fail(evaluation, SF_LIMIT, evaluation->token.span, NULL,
                    "more than 200 brackets or NOTs inside each other");
    evaluation->depth++;
    return true;
}

static bool read_bracketed(struct evaluation *evaluation, struct operand *operand)
{
    if (!enter(evaluation))
        return false;
    struct span opening = evaluation->token.span;
    advance(evaluation);
    bool holds = read_condition(evaluation);
    evaluation->depth--;
    operand->span = span_between(opening, evaluation->token.span);
    operand->text = g_strdup(holds ? "true" : "false");
    if (evaluation->failed)
        return false;
    if (accept_bracket(evaluation, ')'))
        return true;
    if (evaluation->token.kind == TOKEN_END)
        return fail(evaluation, SF_BAD_CONDITION, opening, NULL, "this bracket isn't closed");
    return expected(evaluation, "`)`");
}

/* The name in DEFINED( .. ): a word, or a variable. */
static char *read_defined_name(struct evaluation *evaluation)
{
    struct token token = evaluation->token;
    if (token.kind == TOKEN_WORD) {
        advance(evaluation);
        return span_dup(token.span);
    }
    struct reference reference;
    if (token.kind != TOKEN_VARIABLE) {
        expected(evaluation, "the name of a variable");
        return NULL;
    }
    if (!reference_read(&reference, span_start(token.span), token.span.length, token.span,
                        evaluation->diagnostics)) {
        evaluation->failed = true;
        return NULL;
    }
    advance(evaluation);
    char *name = g_steal_pointer(&reference.name);
    reference_clear(&reference);
    return name;
}

static bool read_defined(struct evaluation *evaluation, struct operand *operand)
{
    struct span start = evaluation->token.span;
    advance(evaluation);
    advance(evaluation);
    g_autofree char *name = read_defined_name(evaluation);
    if (!name)
        return false;
    operand->span = span_between(start, evaluation->token.span);
    variables_mark(evaluation->variables, name);
    bool is_defined = variables_get(evaluation->variables, name, NULL) != NULL;
    operand->text = g_strdup(is_defined ? "true" : "false");
    return accept_bracket(evaluation, ')') || expected(evaluation, "`)`");
}

/* The text of a string, or of words and variables side by side. */
static bool read_text(struct evaluation *evaluation, struct operand *operand,
                      enum fragment_syntax syntax)
{
    variables_mark_span(evaluation->variables, operand->span);
    if (!is_awake(evaluation))
        return true;
    struct fragment fragment = {.span = operand->span};
    if (!fragment_resolve(&fragment, syntax, evaluation->variables, evaluation->diagnostics))
        evaluation->failed = true;
    operand->text = g_steal_pointer(&fragment.text);
    g_clear_pointer(&fragment.pieces, g_array_unref);
    return !evaluation->failed;
}

/* `${x}` alone: it may have no value, for IS NULL. */
static bool read_variable(struct evaluation *evaluation, struct operand *operand)
{
    struct reference reference;
    if (!reference_read(&reference, span_start(operand->span), operand->span.length, operand->span,
                        evaluation->diagnostics)) {
        evaluation->failed = true;
        return false;
    }
    variables_mark(evaluation->variables, reference.name);
    if (is_awake(evaluation)) {
        operand->is_null =
            !reference.fallback && !variables_has(evaluation->variables, reference.name);
        operand->variable = g_strdup(reference.name);
    }
    reference_clear(&reference);
    return operand->is_null || read_text(evaluation, operand, SYNTAX_WORD);
}

static bool can_be_in_word(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_NUMBER ||
           token->kind == TOKEN_VARIABLE || token->kind == TOKEN_DOT;
}

/* Words, numbers and variables side by side are one text. */
static bool read_word(struct evaluation *evaluation, struct operand *operand)
{
    struct token first = evaluation->token;
    struct token last = first;
    advance(evaluation);
    while (can_be_in_word(&evaluation->token) && token_touches(&last, &evaluation->token)) {
        last = evaluation->token;
        advance(evaluation);
    }
    operand->span = span_between(first.span, last.span);
    if (first.kind == TOKEN_VARIABLE && first.span.offset == last.span.offset)
        return read_variable(evaluation, operand);
    if (first.kind == TOKEN_WORD && token_is(&first, "null") &&
        first.span.offset == last.span.offset)
        return fail(evaluation, SF_BAD_CONDITION, first.span, "write IS NULL or IS NOT NULL",
                    "nothing is equal to NULL");
    return read_text(evaluation, operand, SYNTAX_WORD);
}

/* Digits only are text when they are no number (00501); 1e5 would be compared as text, which nobody
 * means. */
static bool check_number(struct evaluation *evaluation, const struct operand *operand)
{
    g_autofree char *text = span_dup(operand->span);
    if (text_is_number(text) || text[strspn(text, "0123456789")] == '\0')
        return true;
    return fail(evaluation, SF_BAD_CONDITION, operand->span, "write it in digits, or in quotes",
                "a number of a condition has the form -?digits[.digits]");
}

static bool read_number(struct evaluation *evaluation, struct operand *operand)
{
    struct token first = evaluation->token;
    if (first.kind == TOKEN_OPERATOR)
        advance(evaluation);
    if (evaluation->token.kind != TOKEN_NUMBER)
        return expected(evaluation, "a number");
    struct token number = evaluation->token;
    advance(evaluation);
    operand->span = span_between(first.span, number.span);
    bool is_word = can_be_in_word(&evaluation->token) && token_touches(&number, &evaluation->token);
    if (is_word)
        return expected(evaluation, "a blank after the number");
    operand->text = span_dup(operand->span);
    return check_number(evaluation, operand);
}

static bool is_minus(const struct token *token)
{
    return token->kind == TOKEN_OPERATOR && token->span.length == 1 &&
           *span_start(token->span) == '-';
}

static bool read_string(struct evaluation *evaluation, struct operand *operand)
{
    evaluation->lexer.offset = evaluation->token.span.offset;
    evaluation->token = lexer_string(&evaluation->lexer);
    operand->is_string = true;
    operand->span = evaluation->token.span;
    if (evaluation->token.unclosed)
        return fail(evaluation, SF_BAD_CONDITION, operand->span, NULL, "this string isn't closed");
    if (!escapes_check(operand->span, evaluation->diagnostics))
        evaluation->failed = true;
    advance(evaluation);
    return read_text(evaluation, operand, SYNTAX_STRING);
}

static bool at_defined(const struct evaluation *evaluation)
{
    struct lexer ahead = evaluation->lexer;
    struct token next = lexer_next(&ahead);
    return token_is(&evaluation->token, "defined") && is_bracket(&next, '(');
}

static bool is_reserved(const struct token *token)
{
    return token_is(token, "and") || token_is(token, "or") || token_is(token, "not") ||
           token_is(token, "in") || token_is(token, "is");
}

static bool read_operand(struct evaluation *evaluation, struct operand *operand)
{
    const struct token *token = &evaluation->token;
    if (is_bracket(token, '('))
        return read_bracketed(evaluation, operand);
    if (at_defined(evaluation))
        return read_defined(evaluation, operand);
    if (token->kind == TOKEN_STRING || token->kind == TOKEN_QUOTED)
        return read_string(evaluation, operand);
    if (token->kind == TOKEN_NUMBER || is_minus(token))
        return read_number(evaluation, operand);
    if ((token->kind == TOKEN_WORD || token->kind == TOKEN_VARIABLE) && !is_reserved(token))
        return read_word(evaluation, operand);
    return expected(evaluation, "a value");
}

/* Reads the operator; `=-1` is two of them to us, one to the lexer. */
static bool read_relation(struct evaluation *evaluation, enum relation *out_relation)
{
    struct span span = evaluation->token.span;
    gsize length = 0;
    *out_relation = relation_find(&evaluation->token, &length);
    bool is_minus_behind = length + 1 == span.length && span_start(span)[length] == '-';
    if (!*out_relation || (length < span.length && !is_minus_behind))
        return expected(evaluation, "a comparison, AND, OR or THEN");
    evaluation->lexer.offset = span.offset + length;
    advance(evaluation);
    return true;
}

/* A value is needed: an undefined variable is an error here. */
static bool need_value(struct evaluation *evaluation, const struct operand *operand)
{
    if (!operand->is_null || !is_awake(evaluation))
        return !evaluation->failed;
    struct reference reference = {.name = operand->variable, .form = FORM_BY_PLACE};
    variables_use(evaluation->variables, &reference, operand->span, evaluation->diagnostics);
    evaluation->failed = true;
    return false;
}

static bool read_right_side(struct evaluation *evaluation, const struct operand *left)
{
    enum relation relation;
    struct operand right = {0};
    if (!read_relation(evaluation, &relation))
        return false;
    bool holds = false;
    if (read_operand(evaluation, &right) && need_value(evaluation, left) &&
        need_value(evaluation, &right) && is_awake(evaluation))
        holds = relation_holds(relation, operand_compare(left, &right));
    operand_clear(&right);
    return holds;
}

static bool read_list(struct evaluation *evaluation, const struct operand *left)
{
    bool found = false;
    if (!accept_bracket(evaluation, '('))
        return expected(evaluation, "`(` after IN");
    need_value(evaluation, left);
    for (;;) {
        struct operand element = {0};
        if (read_operand(evaluation, &element) && need_value(evaluation, &element) &&
            is_awake(evaluation))
            found = found || operand_is_among(left, &element);
        operand_clear(&element);
        if (evaluation->failed)
            return false;
        if (accept_bracket(evaluation, ')'))
            return found;
        if (evaluation->token.kind != TOKEN_COMMA)
            return expected(evaluation, "`,` or `)`");
        advance(evaluation);
    }
}

static bool read_null_test(struct evaluation *evaluation, const struct operand *left)
{
    bool is_negated = accept_word(evaluation, "not");
    if (!accept_word(evaluation, "null"))
        return expected(evaluation, "NULL or NOT NULL after IS");
    return left->is_null != is_negated;
}

/* An operand that stands for the condition itself. */
static bool read_truth(struct evaluation *evaluation, const struct operand *operand)
{
    if (!need_value(evaluation, operand) || !is_awake(evaluation))
        return false;
    if (!operand->is_string && g_str_equal(operand->text, "true"))
        return true;
    if (!operand->is_string && g_str_equal(operand->text, "false"))
        return false;
    g_autofree char *message = g_strdup_printf("'%.60s' is neither true nor false", operand->text);
    return fail(evaluation, SF_CONDITION_VALUE, operand->span, "compare it with something",
                message);
}

static bool read_behind(struct evaluation *evaluation, const struct operand *left)
{
    if (accept_word(evaluation, "is"))
        return read_null_test(evaluation, left);
    if (accept_word(evaluation, "in"))
        return read_list(evaluation, left);
    if (accept_word(evaluation, "not")) {
        if (!accept_word(evaluation, "in"))
            return expected(evaluation, "IN after NOT");
        return !read_list(evaluation, left);
    }
    if (evaluation->token.kind == TOKEN_OPERATOR)
        return read_right_side(evaluation, left);
    return read_truth(evaluation, left);
}

static bool read_comparison(struct evaluation *evaluation)
{
    struct operand left = {0};
    bool holds = read_operand(evaluation, &left) && read_behind(evaluation, &left);
    operand_clear(&left);
    return holds;
}

static bool read_negation(struct evaluation *evaluation)
{
    if (!token_is(&evaluation->token, "not"))
        return read_comparison(evaluation);
    if (!enter(evaluation))
        return false;
    advance(evaluation);
    bool holds = read_negation(evaluation);
    evaluation->depth--;
    return !holds;
}

static bool read_both(struct evaluation *evaluation)
{
    bool holds = read_negation(evaluation);
    while (!evaluation->failed && accept_word(evaluation, "and")) {
        bool is_decided = !holds;
        evaluation->asleep += is_decided;
        bool right = read_negation(evaluation);
        evaluation->asleep -= is_decided;
        holds = holds && right;
    }
    return holds;
}

static bool read_condition(struct evaluation *evaluation)
{
    bool holds = read_both(evaluation);
    while (!evaluation->failed && accept_word(evaluation, "or")) {
        bool is_decided = holds;
        evaluation->asleep += is_decided;
        bool right = read_both(evaluation);
        evaluation->asleep -= is_decided;
        holds = holds || right;
    }
    return holds;
}

static bool evaluate(struct span condition, struct variables *variables, bool is_asleep,
                     struct diagnostics *diagnostics, bool *out_holds)
{
    struct evaluation evaluation = {
        .variables = variables,
        .diagnostics = diagnostics,
        .asleep = is_asleep,
    };
    lexer_init(&evaluation.lexer, condition.text, condition.offset,
               (gsize)condition.offset + condition.length);
    advance(&evaluation);
    bool holds = read_condition(&evaluation);
    if (!evaluation.failed && evaluation.token.kind != TOKEN_END)
        expected(&evaluation, "AND, OR or THEN");
    *out_holds = holds && !evaluation.failed;
    return !evaluation.failed;
}

bool condition_evaluate(struct span condition, struct variables *variables,
                        struct diagnostics *diagnostics, bool *out_holds)
{
    return evaluate(condition, variables, false, diagnostics, out_holds);
}

bool condition_check(struct span condition, struct variables *variables,
                     struct diagnostics *diagnostics)
{
    bool holds = false;
    return evaluate(condition, variables, true, diagnostics, &holds);
}
