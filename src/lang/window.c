/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/window.h"

#include "lang/lexer.h"

#include <string.h>

/* A literal at [at, at + length) of the text, for `replaced` bytes at `from` of the body. */
struct window_paste {
    gsize at;
    gsize length;
    gsize from;
    gsize replaced;
};

/* NULL for a token that is none of the names. */
static const char *find_value(const struct token *token, const struct window_macros *macros)
{
    const struct {
        const char *name;
        const char *value;
    } names[] = {
        {"start_date", macros->start_date},
        {"end_date", macros->end_date},
        {"start_dt", macros->start_dt},
        {"end_dt", macros->end_dt},
    };
    for (gsize i = 0; token->kind == TOKEN_WORD && i < G_N_ELEMENTS(names); i++)
        if (token_is(token, names[i].name))
            return names[i].value;
    return NULL;
}

/* The lexer reads `>=@` as one operator: its last character counts. */
static bool ends_with_at(const struct token *token)
{
    const struct span span = token->span;
    return token->kind == TOKEN_OPERATOR && span_start(span)[span.length - 1] == '@';
}

static void paste(struct windowed *windowed, GString *out, struct span word, const char *value)
{
    const struct window_paste paste = {
        .at = out->len,
        .length = strlen(value),
        .from = word.offset - 1,
        .replaced = word.length + 1,
    };
    g_string_append(out, value);
    g_array_append_val(windowed->pastes, paste);
}

static void replace(struct windowed *windowed, const struct text *text, GString *out,
                    const struct window_macros *macros)
{
    struct lexer lexer;
    gsize done = 0;
    lexer_init(&lexer, text, 0, text->length);
    struct token former = {.kind = TOKEN_END};
    for (struct token token = lexer_next(&lexer); token.kind != TOKEN_END;
         token = lexer_next(&lexer)) {
        const char *value = ends_with_at(&former) && token_touches(&former, &token)
                                ? find_value(&token, macros)
                                : NULL;
        if (value) {
            g_string_append_len(out, text->data + done, (gssize)(token.span.offset - 1 - done));
            paste(windowed, out, token.span, value);
            done = token.span.offset + token.span.length;
        }
        former = token;
    }
    g_string_append_len(out, text->data + done, (gssize)(text->length - done));
}

struct windowed *windowed_new(const char *sql, gsize length, const struct window_macros *macros,
                              GError **error)
{
    AUTO(text) text = text_new("body", sql, length, error);
    if (!text)
        return NULL;
    struct windowed *windowed = g_new0(struct windowed, 1);
    windowed->pastes = g_array_new(FALSE, FALSE, sizeof(struct window_paste));
    GString *out = g_string_sized_new(length + 1);
    replace(windowed, text, out, macros);
    windowed->text = g_string_free(out, FALSE);
    return windowed;
}

void windowed_free(struct windowed *windowed)
{
    if (!windowed)
        return;
    g_free(windowed->text);
    g_array_unref(windowed->pastes);
    g_free(windowed);
}

gint64 windowed_position(const struct windowed *windowed, gint64 position)
{
    gint64 shift = 0;
    for (guint i = 0; i < windowed->pastes->len; i++) {
        const struct window_paste *paste = &g_array_index(windowed->pastes, struct window_paste, i);
        if (position < (gint64)paste->at)
            break;
        if (position < (gint64)(paste->at + paste->length))
            return (gint64)paste->from;
        shift = (gint64)(paste->from + paste->replaced) - (gint64)(paste->at + paste->length);
    }
    return position + shift;
}
