/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments of SQL and names with their variables. A token without a variable is copied byte for
 * byte; a value takes the form that its place asks for (lang/context.h).
 */
#include "lang/resolve.h"

#include "lang/context.h"
#include "lang/draft.h"
#include "lang/paste.h"
#include "lang/scope.h"

#include <string.h>

struct resolver {
    struct variables *variables;
    struct diagnostics *diagnostics;
    struct draft draft;
    struct lexer lexer;
    struct context *context;
    GArray *run;        /* struct token: side by side, parts of one dotted name */
    struct token next;  /* the one behind the run */
    enum slot slot;     /* of the run */
    bool plain;         /* names stay unquoted where they can */
    bool pasted_string; /* the run became a '..' */
    bool failed;
};

static bool fail(struct resolver *resolver, enum code code, struct span at, const char *hint,
                 const char *message)
{
    diagnostics_add(resolver->diagnostics, code, at, hint, "%s", message);
    resolver->failed = true;
    return false;
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

/* ---- inside quotes */

/* The reference at `index` of the decoded token; *out_length is what it takes there. */
static void paste_at(struct resolver *resolver, const struct decoded *decoded, gsize index,
                     enum quoting quoting, gsize *out_length)
{
    const struct text *text = resolver->draft.source.text;
    struct diagnostics *diagnostics = resolver->diagnostics;
    struct reference reference;
    *out_length = 2;
    if (!reference_read(&reference, decoded->text->str + index, decoded->text->len - index,
                        decoded_span(decoded, text, index, index + 2), diagnostics)) {
        resolver->failed = true;
        return;
    }
    struct span at = decoded_span(decoded, text, index, index + reference.length);
    *out_length = reference.length;
    const char *value = reference_check_text(&reference, at, diagnostics)
                            ? variables_use(resolver->variables, &reference, at, diagnostics)
                            : NULL;
    if (value) {
        g_autoptr(GString) pasted = g_string_new(NULL);
        paste_quoted(pasted, value, reference.form == FORM_RAW ? QUOTING_NONE : quoting);
        draft_replace(&resolver->draft, at, pasted->str, pasted->len);
    }
    resolver->failed = resolver->failed || !value;
    reference_clear(&reference);
}

/* The first `$tag$` in the resolved token must be the one that ends it. `start`: of the token. */
static void check_delimiter(struct resolver *resolver, const struct token *token, gsize start)
{
    const char *source = span_start(token->span);
    const char *tag_end = memchr(source + 1, '$', token->span.length - 1);
    if (!tag_end || token->unclosed)
        return;
    gsize length = (gsize)(tag_end - source) + 1;
    const char *content = resolver->draft.text->str + start + length;
    const char *end = resolver->draft.text->str + resolver->draft.text->len;
    if (memmem(content, (gsize)(end - content), source, length) == end - length)
        return;
    g_autofree char *tag = g_strndup(source, length);
    g_autofree char *message =
        g_strdup_printf("a value here makes a `%s`, which would end the string", tag);
    struct span opening = {
        .text = token->span.text, .offset = token->span.offset, .length = (guint32)length};
    fail(resolver, SF_VALUE_ENDS_STRING, opening, "use another tag, or '..' quotes", message);
}

static void resolve_quoted(struct resolver *resolver, const struct token *token,
                           enum quoting quoting)
{
    if (!memmem(span_start(token->span), token->span.length, "${", 2))
        return;
    draft_copy(&resolver->draft, token->span.offset);
    gsize start = resolver->draft.text->len;
    AUTO(decoded) decoded = decoded_new(token->span, quoting);
    gsize index = 0;
    bool is_literal = false;
    while ((index = decoded_find(decoded, index, &is_literal)) < decoded->text->len) {
        gsize length = 2;
        struct span dollar = decoded_span(decoded, token->span.text, index, index + 1);
        if (is_literal)
            draft_replace(&resolver->draft, dollar, "", 0);
        else
            paste_at(resolver, decoded, index, quoting, &length);
        index += length;
    }
    draft_copy(&resolver->draft, token->span.offset + token->span.length);
    if (quoting == QUOTING_DOLLAR)
        check_delimiter(resolver, token, start);
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

static bool is_string(enum token_kind kind)
{
    return kind == TOKEN_STRING || kind == TOKEN_ESCAPE_STRING || kind == TOKEN_DOLLAR_STRING;
}

/* ---- outside quotes */

static const struct token *run_token(const struct resolver *resolver, guint index)
{
    return &g_array_index(resolver->run, struct token, index);
}

static bool touching(struct resolver *resolver, struct span at, const char *what)
{
    g_autofree char *message = g_strdup_printf("a variable stands right beside %s", what);
    return fail(resolver, SF_TOUCHING_VARIABLE, at, "put a blank, an operator or quotes around it",
                message);
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
    const struct token *begin = run_token(resolver, 0);
    const struct token *end = run_token(resolver, resolver->run->len - 1);
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
    if (first == run_token(resolver, 0) && last->kind == TOKEN_OPERATOR &&
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
        last->kind == TOKEN_OPERATOR && token_touches(last, run_token(resolver, 0));
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
    return fail(resolver, SF_VALUE_NO_NAME, at, "a name has one to three parts, none of them empty",
                message);
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
    return fail(resolver, SF_AMBIGUOUS_VARIABLE, at, hint, message);
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
    const struct token *token = run_token(resolver, index);
    bool is_first = index == 0 && resolver->slot != SLOT_NAME;
    bool before_dot = index + 1 < resolver->run->len;
    switch (reference->form) {
    case FORM_RAW:
        g_string_append(out, value);
        return true;
    case FORM_LITERAL:
        if (is_first)
            return paste_value(resolver, token, value, before_dot, out);
        return fail(resolver, SF_BAD_VARIABLE, token->span, NULL,
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
        fail(resolver, SF_BAD_VARIABLE, at, "put the default in double quotes",
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
        return fail(resolver, SF_BAD_VARIABLE, token->span, NULL,
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
        glued = glue_token(resolver, run_token(resolver, i), i == from, name, &has_raw) && glued;
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
    if (!read_variable(resolver, run_token(resolver, index), &reference, &value))
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
        has_variable = has_variable || run_token(resolver, i)->kind == TOKEN_VARIABLE;
    if (!has_variable) {
        for (guint i = from; i < to; i++) {
            if (run_token(resolver, i)->kind == TOKEN_QUOTED)
                resolve_quoted(resolver, run_token(resolver, i), QUOTING_DOUBLE);
        }
        return;
    }
    const struct token *first = run_token(resolver, from);
    struct span at = span_between(first->span, run_token(resolver, to - 1)->span);
    g_autoptr(GString) out = g_string_new(NULL);
    paste_begin(resolver, first, out);
    if (to - from == 1 ? paste_single(resolver, from, out) : glue_part(resolver, from, to, at, out))
        draft_replace(&resolver->draft, at, out->str, out->len);
}

static void resolve_parts(struct resolver *resolver)
{
    guint from = 0;
    for (guint i = 0; i <= resolver->run->len; i++) {
        if (i < resolver->run->len && run_token(resolver, i)->kind != TOKEN_DOT)
            continue;
        if (i > from)
            resolve_part(resolver, from, i);
        from = i + 1;
    }
}

static void resolve_run(struct resolver *resolver)
{
    const struct token *end = run_token(resolver, resolver->run->len - 1);
    struct token whole = {
        .kind = TOKEN_QUOTED,
        .span = span_between(run_token(resolver, 0)->span, end->span),
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

/* ---- tokens in a row */

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
            !token_touches(run_token(resolver, resolver->run->len - 1), &token))
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
        resolve_quoted(resolver, token, quoting);
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
            resolve_run(resolver);
            continue;
        }
        for (guint i = 0; i < resolver->run->len; i++)
            pass_verbatim(resolver, run_token(resolver, i));
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
