/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures by Graphviz's library, which is loaded when one is asked for. One thread at a time. */
#pragma once

#include <glib.h>

/* DOT as a picture in a format of Graphviz's ("svg", "png"). ERROR_SYSTEM, with the way out, where
 * the library isn't installed or can't do it. */
GBytes *graphviz_render(const char *dot, const char *format,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
