/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as it is seen on stderr. On a terminal one live line a running step below the lines of
 * those that finished; elsewhere a line at the start, one every 10 s for what still runs, one for
 * each finished step.
 */
#pragma once

#include "cli/command.h"
#include "run/run.h"

struct progress_display;

/* `rows` are written to stdout as --output says. */
struct progress_display *progress_display_new(const struct call *call);
void progress_display_free(struct progress_display *display);
DEFINE_AUTO(progress_display, progress_display_free);

/* Until the run begins, `what` is told as it takes its time ("making target/run"). */
void progress_display_prepare(struct progress_display *display, const char *what);

/* For run_options.observers; belongs to the display. */
const struct run_observer *progress_display_observer(struct progress_display *display);

/* Takes the live lines off the terminal: before anything else is written there. */
void progress_display_clear(struct progress_display *display);
