/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The characters that a quoted token stands for, each with its place in the source, so that
 * variables are found in the same way in all kinds of quotes.
 */
#pragma once

#include "base/text.h"

enum quoting {
    QUOTING_NONE = 1, /* no quotes: the text as it stands */
    QUOTING_SINGLE,   /* '..': '' is a quote */
    QUOTING_DOUBLE,   /* "..": "" is a quote */
    QUOTING_ESCAPE,   /* E'..': '' and backslashes */
    QUOTING_DOLLAR,   /* $tag$..$tag$ */
    QUOTING_JSON,     /* "..": backslashes as in JSON */
};

struct decoded {
    GString *text;
    /* guint32: where each byte stands in the source, and after the last one the end. A `\${` is
     * there as `${`, its `$` at the place of the backslash. */
    GArray *offsets;
    GArray *literals; /* guint32: indexes of the `$` of each `\${`, ascending */
};

/* `token` is the whole token, quotes and all; a missing end is taken as the span's. An escape that
 * isn't known stands for itself. */
struct decoded *decoded_new(struct span token, enum quoting quoting);
void decoded_free(struct decoded *decoded);
DEFINE_AUTO(decoded, decoded_free);

/* The source of the decoded bytes [from, to); the last one stands for a single byte there. */
struct span decoded_span(const struct decoded *decoded, const struct text *text, gsize from,
                         gsize to);

/* The index of the next `${` at or after `from`; the length of the text when there is none.
 * *out_is_literal tells a `\${` from a variable. */
gsize decoded_find(const struct decoded *decoded, gsize from, bool *out_is_literal);
