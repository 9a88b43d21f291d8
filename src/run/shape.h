/* SPDX-License-Identifier: Apache-2.0 */
/* What binding makes of a statement besides its columns. */
#pragma once

#include "plan/plan.h"

#include "engine/engine.h"

/* `"a" INTEGER, "a_1" DATE`: columns as a table declares them, repeated names numbered. */
char *columns_sql(const GPtrArray *columns);

/* What the columns of a statement with a body are made from; NULL for one without, or when the
 * engine can't tell. What it reads is there. */
struct trace *operation_trace(const struct engine_class *engine, struct session *session,
                              const struct operation *operation);
