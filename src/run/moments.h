/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which sources of another system are read at one moment of it: those that are ready while another
 * of the same place is not read yet, and stand on the same side of each EXPORT to that place. The
 * moment is let go when the last of them has been read.
 *
 * Threads: the coordinator's, but for moments_of, which the worker of that step may call.
 */
#pragma once

#include "connect/outside/outside.h"
#include "engine/engine.h"
#include "plan/plan.h"
#include "run/run.h"

struct moments;

/* `is_step` has a byte for each operation that is to run. The plan is borrowed. */
struct moments *moments_new(const struct plan *plan, const guint8 *is_step);
void moments_free(struct moments *moments);

/* The operation is about to be handed out for the first time. */
void moments_ready(struct moments *moments, guint operation);

/* It will not run again, whatever has become of it. */
void moments_settled(struct moments *moments, guint operation, enum step_status status);

/* What is to be said of the moments of what the step has read. */
void moments_tell(struct moments *moments, guint operation, struct written *written);

/* The moment at which the source that the operation opens is read; NULL: one of its own. */
struct outside_moment *moments_of(const struct moments *moments, guint operation);
