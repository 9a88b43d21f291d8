/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as csv, json or markdown: formats that are written row by row, so that a large result is
 * never held. The aligned table, which must see all rows first, is cli/table.
 */
#pragma once

#include "engine/rows.h"

struct row_format {
    const char *name;
    void (*begin)(GString *out, const GPtrArray *columns);
    void (*row)(GString *out, const GPtrArray *columns, const struct cell *cells, bool is_first);
    void (*end)(GString *out, guint64 count);
};

/* "csv", "json", "markdown"; NULL for any other. */
const struct row_format *row_format_find(const char *name);

/* All of the rows. */
void row_format_write(const struct row_format *format, const struct rows *rows, GString *out);

/* A type whose values are numbers: shown to the right, and plain in JSON. */
bool type_is_number(const char *type);

/* A cell as a JSON value: numbers keep their digits; what JSON has no number for is a string. */
void json_append_cell(GString *out, const struct column *column, const struct cell *cell);

/* A string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void json_append_string(GString *out, const char *text, gsize length);
