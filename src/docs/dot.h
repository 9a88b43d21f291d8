/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph for Graphviz. Kinds are told by their shapes and said in words, states by words and by
 * borders, so it reads without colour; a dashed edge is order only.
 */
#pragma once

#include "docs/graph.h"

void dot_write(const struct graph *graph, GString *out);
