/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments of SQL and names with their variables. A token without a variable is copied byte for
 * byte; a value takes the form that its place asks for (lang/context.h).
 */
#include "lang/resolve.h"

#include "lang/resolver.h"

#include <string.h>

bool resolver_fail(struct resolver *resolver, enum code code, struct span at, const char *hint,
                   const char *message)
{
    diagnostics_add(resolver->diagnostics, code, at, hint, "%s", message);
    resolver->failed = true;
    return false;
}

const struct token *resolver_token(const struct resolver *resolver, guint index)
{
    return &g_array_index(resolver->run, struct token, index);
}

bool reference_read(struct reference *reference, const char *text, gsize length, struct span at,
                    struct diagnostics *diagnostics)
{
    const char *problem = NULL;
    if (reference_parse(reference, text, length, &problem))
        return true;
    diagnostics_add(diagnostics, SF_BAD_VARIABLE, at, NULL, "this variable %s", problem);
    return false;
}

bool reference_check_text(const struct reference *reference, struct span at,
                          struct diagnostics *diagnostics)
{
    if (reference->form != FORM_IDENTIFIER && reference->form != FORM_LITERAL)
        return true;
    g_autofree char *hint = g_strdup_printf("write ${%s}", reference->name);
    diagnostics_add(diagnostics, SF_BAD_VARIABLE, at, hint,
                    "inside quotes a value is always text: it has no form there");
    return false;
}

/* 0: the token has no quotes. */
static enum quoting quoting_of(enum token_kind kind)
{
    static const struct {
        enum token_kind kind;
        enum quoting quoting;
    } rows[] = {
        {TOKEN_QUOTED, QUOTING_DOUBLE},
        {TOKEN_STRING, QUOTING_SINGLE},
        {TOKEN_ESCAPE_STRING, QUOTING_ESCAPE},
        {TOKEN_DOLLAR_STRING, QUOTING_DOLLAR},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].kind == kind)
            return rows[i].quoting;
    }
    return (enum quoting)0;
}

static bool can_be_in_run(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_NUMBER ||
           token->kind == TOKEN_VARIABLE || token->kind == TOKEN_QUOTED || token->kind == TOKEN_DOT;
}

/* Gathers the run that begins with `first`; true when it has a variable. */
static bool read_run(struct resolver *resolver, const struct token *first)
{
    bool has_variable = first->kind == TOKEN_VARIABLE;
    g_array_set_size(resolver->run, 0);
    g_array_append_vals(resolver->run, first, 1);
    for (;;) {
        struct lexer ahead = resolver->lexer;
        struct token token = lexer_next(&ahead);
        if (!can_be_in_run(&token) ||
            !token_touches(resolver_token(resolver, resolver->run->len - 1), &token))
            return has_variable;
        has_variable = has_variable || token.kind == TOKEN_VARIABLE;
        g_array_append_val(resolver->run, token);
        resolver->lexer = ahead;
    }
}

static void pass_verbatim(struct resolver *resolver, const struct token *token)
{
    enum quoting quoting = quoting_of(token->kind);
    bool is_escape = token->kind == TOKEN_OPERATOR && token->span.length == 2 &&
                     memcmp(span_start(token->span), "\\$", 2) == 0;
    if (is_escape)
        draft_replace(&resolver->draft, token->span, "$", 1);
    else if (quoting)
        resolver_quoted(resolver, token, quoting);
    context_pass(resolver->context, token);
}

static void resolve_tokens(struct resolver *resolver)
{
    for (;;) {
        struct token token = lexer_next(&resolver->lexer);
        if (token.kind == TOKEN_END)
            return;
        if (!can_be_in_run(&token)) {
            pass_verbatim(resolver, &token);
            continue;
        }
        if (read_run(resolver, &token)) {
            resolver_run(resolver);
            continue;
        }
        for (guint i = 0; i < resolver->run->len; i++)
            pass_verbatim(resolver, resolver_token(resolver, i));
    }
}

bool resolve_sql(struct fragment *fragment, bool is_name, struct variables *variables,
                 struct diagnostics *diagnostics)
{
    struct span span = fragment->span;
    AUTO(context) context = context_new(is_name ? SLOT_TABLE : SLOT_OPERAND);
    g_autoptr(GArray) run = g_array_new(FALSE, FALSE, sizeof(struct token));
    struct resolver resolver = {
        .variables = variables,
        .diagnostics = diagnostics,
        .context = context,
        .run = run,
        .plain = is_name,
    };
    lexer_init(&resolver.lexer, span.text, span.offset, span.offset + span.length);
    draft_init(&resolver.draft, span);
    resolve_tokens(&resolver);
    draft_finish(&resolver.draft, fragment);
    return !resolver.failed;
}
