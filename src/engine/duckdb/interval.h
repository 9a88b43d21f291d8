/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intervals on their way out as Arrow's, which count nanoseconds: those of more than 290 years in
 * hours aren't held, and DuckDB gives others in their place without an error.
 */
#pragma once

#include "duckdb.h"
#include <stdbool.h>

/* Has the type intervals, itself or in a part of it? */
bool interval_in_type(duckdb_logical_type type);

/* All that count in the column are held. */
bool interval_fits(duckdb_vector column, idx_t rows);
