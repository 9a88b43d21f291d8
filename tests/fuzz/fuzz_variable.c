/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values in fragments of all kinds and in maps. The input is a source; up to a NUL, if it has one,
 * it is the value of `${v}`. Whatever the value is, SQL has as many statements with it as with a
 * harmless one.
 */
#include "fuzz.h"

#include "lang/lexer.h"
#include "lang/parser.h"
#include "lang/variable.h"

#include <string.h>

static struct variables *make_variables(const char *value)
{
    static const char *const pairs[][2] = {
        {"n", "-3"}, {"t", "true"}, {"a", "a b"}, {"q", "it's \"x\""}, {"d", "s.t"}, {"l", "1, x"},
    };
    struct variables *variables = variables_new();
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        variables_set(variables, ORIGIN_PROFILE, pairs[i][0], pairs[i][1], (struct span){0});
    variables_set(variables, ORIGIN_COMMAND_LINE, "v", value, (struct span){0});
    return variables;
}

/* NULL after an error. */
static char *resolve(const struct text *text, enum fragment_syntax syntax, const char *value)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(variables) variables = make_variables(value);
    struct fragment fragment = {.span = {.text = text, .length = (guint32)text->length}};
    bool good = fragment_resolve(&fragment, syntax, variables, diagnostics);
    g_assert(good == (diagnostics_errors(diagnostics) == 0));
    g_assert(fragment.text && strlen(fragment.text) == fragment.length);
    for (gsize i = 0; i <= fragment.length; i += 1 + fragment.length / 16) {
        struct span place = fragment_place(&fragment, i);
        g_assert(place.text == text && place.offset + place.length <= text->length);
    }
    fuzz_render(diagnostics);
    g_clear_pointer(&fragment.pieces, g_array_unref);
    g_autofree char *result = g_steal_pointer(&fragment.text);
    return good ? g_steal_pointer(&result) : NULL;
}

/* How many `;` stand outside of quotes and comments; -1 when something isn't closed. */
static gint count_ends(const char *sql)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("fuzz.sql", sql, strlen(sql), &error);
    if (!text)
        return -1;
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    gint count = 0;
    for (;;) {
        struct token token = lexer_next(&lexer);
        if (token.unclosed)
            return -1;
        if (token.kind == TOKEN_END)
            return lexer.unclosed_comment.text ? -1 : count;
        count += token.kind == TOKEN_SEMICOLON;
    }
}

static void compare(const struct text *text, const char *value)
{
    g_autofree char *result = resolve(text, SYNTAX_SQL, value);
    g_autofree char *harmless = resolve(text, SYNTAX_SQL, "n");
    /* The parser lets no body through that isn't closed. */
    if (!result || !harmless || strstr(text->data, "raw") || count_ends(text->data) < 0)
        return;
    /* A `\${` becomes plain text, which our lexer takes for a variable: the engine's doesn't. */
    if (strstr(harmless, "${"))
        return;
    gint expected = count_ends(harmless);
    g_assert(expected < 0 || count_ends(result) == expected);
}

static void resolve_map(const struct text *text, const char *value)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(variables) variables = make_variables(value);
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    AUTO(value) map = map_parse(&lexer, diagnostics);
    if (!map)
        return;
    bool good = value_resolve(map, variables, diagnostics);
    g_assert(good == (diagnostics_errors(diagnostics) == 0));
    g_autofree char *json = value_to_json(map);
    g_assert(g_utf8_validate(json, -1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *source = (const char *)data;
    const char *end = size ? memchr(source, '\0', size) : NULL;
    g_autofree char *value = end ? g_strndup(source, (gsize)(end - source)) : g_strdup("';--\n");
    gsize skipped = end ? (gsize)(end - source) + 1 : 0;
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("fuzz.sf", source + skipped, size - skipped, &error);
    if (!text)
        return 0;
    static const enum fragment_syntax syntaxes[] = {SYNTAX_NAME, SYNTAX_WORD, SYNTAX_STRING};
    for (guint i = 0; i < G_N_ELEMENTS(syntaxes); i++)
        g_free(resolve(text, syntaxes[i], value));
    compare(text, value);
    resolve_map(text, value);
    return 0;
}
