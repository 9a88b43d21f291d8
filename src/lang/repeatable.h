/* SPDX-License-Identifier: Apache-2.0 */
/* What in a text of SQL gives other rows when the same is asked again. */
#pragma once

#include <glib.h>

struct unrepeatable {
    const char *why; /* "LIMIT without ORDER BY"; NULL: nothing was found */
    gsize offset;    /* of the words, in the text */
    gsize length;
};

/* The first such words of a statement or an expression, told from its tokens alone: functions that
 * give another value each time, samples without a seed, a LIMIT whose query has no ORDER BY. */
struct unrepeatable sql_find_unrepeatable(const char *sql, gsize length);
