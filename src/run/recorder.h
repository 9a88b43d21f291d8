/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run's side of the journal: what is recorded when, and what is left of a run that is
 * continued.
 *
 * Threads: recorder_open and recorder_close run alone; in between a recorder is constant, and
 * workers record their steps through their own sessions.
 */
#pragma once

#include "run/resume.h"
#include "run/run.h"

struct recorder {
    const struct run_journal *run;   /* what the caller of the run asked for */
    const struct run_result *result; /* of the run: its id and times, and its steps at the end */
    const guint8 *is_step;           /* by operation */
    struct journal journal;
    GArray *decisions; /* struct decision, by operation; NULL: a run that continues none */
    bool is_open;      /* the run's start is recorded */
};

/* Opens the journal, decides what is left if a run is continued, and records the start. When
 * nothing may run, nothing is recorded. `late` as plan_expand_views gave it, or NULL. */
bool recorder_open(struct recorder *recorder, const struct engine_class *class,
                   struct session *session, const struct plan *plan, const GArray *late,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void recorder_clear(struct recorder *recorder);

/* Decides what is left of the run that is continued, and records nothing: the database may be open
 * for reading. `result` isn't looked at. */
bool recorder_look(struct recorder *recorder, const struct engine_class *class,
                   struct session *session, const struct plan *plan, const GArray *late,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a step read and wrote, struct file_identity. */
struct step_files {
    const GPtrArray *inputs;
    GPtrArray *outputs; /* NULL: to be looked at */
};

/* Records that a step is done, inside its transaction: what it came to, and its files. */
bool recorder_step(const struct recorder *recorder, struct session *session,
                   const struct journal_step *step, const struct step_files *files,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Records the end of the run with what failed. */
bool recorder_close(struct recorder *recorder, struct session *session,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
