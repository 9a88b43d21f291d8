/* SPDX-License-Identifier: Apache-2.0 */
/* Arrow's values in COPY's binary form. */
#pragma once

#include "base/buffer.h"
#include "connect/postgres/type.h"
#include "sqlflow/connector.h"

struct encoder;

/* Appends a value's length and bytes. `index` counts from the buffers' start; it isn't NULL. */
typedef void (*encode_function)(const struct encoder *encoder, const struct ArrowArray *array,
                                gint64 index, struct buffer *out);

/* How the values of one column are written. */
struct encoder {
    struct column_type type; /* what they are at the server: an array's element */
    encode_function encode;
    encode_function element; /* of arrays and dictionaries: of what is in them */
    guint source_scale;      /* DECIMAL: as it comes */
    char index_format;       /* of a dictionary: of its indexes */
    guint most_characters;   /* of a text; 0: any. More are sent so that the server refuses them */
};

/* False: the column has no exact counterpart at the server. */
bool encoder_init(struct encoder *encoder, const struct ArrowSchema *schema);

/* Appends the field of row `index` (without offsets of the array): length and value. */
void encoder_add(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                 struct buffer *out);
