/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/expand.h"

#include "base/name.h"
#include "lang/condition.h"
#include "lang/include.h"
#include "lang/parser.h"
#include "lang/scope.h"

#include <string.h>

enum { ALIAS_MAX_BYTES = 200 };

struct expansion {
    struct script *script;
    const char *project_directory;
    struct diagnostics *diagnostics;
    GHashTable *included; /* char *: path and alias of what was included already */
    GHashTable *aliases;  /* char *, lower case -> the script's copy */
    guint statements;     /* of all trees */
    gsize bytes;          /* of all texts */
    bool stopped;         /* past a limit */
    bool incomplete;      /* a file couldn't be read: what it sets and uses isn't known */
};

/* Where statements are expanded. */
struct scope {
    const struct include *file;
    struct variables *variables;
    const char *alias; /* NULL outside of aliases */
};

static void expand_list(struct expansion *expansion, const struct scope *scope,
                        const GPtrArray *statements);

static void resolve_if_present(struct fragment *fragment, enum fragment_syntax syntax,
                               const struct scope *scope, struct diagnostics *diagnostics)
{
    if (fragment_present(fragment))
        (void)fragment_resolve(fragment, syntax, scope->variables, diagnostics);
}

static void resolve_mode(struct mode *mode, const struct scope *scope,
                         struct diagnostics *diagnostics)
{
    for (guint i = 0; mode->keys && i < mode->keys->len; i++)
        resolve_if_present(g_ptr_array_index(mode->keys, i), SYNTAX_NAME, scope, diagnostics);
    resolve_if_present(&mode->column, SYNTAX_NAME, scope, diagnostics);
    resolve_if_present(&mode->lookback, SYNTAX_STRING, scope, diagnostics);
}

static void expand_item(struct expansion *expansion, const struct scope *scope,
                        struct statement *statement)
{
    struct diagnostics *diagnostics = expansion->diagnostics;
    resolve_if_present(&statement->name, SYNTAX_NAME, scope, diagnostics);
    resolve_if_present(&statement->table, SYNTAX_NAME, scope, diagnostics);
    resolve_if_present(&statement->type, SYNTAX_WORD, scope, diagnostics);
    resolve_if_present(&statement->target, SYNTAX_STRING, scope, diagnostics);
    resolve_if_present(&statement->body, SYNTAX_SQL, scope, diagnostics);
    resolve_mode(&statement->mode, scope, diagnostics);
    if (statement->options)
        (void)value_resolve(statement->options, scope->variables, diagnostics);
    struct item item = {.statement = statement, .alias = scope->alias};
    g_array_append_val(expansion->script->items, item);
}

static void expand_set(struct expansion *expansion, const struct scope *scope,
                       struct statement *statement)
{
    struct span at = statement->name.span;
    g_autofree char *name = statement_variable(statement);
    struct fragment *value = &statement->target;
    if (fragment_resolve(value, statement->target_is_string ? SYNTAX_STRING : SYNTAX_WORD,
                         scope->variables, expansion->diagnostics))
        variables_set(scope->variables, ORIGIN_SET, name, value->text, at);
    else
        variables_set_broken(scope->variables, name, at);
}

/* Calls `visit` for all SETs of a list, those in branches, too. */
static void visit_sets(const GPtrArray *statements, struct variables *variables,
                       void (*visit)(struct variables *, const char *, struct span))
{
    for (guint i = 0; i < statements->len; i++) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        for (guint j = 0; statement->branches && j < statement->branches->len; j++) {
            const struct branch *branch = g_ptr_array_index(statement->branches, j);
            visit_sets(branch->statements, variables, visit);
        }
        if (statement->kind != STATEMENT_SET || !fragment_present(&statement->name))
            continue;
        g_autofree char *name = statement_variable(statement);
        visit(variables, name, statement->name.span);
    }
}

/* The statements of a branch that isn't taken: their variables count as used, their conditions are
 * checked. */
static void pass_over(struct expansion *expansion, const struct scope *scope,
                      const GPtrArray *statements)
{
    for (guint i = 0; i < statements->len; i++) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        variables_mark_span(scope->variables, statement->span);
        for (guint j = 0; statement->branches && j < statement->branches->len; j++) {
            const struct branch *branch = g_ptr_array_index(statement->branches, j);
            if (fragment_present(&branch->condition) && !statement->broken)
                (void)condition_check(branch->condition.span, scope->variables,
                                      expansion->diagnostics);
            pass_over(expansion, scope, branch->statements);
        }
    }
}

/* Which branch is taken; the number of branches when none is, or when a condition had an error. All
 * conditions are parsed. */
static guint choose_branch(struct expansion *expansion, const struct scope *scope,
                           const struct statement *statement, bool *out_failed)
{
    guint taken = statement->branches->len;
    for (guint i = 0; i < statement->branches->len; i++) {
        const struct branch *branch = g_ptr_array_index(statement->branches, i);
        struct span condition = branch->condition.span;
        bool is_decided = taken < statement->branches->len || *out_failed;
        bool holds = !is_decided;
        bool good = true;
        if (condition.text && is_decided)
            good = condition_check(condition, scope->variables, expansion->diagnostics);
        else if (condition.text)
            good = condition_evaluate(condition, scope->variables, expansion->diagnostics, &holds);
        *out_failed = *out_failed || !good;
        if (good && holds && !is_decided)
            taken = i;
    }
    return *out_failed ? statement->branches->len : taken;
}

static void expand_if(struct expansion *expansion, const struct scope *scope,
                      const struct statement *statement)
{
    bool failed = statement->broken;
    guint taken = statement->branches->len;
    if (!failed)
        taken = choose_branch(expansion, scope, statement, &failed);
    for (guint i = 0; i < statement->branches->len; i++) {
        const struct branch *branch = g_ptr_array_index(statement->branches, i);
        if (i == taken)
            expand_list(expansion, scope, branch->statements);
        else
            pass_over(expansion, scope, branch->statements);
        if (failed)
            visit_sets(branch->statements, scope->variables, variables_set_broken);
    }
}

/* The script's own copy of an alias; one that differs in case only is the same. */
static const char *keep_alias(struct expansion *expansion, const char *alias)
{
    char *folded = g_ascii_strdown(alias, -1);
    const char *known = g_hash_table_lookup(expansion->aliases, folded);
    if (known) {
        g_free(folded);
        return known;
    }
    char *copy = g_strdup(alias);
    g_ptr_array_add(expansion->script->aliases, copy);
    g_hash_table_insert(expansion->aliases, folded, copy);
    return copy;
}

static bool is_reserved(const char *alias)
{
    static const char *const names[] = {
        "information_schema", "main", "pg_catalog", "sqlflow", "system", "temp"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_ascii_strcasecmp(names[i], alias) == 0)
            return true;
    }
    return false;
}

/* Letters, digits and underscores: it goes into a search path, too, where commas and dots count. */
static bool is_plain_name(const char *name)
{
    for (const char *at = name; *at; at++) {
        if (!g_ascii_isalnum(*at) && *at != '_' && (guchar)*at < 0x80)
            return false;
    }
    return *name && !g_ascii_isdigit(*name);
}

/* What is wrong with an alias, or NULL. */
static const char *alias_problem(char **parts, const char *outer)
{
    if (!parts || parts[1] || !is_plain_name(parts[0]))
        return "is not one name of letters, digits and underscores";
    if (is_reserved(parts[0]))
        return "is a schema of the engine's or of SQLFlow's own";
    if (strlen(parts[0]) + (outer ? strlen(outer) : 0) > ALIAS_MAX_BYTES)
        return "is too long, with the aliases that it is in";
    return NULL;
}

/* The schema for INCLUDE .. AS inside `scope`; NULL after a message. */
static const char *read_alias(struct expansion *expansion, const struct scope *scope,
                              struct statement *statement)
{
    struct fragment *name = &statement->name;
    if (!fragment_resolve(name, SYNTAX_NAME, scope->variables, expansion->diagnostics))
        return NULL;
    g_auto(GStrv) parts = name_split(name->text);
    const char *problem = alias_problem(parts, scope->alias);
    if (problem) {
        diagnostics_add(expansion->diagnostics, SF_ALIAS_NAME, name->span, NULL,
                        "the alias '%.60s' %s", name->text, problem);
        return NULL;
    }
    g_autofree char *alias =
        scope->alias ? g_strdup_printf("%s_%s", scope->alias, parts[0]) : g_strdup(parts[0]);
    return keep_alias(expansion, alias);
}

/* True when the same file came in with the same alias before. */
static bool was_included(struct expansion *expansion, const char *path, const char *alias)
{
    g_autofree char *folded = g_ascii_strdown(alias ? alias : "", -1);
    return !g_hash_table_add(expansion->included, g_strdup_printf("%s\n%s", path, folded));
}

static guint count_statements(const GPtrArray *statements)
{
    guint count = statements->len;
    for (guint i = 0; i < statements->len; i++) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        for (guint j = 0; statement->branches && j < statement->branches->len; j++) {
            const struct branch *branch = g_ptr_array_index(statement->branches, j);
            count += count_statements(branch->statements);
        }
    }
    return count;
}

/* False after a message, and from then on. */
static bool check_limits(struct expansion *expansion, struct span at)
{
    if (expansion->statements <= STATEMENTS_MAX && expansion->bytes <= TEXTS_MAX_BYTES)
        return true;
    diagnostics_add(
        expansion->diagnostics, SF_LIMIT, at, "with this file",
        expansion->statements > STATEMENTS_MAX ? "more than %d statements in one pipeline"
                                               : "more than %d bytes of text in one pipeline",
        expansion->statements > STATEMENTS_MAX ? (int)STATEMENTS_MAX : (int)TEXTS_MAX_BYTES);
    expansion->stopped = true;
    return false;
}

/* Parses and expands a text. `at` is what brought it in. */
static void expand_text(struct expansion *expansion, const struct scope *scope, struct span at)
{
    const struct text *text = scope->file->text;
    GPtrArray *tree = pipeline_parse(text, expansion->diagnostics);
    g_ptr_array_add(expansion->script->trees, tree);
    expansion->statements += count_statements(tree);
    expansion->bytes += text->length;
    if (!check_limits(expansion, at))
        return;
    visit_sets(tree, scope->variables, variables_declare);
    expand_list(expansion, scope, tree);
}

/* The text of a file that was found; NULL after a message. The script owns it. */
static struct text *load(struct expansion *expansion, const struct include *include,
                         const struct statement *statement)
{
    g_autoptr(GError) error = NULL;
    struct text *text = text_load(include->shown, include->path, &error);
    if (!text) {
        diagnostics_add(expansion->diagnostics, SF_INCLUDE_UNREADABLE, statement->target.span, NULL,
                        "%s", error->message);
        return NULL;
    }
    text->included_at = statement->span;
    g_ptr_array_add(expansion->script->texts, text);
    return text;
}

static void miss(struct expansion *expansion, const struct scope *scope)
{
    expansion->incomplete = true;
    variables_set_incomplete(scope->variables);
}

/* Not when there is text that wasn't seen, which might use them. */
static void report_unused(const struct expansion *expansion, const struct variables *variables)
{
    if (!expansion->stopped && !expansion->incomplete)
        variables_report_unused(variables, expansion->diagnostics);
}

static void expand_included(struct expansion *expansion, const struct scope *scope,
                            const struct statement *statement, struct include *include,
                            const char *alias)
{
    if (was_included(expansion, include->path, alias))
        return;
    include->text = load(expansion, include, statement);
    if (!include->text) {
        miss(expansion, scope);
        return;
    }
    bool is_local = fragment_present(&statement->name);
    struct scope inner = {
        .file = include,
        .variables = is_local ? variables_child(scope->variables) : scope->variables,
        .alias = alias,
    };
    expand_text(expansion, &inner, statement->target.span);
    if (is_local) {
        report_unused(expansion, inner.variables);
        variables_free(inner.variables);
    }
}

static void expand_include(struct expansion *expansion, const struct scope *scope,
                           struct statement *statement)
{
    struct fragment *target = &statement->target;
    bool good = fragment_resolve(target, SYNTAX_STRING, scope->variables, expansion->diagnostics);
    const char *alias = scope->alias;
    if (fragment_present(&statement->name)) {
        alias = read_alias(expansion, scope, statement);
        good = good && alias;
    }
    struct include include;
    if (!good)
        return;
    if (!include_find(&include, scope->file, target->text, expansion->project_directory,
                      target->span, expansion->diagnostics)) {
        miss(expansion, scope);
        return;
    }
    expand_included(expansion, scope, statement, &include, alias);
    include_clear(&include);
}

/* A statement with an error counts no further, but what it names is used, what it sets unknown. */
static void pass_broken(struct expansion *expansion, const struct scope *scope,
                        struct statement *statement)
{
    variables_mark_span(scope->variables, statement->span);
    g_ptr_array_add(expansion->script->broken, statement);
    if (statement->kind != STATEMENT_SET || !fragment_present(&statement->name))
        return;
    g_autofree char *name = statement_variable(statement);
    variables_set_broken(scope->variables, name, statement->name.span);
}

static void expand_statement(struct expansion *expansion, const struct scope *scope,
                             struct statement *statement)
{
    if (statement->kind == STATEMENT_IF)
        expand_if(expansion, scope, statement);
    else if (statement->broken)
        pass_broken(expansion, scope, statement);
    else if (statement->kind == STATEMENT_SET)
        expand_set(expansion, scope, statement);
    else if (statement->kind == STATEMENT_INCLUDE)
        expand_include(expansion, scope, statement);
    else
        expand_item(expansion, scope, statement);
}

static void expand_list(struct expansion *expansion, const struct scope *scope,
                        const GPtrArray *statements)
{
    for (guint i = 0; i < statements->len && !expansion->stopped; i++)
        expand_statement(expansion, scope, g_ptr_array_index(statements, i));
}

static void text_free_item(gpointer text)
{
    text_free(text);
}

static void tree_free_item(gpointer tree)
{
    g_ptr_array_unref(tree);
}

struct script *script_new(struct text *text, const struct expand_options *options,
                          struct diagnostics *diagnostics)
{
    struct script *script = g_new0(struct script, 1);
    script->text = text;
    script->texts = g_ptr_array_new_with_free_func(text_free_item);
    script->trees = g_ptr_array_new_with_free_func(tree_free_item);
    script->items = g_array_new(FALSE, FALSE, sizeof(struct item));
    script->broken = g_ptr_array_new();
    script->aliases = g_ptr_array_new_with_free_func(g_free);
    script->variables = options->variables;
    g_autoptr(GHashTable) included = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) aliases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct expansion expansion = {
        .script = script,
        .project_directory = options->project_directory,
        .diagnostics = diagnostics,
        .included = included,
        .aliases = aliases,
    };
    struct include file;
    include_init(&file, text, options->project_directory);
    struct scope scope = {.file = &file, .variables = options->variables};
    expand_text(&expansion, &scope, (struct span){.text = text});
    report_unused(&expansion, options->variables);
    include_clear(&file);
    return script;
}

void script_free(struct script *script)
{
    if (!script)
        return;
    g_array_unref(script->items);
    g_ptr_array_unref(script->broken);
    g_ptr_array_unref(script->trees);
    g_ptr_array_unref(script->texts);
    g_ptr_array_unref(script->aliases);
    text_free(script->text);
    g_free(script);
}
