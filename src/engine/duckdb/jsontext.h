/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON files as they stand, read by ourselves: which of their numbers and times DuckDB's reader
 * would change. It makes a DOUBLE of every number with a fraction or an exponent and of whole ones
 * beyond 64 bits, also of all others at the same place (the member of an object, or the elements of
 * an array), and drops the offset of a time.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

struct json_place {
    char *column; /* the member of the outermost object, as it stands in quotes */
    guint flags;
    char *example; /* a number that a DOUBLE doesn't keep, or a time with an offset */
};

enum json_flag {
    JSON_FRACTION = 1 << 0, /* a number that makes its place a DOUBLE */
    JSON_LARGE = 1 << 1,    /* a whole number that a DOUBLE doesn't keep */
    JSON_LOST = 1 << 2,     /* a number that nothing keeps */
    JSON_OFFSET = 1 << 3,   /* a time with an offset */
    JSON_INNER = 1 << 4,    /* it is inside of a column, not the column itself */
};

/* What was found in all files so far. */
struct json_places;
struct json_places *json_places_new(void);
void json_places_free(struct json_places *places);
DEFINE_AUTO(json_places, json_places_free);

/* Reads a file (`compression` as path_compression has it). What is no JSON is not its business. */
bool json_places_find(struct json_places *places, const char *path, const char *compression,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many records the files have, read in this `format`: array, those in the outermost arrays;
 * newline_delimited, the outermost values; auto (or NULL), as each file is: one array, or not. */
guint64 json_places_records(const struct json_places *places, const char *format);

/* Would DuckDB read something else: is there a place where numbers would change, or a byte order
 * mark? */
bool json_places_lose(const struct json_places *places);

/* Writes the file with all numbers at such places in quotes, and without a mark. */
bool json_places_quote(struct json_places *places, const char *path, const char *compression,
                       FILE *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first place of a column where something would change (`flags`: JSON_LOST for numbers,
 * JSON_OFFSET for times); NULL: there is none. A column's name with escapes in it is taken for
 * every column. */
const struct json_place *json_places_of(const struct json_places *places, const char *column,
                                        guint flags);
