/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/filter.h"

#include "lang/lexer.h"
#include "lang/number.h"
#include "sqlflow/connector.h"

#include <string.h>

enum { MAX_FILTERS = 100 };

static void filter_clear(gpointer data)
{
    struct sqlflow_filter *filter = data;
    g_free((void *)(guintptr)filter->column);
    g_free((void *)(guintptr)filter->text);
}

static const struct {
    const char *sign;
    enum sqlflow_operator operation;
    enum sqlflow_operator turned; /* the constant stands before the column */
} operators[] = {
    {"=", SQLFLOW_EQUAL, SQLFLOW_EQUAL},
    {"==", SQLFLOW_EQUAL, SQLFLOW_EQUAL},
    {"<>", SQLFLOW_NOT_EQUAL, SQLFLOW_NOT_EQUAL},
    {"!=", SQLFLOW_NOT_EQUAL, SQLFLOW_NOT_EQUAL},
    {"<", SQLFLOW_LESS, SQLFLOW_GREATER},
    {"<=", SQLFLOW_LESS_OR_EQUAL, SQLFLOW_GREATER_OR_EQUAL},
    {">", SQLFLOW_GREATER, SQLFLOW_LESS},
    {">=", SQLFLOW_GREATER_OR_EQUAL, SQLFLOW_LESS_OR_EQUAL},
};

static bool is_sign(const struct token *token, const char *sign)
{
    return token->kind == TOKEN_OPERATOR && token->span.length == strlen(sign) &&
           strncmp(span_start(token->span), sign, token->span.length) == 0;
}

static bool read_operator(const struct token *token, bool is_turned, guint32 *out)
{
    for (gsize i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (!is_sign(token, operators[i].sign))
            continue;
        *out = is_turned ? operators[i].turned : operators[i].operation;
        return true;
    }
    return false;
}

/* Without its quotes, doubled ones as one. */
static char *unquoted(const struct token *token, const char *quote)
{
    g_autofree char *text = span_dup(token->span);
    GString *inner = g_string_new_len(text + 1, (gssize)strlen(text) - 2);
    g_autofree char *twice = g_strconcat(quote, quote, NULL);
    g_string_replace(inner, twice, quote, 0);
    return g_string_free(inner, FALSE);
}

static bool is_constant_word(const struct token *token)
{
    return token_is(token, "true") || token_is(token, "false") || token_is(token, "null");
}

static char *read_column(const struct token *token)
{
    if (token->kind == TOKEN_QUOTED)
        return unquoted(token, "\"");
    if (token->kind == TOKEN_WORD && !is_constant_word(token))
        return span_dup(token->span);
    return NULL;
}

/* A constant of one token, or of two: -1, DATE '2024-01-31'. */
static char *read_constant(const struct token *tokens, guint count, guint32 *out_kind)
{
    static const char *const typed[] = {"date", "timestamp", NULL};
    const struct token *last = &tokens[count - 1];
    if (count == 1 && (token_is(last, "true") || token_is(last, "false"))) {
        *out_kind = SQLFLOW_CONSTANT_BOOLEAN;
        g_autofree char *word = span_dup(last->span);
        return g_ascii_strdown(word, -1);
    }
    bool is_typed = false;
    for (const char *const *word = typed; count == 2 && *word; word++)
        is_typed |= token_is(&tokens[0], *word);
    if (last->kind == TOKEN_STRING && (count == 1 || is_typed)) {
        *out_kind = is_typed ? SQLFLOW_CONSTANT_TIME : SQLFLOW_CONSTANT_TEXT;
        return unquoted(last, "'");
    }
    const bool is_negative = count == 2 && is_sign(&tokens[0], "-");
    if (last->kind != TOKEN_NUMBER || (count == 2 && !is_negative))
        return NULL;
    g_autofree char *digits = span_dup(last->span);
    *out_kind = SQLFLOW_CONSTANT_NUMBER;
    return text_is_number(digits) ? g_strconcat(is_negative ? "-" : "", digits, NULL) : NULL;
}

static bool read_null_test(const struct token *tokens, guint count, struct sqlflow_filter *out)
{
    const bool is_not = count == 4 && token_is(&tokens[2], "not");
    if ((count != 3 && !is_not) || !token_is(&tokens[1], "is") ||
        !token_is(&tokens[count - 1], "null"))
        return false;
    out->operation = is_not ? SQLFLOW_IS_NOT_NULL : SQLFLOW_IS_NULL;
    out->column = read_column(&tokens[0]);
    return out->column != NULL;
}

/* The column alone on one side, the constant on the other. */
static bool read_comparison(const struct token *tokens, guint count, bool is_turned,
                            struct sqlflow_filter *out)
{
    if (count < 3 || count > 4)
        return false;
    const guint column = is_turned ? count - 1 : 0;
    const guint sign = is_turned ? count - 2 : 1;
    const guint constant = is_turned ? 0 : 2;
    struct sqlflow_filter filter = {0};
    if (!read_operator(&tokens[sign], is_turned, &filter.operation))
        return false;
    filter.column = read_column(&tokens[column]);
    filter.text =
        filter.column ? read_constant(&tokens[constant], count - 2, &filter.constant) : NULL;
    if (filter.text) {
        *out = filter;
        return true;
    }
    filter_clear(&filter);
    return false;
}

static void read_part(const struct token *tokens, guint count, GArray *filters)
{
    struct sqlflow_filter filter = {0};
    if (filters->len < MAX_FILTERS &&
        (read_null_test(tokens, count, &filter) || read_comparison(tokens, count, false, &filter) ||
         read_comparison(tokens, count, true, &filter)))
        g_array_append_val(filters, filter);
}

/* Words by which an AND may not be what joins the parts. */
static bool spoils(const struct token *token)
{
    return token_is(token, "or") || token_is(token, "between") || token_is(token, "case") ||
           token->kind == TOKEN_SEMICOLON || token->unclosed;
}

static void read_parts(const GArray *tokens, GArray *filters)
{
    guint start = 0;
    guint depth = 0;
    for (guint i = 0; i <= tokens->len; i++) {
        const struct token *token =
            i < tokens->len ? &g_array_index(tokens, struct token, i) : NULL;
        if (token && token->kind == TOKEN_OPEN)
            depth++;
        else if (token && token->kind == TOKEN_CLOSE && depth > 0)
            depth--;
        if (token && (depth > 0 || !token_is(token, "and")))
            continue;
        read_part(&g_array_index(tokens, struct token, start), i - start, filters);
        start = i + 1;
    }
}

static bool read_tokens(const struct text *text, GArray *tokens)
{
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    for (struct token token = lexer_next(&lexer); token.kind != TOKEN_END;
         token = lexer_next(&lexer)) {
        if (spoils(&token))
            return false;
        g_array_append_val(tokens, token);
    }
    return true;
}

GArray *filters_read(const char *where)
{
    GArray *filters = g_array_new(FALSE, TRUE, sizeof(struct sqlflow_filter));
    g_array_set_clear_func(filters, filter_clear);
    AUTO(text) text = where ? text_new("", where, strlen(where), NULL) : NULL;
    if (!text)
        return filters;
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
    if (read_tokens(text, tokens) && tokens->len > 0)
        read_parts(tokens, filters);
    return filters;
}
