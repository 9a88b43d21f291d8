/* SPDX-License-Identifier: Apache-2.0 */
/* Arrow's formats, and what an array of one must be by itself. For arrow_shape.c. */
#pragma once

#include "base/arrow.h"

#include <glib.h>
#include <stdbool.h>

enum arrow_kind {
    ARROW_NULL = 1,
    ARROW_BOOLEAN,
    ARROW_INTEGER, /* signed or not; can index a dictionary */
    ARROW_PLAIN,   /* anything else of fixed width: any bits are a value */
    ARROW_TIME,    /* of day */
    ARROW_DECIMAL, /* 128 bits */
    ARROW_TEXT,
    ARROW_BINARY,
    ARROW_LIST,
    ARROW_FIXED_LIST,
    ARROW_STRUCT,
    ARROW_MAP,
};

/* Extension types whose storage needs a closer look; all others are what their storage is. */
enum arrow_extension { ARROW_EXTENSION_NONE = 0, ARROW_EXTENSION_JSON, ARROW_EXTENSION_OTHER };

struct arrow_format {
    enum arrow_kind kind;
    enum arrow_extension extension;
    guint width;     /* bytes: of a value; of an offset of TEXT, BINARY, LIST, MAP */
    bool is_signed;  /* INTEGER */
    gint64 size;     /* FIXED_LIST: values in a list */
    gint64 limit;    /* TIME: the largest value */
    bool is_nano;    /* in nanoseconds, where DuckDB has microseconds */
    guint precision; /* DECIMAL: digits */
    gint buffers;
    gint children; /* -1: any number */
};

/* NULL, or what is wrong with it. */
const char *arrow_format_read(const struct ArrowSchema *schema, struct arrow_format *out);

/* Lengths, buffers and values of the array alone, children and dictionary aside. NULL, or what is
 * wrong. */
const char *arrow_format_check(const struct arrow_format *format, const struct ArrowArray *array);

/* How many values its children need to have. The array has been checked. */
gint64 arrow_children_length(const struct arrow_format *format, const struct ArrowArray *array);

/* All its indexes are below `length`. The array has been checked. */
bool arrow_indexes_fit(const struct arrow_format *format, const struct ArrowArray *array,
                       gint64 length);

bool arrow_has_nulls(const struct ArrowArray *array);
