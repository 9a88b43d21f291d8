/* SPDX-License-Identifier: Apache-2.0 */
/* A graph as a Mermaid flowchart, which Git hosts and wikis draw. A dotted edge is order only. */
#pragma once

#include "docs/graph.h"

void mermaid_write(const struct graph *graph, GString *out);
