/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of one statement of SQL in an array, with the words that matter to us told apart.
 * Inside of lang/ only. */
#pragma once

#include "lang/lexer.h"
#include "lang/sql.h"

/* clang-format off */
/* In the order of the alphabet, which find_word relies on. */
#define SQL_WORDS(X) \
    X(ALL) X(ALTER) X(AS) X(ATTACH) X(BY) X(COPY) X(CREATE) X(DELETE) X(DESC) X(DESCRIBE) \
    X(DETACH) X(DISTINCT) X(DROP) X(EXCEPT) X(EXPLAIN) X(EXTRACT) X(FETCH) X(FROM) X(GROUP) \
    X(HAVING) X(INSERT) X(INTERSECT) X(IS) X(JOIN) X(LATERAL) X(LIMIT) X(LOAD) X(MATERIALIZED) \
    X(MERGE) X(NAME) X(NOT) X(OFFSET) X(ONLY) X(ORDER) X(OVERLAY) X(PIVOT) X(PIVOT_LONGER) \
    X(PIVOT_WIDER) X(PREPARE) X(QUALIFY) X(RECURSIVE) X(REFERENCES) X(RESET) X(RETURNING) \
    X(SELECT) X(SET) X(SHOW) X(SUBSTRING) X(SUMMARIZE) X(TABLE) X(TO) X(TRIM) X(TRUNCATE) \
    X(UNION) X(UNPIVOT) X(UPDATE) X(USE) X(USING) X(VALUES) X(WHERE) X(WINDOW) X(WITH) X(word)

enum sql_word {
    WORD_NONE = 0,
#define X(word) WORD_##word,
    SQL_WORDS(X)
#undef X
    WORD_COUNT,
};
/* clang-format on */

struct sql_token {
    guint8 kind; /* enum token_kind */
    guint8 word; /* enum sql_word */
    guint32 offset;
    guint32 length;
};

struct sql_tokens {
    const char *sql; /* the caller's */
    GArray *list;    /* struct sql_token, the last of kind TOKEN_END */
    const struct sql_token *items;
    guint last; /* index of that one */
};

/* sql_tokens_clear frees it. */
void sql_tokens_init(struct sql_tokens *tokens, const char *sql, gsize length);
void sql_tokens_clear(struct sql_tokens *tokens);

/* The token at an index; past the end, the last one. */
static inline const struct sql_token *sql_token_at(const struct sql_tokens *tokens, guint index)
{
    return &tokens->items[MIN(index, tokens->last)];
}

/* Its first byte. */
static inline const char *sql_token_text(const struct sql_tokens *tokens,
                                         const struct sql_token *token)
{
    return tokens->sql + token->offset;
}

/* The token is this word, given in upper case; quoted ones are not. */
bool sql_token_is(const struct sql_tokens *tokens, guint index, const char *word);

/* '(' and the like. */
static inline bool sql_token_is_bracket(const struct sql_tokens *tokens, guint index, char bracket)
{
    const struct sql_token *token = sql_token_at(tokens, index);
    return (token->kind == TOKEN_OPEN || token->kind == TOKEN_CLOSE) &&
           *sql_token_text(tokens, token) == bracket;
}

/* A word or quoted name can begin a name. */
static inline bool sql_token_is_name(const struct sql_tokens *tokens, guint index)
{
    const guint8 kind = sql_token_at(tokens, index)->kind;
    return kind == TOKEN_WORD || kind == TOKEN_QUOTED;
}

/* The index behind a dotted name that begins at `index`; `index` itself when there is none. */
guint sql_name_end(const struct sql_tokens *tokens, guint index);

/* The tokens [from, to) without what stands between them. */
char *sql_name_dup(const struct sql_tokens *tokens, guint from, guint to);

/* The index behind the bracket that closes the one at `index`, or of the end. */
guint sql_bracket_end(const struct sql_tokens *tokens, guint index);

/* What a '..' or $$..$$ says; NULL for any other token. */
char *sql_string_dup(const struct sql_tokens *tokens, guint index);
