/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database in memory that outlives the runs on it: they can be continued without the time that
 * files take.
 */
#pragma once

#include "pipeline.h"

#include "run/past.h"

struct lasting {
    struct engine_class class; /* its open gives the same engine each time */
    struct engine *engine;
    struct session *session; /* for looking into it */
};

void lasting_open(struct lasting *lasting, const struct pipeline *pipeline);
void lasting_close(struct lasting *lasting);

void lasting_execute(struct lasting *lasting, const char *sql);

/* Rows as lines, cells with `|` between them; what fails is "error". */
char *lasting_rows(struct lasting *lasting, const char *sql);

/* Runs the pipeline there with a journal; `resume`: goes on with its last run, which must be there.
 * NULL when it could not start: *error says why. */
const struct run_result *lasting_run(struct lasting *lasting, struct pipeline *pipeline,
                                     const char *text, bool resume, GError **error);

/* Nothing is left of the last run. */
bool lasting_is_done(struct lasting *lasting);
