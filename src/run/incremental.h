/* SPDX-License-Identifier: Apache-2.0 */
/* MODE INCREMENTAL BY, as far as running and validating share it. */
#pragma once

#include "engine/engine.h"
#include "plan/plan.h"

/* The column of INCREMENTAL BY, or another single name, without quotes. */
char *incremental_column(const struct fragment *name);

/* The columns of an incremental body, whose macros stand for some time or, when it can't be bound
 * so, for some number. Positions of errors are in the body. */
bool incremental_describe(const struct engine_class *class, struct session *session,
                          const struct fragment *body, GPtrArray **out_columns,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same error at another position. */
void incremental_move_error(GError **error, gint64 position);

/* The same for engine_class.trace. `error` must not be NULL. */
bool incremental_trace(const struct engine_class *class, struct session *session,
                       const struct fragment *body, struct trace **out, GError **error);
