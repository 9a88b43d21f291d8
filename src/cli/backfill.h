/* SPDX-License-Identifier: Apache-2.0 */
/* --full-refresh, --start and --end: what incremental tables read instead of what is new. */
#pragma once

#include "cli/flags.h"
#include "run/run.h"

struct wanted_backfill {
    struct backfill backfill;
    char *start;
    char *end;
};

/* From the command line, or from what a run that is continued was told (the JSON of its selection;
 * NULL: it had none, or none is continued). */
void wanted_backfill_init(struct wanted_backfill *wanted, const struct flags *flags,
                          const char *continued);
void wanted_backfill_clear(struct wanted_backfill *wanted);
