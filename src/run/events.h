/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.jsonl: what happens in a run, one JSON object a line, for others to follow while it runs.
 * Every line has `time` (UTC) and `event`; the first, run_started, also `format`. The time is when
 * it happened, which for steps is a little before the line is written.
 *
 *   run_started    format run_id pipeline profile engine pid steps
 *   step_started   id type
 *   step_progress  id share rows
 *   step_finished  id type status rows duration_us tries; message, error, at where there are
 *   run_finished   outcome duration_us; signal
 *
 * Lines are gathered and written by events_flush, which the coordinator calls once a round.
 */
#pragma once

#include "run/run.h"

#include <jansson.h>

#define EVENTS_FORMAT "sqlflow.events/1"

struct events {
    int fd;            /* -1: nobody wants them */
    gint64 started_at; /* of the run, microseconds since 1970: what steps count from */
    GString *lines;
    GError *error; /* the first that failed to be written; nothing is written after it */
};

/* `path` may be NULL. */
bool events_open(struct events *events, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void events_close(struct events *events);
void events_flush(struct events *events);

void events_run_started(struct events *events, const struct plan *plan,
                        const struct run_result *result, guint steps);
void events_step_started(struct events *events, const struct step_result *step);
void events_step_progress(struct events *events, const struct step_result *step,
                          const struct progress *progress);
void events_step_finished(struct events *events, const struct step_result *step);
void events_run_finished(struct events *events, const struct run_result *result);
