/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that wait for their next try. They wait with the coordinator and hold no worker;
 * run/retry.h says how long.
 */
#pragma once

#include "run/coordinator.h"

void again_init(struct run *run);
void again_clear(struct run *run);

/* A step failed with task->error: true when it is to be tried again, which has been told then. */
bool again_wait(struct run *run, struct task *task);

/* When the next try is due, monotonic; 0: none is waited for. */
gint64 again_next(const struct run *run);

/* Takes one task whose time has come, ready to be handed out; NULL when there is none. */
struct task *again_take_due(struct run *run);

/* Takes one task that is not to be tried again after all, its last error in it; NULL when there is
 * none. */
struct task *again_take_back(struct run *run);
