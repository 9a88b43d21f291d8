/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV without loss: columns are read as text and converted by functions that take a text exactly or
 * not at all (strict.h). Types are found from the first rows; when a later one doesn't fit, from
 * all rows, once.
 */
#pragma once

#include "engine/duckdb/database.h"

struct lossless;

/* Is the relation one that is read so? CSV, but not all as text, and with DuckDB's own form of
 * numbers. */
bool lossless_applies(const struct relation *relation);

/* Looks at the files. `declared` (NULL: none) are columns whose types are wanted, besides those
 * that the relation itself declares. */
struct lossless *lossless_new(struct session *session, const struct relation *relation,
                              const GPtrArray *declared, GError **error);
void lossless_free(struct lossless *lossless);
DEFINE_AUTO(lossless, lossless_free);

/* "SELECT .. FROM read_csv(..)". `remembers`: a text that doesn't fit gives NULL and is remembered
 * for lossless_misfits; otherwise it is an error, as it always is in a declared column. */
char *lossless_query(const struct lossless *lossless, bool remembers);

/* Did a query that remembers meet a text that doesn't fit? */
bool lossless_misfits(const struct lossless *lossless);

/* Finds the types again, from all rows. */
bool lossless_check(struct lossless *lossless, struct session *session, GError **error);

/* Gives up the types of declared columns that some text doesn't fit, and finds the types again,
 * from all rows. */
bool lossless_release(struct lossless *lossless, struct session *session, GError **error);

/* *error is about a value: adds which file, record and column it is in, if reading the files again
 * finds it. */
void lossless_explain(const struct lossless *lossless, struct session *session, GError **error);
