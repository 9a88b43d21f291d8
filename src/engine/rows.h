/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows kept as text: what a query shows, what a failed check found. Bounded by its limit, so that a
 * query over a large table doesn't fill the memory.
 */
#pragma once

#include "engine/engine.h"

struct cell {
    char *text; /* NULL: null; NUL-terminated, may hold NUL bytes before its length */
    gsize length;
};

struct rows {
    GPtrArray *columns; /* struct column */
    GArray *cells;      /* struct cell, row after row */
    guint count;
    guint limit; /* 0: none */
    bool more;   /* the query gave more rows than the limit */
};

/* Keeps at most `limit` rows (0: all); one more ends the query early and sets `more`. */
struct rows *rows_new(guint limit);
void rows_free(struct rows *rows);
DEFINE_AUTO(rows, rows_free);

/* What to hand to engine_class.query to fill these (still empty) rows, which must outlive it. */
struct row_sink rows_sink(struct rows *rows);

/* Adds a row of as many texts (NULL: null) as there are columns; copied. The limit is not asked. */
void rows_append(struct rows *rows, const char *const *texts);

const struct cell *rows_cell(const struct rows *rows, guint row, guint column);
