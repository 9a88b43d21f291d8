/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/sql.h"

#include "lang/sql_scan.h"

#include <string.h>

/* The tokens without what stands between them. */
static void keep_tokens(struct arena *arena, const struct sql_tokens *tokens,
                        struct sql_summary *summary)
{
    gsize length = tokens->last;
    for (guint i = 0; i < tokens->last; i++)
        length += tokens->items[i].length;
    char *text = arena_take(arena, length);
    summary->tokens = text;
    summary->tokens_length = length;
    for (guint i = 0; i < tokens->last; i++) {
        const struct sql_token *token = &tokens->items[i];
        memcpy(text, sql_token_text(tokens, token), token->length);
        text += token->length + 1;
    }
}

struct sql_summary *sql_summarize(struct arena *arena, const char *sql, gsize length)
{
    struct sql_summary *summary = ARENA_NEW(arena, struct sql_summary);
    struct sql_tokens tokens;
    sql_tokens_init(&tokens, sql, length);
    const struct sql_rule *rule = sql_classify(&tokens, arena, &summary->verb);
    summary->class = rule->class;
    summary->way_out = rule->way_out;
    sql_scan(&tokens, false, arena, summary);
    summary->is_barrier = summary->is_unknown || rule->is_barrier || rule->class == SQL_SESSION ||
                          rule->class == SQL_DEFINITION;
    keep_tokens(arena, &tokens, summary);
    sql_tokens_clear(&tokens);
    return summary;
}

struct sql_summary *sql_summarize_expression(struct arena *arena, const char *sql, gsize length)
{
    struct sql_summary *summary = ARENA_NEW(arena, struct sql_summary);
    struct sql_tokens tokens;
    sql_tokens_init(&tokens, sql, length);
    summary->class = SQL_DATA;
    summary->verb = "";
    sql_scan(&tokens, true, arena, summary);
    summary->is_barrier = summary->is_unknown;
    keep_tokens(arena, &tokens, summary);
    sql_tokens_clear(&tokens);
    return summary;
}
