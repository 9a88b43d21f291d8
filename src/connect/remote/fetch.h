/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of an object cut into requests that run at the same time. */
#pragma once

#include "connect/storage/class.h"

/* What is asked for at once. */
struct piece {
    gint64 offset;
    gint64 length;
};

/* The caller's: struct piece. Ranges that touch are one; none is longer than `most`. */
GArray *fetch_pieces(const struct byte_range *ranges, guint count, gint64 most);

/* "bytes=0-99". The caller's. */
char *fetch_range(const struct piece *piece);
