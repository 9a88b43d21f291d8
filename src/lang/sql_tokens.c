/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/sql_tokens.h"

#include <string.h>

static const char *const words[WORD_COUNT] = {
#define X(word) [WORD_##word] = #word,
    SQL_WORDS(X)
#undef X
};

enum { LONGEST_WORD = 12 };

static enum sql_word find_word(const char *text, gsize length)
{
    char upper[LONGEST_WORD + 1];
    if (length < 2 || length > LONGEST_WORD)
        return WORD_NONE;
    for (gsize i = 0; i < length; i++)
        upper[i] = g_ascii_toupper(text[i]);
    upper[length] = '\0';
    guint low = WORD_NONE + 1;
    guint high = WORD_COUNT;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const int order = strcmp(upper, words[middle]);
        if (order == 0)
            return (enum sql_word)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return WORD_NONE;
}

void sql_tokens_init(struct sql_tokens *tokens, const char *sql, gsize length)
{
    *tokens = (struct sql_tokens){
        .text = {.data = g_strndup(sql, length), .length = length},
        .list = g_array_sized_new(FALSE, FALSE, sizeof(struct sql_token), (guint)(length / 5 + 8)),
    };
    struct lexer lexer;
    lexer_init(&lexer, &tokens->text, 0, length);
    struct token token;
    do {
        token = lexer_next(&lexer);
        const struct sql_token own = {
            .kind = (guint8)token.kind,
            .word = token.kind == TOKEN_WORD
                        ? (guint8)find_word(span_start(token.span), token.span.length)
                        : (guint8)WORD_NONE,
            .offset = token.span.offset,
            .length = token.span.length,
        };
        g_array_append_val(tokens->list, own);
    } while (token.kind != TOKEN_END);
}

void sql_tokens_clear(struct sql_tokens *tokens)
{
    g_free(tokens->text.data);
    g_array_unref(tokens->list);
}

const struct sql_token *sql_token_at(const struct sql_tokens *tokens, guint index)
{
    return &g_array_index(tokens->list, struct sql_token, MIN(index, tokens->list->len - 1));
}

const char *sql_token_text(const struct sql_tokens *tokens, const struct sql_token *token)
{
    return tokens->text.data + token->offset;
}

bool sql_token_is(const struct sql_tokens *tokens, guint index, const char *word)
{
    const struct sql_token *token = sql_token_at(tokens, index);
    return token->kind == TOKEN_WORD &&
           g_ascii_strncasecmp(sql_token_text(tokens, token), word, token->length) == 0 &&
           word[token->length] == '\0';
}

bool sql_token_is_bracket(const struct sql_tokens *tokens, guint index, char bracket)
{
    const struct sql_token *token = sql_token_at(tokens, index);
    return (token->kind == TOKEN_OPEN || token->kind == TOKEN_CLOSE) &&
           *sql_token_text(tokens, token) == bracket;
}

bool sql_token_is_name(const struct sql_tokens *tokens, guint index)
{
    const guint8 kind = sql_token_at(tokens, index)->kind;
    return kind == TOKEN_WORD || kind == TOKEN_QUOTED;
}

guint sql_name_end(const struct sql_tokens *tokens, guint index)
{
    if (!sql_token_is_name(tokens, index))
        return index;
    guint end = index + 1;
    while (sql_token_at(tokens, end)->kind == TOKEN_DOT && sql_token_is_name(tokens, end + 1))
        end += 2;
    return end;
}

char *sql_name_dup(const struct sql_tokens *tokens, guint from, guint to)
{
    const struct sql_token *first = sql_token_at(tokens, from);
    if (to == from + 1)
        return g_strndup(sql_token_text(tokens, first), first->length);
    GString *name = g_string_new(NULL);
    for (guint i = from; i < to; i++) {
        const struct sql_token *token = sql_token_at(tokens, i);
        g_string_append_len(name, sql_token_text(tokens, token), token->length);
    }
    return g_string_free(name, FALSE);
}

guint sql_bracket_end(const struct sql_tokens *tokens, guint index)
{
    const guint last = tokens->list->len - 1;
    guint depth = 0;
    for (guint i = index; i < last; i++) {
        const guint8 kind = sql_token_at(tokens, i)->kind;
        if (kind == TOKEN_OPEN)
            depth++;
        else if (kind == TOKEN_CLOSE && depth > 0 && --depth == 0)
            return i + 1;
    }
    return last;
}

static char *unquote(const char *text, gsize length)
{
    GString *value = g_string_sized_new(length);
    for (gsize i = 1; i + 1 < length; i++) {
        g_string_append_c(value, text[i]);
        if (text[i] == '\'')
            i++;
    }
    return g_string_free(value, FALSE);
}

char *sql_string_dup(const struct sql_tokens *tokens, guint index)
{
    const struct sql_token *token = sql_token_at(tokens, index);
    const char *text = sql_token_text(tokens, token);
    if (token->kind == TOKEN_STRING)
        return unquote(text, token->length);
    if (token->kind != TOKEN_DOLLAR_STRING)
        return NULL;
    const char *body = memchr(text + 1, '$', token->length - 1);
    const gsize tag = (gsize)(body + 1 - text);
    return token->length >= 2 * tag ? g_strndup(body + 1, token->length - 2 * tag) : g_strdup("");
}
