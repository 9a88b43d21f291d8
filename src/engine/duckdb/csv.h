/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of a CSV file is wrong, where DuckDB only says that one is. */
#pragma once

#include "base/error.h"
#include "base/relation.h"

/* *error, if it is DuckDB's, may be about a CSV file, in its words and with its line numbers:
 * replaces it if one of the files has a record that can't be read (records.h). Does nothing for
 * other formats. */
void csv_explain(const struct relation *relation, GError **error);
