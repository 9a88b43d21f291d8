/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executes a plan: one coordinator (the calling thread) owns counters and output, workers take
 * ready operations from a queue and give them back; nothing else is shared. Every worker has its
 * own session.
 */
#pragma once

#include "engine/rows.h"
#include "plan/plan.h"
#include "run/crashed.h"
#include "run/phase.h"
#include "run/retry.h"

enum step_status {
    STEP_PENDING = 0, /* at the end: not selected */
    STEP_RUNNING,
    STEP_RETRYING, /* a try failed, the next one is waited for */
    STEP_OK,
    STEP_DONE,   /* by an earlier run, which this one continues */
    STEP_WARNED, /* a CHECK with severity warn that found rows */
    STEP_FAILED,
    STEP_SKIPPED,      /* waits for something that failed */
    STEP_CANCELLED,    /* was running when the run was cancelled */
    STEP_NOT_RUN,      /* not dispatched: cancelled, --fail-fast, engine lost */
    STEP_STATUS_COUNT, /* how many there are; no status */
};

/* A try after which another one was waited for. */
struct failed_try {
    gint64 started_us; /* since the run's start, monotonic */
    gint64 duration_us;
    gint64 wait_us; /* before the next one */
    GError *error;
};
void failed_try_free(gpointer failed_try);

struct step_result {
    const struct operation *operation;
    enum step_status status;
    bool is_selected;   /* it is to run */
    gint64 rows;        /* -1: none to tell */
    gint64 bytes;       /* of the file that an EXPORT wrote; -1: not known */
    gint64 waited_us;   /* between being ready and being started, first try; -1: never ready */
    gint64 commit_us;   /* part of duration_us; 0: no transaction of its own */
    gint64 started_us;  /* since the run's start, monotonic; -1: never */
    gint64 duration_us; /* from the first try's start to the end of the last */
    struct row_counts counts; /* of a LOAD or CREATE TABLE; all -1 of others */
    GPtrArray *notes;         /* char *: what the user should know, a line each; or NULL */
    guint tries;
    gint64 try_started_us;   /* the last of them, as started_us */
    GPtrArray *failed_tries; /* struct failed_try; NULL: none */
    char *reason;            /* why it runs when a run is continued; or NULL */
    char *message;           /* why it failed or was skipped */
    GError *error;           /* FAILED: the failure, or NULL */
    struct span at;          /* FAILED: where in the user's text */
    struct rows *found;      /* the rows of a QUERY, those that a CHECK found; or NULL */
};

/* Frees what the struct step_result holds. */
void step_result_clear(gpointer step);

/* The last of its failed tries, or NULL. */
const struct failed_try *step_last_try(const struct step_result *step);

/* RETRYING: when its next try is due, microseconds since the run's start. */
gint64 step_next_try(const struct step_result *step);

/* "ok", "done", "warned", "failed", "skipped", "cancelled", "not_run", "running", "retrying",
 * "pending": as results and events have it. */
const char *step_status_name(enum step_status status);

enum run_outcome { RUN_OK = 1, RUN_FAILED, RUN_CANCELLED };

/* "ok", "failed", "cancelled". */
const char *run_outcome_name(enum run_outcome outcome);

struct run_result {
    char *continues;    /* the id of the run that it goes on with, or NULL */
    bool is_journalled; /* another run can go on with it */
    char *selection;    /* what it was called with, as struct run_journal has them; or NULL */
    char *variables;
    char *run_id; /* 20261123T081500Z-1a2b3c4d */
    char *folder; /* where its files are, or NULL */
    enum run_outcome outcome;
    int signal; /* SIGINT or SIGTERM that came, or 0; after the last step it cancels nothing */
    gint64 started_at; /* microseconds since 1970 in UTC */
    gint64 now_us;     /* what now() was, in the same unit */
    gint64 duration_us;
    struct phase_times phases;
    GError *files_error; /* results or events could not be written (the run went on); or NULL */
    GArray *steps; /* struct step_result, one per operation of the plan, SOURCE ones included: those
                      that only a LOAD reads are OK without having started */
};
void run_result_free(struct run_result *result);
DEFINE_AUTO(run_result, run_result_free);

/* Told on the coordinator's thread. Each may be NULL. When the run could not start (NULL of
 * run_execute), run_finished is not called. */
struct run_observer {
    /* An earlier run had crashed and has been dealt with: before run_started. */
    void (*crashed)(void *user_data, const struct crashed_run *crashed);
    /* `result` is what is known so far: id, folder, times, which steps are selected. */
    void (*run_started)(void *user_data, const struct plan *plan, const struct run_result *result,
                        guint steps);
    /* OPENING, RUNNING, CLOSING, when they begin. */
    void (*phase_started)(void *user_data, enum run_phase phase);
    /* Another process holds the database: `reason` names it; how long this run will wait. */
    void (*waiting)(void *user_data, const GError *reason, gint64 wait_lock_ms);
    /* What is left of a run that is continued is known: the `reason` of each step that will run.
     * Those that won't have been told as finished. */
    void (*run_continued)(void *user_data, const struct run_result *result);
    /* Each try of it. */
    void (*step_started)(void *user_data, const struct step_result *step);
    /* A try failed, and after a while there is another: the last of step->failed_tries. */
    void (*step_retry)(void *user_data, const struct step_result *step);
    /* Every step that was to run, once; for those that never started, too. */
    void (*step_finished)(void *user_data, const struct step_result *step);
    /* A QUERY step that has found its rows: in the order of the file, after its step_finished. */
    void (*rows)(void *user_data, const struct step_result *step);
    /* At most ten times a second in all phases: `progress` is by operation index. */
    void (*tick)(void *user_data, const GArray *steps, const struct progress *progress);
    void (*run_finished)(void *user_data, const struct run_result *result);
    void *user_data;
};

/* What the journal is told of a run, and which run is continued. */
struct run_journal {
    const char *continues; /* the run to go on with, or NULL */
    const char *root;      /* the first run of its chain */
    const char *selection; /* JSON of what was selected, or NULL: all */
    const char
        *variables; /* JSON of the values given by the caller, secret ones left out; or NULL */
    /* When the caller saw that another run had come to nothing, which this one does instead: then
     * it is refused when one has begun since. Microseconds since 1970; 0: nothing is refused */
    gint64 looked_us;
};

/* What INCREMENTAL tables are to read instead of what is new. */
struct backfill {
    bool is_full;      /* all: they are made anew */
    const char *start; /* of the window, as the user wrote it; or NULL */
    const char *end;
};

struct run_options {
    const struct engine_class *engine;
    struct engine_options engine_options; /* `waiting` is not called: observers are told */
    struct phase_times phases;            /* what the caller did before */
    bool timing;                          /* the results are to have the time of CLOSING, too */
    const guint8 *selected;               /* by operation; NULL: all */
    const struct backfill *backfill;      /* NULL: none */
    guint workers;                        /* 0: min(4, cores) */
    bool fail_fast;
    struct retry_options retry;
    const struct run_journal *journal; /* NULL: nothing is journalled, nothing can be continued */
    guint limit;                       /* rows of a QUERY shown */
    const char *directory; /* target/run: results go to directory/<run-id>/; NULL: nowhere */
    const struct run_observer *const *observers; /* NULL-terminated, or NULL */
    /* Called after a cancel when steps have not returned within 0.6 s, and at a second signal. The
     * results are written, `result` is as they say, and what was being written to is removed;
     * workers are still inside the engine, so the only thing to do is to restore the terminal and
     * leave by _exit(128 + result->signal). NULL, or when it returns: the run waits for them. */
    void (*leave)(void *user_data, const struct run_result *result);
    void *leave_data;
};

/* Runs the plan. Returns NULL only when the run could not start (database can't be opened, results
 * folder can't be made); a failed step is an outcome, not an error. SIGINT and SIGTERM cancel, also
 * while the database is being opened; one that was ignored when we were started stays so. */
struct run_result *run_execute(const struct plan *plan, const struct run_options *options,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
