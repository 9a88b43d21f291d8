/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts don't fit the type of their column, and where they stand: files are read again, one
 * by one. */
#pragma once

#include "engine/duckdb/rejects.h"

#include "engine/duckdb/convert.h"

/* "'007' at line 60,002", with " of data/b.csv" where there are several files, of the first text
 * that doesn't fit the column's type; NULL when there is none. `relation` is what is read,
 * `rejects` (may be NULL) what was left out of the files before. */
char *misfit_place(struct session *session, const struct relation *relation,
                   const struct convert_column *column, struct rejects *rejects);

/* "data/a.csv, line 3, column c: '1.75' is not exactly a BIGINT", of the first text that doesn't
 * fit a declared type; NULL when there is none. `columns`: struct convert_column. */
char *misfit_explain(struct session *session, const struct relation *relation,
                     const GPtrArray *columns, struct rejects *rejects);

/* Rejects all records of one file that have such a text. */
bool misfit_reject(struct session *session, const struct relation *relation, guint file,
                   const GPtrArray *columns, struct rejects *rejects,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
