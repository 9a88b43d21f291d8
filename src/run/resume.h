/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps of a plan are left when an earlier run is continued, and why (execution.md,
 * "Resume").
 *
 * Rules
 *  - A step is done when the chain of runs that is continued did one with the same fingerprint and
 *    the same inputs, and when what it wrote is still there; of a table only what its last writer
 *    left, since what others left before is there no more.
 *  - A step that runs finds each table that it reads or changes as the plan says: the step that
 *    made that version runs again when another has written the table since, and so on down to the
 *    last that replaces the table as a whole. The last writer follows.
 *  - Where no step of this plan makes the table anew, it can't be had back, and nothing runs.
 *  - Session statements are no work: they are told to every session of every run.
 *
 * The same facts give the same decisions; nothing is read or written here.
 */
#pragma once

#include "run/past.h"

struct resume {
    const struct plan *plan;
    const guint8 *is_step;    /* by operation: the run would take it */
    const GArray *late;       /* struct late_dependency, or NULL */
    const guint *occurrences; /* journal_occurrences */
    const struct past *past;
    char *const *inputs;  /* by operation: the files that it reads, as they are now; or NULL */
    char *const *outputs; /* by operation: the files that it wrote, the same way */
    /* There is a table or view of that name. */
    bool (*is_there)(void *user_data, const char *name);
    void *user_data;
};

struct decision {
    bool is_done; /* nothing is left to do */
    char *reason; /* "done in run 1a2b3c4d", "text changed", "t must be rebuilt", ..; NULL: no step,
                     or one that every run does */
    gint64 rows;  /* of a step that is done */
};

/* A struct decision for each operation. ERROR_PLAN when a table can't be had back: says which,
 * who wrote it, and the ways out. */
GArray *resume_decide(const struct resume *resume, GError **error) G_GNUC_WARN_UNUSED_RESULT;
