/* SPDX-License-Identifier: Apache-2.0 */
/* Where the columns of a Parquet file are, by its footer. */
#pragma once

#include "engine/duckdb/database.h"

/* As engine_class.column_ranges. */
bool chunks_of_columns(struct session *session, const char *path, const GPtrArray *columns,
                       GArray *out_ranges, GError **error);
