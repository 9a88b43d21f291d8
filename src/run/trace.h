/* SPDX-License-Identifier: Apache-2.0 */
/* What the columns of a plan's statements are made from. */
#pragma once

#include "plan/plan.h"

#include "engine/engine.h"

/* What the columns of a statement with a body are made from; NULL for one without, or when the
 * engine can't tell. What it reads is there. */
struct trace *operation_trace(const struct engine_class *engine, struct session *session,
                              const struct operation *operation);

/* What the WHERE of a LOAD reads, of a source that `hidden` stands for; "" is the source then. NULL
 * without a WHERE. */
struct trace *load_trace(const struct engine_class *engine, struct session *session,
                         const struct operation *operation, const char *hidden);
