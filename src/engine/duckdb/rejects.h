/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV files of which DuckDB reads copies: without the records that a load may leave out
 * (`ignore_errors`, `max_errors`, `rejects_file`), which are those that can't be read and those
 * with a value that doesn't fit its declared type; and without what DuckDB reads in another way
 * than it stands there (comments, which it also sees inside of lines; UTF-16, of which it doesn't
 * know all characters). Copies are anonymous, in DuckDB's folder for temporary files, and gone with
 * this record.
 *
 * Invariant: every record of a given file is in what is read, or counted here.
 */
#pragma once

#include "engine/duckdb/database.h"

struct rejects;

/* Does the relation let records be left out, or need copies anyway? */
bool rejects_wanted(const struct relation *relation);

/* Reads all files once. ERROR_DATA for more rejects than `max_errors`, and for any where none are
 * allowed. `relation` must stay. */
struct rejects *rejects_new(struct session *session, const struct relation *relation,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void rejects_free(struct rejects *rejects);
DEFINE_AUTO(rejects, rejects_free);

/* What is to be read: the given relation, or one of copies. Owned by `rejects`; the same record
 * also after rejects_filter. */
const struct relation *rejects_relation(const struct rejects *rejects);
const struct relation *rejects_given(const struct rejects *rejects);
bool rejects_has_copies(const struct rejects *rejects);

/* A value of a record that doesn't fit. */
struct misfit {
    guint64 record; /* which one of those that can be read in its file, from 1 */
    char *column;
    char *type;
    char *value;
};

/* Takes the strings of `misfit`. To be followed by rejects_filter, before the relation is read. */
bool rejects_add(struct rejects *rejects, guint file, const struct misfit *misfit,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool rejects_filter(struct rejects *rejects, GError **error) G_GNUC_WARN_UNUSED_RESULT;

guint64 rejects_count(const struct rejects *rejects);

/* The line of the given file where the record begins that is the `record`-th of those that are
 * read, from 1; 0 when there is none. */
guint64 rejects_line(struct rejects *rejects, guint file, guint64 record);

/* SQL for the column `filename`, whose own SQL is `name`. */
char *rejects_filename(const struct rejects *rejects, const char *name);

/* Writes `rejects_file`, if one is wanted, durably and atomically; also when nothing was rejected.
 */
bool rejects_write(struct rejects *rejects, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "3 of 1,000 records left out, the first: ..."; NULL when nothing was. */
char *rejects_note(const struct rejects *rejects);
