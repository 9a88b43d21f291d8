/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a CSV file, read by ourselves: what DuckDB's reader must have found, and which
 * lines are to blame when it can't. A relation says how the file is written (delimiter, quote,
 * escape, comment, skip, header, encoding, compression are those of base/relation.h).
 *
 * Invariant: a record begins where the one before it ends. Line ends inside of quotes belong to a
 * field; all others end a record and are of one kind in a file. A quote that nothing closes, and a
 * record longer than `max_line_size`, ends with its first line.
 */
#pragma once

#include "base/relation.h"

enum record_problem {
    RECORD_FINE = 0,
    RECORD_TOO_MANY,    /* fields */
    RECORD_TOO_FEW,     /* fields, and no null_padding */
    RECORD_OPEN_QUOTE,  /* nothing closes it */
    RECORD_AFTER_QUOTE, /* text behind a closing quote */
    RECORD_BLANK_QUOTE, /* blanks before an opening quote: DuckDB leaves both out */
    RECORD_TOO_LONG,
    RECORD_LINE_END, /* another one than `new_line` or the file's first */
    RECORD_NUL,
    RECORD_NOT_UTF8,
};

struct record {
    guint64 line;     /* where it begins, from 1 */
    const char *text; /* without its line end, in UTF-8 unless NOT_UTF8; until the next call */
    gsize length;
    guint fields;
    enum record_problem problem;
};

struct records;

/* Opens the relation's file and goes behind its header. ERROR_DATA, ERROR_USAGE, ERROR_PERMISSION,
 * ERROR_SYSTEM. */
struct records *records_open(const struct relation *relation, guint index,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void records_close(struct records *records);
DEFINE_AUTO(records, records_close);

/* Behind skipped lines and up to the header's end, as it stands; "" without a header. */
const char *records_header(const struct records *records, gsize *out_length);

/* False at the end, and with *error set when the file can't be read. */
bool records_next(struct records *records, struct record *out, GError **error);

/* How many records there are up to the end; not whether they have the right number of fields, which
 * DuckDB sees. Ends early with what it has when *stop is set (atomic, by another thread). A problem
 * is ERROR_DATA with file and line. */
bool records_count(struct records *records, gint *stop, guint64 *out,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "2 fields expected, 3 found". A new text. */
char *records_problem(const struct records *records, const struct record *record);

/* "data/a.csv, line 3: 2 fields expected, 3 found", and the record. */
void records_fail(const struct records *records, const struct record *record, GError **error);
