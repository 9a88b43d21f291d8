/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the tokens with a stack of open brackets, never by recursion: a statement may be as
 * deep as it likes. FROM and JOIN make the next token the place of a table, and so does a comma as
 * long as the FROM list goes on.
 */
#include "lang/sql_frame.h"

#include "base/name.h"

#include <string.h>

static bool starts_with(const struct scan *scan, const struct sql_token *token, const char *text)
{
    const gsize length = strlen(text);
    return token->length >= length &&
           memcmp(sql_token_text(scan->tokens, token), text, length) == 0;
}

void scan_refer(struct scan *scan, char *name, guint from, guint to, guint flags)
{
    const struct sql_token *first = sql_token_at(scan->tokens, from);
    const struct sql_token *last = sql_token_at(scan->tokens, to - 1);
    const struct sql_reference reference = {
        .name = arena_text(scan->arena, name, strlen(name)),
        .is_file = flags & REFERENCE_FILE,
        .is_write = flags & REFERENCE_WRITE,
        .is_definition = flags & REFERENCE_DEFINITION,
        .is_foreign = flags & REFERENCE_FOREIGN,
        .offset = first->offset,
        .length = last->offset + last->length - first->offset,
    };
    g_array_append_val(scan->references, reference);
    g_free(name);
}

enum word_trait {
    BEGINS_QUERY = 1 << 0, /* a bracket where a table can stand holds a query */
    ENDS_FROM = 1 << 1,    /* a comma brings no table any more */
    KEEPS_FIRST = 1 << 2,  /* UNION ALL BY NAME: what follows still begins a query */
};

static const guint8 word_traits[WORD_COUNT] = {
    [WORD_ALL] = KEEPS_FIRST,
    [WORD_BY] = KEEPS_FIRST,
    [WORD_DESC] = BEGINS_QUERY,
    [WORD_DESCRIBE] = BEGINS_QUERY,
    [WORD_DISTINCT] = KEEPS_FIRST,
    [WORD_EXCEPT] = ENDS_FROM,
    [WORD_FETCH] = ENDS_FROM,
    [WORD_FROM] = BEGINS_QUERY,
    [WORD_GROUP] = ENDS_FROM,
    [WORD_HAVING] = ENDS_FROM,
    [WORD_INTERSECT] = ENDS_FROM,
    [WORD_LIMIT] = ENDS_FROM,
    [WORD_NAME] = KEEPS_FIRST,
    [WORD_OFFSET] = ENDS_FROM,
    [WORD_ORDER] = ENDS_FROM,
    [WORD_PIVOT] = BEGINS_QUERY,
    [WORD_PIVOT_LONGER] = BEGINS_QUERY,
    [WORD_PIVOT_WIDER] = BEGINS_QUERY,
    [WORD_QUALIFY] = ENDS_FROM,
    [WORD_RETURNING] = ENDS_FROM,
    [WORD_SELECT] = BEGINS_QUERY | ENDS_FROM,
    [WORD_SET] = ENDS_FROM,
    [WORD_SHOW] = BEGINS_QUERY,
    [WORD_SUMMARIZE] = BEGINS_QUERY,
    [WORD_TABLE] = BEGINS_QUERY,
    [WORD_UNION] = ENDS_FROM,
    [WORD_UNPIVOT] = BEGINS_QUERY,
    [WORD_VALUES] = BEGINS_QUERY,
    [WORD_WHERE] = ENDS_FROM,
    [WORD_WINDOW] = ENDS_FROM,
    [WORD_WITH] = BEGINS_QUERY,
};

static bool has_trait(const struct sql_token *token, enum word_trait trait)
{
    return word_traits[token->word] & trait;
}

static void add_function(struct scan *scan, guint from, guint end)
{
    g_autofree char *name = sql_name_dup(scan->tokens, from, end);
    char *kept = arena_text(scan->arena, name, strlen(name));
    for (char *c = kept; *c; c++)
        *c = g_ascii_tolower(*c);
    if (!scan->functions)
        scan->functions = g_ptr_array_new();
    g_ptr_array_add(scan->functions, kept);
}

static bool is_catalog_name(const char *name)
{
    static const char *const prefixes[] = {"information_schema.", "pg_catalog.", "sqlite_master",
                                           "duckdb_"};
    for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_ascii_strncasecmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* A table, a function that gives one, or a prefix alias (`FROM a: t`). */
static void scan_table_name(struct scan *scan, struct frame *frame)
{
    const guint from = scan->at;
    const guint end = sql_name_end(scan->tokens, from);
    const struct sql_token *after = sql_token_at(scan->tokens, end);
    scan->at = end;
    if (after->kind == TOKEN_OPERATOR && after->length == 1 && starts_with(scan, after, ":")) {
        scan->at++;
        return;
    }
    frame->expects_table = false;
    if (sql_token_is_bracket(scan->tokens, end, '(')) {
        add_function(scan, from, end);
        g_autofree char *function = sql_name_dup(scan->tokens, from, end);
        scan_table_function(scan, function, end);
        return;
    }
    if (frame_has_cte(scan, from, end))
        return;
    char *name = sql_name_dup(scan->tokens, from, end);
    if (is_catalog_name(name))
        scan->summary->is_unknown = true;
    scan_refer(scan, name, from, end, 0);
}

static bool is_file_name(const char *text)
{
    return strpbrk(text, "./\\*?[:~") != NULL;
}

static void scan_table_string(struct scan *scan, char *text)
{
    const bool is_file = is_file_name(text);
    char *name = is_file ? text : quote_identifier(text);
    scan_refer(scan, name, scan->at, scan->at + 1, is_file ? REFERENCE_FILE : 0);
    if (!is_file)
        g_free(text);
    scan->at++;
}

/* What stands for a name that isn't known yet: `$1`, `?`, `${x}`, E'\x'. */
static bool is_placeholder(const struct sql_token *token)
{
    return token->kind == TOKEN_OPERATOR || token->kind == TOKEN_VARIABLE ||
           token->kind == TOKEN_ESCAPE_STRING;
}

/* The token at a place where a table begins. */
static void scan_table(struct scan *scan)
{
    struct frame *frame = frame_top(scan);
    const struct sql_token *token = scan_peek(scan, 0);
    char *text = sql_string_dup(scan->tokens, scan->at);
    if (text) {
        frame->expects_table = false;
        scan_table_string(scan, text);
    } else if (token->word == WORD_LATERAL || token->word == WORD_ONLY) {
        scan->at++;
    } else if (token->word == WORD_VALUES) {
        frame->expects_table = false;
        frame->in_values = true;
        scan->at++;
    } else if (has_trait(token, ENDS_FROM)) {
        frame->expects_table = false;
    } else if (token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED) {
        scan_table_name(scan, frame);
    } else if (sql_token_is_bracket(scan->tokens, scan->at, '(')) {
        frame->expects_table = false;
        frame = frame_open(scan);
        frame->expects_table = frame->in_from = !has_trait(scan_peek(scan, 0), BEGINS_QUERY);
    } else {
        frame->expects_table = false;
        scan->summary->is_unknown |= is_placeholder(token);
    }
}

/* A name before a bracket; `a.b.f(` from its first part on. */
static void scan_function(struct scan *scan)
{
    guint from = scan->at;
    while (from >= 2 && sql_token_at(scan->tokens, from - 1)->kind == TOKEN_DOT &&
           sql_token_is_name(scan->tokens, from - 2))
        from -= 2;
    add_function(scan, from, scan->at + 1);
}

/* A word that is a name here: after a dot, before one, or a label with its value behind. */
static bool is_plain_name(const struct scan *scan)
{
    const struct sql_token *next = scan_peek(scan, 1);
    if (scan->at > 0 && sql_token_at(scan->tokens, scan->at - 1)->kind == TOKEN_DOT)
        return true;
    if (next->kind == TOKEN_OPERATOR)
        return starts_with(scan, next, ":=") || starts_with(scan, next, "=>") ||
               (frame_top(scan)->is_brace && starts_with(scan, next, ":"));
    return next->kind == TOKEN_DOT;
}

/* `a IS [NOT] DISTINCT FROM b`. */
static bool is_distinct_from(const struct scan *scan)
{
    if (scan->at < 2 || sql_token_at(scan->tokens, scan->at - 1)->word != WORD_DISTINCT)
        return false;
    const guint8 before = sql_token_at(scan->tokens, scan->at - 2)->word;
    return before == WORD_IS || before == WORD_NOT;
}

static void expect_table(struct scan *scan, bool in_from)
{
    frame_top(scan)->expects_table = true;
    frame_top(scan)->in_from = in_from;
    scan->prefix = false;
    scan->at++;
}

static void scan_from(struct scan *scan)
{
    if (scan->is_copy && scan->frames->len == 1)
        scan_copy_place(scan, false);
    else if (frame_top(scan)->is_special || is_distinct_from(scan))
        scan->at++;
    else
        expect_table(scan, true);
}

static bool first_with(struct scan *scan)
{
    if (!sql_token_is_name(scan->tokens, scan->at + 1))
        return false;
    frame_top(scan)->cte = CTE_NAME;
    frame_top(scan)->is_recursive = false;
    scan->at++;
    return true;
}

static bool first_table(struct scan *scan)
{
    if (!sql_token_is_name(scan->tokens, scan->at + 1) ||
        has_trait(scan_peek(scan, 1), BEGINS_QUERY))
        return false;
    expect_table(scan, false);
    return true;
}

static bool first_pivot(struct scan *scan)
{
    expect_table(scan, false);
    return true;
}

static bool first_describe(struct scan *scan)
{
    scan_describe(scan);
    return true;
}

/* The first word of a query that isn't SELECT or FROM, or of a statement. False for any other. */
static bool scan_first(struct scan *scan)
{
    static bool (*const readers[WORD_COUNT])(struct scan *) = {
        [WORD_DESC] = first_describe,      [WORD_DESCRIBE] = first_describe,
        [WORD_PIVOT] = first_pivot,        [WORD_PIVOT_LONGER] = first_pivot,
        [WORD_PIVOT_WIDER] = first_pivot,  [WORD_SHOW] = first_describe,
        [WORD_SUMMARIZE] = first_describe, [WORD_TABLE] = first_table,
        [WORD_UNPIVOT] = first_pivot,      [WORD_WITH] = first_with,
    };
    bool (*const read)(struct scan *) = readers[scan_peek(scan, 0)->word];
    if (read)
        return read(scan);
    return scan->frames->len == 1 && !scan->prefix && scan_verb(scan);
}

static void scan_set_operation(struct scan *scan)
{
    frame_top(scan)->in_from = false;
    scan->is_first = true;
    scan->at++;
}

/* A label may be any word: `SELECT 1 AS from`. */
static void scan_as(struct scan *scan)
{
    scan->at++;
    if (!scan->prefix && scan_peek(scan, 0)->kind == TOKEN_WORD)
        scan->at++;
}

/* FOREIGN KEY .. REFERENCES t(a): t has columns, not arguments. */
static void scan_references(struct scan *scan)
{
    scan->at++;
    if (scan->is_create)
        scan_name(scan, REFERENCE_FOREIGN);
}

static void scan_special(struct scan *scan)
{
    scan->at++;
    if (sql_token_is_bracket(scan->tokens, scan->at, '('))
        frame_open(scan)->is_special = true;
}

static void scan_join(struct scan *scan)
{
    if (frame_top(scan)->in_from)
        expect_table(scan, true);
    else
        scan->at++;
}

static void scan_using(struct scan *scan)
{
    const bool names_tables = scan->using_tables && scan->frames->len == 1;
    if (names_tables)
        expect_table(scan, true);
    else
        scan->at++;
    scan->using_tables = scan->using_tables && !names_tables;
}

static void scan_to(struct scan *scan)
{
    if (scan->is_copy && scan->frames->len == 1)
        scan_copy_place(scan, true);
    else
        scan->at++;
}

static void scan_word(struct scan *scan)
{
    static void (*const readers[WORD_COUNT])(struct scan *) = {
        [WORD_AS] = scan_as,
        [WORD_EXCEPT] = scan_set_operation,
        [WORD_EXTRACT] = scan_special,
        [WORD_FROM] = scan_from,
        [WORD_INTERSECT] = scan_set_operation,
        [WORD_JOIN] = scan_join,
        [WORD_OVERLAY] = scan_special,
        [WORD_REFERENCES] = scan_references,
        [WORD_SUBSTRING] = scan_special,
        [WORD_TO] = scan_to,
        [WORD_TRIM] = scan_special,
        [WORD_UNION] = scan_set_operation,
        [WORD_USING] = scan_using,
    };
    const struct sql_token *token = scan_peek(scan, 0);
    if (readers[token->word]) {
        readers[token->word](scan);
        return;
    }
    if (has_trait(token, ENDS_FROM))
        frame_top(scan)->in_from = false;
    if (token->word == WORD_SELECT || token->word == WORD_VALUES)
        scan->prefix = false;
    if (token->word == WORD_NONE && sql_token_is_bracket(scan->tokens, scan->at + 1, '('))
        scan_function(scan);
    scan->at++;
}

static void scan_plain(struct scan *scan)
{
    const struct sql_token *token = scan_peek(scan, 0);
    struct frame *frame = frame_top(scan);
    const bool is_keyword = token->kind == TOKEN_WORD && !is_plain_name(scan);
    const bool is_first = frame->is_first || (scan->prefix && scan->frames->len == 1);
    if (is_first && is_keyword && has_trait(token, KEEPS_FIRST)) {
        scan->at++;
        return;
    }
    frame->is_first = false;
    frame->in_values = frame->in_values && token->kind != TOKEN_WORD;
    if (is_first && is_keyword && scan_first(scan))
        return;
    if (is_keyword) {
        scan_word(scan);
    } else if (token->kind == TOKEN_OPEN) {
        frame_open(scan);
    } else if (token->kind == TOKEN_CLOSE) {
        frame_close(scan);
    } else {
        if (token->kind == TOKEN_COMMA && frame->in_from)
            frame->expects_table =
                !frame->in_values || !sql_token_is_bracket(scan->tokens, scan->at + 1, '(');
        if (sql_token_is_name(scan->tokens, scan->at) &&
            sql_token_is_bracket(scan->tokens, scan->at + 1, '('))
            scan_function(scan);
        scan->at++;
    }
}

static void scan_token(struct scan *scan)
{
    if (frame_top(scan)->cte != CTE_NONE)
        frame_scan_cte(scan);
    else if (frame_top(scan)->expects_table)
        scan_table(scan);
    else
        scan_plain(scan);
    if (scan->is_first) {
        frame_top(scan)->is_first = true;
        scan->is_first = false;
    }
}

/* Hands what was found over to the summary. */
static void finish(struct scan *scan)
{
    struct sql_summary *summary = scan->summary;
    summary->reference_count = scan->references->len;
    summary->references = arena_copy(scan->arena, scan->references->data,
                                     scan->references->len * sizeof(struct sql_reference));
    summary->function_count = scan->functions ? scan->functions->len : 0;
    if (scan->functions)
        summary->functions =
            arena_copy(scan->arena, scan->functions->pdata, scan->functions->len * sizeof(char *));
}

void sql_scan(const struct sql_tokens *tokens, bool is_expression, struct arena *arena,
              struct sql_summary *summary)
{
    struct scan scan = {
        .tokens = tokens,
        .arena = arena,
        .summary = summary,
        .references = g_array_sized_new(FALSE, FALSE, sizeof(struct sql_reference), 4),
        .frames = g_array_sized_new(FALSE, FALSE, sizeof(struct frame), 8),
    };
    const struct frame statement = {.is_first = !is_expression};
    g_array_append_val(scan.frames, statement);
    while (sql_token_at(tokens, scan.at)->kind != TOKEN_END)
        scan_token(&scan);
    finish(&scan);
    g_clear_pointer(&scan.in_scope, g_hash_table_unref);
    g_clear_pointer(&scan.ctes, g_ptr_array_unref);
    g_clear_pointer(&scan.functions, g_ptr_array_unref);
    g_array_unref(scan.references);
    g_array_unref(scan.frames);
}
