/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures by Graphviz's library, which is loaded when it is asked for.
 *
 * Opened once a process: its text layout keeps the name of the last font, which is freed with the
 * context, and compares the next one with it.
 */
#pragma once

#include "base/auto.h"

struct graphviz;

/* ERROR_SYSTEM with the way out when it isn't installed. */
struct graphviz *graphviz_open(GError **error) G_GNUC_WARN_UNUSED_RESULT;
void graphviz_close(struct graphviz *library);
DEFINE_AUTO(graphviz, graphviz_close);

/* A graph in the DOT language as "svg" or "png", laid out by `dot`. NULL with ERROR_SYSTEM. */
GBytes *graphviz_render(const struct graphviz *library, const char *dot, const char *format,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
