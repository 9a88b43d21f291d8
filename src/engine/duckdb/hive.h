/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns that folders give (`hive_partitioning`: year=2024/), also where DuckDB reads copies of
 * the files, whose paths say nothing: there a hidden column tells the copy, and the value is that
 * of the given file.
 */
#pragma once

#include "engine/duckdb/database.h"

/* What folders give, with DuckDB's types for it; *out is NULL when the relation doesn't want it. */
bool hive_columns(struct session *session, const struct relation *given, GPtrArray **out,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lets DuckDB read copies so. `copies` is the given relation with other paths. */
void hive_hide(struct relation *copies);

/* Is it the column that tells the copy? */
bool hive_is_hidden(const char *column);

/* SQL for a value that folders give; `read` is what DuckDB reads. */
char *hive_value(const struct relation *given, const struct relation *read, const char *name,
                 const char *type);
