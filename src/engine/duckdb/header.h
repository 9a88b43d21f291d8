/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of one source must belong together. DuckDB takes the columns of the first; what another one
 * has besides it leaves out, and what has another type it casts, without a word.
 */
#pragma once

#include "engine/duckdb/database.h"

/* CSV: all headers are alike, and as `columns` says. Parquet: all have the same columns and types.
 * A difference is an error that shows both, unless union_by_name brings them together. JSON, whose
 * members are found from all files, isn't looked at. */
bool header_check(struct session *session, const struct relation *relation, GError **error);
