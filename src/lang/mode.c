/* SPDX-License-Identifier: Apache-2.0 */
/* MODE: how the rows of a LOAD or CREATE go into their table. */
#include "lang/parser.h"
#include "lang/statement.h"

static const struct {
    const char *word;
    enum mode_kind kind;
} mode_words[] = {
    {"REPLACE", MODE_REPLACE}, {"APPEND", MODE_APPEND},           {"UPSERT", MODE_UPSERT},
    {"MERGE", MODE_UPSERT},    {"INCREMENTAL", MODE_INCREMENTAL},
};

enum mode_kind mode_word(const struct token *token)
{
    for (guint i = 0; i < G_N_ELEMENTS(mode_words); i++) {
        if (token_is(token, mode_words[i].word))
            return mode_words[i].kind;
    }
    return 0;
}

static void fragment_free_item(gpointer fragment)
{
    fragment_free(fragment);
}

static bool parse_key(struct cursor *cursor, struct mode *mode)
{
    struct fragment key = {0};
    if (!cursor_name(cursor, "a key column", 1, &key))
        return false;
    struct fragment *kept = g_new(struct fragment, 1);
    *kept = key;
    g_ptr_array_add(mode->keys, kept);
    return true;
}

static bool accept_comma(struct cursor *cursor)
{
    if (cursor->token.kind != TOKEN_COMMA)
        return false;
    cursor_take(cursor);
    return true;
}

/* `(a, b)` or `a, b`. */
static bool parse_keys(struct cursor *cursor, struct mode *mode)
{
    static const char *const words[] = {"KEY", "KEYS", "MERGE_KEYS", "UPSERT_KEYS", NULL};
    if (cursor->token.kind != TOKEN_WORD || !word_in(cursor->token.span, words))
        return cursor_expected(cursor, "KEY and the key columns", words);
    cursor_take(cursor);
    mode->keys = g_ptr_array_new_with_free_func(fragment_free_item);
    const bool bracketed = cursor_at_bracket(cursor, '(');
    if (bracketed)
        cursor_take(cursor);
    do {
        if (!parse_key(cursor, mode))
            return false;
    } while (accept_comma(cursor));
    if (!bracketed)
        return true;
    if (!cursor_at_bracket(cursor, ')'))
        return cursor_expected(cursor, "',' or ')' in the list of keys", NULL);
    cursor_take(cursor);
    return true;
}

static bool at_unit(const struct cursor *cursor)
{
    return cursor->token.kind == TOKEN_WORD && !cursor_at(cursor, "AS") &&
           !cursor_at(cursor, "OPTIONS");
}

/* `7 DAYS`: the number may be a variable, the unit may be missing. */
static bool parse_amount(struct cursor *cursor, struct fragment *out)
{
    static const char *const units[] = {
        "DAY",          "DAYS",    "HOUR",    "HOURS", "MICROSECOND", "MICROSECONDS", "MILLISECOND",
        "MILLISECONDS", "MINUTE",  "MINUTES", "MONTH", "MONTHS",      "QUARTER",      "QUARTERS",
        "SECOND",       "SECONDS", "WEEK",    "WEEKS", "YEAR",        "YEARS",        NULL,
    };
    const struct span first = cursor->token.span;
    cursor_take(cursor);
    if (at_unit(cursor)) {
        if (!word_in(cursor->token.span, units))
            return cursor_expected(cursor, "a unit of time such as DAYS", units);
        cursor_take(cursor);
    }
    out->span = span_between(first, cursor->last);
    return true;
}

static bool parse_lookback(struct cursor *cursor, struct mode *mode)
{
    const enum token_kind kind = cursor->token.kind;
    if (kind == TOKEN_NUMBER || kind == TOKEN_VARIABLE)
        return parse_amount(cursor, &mode->lookback);
    return cursor_string(cursor, "how far to look back, 7 DAYS or '7 days'", &mode->lookback);
}

static bool parse_incremental(struct cursor *cursor, struct mode *mode)
{
    if (!cursor_expect(cursor, "BY") ||
        !cursor_name(cursor, "the column that tells new rows", 1, &mode->column))
        return false;
    return !cursor_accept(cursor, "LOOKBACK") || parse_lookback(cursor, mode);
}

bool mode_parse(struct cursor *cursor, struct mode *mode)
{
    static const char *const words[] = {"REPLACE", "APPEND",      "UPSERT",
                                        "MERGE",   "INCREMENTAL", NULL};
    const struct span from = cursor->token.span;
    cursor_take(cursor);
    mode->kind = mode_word(&cursor->token);
    if (!mode->kind)
        return cursor_expected(cursor, "REPLACE, APPEND, UPSERT or INCREMENTAL after MODE", words);
    cursor_take(cursor);
    bool good = true;
    if (mode->kind == MODE_UPSERT)
        good = parse_keys(cursor, mode);
    else if (mode->kind == MODE_INCREMENTAL)
        good = parse_incremental(cursor, mode);
    mode->span = span_between(from, cursor->last);
    return good;
}
