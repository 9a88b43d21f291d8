/* SPDX-License-Identifier: Apache-2.0 */
/* Arrow's values in COPY's binary form. */
#pragma once

#include "connect/postgres/buffer.h"
#include "connect/postgres/type.h"
#include "sqlflow/connector.h"

/* How the values of one column are written. */
struct encoder {
    struct column_type type; /* what they are at the server: an array's element */
    const struct encoding *encoding;
    guint source_scale; /* DECIMAL: as it comes */
    bool is_dictionary;
    char index_format; /* of a dictionary: of its indexes */
};

/* False: the column has no exact counterpart at the server. */
bool encoder_init(struct encoder *encoder, const struct ArrowSchema *schema);

/* Appends the field of row `index` (without offsets of the array): length and value. */
void encoder_add(const struct encoder *encoder, const struct ArrowArray *array, gint64 index,
                 struct buffer *out);
