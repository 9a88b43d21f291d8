/* SPDX-License-Identifier: Apache-2.0 */
/* Where the columns and row groups of a Parquet file are, by its footer. */
#pragma once

#include "engine/duckdb/database.h"

/* As engine_class.parquet_needs. */
bool chunks_wanted(struct session *session, const char *path, const struct parquet_wish *wish,
                   GArray *out_ranges, GArray *out_groups, GError **error);
