/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the coordinator does by the clock: interrupts what was cancelled or took too long, tells
 * the observers how far steps are, and leaves when steps don't come back.
 */
#pragma once

#include "run/coordinator.h"

/* The monotonic time at which watch wants to be called next. */
gint64 watch_next(const struct run *run);

/* To be called once a round. */
void watch(struct run *run);

/* The first signal cancels, the second leaves at once. */
void watch_take_signal(struct run *run, const struct news *news);
