/* SPDX-License-Identifier: Apache-2.0 */
/* Colours that DOT, Mermaid and the page share: dark text is readable on all fills, without colour
 * too. */
#pragma once

#include "docs/graph.h"

struct look {
    const char *name; /* of the class in Mermaid */
    const char *fill;
    const char *line;
};

const struct look *look_of_kind(enum node_kind kind);
const struct look *look_of_status(enum step_status status);

/* The kind's, or, where the graph has states, the state's. */
const struct look *look_of(const struct graph *graph, const struct node *node);
