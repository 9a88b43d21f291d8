/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/repeatable.h"

#include "lang/sql_tokens.h"

struct search {
    const struct sql_tokens *tokens;
    guint at;
    GByteArray *ordered; /* by open bracket, the statement first: an ORDER BY stands in it */
};

static bool is(const struct search *search, guint index, const char *word)
{
    return sql_token_is(search->tokens, index, word);
}

/* A word that is a name here: `t.limit`, `AS limit`. */
static bool is_name(const struct search *search)
{
    return search->at > 0 && (sql_token_at(search->tokens, search->at - 1)->kind == TOKEN_DOT ||
                              is(search, search->at - 1, "AS"));
}

static const char *find_function(const struct search *search)
{
    static const struct {
        const char *name;
        const char *why;
    } functions[] = {
        {"RANDOM", "random() gives other values each time"},
        {"UUID", "uuid() gives other values each time"},
        {"GEN_RANDOM_UUID", "gen_random_uuid() gives other values each time"},
        {"UUIDV4", "uuidv4() gives other values each time"},
        {"UUIDV7", "uuidv7() gives other values each time"},
        {"NEXTVAL", "nextval() gives other values each time"},
    };
    if (!sql_token_is_bracket(search->tokens, search->at + 1, '('))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(functions); i++)
        if (is(search, search->at, functions[i].name))
            return functions[i].why;
    return NULL;
}

/* `REPEATABLE (42)`, or `(bernoulli, 42)`. */
static bool is_seed(const struct search *search, guint index)
{
    const struct sql_tokens *tokens = search->tokens;
    return is(search, index, "REPEATABLE") ||
           (sql_token_is_bracket(tokens, index, '(') && sql_token_is_name(tokens, index + 1) &&
            sql_token_at(tokens, index + 2)->kind == TOKEN_COMMA &&
            sql_token_at(tokens, index + 3)->kind == TOKEN_NUMBER &&
            sql_token_is_bracket(tokens, index + 4, ')'));
}

/* With a seed the same rows are taken. */
static const char *find_sample(const struct search *search)
{
    const bool is_sample =
        is(search, search->at, "TABLESAMPLE") ||
        (is(search, search->at, "SAMPLE") && search->at > 0 && is(search, search->at - 1, "USING"));
    for (guint i = search->at; is_sample && i < search->tokens->last; i++)
        if (is_seed(search, i))
            return NULL;
    return is_sample ? "a sample without a seed" : NULL;
}

static const char *find_limit(const struct search *search)
{
    const struct sql_token *next = sql_token_at(search->tokens, search->at + 1);
    const bool takes_rows =
        next->kind == TOKEN_NUMBER || next->kind == TOKEN_OPEN ||
        (next->kind == TOKEN_OPERATOR && *sql_token_text(search->tokens, next) == '$');
    const bool is_none = next->length == 1 && *sql_token_text(search->tokens, next) == '0';
    if (!is(search, search->at, "LIMIT") || !takes_rows || is_none)
        return NULL;
    return search->ordered->data[search->ordered->len - 1] ? NULL : "LIMIT without ORDER BY";
}

static const char *find_at(const struct search *search)
{
    static const char *(*const finders[])(const struct search *) = {find_function, find_sample,
                                                                    find_limit};
    const char *why = NULL;
    for (guint i = 0; !is_name(search) && i < G_N_ELEMENTS(finders) && !why; i++)
        why = finders[i](search);
    return why;
}

static void pass(struct search *search)
{
    const struct sql_token *token = sql_token_at(search->tokens, search->at);
    const guint8 none = 0;
    if (token->kind == TOKEN_OPEN)
        g_byte_array_append(search->ordered, &none, 1);
    else if (token->kind == TOKEN_CLOSE && search->ordered->len > 1)
        g_byte_array_set_size(search->ordered, search->ordered->len - 1);
    else if (token->word == WORD_ORDER && is(search, search->at + 1, "BY"))
        search->ordered->data[search->ordered->len - 1] = 1;
}

struct unrepeatable sql_find_unrepeatable(const char *sql, gsize length)
{
    struct sql_tokens tokens;
    const guint8 none = 0;
    g_autoptr(GByteArray) ordered = g_byte_array_new();
    struct unrepeatable found = {.why = NULL};
    sql_tokens_init(&tokens, sql, length);
    g_byte_array_append(ordered, &none, 1);
    struct search search = {.tokens = &tokens, .ordered = ordered};
    for (; search.at < tokens.last && !found.why; search.at++) {
        const struct sql_token *token = sql_token_at(&tokens, search.at);
        if (token->kind == TOKEN_WORD)
            found.why = find_at(&search);
        found.offset = token->offset;
        found.length = token->length;
        pass(&search);
    }
    sql_tokens_clear(&tokens);
    return found;
}
