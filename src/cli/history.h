/* SPDX-License-Identifier: Apache-2.0 */
/* What runs left behind in target/run. Reads files only; never opens a database. */
#pragma once

#include "base/auto.h"

#include <glib.h>

struct last_run {
    char *run_id;
    char *outcome;    /* "ok", "failed", "cancelled"; "running", "crashed" where there is no end */
    char *started_at; /* 2026-11-23T08:15:00.123Z */
    gint64 duration_us;
};
void last_run_free(struct last_run *run);
DEFINE_AUTO(last_run, last_run_free);

/* Pipeline name -> struct last_run, the newest of each, from the run folders in `directory`. A
 * folder that can't be read is passed over: it is a run that has just begun or been removed. */
GHashTable *history_read(const char *directory);

/* The folder of the newest run of a pipeline (NULL: of any). NULL when there is none. */
char *history_find(const char *directory, const char *pipeline);
