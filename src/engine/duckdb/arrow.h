/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrow arrays as DuckDB's chunks. DuckDB believes what an array says (it has been checked before),
 * ignores the offset of the outermost one and of structs in others, reads a byte behind masks, and
 * lets only the first column of a chunk hold its memory; so an array is handed over in slices that
 * a chunk can take, with records and masks of our own, and lives until the reader has gone past
 * it.
 */
#pragma once

#include "base/arena.h"
#include "base/arrow.h"

#include "duckdb.h"
#include <glib.h>
#include <stdbool.h>

/* An array and how far it has been read. */
struct arrow_held;
struct arrow_reader {
    struct arrow_held *held;   /* NULL: none */
    struct arrow_held *former; /* DuckDB may still look at it */
    gint64 done;               /* rows of the one that is held */
    struct arena *arena;       /* of the slice that was handed over last; or NULL */
};

/* What the rows become. */
struct arrow_target {
    duckdb_connection connection;
    const struct ArrowSchema *schema;
    duckdb_arrow_converted_schema converted; /* the same as DuckDB has it */
};

/* Takes the array over; the former one stays a while longer. */
void arrow_reader_take(struct arrow_reader *reader, const struct ArrowArray *array);
void arrow_reader_clear(struct arrow_reader *reader);
bool arrow_reader_is_empty(const struct arrow_reader *reader);

/* The next rows into the output, which references them. A failure is told and freed by the caller
 * as DuckDB's error data. */
duckdb_error_data arrow_reader_next(struct arrow_reader *reader, const struct arrow_target *target,
                                    duckdb_data_chunk output);

/* The types that DuckDB gives the columns: an array of as many as the schema has children. Free
 * with arrow_types_free. NULL: *out_failure says why not; the caller destroys it. */
duckdb_logical_type *arrow_types(duckdb_connection connection, struct ArrowSchema *schema,
                                 duckdb_error_data *out_failure);
void arrow_types_free(duckdb_logical_type *types, gint64 count);
