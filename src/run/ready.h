/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which operations of a plan may run: a counter per operation of the dependencies that are not done
 * yet. Used by the coordinator alone.
 *
 * Invariant: an operation is given out (by ready_start, ready_done, ready_failed) at most once, as
 * ready or as one that can't run any more, never both.
 */
#pragma once

#include "plan/plan.h"

struct ready {
    guint count;
    guint *pending;      /* by operation: dependencies not done */
    guint *first_waiter; /* by operation: where its part of `waiters` begins; one more at the end */
    guint *waiters;      /* operations that wait, grouped by what they wait for */
    guint8 *is_blocked;  /* by operation: waits for something that failed */
};

/* `late` (struct late_dependency, or NULL): what waits besides. */
void ready_init(struct ready *ready, const struct plan *plan, const GArray *late);
void ready_clear(struct ready *ready);

/* Appends (guint) the operations that wait for nothing, in the plan's order. */
void ready_start(const struct ready *ready, GArray *out);

/* `operation` is done: appends those that waited for it last. */
void ready_done(struct ready *ready, guint operation, GArray *out);

/* `operation` failed: appends all that wait for it, directly or not, in the plan's order. */
void ready_failed(struct ready *ready, guint operation, GArray *out);
