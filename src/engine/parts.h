/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are put aside, to be written one part after another into one stream. */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* Rows that belong together: "year=2024/data_0.csv". */
struct export_part {
    char *path;
    gint64 rows;
};

struct export_parts {
    char *query;        /* gives the rows of one part after another; the engine's own SQL */
    GPtrArray *parts;   /* struct export_part, in that order; without any row one of no rows */
    bool has_header;    /* the first record of the stream belongs to each part */
    char quote, escape; /* a line end ends a record unless it is between two quotes; inside of them
                           an escape takes the next byte with it. They may be the same. */
};

struct export_parts *export_parts_new(void);
void export_parts_add(struct export_parts *parts, const char *path, gint64 rows);
void export_parts_free(struct export_parts *parts);
DEFINE_AUTO(export_parts, export_parts_free);
