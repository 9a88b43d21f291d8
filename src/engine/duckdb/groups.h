/* SPDX-License-Identifier: Apache-2.0 */
/* Row groups of a Parquet file that needn't be read, by their statistics. */
#pragma once

#include "engine/duckdb/database.h"

/* The numbers (guint) of those row groups in which no row meets the wish's filters; `file` is the
 * path as a literal. Where that isn't certain, none. */
GArray *groups_unwanted(struct session *session, const char *file, const struct parquet_wish *wish,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
