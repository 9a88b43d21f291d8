/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random Arrow arrays as a library may write them: offsets and values that don't count at any
 * level, masks or none, dictionaries with gaps, maps; and the texts of their rows.
 */
#pragma once

#include "base/arrow.h"

#include <glib.h>

struct round;

/* Rows of random columns. */
struct random_rows {
    struct ArrowSchema *schema;
    struct ArrowArray array; /* release: does nothing */
    GPtrArray *texts;        /* char *: a row as DuckDB casts it to VARCHAR */
    struct round *round;     /* how they were made, and their memory */
};

void random_rows_init(struct random_rows *rows, guint32 seed);
void random_rows_clear(struct random_rows *rows);
