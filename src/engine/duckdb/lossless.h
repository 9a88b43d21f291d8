/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV without loss: columns are read as text and converted by functions that take a text exactly or
 * not at all (strict.h, exact.h). Types are found from the first rows; when a later one doesn't
 * fit, from all rows, once. Every record of the files is loaded or rejected (rejects.h), which is
 * checked by counting (audit.h).
 */
#pragma once

#include "engine/duckdb/database.h"

struct lossless;

/* Is the relation one that is read so? */
bool lossless_applies(const struct relation *relation);

/* Looks at the files, and rejects records where the relation lets it. `declared` (NULL: none) are
 * columns whose types are wanted, besides those that the relation itself declares. `relation` must
 * stay until the end. */
struct lossless *lossless_new(struct session *session, const struct relation *relation,
                              const GPtrArray *declared, GError **error);
void lossless_free(struct lossless *lossless);
DEFINE_AUTO(lossless, lossless_free);

/* "SELECT .. FROM read_csv(..)". `remembers`: a text that doesn't fit gives NULL and is remembered
 * for lossless_misfits; otherwise it is an error, as it always is in a declared column. */
char *lossless_query(const struct lossless *lossless, bool remembers);

/* Did a query that remembers meet a text that doesn't fit? */
bool lossless_misfits(const struct lossless *lossless);

/* Finds the types again, from all rows, and notes which columns became wider. */
bool lossless_check(struct lossless *lossless, struct session *session, GError **error);

/* Gives up the types of columns that some text doesn't fit, but for those that the relation itself
 * declares, and finds the types again, from all rows. */
bool lossless_release(struct lossless *lossless, struct session *session, GError **error);

/* After a load of `rows` rows (-1: not known, such as with a filter: then they are counted by
 * reading again): were these all records of the files? Writes the rejects file. */
bool lossless_finish(struct lossless *lossless, struct session *session, gint64 rows,
                     GError **error);

/* Records that were left out. */
guint64 lossless_rejected(const struct lossless *lossless);

/* Notes what the user should know: "orders.zip: kept as text, '007' at line 60,002". */
void lossless_tell(const struct lossless *lossless, const char *table, struct written *out);

/* *error is about a value or a line: adds where it is, if reading the files again finds it. */
void lossless_explain(const struct lossless *lossless, struct session *session, GError **error);
