/* SPDX-License-Identifier: Apache-2.0 */
/* Types of Parquet that DuckDB reads as others (tried on 1.5.6): a DECIMAL of more than 38 digits
 * as DOUBLE, nanoseconds of INT96 and of times in UTC as microseconds. */
#pragma once

#include "engine/duckdb/database.h"

/* Looks at the schemas of the relation's files, of other formats at nothing. ERROR_DATA for a
 * column whose values would change; a note for those that may lose nanoseconds. */
bool parquet_check(struct session *session, const struct relation *relation, const char *table,
                   struct written *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
