/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as its folder tells it, in this or another process, now or later: the events that it has
 * written become the same records that the run itself has, and observers can be told of them as if
 * it ran here. Nothing but the folder's files is read; the database is never opened.
 *
 * Invariant: only whole lines are taken; what stands behind the last line break is left until it is
 * one. Events and keys that aren't known are passed over.
 */
#pragma once

#include "run/run.h"

#include <jansson.h>

enum run_state {
    RUN_STATE_RUNNING = 1,
    RUN_STATE_OVER,    /* it told its end */
    RUN_STATE_CRASHED, /* its process ended without */
};

struct replay {
    char *folder;
    enum run_state state;
    bool is_alive;     /* its process lives; a run that is over may still close the engine */
    struct plan *plan; /* ids, types and names of its operations; no statements */
    struct run_result *result; /* as far as it is known; errors have their place in the message */
    struct progress *progress; /* by operation; what is told last */
    guint steps;               /* that are to run */
    gint64 pid;                /* of its process */
    gint64 heard_at;           /* the time of its last event, microseconds since 1970 */
    enum run_phase phase;      /* 0 before the first */
    GError *waiting;           /* OPENING: who holds the database; else NULL */
    GError *failure;           /* why it could not start; NULL when it could */
    GString *lines;            /* those that replay_read has taken last, as they stand */
    goffset offset;            /* of events.jsonl: behind the last whole line */
    GHashTable *indexes;       /* id -> index of the operation + 1 */
};

/* Nothing is read yet. */
struct replay *replay_new(const char *folder);
void replay_free(struct replay *replay);
DEFINE_AUTO(replay, replay_free);

/* Takes what has been written since the last call, and tells the observer (may be NULL) all of it
 * but ticks and rows. A run that has just begun may have told nothing: it has no id yet. False when
 * the files can't be read. */
bool replay_read(struct replay *replay, const struct run_observer *observer,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
