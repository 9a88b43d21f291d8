/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that ended before the journal had them: the process died, or the database couldn't be
 * opened. What they were called with stands in their first event. Reads files only.
 */
#pragma once

#include "run/past.h"

/* The run of `pipeline` with `profile` that began last, of those that have a folder in `directory`
 * and have told that they begin, when it never came to its steps; its outcome is "started". NULL
 * when there is none, and when its steps, or the run that it went on with, are in the journal.
 * *out_is_alive: its process is still at it. */
struct past_run *begun_in_vain(const char *directory, const char *pipeline, const char *profile,
                               bool *out_is_alive);
