/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.jsonl: what happens in a run, one JSON object a line, for others to follow while it runs.
 * Every line has `time` (UTC), `level` (info, warning, error) and `event`; the first, run_started,
 * also `format`. The time is when it happened, which for steps is a little before the line is
 * written.
 *
 *   run_started    format run_id pipeline profile engine pid steps journalled now_us; continues,
 *                  selection, variables, selected where there are any
 *   phase          phase
 *   waiting        message wait_lock_ms
 *   step_started   id type try
 *   step_progress  id type share rows bytes
 *   step_retry     id type try wait_us error; another step_started follows after the wait
 *   step_finished  id type status rows duration_us tries; bytes, message, error, at where there are
 *   run_finished   outcome duration_us counts; signal, error
 *
 * Lines are gathered and written by events_flush, which the coordinator calls once a round. The
 * file ends with a whole line, but for the moment of a write and after a crash in it.
 */
#pragma once

#include "run/run.h"

#include <jansson.h>

#define EVENTS_FORMAT "sqlflow.events/1"

struct events {
    bool is_wanted;
    int fd;            /* -1: the lines stay where they are for the caller to take */
    gint64 started_at; /* of the run, microseconds since 1970: what steps count from */
    goffset size;      /* of the whole lines in the file */
    GString *lines;
    GError *error; /* the first that failed to be written; nothing is written after it */
};

/* For lines that somebody else writes: events_flush is not called. */
void events_init(struct events *events);

/* `path` may be NULL: nobody wants them. */
bool events_open(struct events *events, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void events_close(struct events *events);
void events_flush(struct events *events);

void events_run_started(struct events *events, const struct plan *plan,
                        const struct run_result *result, guint steps);
void events_phase_started(struct events *events, enum run_phase phase);
void events_waiting(struct events *events, const GError *reason, gint64 wait_lock_ms);
/* Each try of it. */
void events_step_started(struct events *events, const struct step_result *step);
/* The last of step->failed_tries. */
void events_step_retry(struct events *events, const struct step_result *step);
void events_step_progress(struct events *events, const struct step_result *step,
                          const struct progress *progress);
void events_step_finished(struct events *events, const struct step_result *step);
/* `failure`: why the run could not start; else NULL. */
void events_run_finished(struct events *events, const struct run_result *result,
                         const GError *failure);
