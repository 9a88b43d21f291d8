/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a column that grows: engine_class.window. */
#pragma once

#include "engine/duckdb/database.h"
#include "engine/duckdb/input.h"

bool window_find(struct session *session, const struct window_request *request, struct window *out,
                 GError **error);

/* "(c >= start AND c < end)", "true" without limits; `quoted` is the column. */
char *window_condition(const struct window *window, const char *quoted);

/* Those rows of the input that are inside of the target's window, and those without a value, for
 * window_check. What they point to is in the buffers, which are the caller's to free. */
struct input window_limit(const struct input *input, const struct target *target, char **out_before,
                          char **out_after);

/* Looks at the rows that were read, which are in the table `quoted`: ERROR_DATA, with some of them,
 * when the target's column is NULL; else the greatest value goes to `out`. */
bool window_check(struct session *session, const struct target *target, const char *quoted,
                  struct written *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
