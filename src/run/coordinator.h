/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run as its coordinator sees it: what is ready, what runs, what is left, and when to look
 * again. Everything here belongs to the thread that called run_execute.
 *
 * Invariants: `out` is the number of tasks that are with the workers; an operation is settled once;
 * a step that runs alone is handed out when `out` is 0, and nothing else until it is back.
 */
#pragma once

#include "run/events.h"
#include "run/folder.h"
#include "run/ready.h"
#include "run/signals.h"

/* Why nothing is handed out any more. */
enum stop {
    STOP_NONE = 0,
    STOP_NOT_STARTED,
    STOP_FAIL_FAST,
    STOP_LOST,
    STOP_CANCELLED,
};

/* That the engine waits for another process' lock, told by the worker that opens it. */
struct lock_wait {
    struct queue *queue;
    struct news news;
    GError *reason; /* NULL: not told yet */
};

struct run {
    const struct plan *plan;
    const struct run_options *options;
    struct engine_options engine_options; /* the caller's, with now() filled in */
    struct run_result *result;
    struct crew crew;
    struct recorder recorder; /* when the run is journalled */
    struct signals signals;
    struct run_folder folder;
    char *spill; /* the folder that the engine is given for what doesn't fit into memory; or NULL */
    struct events events;
    struct ready ready;
    struct task open;
    struct task close;
    struct phase_clock clock;
    struct lock_wait lock_wait;
    struct task *tasks;        /* by operation */
    guint8 *is_step;           /* by operation: it is to run */
    guint steps;               /* how many of them */
    GArray *rest;              /* guint: ready, not handed out yet */
    GArray *alone;             /* guint: the same for those that run alone */
    guint out;                 /* tasks that are with the workers */
    GPtrArray *running;        /* struct task: told to have started, not finished */
    GPtrArray *retrying;       /* struct task: waits for its next try */
    GRand *random;             /* for these waits */
    GPtrArray *news;           /* struct news: of this round */
    GArray *queries;           /* guint: QUERY operations in the order of the file */
    guint queries_told;        /* how many of them need no more looking at */
    struct progress *progress; /* by operation */
    enum stop stop;
    bool is_alone_out; /* the task that is out runs alone */
    bool is_closing;   /* all steps are settled, the engine is being closed */
    bool is_concluded; /* run_finished was told to those who follow the events */
    bool has_left;     /* options.leave was called */
    gint64 started;    /* monotonic, microseconds, as all below */
    gint64 cancelled;
    gint64 next_interrupt;
    gint64 next_tick;
    gint64 next_progress;
};

/* Calls one function of all observers that have it. */
#define RUN_OBSERVE(run, function, ...)                                                            \
    for (const struct run_observer *const *next = (run)->options->observers; next && *next;        \
         next++)                                                                                   \
        if ((*next)->function)                                                                     \
    (*next)->function((*next)->user_data, __VA_ARGS__)

static inline struct step_result *run_step_result(const struct run *run, guint operation)
{
    return &g_array_index(run->result->steps, struct step_result, operation);
}

static inline bool run_selects(const struct run *run, guint operation)
{
    return !run->options->selected || run->options->selected[operation];
}

/* Hands one task that is no step to the workers. */
bool coordinator_push(struct run *run, struct task *task, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Goes on until no task is with the workers, none can be handed out and none waits for a retry. */
void coordinator_wait(struct run *run);

/* Settles what a run that is continued has left nothing to do of. */
void coordinator_continue(struct run *run);

/* Makes ready what waits for nothing. */
void coordinator_start(struct run *run);

/* Nothing more is handed out; what no worker has taken yet is taken back. The first reason stays,
 * but for a cancel. */
void coordinator_stop(struct run *run, enum stop stop);

/* What still runs becomes CANCELLED: it is left behind. */
void coordinator_leave_running(struct run *run);

/* All that was not handed out becomes NOT_RUN. */
void coordinator_settle_rest(struct run *run);
