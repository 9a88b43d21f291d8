/* SPDX-License-Identifier: Apache-2.0 */
/* Files that DuckDB reads instead of the given ones. They have no name: nothing of them is left,
 * however we end. */
#pragma once

#include "engine/duckdb/database.h"

#include <stdio.h>

/* DuckDB's folder for temporary files; where that is still to be made, the one that will hold
 * it. */
char *copy_folder(struct session *session);

/* To be written and then flushed, and closed when it has been read. NULL: ERROR_SYSTEM. */
FILE *copy_open(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool copy_flush(FILE *copy, const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A path by which it can be read as long as it is open. */
char *copy_path(FILE *copy);

/* SQL for the column `filename`, whose own SQL is `name`: the given paths instead of those that are
 * read. */
char *copy_filename(const struct relation *given, const struct relation *read, const char *name);
