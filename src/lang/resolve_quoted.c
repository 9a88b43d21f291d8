/* SPDX-License-Identifier: Apache-2.0 */
/* Variables inside quotes: a value is text there and can't end them. */
#include "lang/resolver.h"

#include "lang/paste.h"

#include <string.h>

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
    resolver_fail(resolver, SF_VALUE_ENDS_STRING, opening, "use another tag, or '..' quotes",
                  message);
}

void resolver_quoted(struct resolver *resolver, const struct token *token, enum quoting quoting)
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
