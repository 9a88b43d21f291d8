/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that ended without a word: the process was killed, or the machine went down. The next run
 * removes what they left half made, and writes the run_results.json that they could not.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct crashed_run {
    char *run_id;
    char *pipeline; /* NULL: it did not come so far */
    guint removed;  /* files and folders that were left over */
    GError *error;  /* why that could not be done; it is tried again by the next run; or NULL */
};

/* Deals with all runs in `directory` that are over and have left something, and tells of those that
 * crashed: a list of struct crashed_run, oldest first, to be freed with g_ptr_array_unref. One
 * process at a time. */
GPtrArray *crashed_settle(const char *directory);
