/* SPDX-License-Identifier: Apache-2.0 */
/* Variables outside of quotes: what they become depends on their neighbours and their place. */
#include "lang/resolver.h"

#include "lang/paste.h"

static bool is_string(enum token_kind kind)
{
    return kind == TOKEN_STRING || kind == TOKEN_ESCAPE_STRING || kind == TOKEN_DOLLAR_STRING;
}

static bool touching(struct resolver *resolver, struct span at, const char *what)
{
    g_autofree char *message = g_strdup_printf("a variable stands right beside %s", what);
    return resolver_fail(resolver, SF_TOUCHING_VARIABLE, at,
                         "put a blank, an operator or quotes around it", message);
}

static char first_byte(const struct token *token)
{
    return token->span.length ? *span_start(token->span) : '\0';
}

static char last_byte(const struct token *token)
{
    return token->span.length ? span_start(token->span)[token->span.length - 1] : '\0';
}

/* What stands right beside the run must not grow together with what is pasted. */
static bool check_neighbours(struct resolver *resolver, struct span run)
{
    const struct token *last = context_last(resolver->context);
    const struct token *next = &resolver->next;
    const struct token *begin = resolver_token(resolver, 0);
    const struct token *end = resolver_token(resolver, resolver->run->len - 1);
    bool after = last->kind && token_touches(last, begin);
    bool before = next->kind != TOKEN_END && token_touches(end, next);
    if ((after && is_string(last->kind)) || (before && is_string(next->kind)))
        return touching(resolver, run, "a text in quotes");
    if ((after && first_byte(last) == '$') || (before && first_byte(next) == '$'))
        return touching(resolver, run, "a `$`");
    return true;
}

/* `U&` right before a quote would make it a string with escapes. */
static void paste_begin(const struct resolver *resolver, const struct token *first, GString *out)
{
    const struct token *last = context_last(resolver->context);
    if (first == resolver_token(resolver, 0) && last->kind == TOKEN_OPERATOR &&
        token_touches(last, first) && last_byte(last) == '&')
        g_string_append_c(out, ' ');
}

/* A minus must not become a comment with the one before it, `-3::INT` is -(3::INT), and `3.x` no
 * number any more. */
static bool needs_brackets(const struct resolver *resolver, const char *value, bool before_dot)
{
    if (!value_is_plain(value))
        return false;
    const struct token *last = context_last(resolver->context);
    const struct token *next = &resolver->next;
    bool touches_operator =
        last->kind == TOKEN_OPERATOR && token_touches(last, resolver_token(resolver, 0));
    bool binds_tighter = (next->kind == TOKEN_OPERATOR && first_byte(next) == ':') ||
                         (next->kind == TOKEN_OPEN && first_byte(next) == '[');
    return before_dot || (*value == '-' && (touches_operator || binds_tighter));
}

static bool paste_value(struct resolver *resolver, const struct token *token, const char *value,
                        bool before_dot, GString *out)
{
    bool is_text = !value_is_plain(value);
    const struct token *last = context_last(resolver->context);
    if (is_text && (is_string(last->kind) || is_string(resolver->next.kind)))
        return touching(resolver, token->span, "another text, with nothing between the two");
    bool brackets = needs_brackets(resolver, value, before_dot);
    if (brackets)
        g_string_append_c(out, '(');
    paste_literal(out, value);
    if (brackets)
        g_string_append_c(out, ')');
    resolver->pasted_string = is_text;
    return true;
}

static bool no_name(struct resolver *resolver, struct span at, const char *value)
{
    g_autofree char *message = g_strdup_printf("the value '%.60s' can't be a name", value);
    return resolver_fail(resolver, SF_VALUE_NO_NAME, at,
                         "a name has one to three parts, none of them empty", message);
}

static bool paste_as_name(struct resolver *resolver, struct span at, const char *value,
                          GString *out)
{
    return paste_name(out, value, resolver->plain) || no_name(resolver, at, value);
}

static bool paste_as_identifier(struct resolver *resolver, struct span at, const char *value,
                                GString *out)
{
    if (*value == '\0')
        return no_name(resolver, at, value);
    paste_identifier(out, value, resolver->plain);
    return true;
}

static bool ambiguous(struct resolver *resolver, const struct reference *reference, struct span at)
{
    g_autofree char *message =
        g_strdup_printf("'${%s}' could be a name or a value here", reference->name);
    g_autofree char *hint =
        g_strdup_printf("write ${%s:ident} or ${%s:literal}", reference->name, reference->name);
    return resolver_fail(resolver, SF_AMBIGUOUS_VARIABLE, at, hint, message);
}

/* The item of SELECT or ORDER BY goes on behind the variable: it is an operand. */
static bool continues_expression(const struct token *next)
{
    static const char *const words[] = {"and",     "at", "between", "glob", "ilike",
                                        "in",      "is", "isnull",  "like", "not",
                                        "notnull", "or", "similar"};
    if (next->kind == TOKEN_OPERATOR || next->kind == TOKEN_OPEN)
        return true;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (token_is(next, words[i]))
            return true;
    }
    return false;
}

static bool ends_with_cast(const struct token *token)
{
    return token->kind == TOKEN_OPERATOR && token->span.length >= 2 && last_byte(token) == ':' &&
           span_start(token->span)[token->span.length - 2] == ':';
}

/* Whether a value without a form can be told from a name, standing alone. */
static bool is_ambiguous(const struct resolver *resolver, const char *value)
{
    const struct token *next = &resolver->next;
    if (next->kind == TOKEN_DOT || (next->kind == TOKEN_OPEN && first_byte(next) == '('))
        return true;
    if (resolver->slot == SLOT_BARE_IN || ends_with_cast(context_last(resolver->context)))
        return true;
    return resolver->slot == SLOT_ITEM && !value_is_plain(value) && !continues_expression(next);
}

static bool paste_by_place(struct resolver *resolver, const struct token *token,
                           const struct reference *reference, const char *value, GString *out)
{
    if (resolver->slot == SLOT_TABLE)
        return paste_as_name(resolver, token->span, value, out);
    if (resolver->slot == SLOT_NAME)
        return paste_as_identifier(resolver, token->span, value, out);
    if (is_ambiguous(resolver, value))
        return ambiguous(resolver, reference, token->span);
    bool is_element = resolver->slot == SLOT_ELEMENT &&
                      (resolver->next.kind == TOKEN_COMMA || resolver->next.kind == TOKEN_CLOSE);
    if (!is_element)
        return paste_value(resolver, token, value, false, out);
    paste_list(out, value);
    return true;
}

/* A variable that is a part of its own: all of the run, or between dots. */
static bool paste_alone(struct resolver *resolver, guint index, const struct reference *reference,
                        const char *value, GString *out)
{
    const struct token *token = resolver_token(resolver, index);
    bool is_first = index == 0 && resolver->slot != SLOT_NAME;
    bool before_dot = index + 1 < resolver->run->len;
    switch (reference->form) {
    case FORM_RAW:
        g_string_append(out, value);
        return true;
    case FORM_LITERAL:
        if (is_first)
            return paste_value(resolver, token, value, before_dot, out);
        return resolver_fail(resolver, SF_BAD_VARIABLE, token->span, NULL,
                             "a literal can't stand behind a dot");
    case FORM_IDENTIFIER:
        return paste_as_name(resolver, token->span, value, out);
    case FORM_BY_PLACE:
        break;
    }
    if (resolver->run->len == 1)
        return paste_by_place(resolver, token, reference, value, out);
    if (is_first && resolver->slot != SLOT_TABLE)
        return ambiguous(resolver, reference, token->span);
    return paste_as_identifier(resolver, token->span, value, out);
}

/* Reads the variable of a token and uses it. False after a message; else clear the reference. */
static bool read_variable(struct resolver *resolver, const struct token *token,
                          struct reference *reference, const char **out_value)
{
    struct span at = token->span;
    if (!reference_read(reference, span_start(at), at.length, at, resolver->diagnostics))
        return !(resolver->failed = true);
    if (reference->length == at.length)
        *out_value = variables_use(resolver->variables, reference, at, resolver->diagnostics);
    else
        resolver_fail(resolver, SF_BAD_VARIABLE, at, "put the default in double quotes",
                      "this variable's default holds a quote");
    if (*out_value)
        return true;
    reference_clear(reference);
    return !(resolver->failed = true);
}

static bool is_word_of_name(const struct token *token)
{
    const char *at = span_start(token->span);
    for (guint32 i = 0; i < token->span.length; i++) {
        if (!g_ascii_isalnum(at[i]) && at[i] != '_')
            return false;
    }
    return true;
}

/* One token of a part that is glued together. */
static bool glue_token(struct resolver *resolver, const struct token *token, bool is_first,
                       GString *name, bool *has_raw)
{
    if (token->kind == TOKEN_QUOTED)
        return touching(resolver, token->span, "a name in quotes");
    if (token->kind == TOKEN_NUMBER && (is_first || !is_word_of_name(token)))
        return touching(resolver, token->span, "a number");
    if (token->kind != TOKEN_VARIABLE) {
        g_string_append_len(name, span_start(token->span), token->span.length);
        return true;
    }
    struct reference reference;
    const char *value = NULL;
    if (!read_variable(resolver, token, &reference, &value))
        return false;
    *has_raw = *has_raw || reference.form == FORM_RAW;
    g_string_append(name, value);
    bool is_literal = reference.form == FORM_LITERAL;
    reference_clear(&reference);
    if (is_literal)
        return resolver_fail(resolver, SF_BAD_VARIABLE, token->span, NULL,
                             "a literal can't be a part of a name");
    return true;
}

/* Several tokens side by side, at least one of them a variable: one name. With a raw value the text
 * is taken as it is. */
static bool glue_part(struct resolver *resolver, guint from, guint to, struct span at, GString *out)
{
    g_autoptr(GString) name = g_string_new(NULL);
    bool has_raw = false;
    bool glued = true;
    for (guint i = from; i < to; i++)
        glued =
            glue_token(resolver, resolver_token(resolver, i), i == from, name, &has_raw) && glued;
    if (!glued)
        return false;
    if (!has_raw)
        return paste_as_identifier(resolver, at, name->str, out);
    g_string_append(out, name->str);
    return true;
}

static bool paste_single(struct resolver *resolver, guint index, GString *out)
{
    struct reference reference;
    const char *value = NULL;
    if (!read_variable(resolver, resolver_token(resolver, index), &reference, &value))
        return false;
    bool pasted = paste_alone(resolver, index, &reference, value, out);
    reference_clear(&reference);
    return pasted;
}

/* The tokens [from, to) of the run, which stand between dots. */
static void resolve_part(struct resolver *resolver, guint from, guint to)
{
    bool has_variable = false;
    for (guint i = from; i < to; i++)
        has_variable = has_variable || resolver_token(resolver, i)->kind == TOKEN_VARIABLE;
    if (!has_variable) {
        for (guint i = from; i < to; i++) {
            if (resolver_token(resolver, i)->kind == TOKEN_QUOTED)
                resolver_quoted(resolver, resolver_token(resolver, i), QUOTING_DOUBLE);
        }
        return;
    }
    const struct token *first = resolver_token(resolver, from);
    struct span at = span_between(first->span, resolver_token(resolver, to - 1)->span);
    g_autoptr(GString) out = g_string_new(NULL);
    paste_begin(resolver, first, out);
    if (to - from == 1 ? paste_single(resolver, from, out) : glue_part(resolver, from, to, at, out))
        draft_replace(&resolver->draft, at, out->str, out->len);
}

static void resolve_parts(struct resolver *resolver)
{
    guint from = 0;
    for (guint i = 0; i <= resolver->run->len; i++) {
        if (i < resolver->run->len && resolver_token(resolver, i)->kind != TOKEN_DOT)
            continue;
        if (i > from)
            resolve_part(resolver, from, i);
        from = i + 1;
    }
}

void resolver_run(struct resolver *resolver)
{
    const struct token *end = resolver_token(resolver, resolver->run->len - 1);
    struct token whole = {
        .kind = TOKEN_QUOTED,
        .span = span_between(resolver_token(resolver, 0)->span, end->span),
    };
    resolver->slot = context_slot(resolver->context);
    resolver->pasted_string = false;
    struct lexer ahead = resolver->lexer;
    resolver->next = lexer_next(&ahead);
    if (check_neighbours(resolver, whole.span))
        resolve_parts(resolver);
    if (end->kind == TOKEN_DOT)
        whole.kind = TOKEN_DOT;
    else if (resolver->pasted_string)
        whole.kind = TOKEN_STRING;
    context_pass(resolver->context, &whole);
}
