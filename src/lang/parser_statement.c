/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"
#include "lang/body.h"
#include "lang/parser.h"
#include "lang/statement.h"

#include <string.h>

static const struct body_syntax query_to_end = {.what = "a query", .stops = body_stops_at_options};
static const struct body_syntax query_to_destination = {
    .what = "a query",
    .stops = body_stops_at_destination,
};
static const struct body_syntax load_condition = {
    .what = "a condition",
    .stops = body_stops_at_load_clause,
};

/* Where the token taken last ends. */
static gsize behind(const struct cursor *cursor)
{
    return (gsize)cursor->last.offset + cursor->last.length;
}

static bool parse_options(struct cursor *cursor, struct statement *statement)
{
    return !cursor_accept(cursor, "OPTIONS") || cursor_map(cursor, &statement->options);
}

static bool at_query(const struct cursor *cursor)
{
    const struct token *token = &cursor->token;
    return cursor_at_bracket(cursor, '(') || token->kind == TOKEN_VARIABLE ||
           (token->kind == TOKEN_WORD && word_in(token->span, query_words));
}

/* A query behind AS. */
static bool parse_query(struct cursor *cursor, struct statement *statement)
{
    const gsize from = behind(cursor);
    if (!at_query(cursor))
        return cursor_expected(cursor, "a query after AS", query_words);
    return body_read(cursor, from, &query_to_end, &statement->body);
}

static bool parse_source(struct cursor *cursor, struct statement *statement)
{
    static const char *const words[] = {"TYPE", "FROM", NULL};
    if (!cursor_name(cursor, "the source's name", NAME_PARTS, &statement->name))
        return false;
    if (cursor_accept(cursor, "TYPE"))
        return cursor_name(cursor, "the source's type", 1, &statement->type) &&
               cursor_expect(cursor, "PARAMS") && cursor_map(cursor, &statement->options);
    if (cursor_accept(cursor, "FROM"))
        return cursor_string(cursor, "the name of a profile's connector in quotes",
                             &statement->target) &&
               parse_options(cursor, statement);
    return cursor_expected(cursor, "TYPE or FROM after the source's name", words);
}

/* `LOAD ext;`, `LOAD 'file';` is the engine's: one word, and nothing behind it. */
static bool load_is_ours(const struct cursor *cursor)
{
    struct cursor ahead = *cursor;
    cursor_take(&ahead);
    if (token_is_string(&ahead.token) && ahead.token.kind != TOKEN_QUOTED)
        return false;
    return !cursor_skip_name(&ahead, NAME_PARTS) || !cursor_at_end(&ahead);
}

static bool parse_load_mode(struct cursor *cursor, struct statement *statement)
{
    if (!mode_parse(cursor, &statement->mode))
        return false;
    return statement->mode.kind != MODE_INCREMENTAL ||
           cursor_fail(cursor, SF_WRONG_MODE, statement->mode.span,
                       "load with MODE APPEND, then CREATE TABLE .. MODE INCREMENTAL",
                       "LOAD has no MODE INCREMENTAL");
}

static bool parse_where(struct cursor *cursor, struct statement *statement)
{
    const gsize from = behind(cursor);
    return body_read(cursor, from, &load_condition, &statement->body);
}

/* WHERE and MODE, in either order, then OPTIONS. */
static bool parse_load_clauses(struct cursor *cursor, struct statement *statement)
{
    for (;;) {
        const bool has_mode = statement->mode.kind != 0;
        bool good = true;
        if (!fragment_present(&statement->body) && cursor_accept(cursor, "WHERE"))
            good = parse_where(cursor, statement);
        else if (!has_mode && cursor_at(cursor, "MODE"))
            good = parse_load_mode(cursor, statement);
        else
            return parse_options(cursor, statement);
        if (!good)
            return false;
    }
}

static bool parse_load(struct cursor *cursor, struct statement *statement)
{
    static const char *const words[] = {"INTO", "FROM", NULL};
    struct fragment first = {0};
    if (!cursor_name(cursor, "a source or table", NAME_PARTS, &first))
        return false;
    if (cursor_accept(cursor, "INTO")) {
        statement->name = first;
        if (!cursor_name(cursor, "the table's name", NAME_PARTS, &statement->table))
            return false;
    } else if (cursor_accept(cursor, "FROM")) {
        statement->table = first;
        if (!cursor_name(cursor, "the source's name", NAME_PARTS, &statement->name))
            return false;
    } else {
        return cursor_expected(cursor, "INTO or FROM after LOAD's first name", words);
    }
    return parse_load_clauses(cursor, statement);
}

/* Past CREATE [OR REPLACE] TABLE|VIEW; false when it is another CREATE. */
static bool pass_create_words(struct cursor *cursor, struct statement *out)
{
    if (cursor_accept(cursor, "OR")) {
        if (!cursor_accept(cursor, "REPLACE"))
            return false;
        out->or_replace = true;
    }
    out->is_view = cursor_at(cursor, "VIEW");
    return cursor_accept(cursor, "VIEW") || cursor_accept(cursor, "TABLE");
}

/* Other CREATEs are the engine's, and tables with columns, IF NOT EXISTS or properties. */
static bool create_is_ours(const struct cursor *cursor)
{
    static const char *const engines[] = {"on", "partitioned", "sorted", "with", "without", NULL};
    struct cursor ahead = *cursor;
    struct statement ignored = {0};
    cursor_take(&ahead);
    if (!pass_create_words(&ahead, &ignored))
        return false;
    const struct token next = cursor_peek(&ahead);
    if (cursor_at(&ahead, "IF") && token_is(&next, "NOT"))
        return false;
    if (token_is_string(&ahead.token) && ahead.token.kind != TOKEN_QUOTED)
        return false;
    if (!cursor_skip_name(&ahead, NAME_PARTS))
        return true;
    return ahead.token.kind != TOKEN_OPEN &&
           !(ahead.token.kind == TOKEN_WORD && word_in(ahead.token.span, engines));
}

static bool parse_create_mode(struct cursor *cursor, struct statement *statement)
{
    if (!mode_parse(cursor, &statement->mode))
        return false;
    return !statement->is_view ||
           cursor_fail(cursor, SF_WRONG_MODE, statement->mode.span, "make it a TABLE",
                       "a view holds no rows, so it has no MODE");
}

static bool parse_create(struct cursor *cursor, struct statement *statement)
{
    static const char *const words[] = {"AS", "MODE", "OPTIONS", NULL};
    pass_create_words(cursor, statement);
    if (!cursor_name(cursor, "the table's name", NAME_PARTS, &statement->table))
        return false;
    if (cursor_at(cursor, "MODE") && !parse_create_mode(cursor, statement))
        return false;
    if (!parse_options(cursor, statement))
        return false;
    if (!cursor_accept(cursor, "AS"))
        return cursor_expected(cursor, "AS and a query", words);
    if (!parse_query(cursor, statement))
        return false;
    return !cursor_at(cursor, "OPTIONS") ||
           cursor_fail(cursor, SF_EXPECTED, cursor->token.span, "put them before AS",
                       "the OPTIONS of a CREATE stand before its query");
}

static bool parse_check(struct cursor *cursor, struct statement *statement)
{
    static const char *const words[] = {"AS", "ON", NULL};
    if (!cursor_name(cursor, "the check's name", 1, &statement->name))
        return false;
    if (cursor_accept(cursor, "ON") &&
        !cursor_name(cursor, "the table's name", NAME_PARTS, &statement->table))
        return false;
    if (!cursor_accept(cursor, "AS"))
        return cursor_expected(cursor, "AS and a query", words);
    return parse_query(cursor, statement) && parse_options(cursor, statement);
}

/* The word that `ahead` stands at is TO with a string behind it. */
static bool at_destination(const struct cursor *ahead)
{
    const struct token nothing = {0};
    return body_stops_at_destination(ahead, &nothing) == BODY_STOPS;
}

/* EXPORT DATABASE is the engine's, unless a table of that name goes to a file. */
static bool export_is_ours(const struct cursor *cursor)
{
    struct cursor ahead = *cursor;
    cursor_take(&ahead);
    if (!cursor_accept(&ahead, "DATABASE"))
        return true;
    return at_destination(&ahead);
}

/* One name with TO and a destination behind it. */
static bool export_is_of_table(const struct cursor *cursor)
{
    struct cursor ahead = *cursor;
    return cursor_skip_name(&ahead, NAME_PARTS) && at_destination(&ahead);
}

/* What is no query but was meant to be one. */
static bool at_misspelt_query(const struct cursor *cursor)
{
    const struct token next = cursor_peek(cursor);
    if (cursor->token.kind != TOKEN_WORD || next.kind == TOKEN_DOT || token_is(&next, "TO"))
        return false;
    g_autofree char *word = span_excerpt(cursor->token.span);
    return nearest_name(word, query_words) != NULL;
}

static bool parse_exported(struct cursor *cursor, struct statement *statement)
{
    const char *what = "a query or a table after EXPORT";
    const bool is_query = at_query(cursor) && cursor->token.kind != TOKEN_VARIABLE;
    if (is_query && !export_is_of_table(cursor))
        return body_read(cursor, behind(cursor), &query_to_destination, &statement->body);
    if (!is_query && at_misspelt_query(cursor))
        return cursor_expected(cursor, what, query_words);
    return cursor_name(cursor, what, NAME_PARTS, &statement->table);
}

static bool parse_export(struct cursor *cursor, struct statement *statement)
{
    static const char *const words[] = {"TO", NULL};
    if (!parse_exported(cursor, statement))
        return false;
    if (!cursor_accept(cursor, "TO"))
        return cursor_expected(cursor, "TO and a destination", words);
    if (!cursor_string(cursor, "a destination in quotes", &statement->target))
        return false;
    if (cursor_accept(cursor, "TYPE") &&
        !cursor_name(cursor, "the destination's type", 1, &statement->type))
        return false;
    return parse_options(cursor, statement);
}

static bool is_equals(const struct token *token)
{
    return token->kind == TOKEN_OPERATOR && *span_start(token->span) == '=';
}

/* SET SESSION|GLOBAL|LOCAL|VARIABLE n .., SET n TO .., SET TIME ZONE .. are the engine's. */
static bool set_is_ours(const struct cursor *cursor)
{
    static const char *const scopes[] = {"global", "local", "session", "time", "variable", NULL};
    struct cursor ahead = *cursor;
    cursor_take(&ahead);
    const bool is_scope = ahead.token.kind == TOKEN_WORD && word_in(ahead.token.span, scopes);
    if (!cursor_skip_name(&ahead, NAME_PARTS))
        return true;
    return !cursor_at(&ahead, "TO") && (!is_scope || is_equals(&ahead.token));
}

static bool parse_equals(struct cursor *cursor)
{
    const struct span span = cursor->token.span;
    const bool has_sign = span.length == 2 && span_start(span)[1] == '-';
    if (!is_equals(&cursor->token) || (span.length > 1 && !has_sign))
        return cursor_expected(cursor, "'=' and a value", NULL);
    /* `=-1` is one operator to the lexer. */
    cursor->lexer.offset = span.offset + 1;
    cursor->token.span.length = 1;
    cursor_take(cursor);
    return true;
}

static bool at_value_part(const struct cursor *cursor)
{
    const enum token_kind kind = cursor->token.kind;
    return kind == TOKEN_WORD || kind == TOKEN_NUMBER || kind == TOKEN_VARIABLE ||
           kind == TOKEN_DOT;
}

/* A number, a word or a variable, or what they make side by side. */
static bool parse_bare_value(struct cursor *cursor, struct fragment *out)
{
    const struct span first = cursor->token.span;
    const bool has_sign =
        cursor->token.kind == TOKEN_OPERATOR && first.length == 1 && *span_start(first) == '-';
    if (has_sign)
        cursor_take(cursor);
    if (!at_value_part(cursor) || (has_sign && cursor->token.kind != TOKEN_NUMBER))
        return cursor_expected(cursor, "a value: a string, a number, a word or ${..}", NULL);
    do
        cursor_take(cursor);
    while (at_value_part(cursor) && cursor_touches(cursor));
    out->span = span_between(first, cursor->last);
    if (cursor_at_end(cursor) || cursor_on_new_line(cursor))
        return !cursor->broken;
    return cursor_fail(cursor, SF_EXPECTED, cursor->token.span, "put the value in quotes",
                       "a value of several parts");
}

static bool parse_set(struct cursor *cursor, struct statement *statement)
{
    if (!cursor_name(cursor, "the variable's name", 1, &statement->name))
        return false;
    if (!is_equals(&cursor->token))
        return cursor_expected(cursor, "'=' and a value", NULL);
    if (word_in(statement->name.span, engine_settings)) {
        g_autofree char *name = span_dup(statement->name.span);
        g_autofree char *message = g_strdup_printf("'%s' is a setting of the engine", name);
        g_autofree char *hint =
            g_strdup_printf("write SET GLOBAL %s = .., or set it in the profile", name);
        return cursor_fail(cursor, SF_ENGINE_SETTING, statement->name.span, hint, message);
    }
    if (!parse_equals(cursor))
        return false;
    statement->target_is_string = token_is_string(&cursor->token);
    if (statement->target_is_string)
        return cursor_string(cursor, "a value", &statement->target);
    return parse_bare_value(cursor, &statement->target);
}

static bool parse_include(struct cursor *cursor, struct statement *statement)
{
    if (!cursor_string(cursor, "the path of a file in quotes", &statement->target))
        return false;
    return !cursor_accept(cursor, "AS") ||
           cursor_name(cursor, "a name for the file's schema", 1, &statement->name);
}

const struct statement_syntax statement_syntaxes[] = {
    {.word = "CHECK", .kind = STATEMENT_CHECK, .parse = parse_check},
    {
        .word = "CREATE",
        .kind = STATEMENT_CREATE,
        .is_ours = create_is_ours,
        .parse = parse_create,
    },
    {
        .word = "EXPORT",
        .kind = STATEMENT_EXPORT,
        .is_ours = export_is_ours,
        .parse = parse_export,
    },
    {.word = "INCLUDE", .kind = STATEMENT_INCLUDE, .parse = parse_include},
    {.word = "LOAD", .kind = STATEMENT_LOAD, .is_ours = load_is_ours, .parse = parse_load},
    {.word = "SET", .kind = STATEMENT_SET, .is_ours = set_is_ours, .parse = parse_set},
    {.word = "SOURCE", .kind = STATEMENT_SOURCE, .parse = parse_source},
    {.word = NULL},
};

const struct statement_syntax *statement_syntax_find(const struct cursor *cursor)
{
    for (const struct statement_syntax *row = statement_syntaxes; row->word; row++) {
        if (cursor_at(cursor, row->word))
            return !row->is_ours || row->is_ours(cursor) ? row : NULL;
    }
    return NULL;
}
