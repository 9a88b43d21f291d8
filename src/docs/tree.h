/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph as text for a terminal: each node once, below the last one that it reads; what else it
 * reads is named beside it, or below it where there is no room.
 */
#pragma once

#include "docs/graph.h"

struct tree_style {
    guint width;       /* columns of the window; what has no room goes below. 0: it has no end */
    bool utf8;         /* else lines are drawn in ASCII */
    const char *faint; /* sequences that begin and end a style; "" without colour */
    const char *off;
    const char *states[STEP_STATUS_COUNT]; /* NULL: none */
};

void tree_write(const struct graph *graph, const struct tree_style *style, GString *out);
