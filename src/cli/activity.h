/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says what the program is at while the calling thread is stuck in it: on a terminal, after a
 * second, by a line that is redrawn and taken away again; elsewhere by a message every 10 s.
 * Between activity_begin and activity_end nothing else may be written to stderr by the caller,
 * unless it takes less than that second.
 */
#pragma once

#include "cli/command.h"

struct activity;

/* `what` is such as "opening target/dev.duckdb". */
struct activity *activity_begin(const struct call *call, const char *what, ...) G_GNUC_PRINTF(2, 3);

/* Nothing of it is left on the terminal. NULL is fine. */
void activity_end(struct activity *activity);
DEFINE_AUTO(activity, activity_end);
