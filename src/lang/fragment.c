/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/decode.h"
#include "lang/resolve.h"

#include <string.h>

/* Characters with their places, variables replaced. */
struct composer {
    struct variables *variables;
    struct diagnostics *diagnostics;
    const struct decoded *decoded;
    struct span source;
    GString *out;
    GArray *pieces; /* struct piece */
    bool failed;
};

static void add_piece(struct composer *composer, struct span span, gsize length)
{
    struct piece piece = {.at = composer->out->len, .length = length, .span = span};
    g_array_append_val(composer->pieces, piece);
}

/* The decoded bytes [from, to) as they are. An empty piece stands wherever the source has something
 * that the text has not: a quote, a backslash. */
static void copy(struct composer *composer, gsize from, gsize to)
{
    const guint32 *offsets = (const guint32 *)(void *)composer->decoded->offsets->data;
    for (gsize i = from; i < to; i++) {
        if (i == 0 || offsets[i] != offsets[i - 1] + 1)
            add_piece(composer, (struct span){.text = composer->source.text, .offset = offsets[i]},
                      0);
        g_string_append_c(composer->out, composer->decoded->text->str[i]);
    }
}

/* The reference at `index`; returns how long it is. */
static gsize paste(struct composer *composer, gsize index)
{
    const struct decoded *decoded = composer->decoded;
    const struct text *text = composer->source.text;
    struct reference reference;
    if (!reference_read(&reference, decoded->text->str + index, decoded->text->len - index,
                        decoded_span(decoded, text, index, index + 2), composer->diagnostics)) {
        composer->failed = true;
        return 2;
    }
    struct span at = decoded_span(decoded, text, index, index + reference.length);
    const char *value = NULL;
    if (reference_check_text(&reference, at, composer->diagnostics))
        value = variables_use(composer->variables, &reference, at, composer->diagnostics);
    if (value) {
        add_piece(composer, at, strlen(value));
        g_string_append(composer->out, value);
    }
    composer->failed = composer->failed || !value;
    gsize length = reference.length;
    reference_clear(&reference);
    return length;
}

static void compose(struct composer *composer)
{
    gsize length = composer->decoded->text->len;
    gsize at = 0;
    while (at < length) {
        bool is_literal = false;
        gsize found = decoded_find(composer->decoded, at, &is_literal);
        copy(composer, at, found);
        if (found < length && is_literal)
            copy(composer, found, found + 2);
        at = found == length ? length : found + (is_literal ? 2 : paste(composer, found));
    }
}

static enum quoting quoting_at(struct span span)
{
    char first = span.length ? *span_start(span) : '\0';
    return first == '\'' ? QUOTING_SINGLE : first == '"' ? QUOTING_JSON : QUOTING_NONE;
}

/* Text or the characters of a string. *out_pieces may be NULL. */
static bool resolve_text(struct span span, enum quoting quoting, struct variables *variables,
                         struct diagnostics *diagnostics, GString *out, GArray **out_pieces)
{
    AUTO(decoded) decoded = decoded_new(span, quoting);
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
    struct composer composer = {
        .variables = variables,
        .diagnostics = diagnostics,
        .decoded = decoded,
        .source = span,
        .out = out,
        .pieces = pieces,
    };
    compose(&composer);
    if (out_pieces)
        *out_pieces = g_steal_pointer(&pieces);
    return !composer.failed;
}

static bool has_variable(struct span span)
{
    return memmem(span_start(span), span.length, "${", 2) != NULL;
}

/* A string between quotes with nothing to decode in it. */
static bool is_simple_string(struct span span)
{
    const char *start = span_start(span);
    return span.length >= 2 && (*start == '\'' || *start == '"') &&
           start[span.length - 1] == *start && !memchr(start, '\\', span.length) &&
           !memchr(start + 1, *start, span.length - 2);
}

static void copy_string(struct fragment *fragment)
{
    struct span span = fragment->span;
    struct piece opening = {.span = {.text = span.text, .offset = span.offset, .length = 1}};
    fragment->length = span.length - 2;
    fragment->text = g_strndup(span_start(span) + 1, fragment->length);
    fragment->pieces = g_array_sized_new(FALSE, FALSE, sizeof(struct piece), 1);
    g_array_append_val(fragment->pieces, opening);
}

static bool resolve_string(struct fragment *fragment, enum quoting quoting,
                           struct variables *variables, struct diagnostics *diagnostics)
{
    GString *out = g_string_new(NULL);
    bool resolved =
        resolve_text(fragment->span, quoting, variables, diagnostics, out, &fragment->pieces);
    fragment->length = out->len;
    fragment->text = g_string_free(out, FALSE);
    return resolved;
}

bool fragment_resolve(struct fragment *fragment, enum fragment_syntax syntax,
                      struct variables *variables, struct diagnostics *diagnostics)
{
    struct span span = fragment->span;
    bool has = has_variable(span);
    bool is_string = syntax == SYNTAX_STRING && quoting_at(span) != QUOTING_NONE;
    if (!has && !is_string) {
        fragment->text = span_dup(span);
        fragment->length = span.length;
        return true;
    }
    if (!has && is_simple_string(span)) {
        copy_string(fragment);
        return true;
    }
    if (syntax == SYNTAX_NAME || syntax == SYNTAX_SQL)
        return resolve_sql(fragment, syntax == SYNTAX_NAME, variables, diagnostics);
    return resolve_string(fragment, is_string ? quoting_at(span) : QUOTING_NONE, variables,
                          diagnostics);
}

/* A bare `${x}` is what its value looks like. */
static enum value_kind kind_of(const char *text, struct span source)
{
    struct reference reference;
    const char *problem = NULL;
    if (!reference_parse(&reference, span_start(source), source.length, &problem))
        return VALUE_STRING;
    bool is_whole = reference.length == source.length;
    reference_clear(&reference);
    if (!is_whole)
        return VALUE_STRING;
    if (text_is_number(text))
        return VALUE_NUMBER;
    return g_str_equal(text, "true") || g_str_equal(text, "false") ? VALUE_BOOLEAN : VALUE_STRING;
}

static bool resolve_scalar(struct value *value, struct variables *variables,
                           struct diagnostics *diagnostics)
{
    if (!has_variable(value->span))
        return true;
    enum quoting quoting = quoting_at(value->span);
    GString *out = g_string_new(NULL);
    bool resolved = resolve_text(value->span, quoting, variables, diagnostics, out, NULL);
    g_free(value->text);
    value->text = g_string_free(out, FALSE);
    if (resolved && quoting == QUOTING_NONE)
        value->kind = kind_of(value->text, value->span);
    return resolved;
}

static bool resolve_key(struct member *member, struct variables *variables,
                        struct diagnostics *diagnostics)
{
    if (!has_variable(member->key_span))
        return true;
    GString *out = g_string_new(NULL);
    bool resolved = resolve_text(member->key_span, quoting_at(member->key_span), variables,
                                 diagnostics, out, NULL);
    g_free(member->key);
    member->key = g_string_free(out, FALSE);
    return resolved;
}

/* Keys that a variable made equal. */
static bool check_keys(const struct value *map, struct diagnostics *diagnostics)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    bool unique = true;
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        const struct member *former = g_hash_table_lookup(seen, member->key);
        if (former) {
            diagnostics_add(diagnostics, SF_DUPLICATE_KEY, member->key_span, NULL,
                            "with its variables this key is '%s', as another one of the map",
                            member->key);
            diagnostics_relate(diagnostics, former->key_span, "the other one");
        }
        unique = unique && !former;
        g_hash_table_insert(seen, member->key, g_ptr_array_index(map->members, i));
    }
    return unique;
}

static bool resolve_map(struct value *map, struct variables *variables,
                        struct diagnostics *diagnostics)
{
    bool resolved = true;
    bool has_keys = false;
    for (guint i = 0; i < map->members->len; i++) {
        struct member *member = g_ptr_array_index(map->members, i);
        has_keys = has_keys || has_variable(member->key_span);
        resolved = resolve_key(member, variables, diagnostics) && resolved;
        resolved = value_resolve(member->value, variables, diagnostics) && resolved;
    }
    return (!has_keys || check_keys(map, diagnostics)) && resolved;
}

bool value_resolve(struct value *value, struct variables *variables,
                   struct diagnostics *diagnostics)
{
    bool resolved = true;
    switch (value->kind) {
    case VALUE_STRING:
        return resolve_scalar(value, variables, diagnostics);
    case VALUE_MAP:
        return resolve_map(value, variables, diagnostics);
    case VALUE_LIST:
        for (guint i = 0; i < value->items->len; i++)
            resolved = value_resolve(g_ptr_array_index(value->items, i), variables, diagnostics) &&
                       resolved;
        return resolved;
    case VALUE_NULL:
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
        break;
    }
    return true;
}
