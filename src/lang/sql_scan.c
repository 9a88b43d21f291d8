/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the tokens with a stack of open brackets, never by recursion: a statement may be as
 * deep as it likes. FROM and JOIN make the next token the place of a table, and so does a comma as
 * long as the FROM list goes on.
 */
#include "lang/sql_scan.h"

#include "base/name.h"

#include <string.h>

enum cte_state {
    CTE_NONE,
    CTE_NAME,  /* after WITH or a comma */
    CTE_HEAD,  /* after the name, before AS */
    CTE_AS,    /* the next bracket is the body */
    CTE_BODY,  /* inside of it */
    CTE_AFTER, /* a comma brings another one, all else the query */
};

struct frame {
    guint8 cte;         /* enum cte_state */
    bool is_special;    /* EXTRACT(x FROM d): FROM names no table here */
    bool is_brace;      /* {from: 1} */
    bool is_cte_body;   /* closing it brings the parent's CTE into scope */
    bool is_first;      /* the next token begins a query */
    bool expects_table; /* the next token begins a table */
    bool in_from;       /* a comma brings another table */
    bool in_values;     /* FROM VALUES (1), (2): these brackets are rows, up to the next word */
    bool is_recursive;  /* WITH RECURSIVE */
    guint cte_count;    /* how many were in scope before */
    guint cte_token;    /* the name of the CTE that is read */
};

static struct frame *top(const struct scan *scan)
{
    return &g_array_index(scan->frames, struct frame, scan->frames->len - 1);
}

static const struct sql_token *peek(const struct scan *scan, guint ahead)
{
    return sql_token_at(scan->tokens, scan->at + ahead);
}

static bool starts_with(const struct scan *scan, const struct sql_token *token, const char *text)
{
    return strncmp(sql_token_text(scan->tokens, token), text, strlen(text)) == 0;
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
        .offset = first->offset,
        .length = last->offset + last->length - first->offset,
    };
    g_array_append_val(scan->references, reference);
    g_free(name);
}

/* How names of CTEs are compared: quotes off, case folded. */
static char *cte_key(const struct scan *scan, guint index)
{
    const struct sql_token *token = sql_token_at(scan->tokens, index);
    const char *text = sql_token_text(scan->tokens, token);
    if (token->kind == TOKEN_QUOTED && token->length >= 2)
        return g_ascii_strdown(text + 1, (gssize)token->length - 2);
    return g_ascii_strdown(text, (gssize)token->length);
}

static void cte_enter(struct scan *scan, guint index)
{
    if (!scan->ctes) {
        scan->ctes = g_ptr_array_new_with_free_func(g_free);
        scan->in_scope = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    char *key = cte_key(scan, index);
    const guint count = GPOINTER_TO_UINT(g_hash_table_lookup(scan->in_scope, key));
    g_hash_table_insert(scan->in_scope, g_strdup(key), GUINT_TO_POINTER(count + 1));
    g_ptr_array_add(scan->ctes, key);
}

static guint cte_count(const struct scan *scan)
{
    return scan->ctes ? scan->ctes->len : 0;
}

static void ctes_leave(struct scan *scan, guint count)
{
    while (scan->ctes && scan->ctes->len > count) {
        const char *key = g_ptr_array_index(scan->ctes, scan->ctes->len - 1);
        const guint times = GPOINTER_TO_UINT(g_hash_table_lookup(scan->in_scope, key));
        g_hash_table_insert(scan->in_scope, g_strdup(key), GUINT_TO_POINTER(times - 1));
        g_ptr_array_remove_index(scan->ctes, scan->ctes->len - 1);
    }
}

static bool is_cte(const struct scan *scan, guint from, guint end)
{
    if (end != from + 1 || cte_count(scan) == 0)
        return false;
    g_autofree char *key = cte_key(scan, from);
    return g_hash_table_lookup(scan->in_scope, key) != NULL;
}

static struct frame *open_bracket(struct scan *scan)
{
    const char bracket = *sql_token_text(scan->tokens, peek(scan, 0));
    top(scan)->is_first = false;
    const struct frame frame = {
        .is_brace = bracket == '{',
        .is_first = bracket == '(',
        .cte_count = cte_count(scan),
    };
    g_array_append_val(scan->frames, frame);
    scan->at++;
    return top(scan);
}

static void close_bracket(struct scan *scan)
{
    scan->at++;
    if (scan->frames->len == 1)
        return;
    const bool is_cte_body = top(scan)->is_cte_body;
    ctes_leave(scan, top(scan)->cte_count);
    g_array_set_size(scan->frames, scan->frames->len - 1);
    struct frame *frame = top(scan);
    if (!is_cte_body)
        return;
    if (!frame->is_recursive)
        cte_enter(scan, frame->cte_token);
    frame->cte = CTE_AFTER;
}

static void cte_name(struct scan *scan, struct frame *frame)
{
    if (peek(scan, 0)->word == WORD_RECURSIVE && peek(scan, 1)->word != WORD_AS) {
        frame->is_recursive = true;
        scan->at++;
    } else if (sql_token_is_name(scan->tokens, scan->at)) {
        frame->cte_token = scan->at;
        frame->cte = CTE_HEAD;
        if (frame->is_recursive)
            cte_enter(scan, scan->at);
        scan->at++;
    } else {
        frame->cte = CTE_NONE;
    }
}

static void cte_head(struct scan *scan, struct frame *frame)
{
    const struct sql_token *token = peek(scan, 0);
    if (token->kind == TOKEN_OPEN) {
        const bool is_body = frame->cte == CTE_AS;
        if (is_body)
            frame->cte = CTE_BODY;
        open_bracket(scan)->is_cte_body = is_body;
    } else if (token->kind == TOKEN_WORD) {
        if (token->word == WORD_AS)
            frame->cte = CTE_AS;
        scan->at++;
    } else {
        frame->cte = CTE_NONE;
    }
}

/* One token of WITH a AS (..), b AS (..). */
static void scan_cte(struct scan *scan)
{
    struct frame *frame = top(scan);
    switch ((enum cte_state)frame->cte) {
    case CTE_NAME:
        cte_name(scan, frame);
        break;
    case CTE_HEAD:
    case CTE_AS:
        cte_head(scan, frame);
        break;
    case CTE_AFTER:
        if (peek(scan, 0)->kind == TOKEN_COMMA) {
            frame->cte = CTE_NAME;
            scan->at++;
            break;
        }
        frame->cte = CTE_NONE;
        frame->is_first = true;
        break;
    case CTE_NONE:
    case CTE_BODY:
        frame->cte = CTE_NONE;
        break;
    }
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
    if (is_cte(scan, from, end))
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
    struct frame *frame = top(scan);
    const struct sql_token *token = peek(scan, 0);
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
        frame = open_bracket(scan);
        frame->expects_table = frame->in_from = !has_trait(peek(scan, 0), BEGINS_QUERY);
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
    const struct sql_token *next = peek(scan, 1);
    if (scan->at > 0 && sql_token_at(scan->tokens, scan->at - 1)->kind == TOKEN_DOT)
        return true;
    if (next->kind == TOKEN_OPERATOR)
        return starts_with(scan, next, ":=") || starts_with(scan, next, "=>") ||
               (top(scan)->is_brace && starts_with(scan, next, ":"));
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
    top(scan)->expects_table = true;
    top(scan)->in_from = in_from;
    scan->prefix = false;
    scan->at++;
}

static void scan_from(struct scan *scan)
{
    if (scan->is_copy && scan->frames->len == 1)
        scan_copy_place(scan, false);
    else if (top(scan)->is_special || is_distinct_from(scan))
        scan->at++;
    else
        expect_table(scan, true);
}

static bool first_with(struct scan *scan)
{
    if (!sql_token_is_name(scan->tokens, scan->at + 1))
        return false;
    top(scan)->cte = CTE_NAME;
    top(scan)->is_recursive = false;
    scan->at++;
    return true;
}

static bool first_table(struct scan *scan)
{
    if (!sql_token_is_name(scan->tokens, scan->at + 1) || has_trait(peek(scan, 1), BEGINS_QUERY))
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
    bool (*const read)(struct scan *) = readers[peek(scan, 0)->word];
    if (read)
        return read(scan);
    return scan->frames->len == 1 && !scan->prefix && scan_verb(scan);
}

static void scan_set_operation(struct scan *scan)
{
    top(scan)->in_from = false;
    scan->is_first = true;
    scan->at++;
}

/* A label may be any word: `SELECT 1 AS from`. */
static void scan_as(struct scan *scan)
{
    scan->at++;
    if (!scan->prefix && peek(scan, 0)->kind == TOKEN_WORD)
        scan->at++;
}

/* FOREIGN KEY .. REFERENCES t(a): t has columns, not arguments. */
static void scan_references(struct scan *scan)
{
    scan->at++;
    if (scan->is_create)
        scan_name(scan, 0);
}

static void scan_special(struct scan *scan)
{
    scan->at++;
    if (sql_token_is_bracket(scan->tokens, scan->at, '('))
        open_bracket(scan)->is_special = true;
}

static void scan_join(struct scan *scan)
{
    if (top(scan)->in_from)
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
    const struct sql_token *token = peek(scan, 0);
    if (readers[token->word]) {
        readers[token->word](scan);
        return;
    }
    if (has_trait(token, ENDS_FROM))
        top(scan)->in_from = false;
    if (token->word == WORD_SELECT || token->word == WORD_VALUES)
        scan->prefix = false;
    if (token->word == WORD_NONE && sql_token_is_bracket(scan->tokens, scan->at + 1, '('))
        scan_function(scan);
    scan->at++;
}

static void scan_plain(struct scan *scan)
{
    const struct sql_token *token = peek(scan, 0);
    struct frame *frame = top(scan);
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
        open_bracket(scan);
    } else if (token->kind == TOKEN_CLOSE) {
        close_bracket(scan);
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
    if (top(scan)->cte != CTE_NONE)
        scan_cte(scan);
    else if (top(scan)->expects_table)
        scan_table(scan);
    else
        scan_plain(scan);
    if (scan->is_first) {
        top(scan)->is_first = true;
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
