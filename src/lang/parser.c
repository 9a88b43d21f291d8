/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/parser.h"

#include "base/nearest.h"
#include "lang/body.h"
#include "lang/comment.h"
#include "lang/statement.h"

#include <string.h>

struct parser {
    struct cursor cursor;
    GPtrArray *statements; /* of the text */
    GPtrArray *list;       /* where statements go now: `statements`, or those of a branch */
    GPtrArray *open;       /* struct statement: the IFs that are open, outermost first */
    gsize gap;             /* where the former statement ended */
    guint count;
    bool is_sql_file;
    bool stopped; /* past a limit */
};

static void statement_free_item(gpointer statement)
{
    statement_free(statement);
}

static void branch_free_item(gpointer branch)
{
    branch_free(branch);
}

/* A new statement at the cursor, in the list. */
static struct statement *add_statement(struct parser *parser, enum statement_kind kind)
{
    struct statement *statement = g_new0(struct statement, 1);
    statement->kind = kind;
    statement->span = parser->cursor.token.span;
    statement->comment = comment_above(statement->span.text, parser->gap, statement->span.offset);
    g_ptr_array_add(parser->list, statement);
    return statement;
}

/* The next token, first on its line, begins a statement: a `;` was forgotten in front of it. Where
 * the statement is broken anyhow, only our own words are taken for that. */
static bool at_forgotten_start(const struct cursor *cursor)
{
    if (cursor->token.kind != TOKEN_WORD || !cursor_on_new_line(cursor))
        return false;
    return cursor_at(cursor, "IF") || statement_syntax_find(cursor) ||
           (!cursor->broken && word_in(cursor->token.span, engine_words));
}

/* The `;`, or what is wrong with its place. */
static void finish(struct parser *parser)
{
    struct cursor *cursor = &parser->cursor;
    const bool is_forgotten = at_forgotten_start(cursor);
    if (!cursor->broken && !cursor_at_end(cursor))
        cursor_expected_end(cursor, is_forgotten ? "a ';' is missing before it" : NULL);
    if (!is_forgotten)
        cursor_recover(cursor, parser->open->len > 0);
}

/* Closes a statement whose tokens were all taken. */
static void finish_statement(struct parser *parser, struct statement *statement)
{
    struct cursor *cursor = &parser->cursor;
    statement->span = span_between(statement->span, cursor->last);
    finish(parser);
    statement->broken = cursor->broken;
}

/* A WITH whose main statement changes rows is no query. */
static bool changes_rows(struct span with)
{
    static const char *const verbs[] = {"delete", "insert", "merge", "update", NULL};
    struct lexer lexer;
    lexer_init(&lexer, with.text, with.offset, (gsize)with.offset + with.length);
    guint depth = 0;
    struct token before = {0};
    for (;;) {
        const struct token token = lexer_next(&lexer);
        if (token.kind == TOKEN_END)
            return false;
        if (token.kind == TOKEN_WORD && depth == 0 && before.kind == TOKEN_CLOSE) {
            if (word_in(token.span, verbs))
                return true;
            if (word_in(token.span, query_words))
                return false;
        }
        depth += token.kind == TOKEN_OPEN;
        depth -= token.kind == TOKEN_CLOSE && depth > 0;
        before = token;
    }
}

/* A statement of the engine: all of it, verbatim. */
static void parse_sql(struct parser *parser, enum statement_kind kind)
{
    static const struct body_syntax to_end = {.what = "a statement"};
    struct cursor *cursor = &parser->cursor;
    const bool is_with = cursor_at(cursor, "WITH");
    struct statement *statement = add_statement(parser, kind);
    if (body_read(cursor, statement->span.offset, &to_end, &statement->body) && is_with &&
        changes_rows(statement->body.span))
        statement->kind = STATEMENT_SQL;
    finish_statement(parser, statement);
}

static void parse_ours(struct parser *parser, const struct statement_syntax *syntax)
{
    struct statement *statement = add_statement(parser, syntax->kind);
    cursor_take(&parser->cursor);
    if (!syntax->parse(&parser->cursor, statement))
        parser->cursor.broken = true;
    finish_statement(parser, statement);
}

/* The words for "did you mean": ours first. */
static char *statement_hint(struct span word)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (const struct statement_syntax *row = statement_syntaxes; row->word; row++)
        g_ptr_array_add(words, (gpointer)(guintptr)row->word);
    for (const char *const *engine = engine_words; *engine; engine++)
        g_ptr_array_add(words, (gpointer)(guintptr)*engine);
    g_ptr_array_add(words, NULL);
    g_autofree char *text = span_excerpt(word);
    return nearest_hint(text, (const char *const *)words->pdata);
}

static void refuse_statement(struct parser *parser)
{
    struct cursor *cursor = &parser->cursor;
    const struct span at = cursor->token.span;
    if (cursor->token.kind != TOKEN_WORD) {
        cursor_expected(cursor, "a statement", NULL);
    } else {
        /* Hints are costly, and only the first messages are shown. */
        const bool is_shown = diagnostics_errors(cursor->diagnostics) < DIAGNOSTICS_SHOWN;
        g_autofree char *hint = is_shown ? statement_hint(at) : NULL;
        g_autofree char *found = span_excerpt(at);
        g_autofree char *message = g_strdup_printf("no statement begins with '%s'", found);
        cursor_fail(cursor, SF_UNKNOWN_STATEMENT, at, hint, message);
    }
    cursor_recover(cursor, parser->open->len > 0);
}

static void refuse_in_sql_file(struct parser *parser)
{
    struct cursor *cursor = &parser->cursor;
    cursor_fail(cursor, SF_SQL_FILE, cursor->token.span, "name the file .sf to use it",
                "in a .sql file every statement is the engine's");
    cursor_recover(cursor, false);
}

static void stop_at_limit(struct parser *parser, const char *message)
{
    cursor_fail(&parser->cursor, SF_LIMIT, parser->cursor.token.span, NULL, message);
    parser->stopped = true;
}

/* The branch's condition and its THEN; the block is open even after an error in them. */
static void parse_condition(struct parser *parser, struct branch *branch)
{
    static const struct body_syntax condition = {
        .what = "a condition",
        .stops = body_stops_at_then,
    };
    static const char *const words[] = {"THEN", NULL};
    struct cursor *cursor = &parser->cursor;
    const gsize from = (gsize)cursor->last.offset + cursor->last.length;
    const bool good = body_read(cursor, from, &condition, &branch->condition);
    if (cursor_accept(cursor, "THEN"))
        return;
    if (good)
        cursor_expected(cursor, "THEN after the condition", words);
    cursor_recover(cursor, true);
}

static struct branch *add_branch(struct statement *statement)
{
    struct branch *branch = g_new0(struct branch, 1);
    branch->statements = g_ptr_array_new_with_free_func(statement_free_item);
    g_ptr_array_add(statement->branches, branch);
    return branch;
}

static void parse_if(struct parser *parser)
{
    if (parser->open->len == NESTING_MAX) {
        stop_at_limit(parser, "more than 200 IFs inside each other");
        return;
    }
    struct statement *statement = add_statement(parser, STATEMENT_IF);
    statement->branches = g_ptr_array_new_with_free_func(branch_free_item);
    g_ptr_array_add(parser->open, statement);
    cursor_take(&parser->cursor);
    struct branch *branch = add_branch(statement);
    parser->list = branch->statements;
    parse_condition(parser, branch);
    statement->broken = parser->cursor.broken;
}

static struct statement *innermost_if(const struct parser *parser)
{
    return parser->open->len > 0 ? g_ptr_array_index(parser->open, parser->open->len - 1) : NULL;
}

static bool has_else(const struct statement *statement)
{
    const struct branch *last =
        g_ptr_array_index(statement->branches, statement->branches->len - 1);
    return !statement->broken && !fragment_present(&last->condition);
}

/* The IF that another branch goes to; NULL, reported, when none is open that takes one. */
static struct statement *branch_target(struct parser *parser)
{
    struct statement *statement = innermost_if(parser);
    if (statement && !has_else(statement))
        return statement;
    struct cursor *cursor = &parser->cursor;
    cursor_fail(cursor, SF_MISPLACED_BRANCH, cursor->token.span, NULL,
                statement ? "this IF has had its ELSE" : "no IF is open here");
    if (statement) {
        struct span word = statement->span;
        word.length = 2;
        diagnostics_relate(cursor->diagnostics, word, "the IF");
    }
    return NULL;
}

/* ELSEIF, ELSE IF, ELSE. */
static void parse_branch(struct parser *parser)
{
    struct cursor *cursor = &parser->cursor;
    struct statement *statement = branch_target(parser);
    const bool has_condition = cursor_at(cursor, "ELSEIF");
    cursor_take(cursor);
    if (!statement) {
        cursor_recover(cursor, true);
        return;
    }
    struct branch *branch = add_branch(statement);
    parser->list = branch->statements;
    if (has_condition || cursor_accept(cursor, "IF"))
        parse_condition(parser, branch);
    statement->broken = statement->broken || cursor->broken;
}

/* END IF, ENDIF. */
static void parse_end(struct parser *parser)
{
    struct cursor *cursor = &parser->cursor;
    struct statement *statement = innermost_if(parser);
    if (!statement)
        cursor_fail(cursor, SF_MISPLACED_BRANCH, cursor->token.span, NULL, "no IF is open here");
    if (cursor_accept(cursor, "END"))
        cursor_expect(cursor, "IF");
    else
        cursor_take(cursor);
    if (!statement) {
        finish(parser);
        return;
    }
    g_ptr_array_set_size(parser->open, (gint)parser->open->len - 1);
    const struct statement *outer = innermost_if(parser);
    const struct branch *branch =
        outer ? g_ptr_array_index(outer->branches, outer->branches->len - 1) : NULL;
    parser->list = branch ? branch->statements : parser->statements;
    const bool was_broken = statement->broken;
    finish_statement(parser, statement);
    statement->broken = statement->broken || was_broken;
}

/* Where the words of IF are: END alone is the engine's, unless an IF is open. */
static bool at_end_word(const struct parser *parser)
{
    const struct cursor *cursor = &parser->cursor;
    if (cursor_at(cursor, "ENDIF"))
        return true;
    if (!cursor_at(cursor, "END"))
        return false;
    const struct token next = cursor_peek(cursor);
    return parser->open->len > 0 || token_is(&next, "IF");
}

static bool parse_if_words(struct parser *parser)
{
    const struct cursor *cursor = &parser->cursor;
    if (cursor_at(cursor, "IF"))
        parse_if(parser);
    else if (cursor_at(cursor, "ELSE") || cursor_at(cursor, "ELSEIF"))
        parse_branch(parser);
    else if (at_end_word(parser))
        parse_end(parser);
    else
        return false;
    return true;
}

static bool is_if_word(struct span word)
{
    static const char *const words[] = {"check", "else",    "elseif", "endif",
                                        "if",    "include", "source", NULL};
    return word_in(word, words);
}

static bool is_only_ours(const struct cursor *cursor)
{
    return cursor->token.kind == TOKEN_WORD && is_if_word(cursor->token.span);
}

/* A statement of the engine, or an error. */
static void parse_engine(struct parser *parser)
{
    const struct cursor *cursor = &parser->cursor;
    const struct token *token = &cursor->token;
    const bool is_word = token->kind == TOKEN_WORD;
    if (cursor_at_bracket(cursor, '(') || (is_word && word_in(token->span, query_words)))
        parse_sql(parser, STATEMENT_QUERY);
    else if (is_word && word_in(token->span, engine_words))
        parse_sql(parser, STATEMENT_SQL);
    else if (parser->is_sql_file && is_only_ours(cursor))
        refuse_in_sql_file(parser);
    else
        refuse_statement(parser);
}

static void parse_statement(struct parser *parser)
{
    struct cursor *cursor = &parser->cursor;
    cursor->broken = false;
    if (cursor->token.kind == TOKEN_SEMICOLON) {
        cursor_take(cursor);
        return;
    }
    if (parser->count++ == STATEMENTS_MAX) {
        stop_at_limit(parser, "more than 100,000 statements in one file");
        return;
    }
    const struct statement_syntax *syntax =
        parser->is_sql_file ? NULL : statement_syntax_find(cursor);
    if (syntax)
        parse_ours(parser, syntax);
    else if (parser->is_sql_file || !parse_if_words(parser))
        parse_engine(parser);
}

/* IFs that the text's end left open. */
static void report_open(struct parser *parser)
{
    for (guint i = 0; i < parser->open->len; i++) {
        struct statement *statement = g_ptr_array_index(parser->open, i);
        statement->broken = true;
        if (parser->cursor.cut || parser->stopped)
            continue;
        struct span word = statement->span;
        word.length = 2;
        diagnostics_add(parser->cursor.diagnostics, SF_UNCLOSED, word, NULL,
                        "this IF has no END IF");
    }
}

static bool has_suffix(const char *path, const char *suffix)
{
    const gsize length = strlen(path);
    return length >= strlen(suffix) &&
           g_ascii_strcasecmp(path + length - strlen(suffix), suffix) == 0;
}

GPtrArray *pipeline_parse(const struct text *text, struct diagnostics *diagnostics)
{
    struct parser parser = {
        .statements = g_ptr_array_new_with_free_func(statement_free_item),
        .open = g_ptr_array_new(),
        .is_sql_file = has_suffix(text->path, ".sql"),
    };
    parser.list = parser.statements;
    cursor_init(&parser.cursor, text, diagnostics);
    while (parser.cursor.token.kind != TOKEN_END && !parser.stopped) {
        parse_statement(&parser);
        parser.gap = (gsize)parser.cursor.last.offset + parser.cursor.last.length;
    }
    report_open(&parser);
    g_ptr_array_unref(parser.open);
    return parser.statements;
}
