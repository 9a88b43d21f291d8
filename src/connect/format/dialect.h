/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a CSV file is written: delimiter, quote, escape, found from its head. The engine's own search
 * would rather leave rows out than fail; here a head that no dialect divides evenly is an error.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* What is known, and the head. NULL: to be found. */
struct dialect_request {
    const char *path; /* for messages */
    const char *data;
    gsize length;
    bool whole; /* the file ends with the data */
    const char *delimiter;
    const char *quote;
    const char *escape;
    const char *comment; /* NULL or "": none */
    guint64 skip;        /* lines before the header */
    guint fields;        /* in a line; 0: not known */
    bool allow_short;    /* lines with fewer fields are fine */
    bool allow_broken;   /* lines that don't fit are left out by the engine */
};

struct dialect {
    char delimiter[5];
    char quote[2]; /* "": none */
    char escape[2];
    guint fields; /* of the first line */
    bool is_sure; /* the delimiter was given or stands in the head */
};

/* ERROR_DATA with file and line: lines of different widths, an open quote, text after a closing
 * quote, two dialects that fit alike, mixed line ends. */
bool dialect_find(const struct dialect_request *request, struct dialect *out,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
