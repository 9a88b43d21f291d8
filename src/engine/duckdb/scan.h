/* SPDX-License-Identifier: Apache-2.0 */
/* Relations as DuckDB's own scans. */
#pragma once

#include "engine/duckdb/database.h"

enum scan_flag {
    SCAN_NAMES_ONLY = 1 << 0, /* the columns that the file itself has */
    SCAN_DECLARED = 1 << 1,   /* CSV: declared types instead of text, for binding */
};

/* "SELECT .. FROM read_csv(..)", of CSV with every column as text. ERROR_PLAN for a format or
 * setting that there is no way to say in DuckDB (the connector should have refused it). */
char *scan_query(const struct relation *relation, guint flags, GError **error);

/* Does the relation itself say the type of this column (`types`, `columns`)? */
bool scan_declares(const struct relation *relation, const char *column);

/* The value of a setting as SQL. */
char *setting_value(const struct setting *setting);

/* The path as a literal that DuckDB takes as this one local file: not as a pattern, a URL, or a
 * place in the user's home. */
char *path_literal(const char *path);

/* The same relation with one file of it. */
struct relation *scan_one_file(const struct relation *relation, guint index);
