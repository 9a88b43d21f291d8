/* SPDX-License-Identifier: Apache-2.0 */
/* The same work many times, several threads at it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Requests to a server at a time, where nobody said how many. */
enum { USUAL_REQUESTS = 8 };

/* Calls `each` for 0 to count - 1, from at most `threads` threads (the caller's is one of them),
 * and waits for all. After a failure no more are begun; the first error counts. */
bool parallel_run(guint count, guint threads,
                  bool (*each)(gpointer data, guint index, GError **error), gpointer data,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
