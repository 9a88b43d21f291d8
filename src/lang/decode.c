/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/decode.h"

#include "lang/escape.h"

#include <string.h>

struct decoder {
    const char *data;
    gsize at;
    gsize end;
    enum quoting quoting;
    struct decoded *out;
};

static void emit(struct decoder *decoder, gsize offset, const char *bytes, gsize length)
{
    g_string_append_len(decoder->out->text, bytes, (gssize)length);
    guint32 source = (guint32)offset;
    for (gsize i = 0; i < length; i++)
        g_array_append_val(decoder->out->offsets, source);
}

static char peek(const struct decoder *decoder, gsize ahead)
{
    return decoder->at + ahead < decoder->end ? decoder->data[decoder->at + ahead] : '\0';
}

/* One character from `length` bytes of the source. */
static void emit_for(struct decoder *decoder, char c, gsize length)
{
    emit(decoder, decoder->at, &c, 1);
    decoder->at += length;
}

/* The `$` that comes next begins no variable. */
static void mark_literal(struct decoder *decoder)
{
    guint32 index = (guint32)decoder->out->text->len;
    g_array_append_val(decoder->out->literals, index);
}

/* The character for a one-letter escape, or 0. */
static char simple_escape(char letter)
{
    static const char escapes[][2] = {{'n', '\n'}, {'t', '\t'},  {'r', '\r'},
                                      {'b', '\b'}, {'f', '\f'},  {'"', '"'},
                                      {'/', '/'},  {'\\', '\\'}, {'\'', '\''}};
    for (guint i = 0; i < G_N_ELEMENTS(escapes); i++) {
        if (escapes[i][0] == letter)
            return escapes[i][1];
    }
    return '\0';
}

/* \uXXXX, or a pair of them. False: there is none, nothing is read. */
static bool read_unicode(struct decoder *decoder)
{
    gunichar character = 0;
    const gsize length =
        escape_unicode(decoder->data + decoder->at, decoder->data + decoder->end, &character);
    if (length == 0)
        return false;
    if (character == '$')
        mark_literal(decoder);
    char bytes[6];
    emit(decoder, decoder->at, bytes, (gsize)g_unichar_to_utf8(character, bytes));
    decoder->at += length;
    return true;
}

static void read_escape(struct decoder *decoder)
{
    char letter = peek(decoder, 1);
    char c = simple_escape(letter);
    if (c) {
        emit_for(decoder, c, 2);
    } else if (letter != 'u' || decoder->quoting != QUOTING_JSON || !read_unicode(decoder)) {
        emit_for(decoder, '\\', 1);
        if (letter)
            emit_for(decoder, letter, 1);
    }
}

/* The gap of an E'..' that goes on in a later line: blanks and comments, which are no text. */
static void pass_gap(struct decoder *decoder)
{
    decoder->at++;
    while (decoder->at < decoder->end && peek(decoder, 0) != '\'') {
        if (peek(decoder, 0) == '-') {
            while (decoder->at < decoder->end && peek(decoder, 0) != '\n' &&
                   peek(decoder, 0) != '\r')
                decoder->at++;
        } else {
            decoder->at++;
        }
    }
    decoder->at++;
}

static void read_one(struct decoder *decoder)
{
    bool has_backslashes = decoder->quoting == QUOTING_ESCAPE || decoder->quoting == QUOTING_JSON;
    char quote = decoder->quoting == QUOTING_DOUBLE ? '"' : '\'';
    bool doubles = decoder->quoting != QUOTING_NONE && decoder->quoting != QUOTING_DOLLAR &&
                   decoder->quoting != QUOTING_JSON;
    char c = peek(decoder, 0);
    if (c == '\\' && peek(decoder, 1) == '$' && peek(decoder, 2) == '{') {
        mark_literal(decoder);
        emit_for(decoder, '$', 2);
    } else if (c == '\\' && has_backslashes) {
        read_escape(decoder);
    } else if (c == quote && doubles && peek(decoder, 1) == quote) {
        emit_for(decoder, c, 2);
    } else if (c == quote && decoder->quoting == QUOTING_ESCAPE) {
        pass_gap(decoder);
    } else {
        emit_for(decoder, c, 1);
    }
}

/* How long the token's opening is. */
static gsize opening_length(const char *token, gsize length, enum quoting quoting)
{
    switch (quoting) {
    case QUOTING_NONE:
        return 0;
    case QUOTING_ESCAPE:
        return MIN(2, length);
    case QUOTING_DOLLAR: {
        const char *end = length > 1 ? memchr(token + 1, '$', length - 1) : NULL;
        return end ? (gsize)(end - token) + 1 : length;
    }
    case QUOTING_SINGLE:
    case QUOTING_DOUBLE:
    case QUOTING_JSON:
        break;
    }
    return MIN(1, length);
}

/* How long its end is: 0 when the text stopped before it. */
static gsize closing_length(const char *token, gsize length, gsize opening, enum quoting quoting)
{
    gsize closing = quoting == QUOTING_ESCAPE ? 1 : opening;
    if (opening == 0 || length < opening + closing)
        return 0;
    const char *mark = quoting == QUOTING_ESCAPE ? token + 1 : token;
    return memcmp(token + length - closing, mark, closing) == 0 ? closing : 0;
}

struct decoded *decoded_new(struct span token, enum quoting quoting)
{
    struct decoded *decoded = g_new0(struct decoded, 1);
    decoded->text = g_string_sized_new(token.length);
    decoded->offsets = g_array_sized_new(FALSE, FALSE, sizeof(guint32), token.length + 1);
    decoded->literals = g_array_new(FALSE, FALSE, sizeof(guint32));
    const char *start = span_start(token);
    gsize opening = opening_length(start, token.length, quoting);
    gsize closing = closing_length(start, token.length, opening, quoting);
    struct decoder decoder = {
        .data = token.text->data,
        .at = token.offset + opening,
        .end = token.offset + token.length - closing,
        .quoting = quoting,
        .out = decoded,
    };
    while (decoder.at < decoder.end)
        read_one(&decoder);
    guint32 end = (guint32)decoder.end;
    g_array_append_val(decoded->offsets, end);
    return decoded;
}

void decoded_free(struct decoded *decoded)
{
    if (!decoded)
        return;
    g_string_free(decoded->text, TRUE);
    g_array_unref(decoded->offsets);
    g_array_unref(decoded->literals);
    g_free(decoded);
}

struct span decoded_span(const struct decoded *decoded, const struct text *text, gsize from,
                         gsize to)
{
    /* Not the start of the byte after it: the gap of an E'..' may lie between. */
    guint32 start = g_array_index(decoded->offsets, guint32, from);
    guint32 end = to > from ? g_array_index(decoded->offsets, guint32, to - 1) + 1 : start;
    return (struct span){.text = text, .offset = start, .length = end - start};
}

static bool is_literal(const struct decoded *decoded, gsize index)
{
    guint low = 0;
    guint high = decoded->literals->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        guint32 literal = g_array_index(decoded->literals, guint32, middle);
        if (literal == index)
            return true;
        if (literal < index)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

gsize decoded_find(const struct decoded *decoded, gsize from, bool *out_is_literal)
{
    const GString *text = decoded->text;
    const char *found = memmem(text->str + from, text->len - from, "${", 2);
    if (!found)
        return text->len;
    gsize index = (gsize)(found - text->str);
    *out_is_literal = is_literal(decoded, index);
    return index;
}
