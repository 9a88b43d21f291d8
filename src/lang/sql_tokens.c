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
    if (length < 2 || length > LONGEST_WORD || g_ascii_isdigit(text[length - 1]))
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
    /* The lexer reads a text and changes none. */
    const struct text text = {.data = (char *)(guintptr)sql, .length = length};
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct sql_token));
    struct lexer lexer;
    lexer_init(&lexer, &text, 0, length);
    struct token token;
    guint count = 0;
    do {
        if (count == list->len)
            g_array_set_size(list, 2 * count + 32);
        token = lexer_next(&lexer);
        const bool is_word = token.kind == TOKEN_WORD;
        g_array_index(list, struct sql_token, count++) = (struct sql_token){
            .kind = (guint8)token.kind,
            .word = is_word ? (guint8)find_word(sql + token.span.offset, token.span.length) : 0,
            .offset = token.span.offset,
            .length = token.span.length,
        };
    } while (token.kind != TOKEN_END);
    g_array_set_size(list, count);
    *tokens = (struct sql_tokens){
        .sql = sql,
        .list = list,
        .items = &g_array_index(list, struct sql_token, 0),
        .last = count - 1,
    };
}

void sql_tokens_clear(struct sql_tokens *tokens)
{
    g_array_unref(tokens->list);
}

bool sql_token_is(const struct sql_tokens *tokens, guint index, const char *word)
{
    const struct sql_token *token = sql_token_at(tokens, index);
    if (token->kind != TOKEN_WORD)
        return false;
    const char *text = sql_token_text(tokens, token);
    for (guint32 i = 0; i < token->length; i++)
        if (g_ascii_toupper(text[i]) != word[i])
            return false;
    return word[token->length] == '\0';
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
    const guint last = tokens->last;
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
