/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads that carry steps out. The coordinator pushes tasks, the workers take them, carry them
 * out and push news; the two queues hand a task over with everything that was written to it.
 *
 * Invariants: a task belongs to whoever took it last; a session is used by its own worker, or by
 * the one task that runs alone; what the coordinator may look at while a task runs stands behind
 * the worker's mutex.
 */
#pragma once

#include "base/queue.h"
#include "run/recorder.h"

enum task_kind {
    TASK_OPEN = 1, /* opens the engine and the journal, and makes the schemas of aliases */
    TASK_STEP,
    TASK_CLOSE, /* records the end, frees all sessions and closes the engine */
};

enum news_kind { NEWS_STARTED = 1, NEWS_FINISHED, NEWS_SIGNAL, NEWS_WAITING };

struct task;

/* What comes back to the coordinator. */
struct news {
    enum news_kind kind;
    struct task *task; /* STARTED, FINISHED */
    int signal;        /* SIGNAL */
};

/* Only `started` is known at NEWS_STARTED, the rest at NEWS_FINISHED. */
struct task {
    enum task_kind kind;
    guint index;                       /* STEP: of the operation */
    const struct operation *operation; /* STEP */
    struct worker *worker;             /* who took it */
    guint tries;                       /* this one included; the coordinator's */
    gint64 ready;                      /* the coordinator's; monotonic, microseconds */
    gint64 started;                    /* monotonic, microseconds */
    gint64 finished;
    gint64 commit_us;
    gint64 rows;
    gint64 bytes;           /* of the file that was written; -1: not known */
    GPtrArray *inputs;      /* struct file_identity: the files it reads, as they were before */
    GPtrArray *outputs;     /* the same: what it wrote, where the step knows; or NULL */
    struct written written; /* LOAD, CREATE */
    GPtrArray *marks;       /* struct watermark: to be recorded with its rows; or NULL */
    struct rows *found;
    char *message;   /* a CHECK that only warns: what it found */
    GError *error;   /* why it failed */
    struct span at;  /* where in the user's text, if it is known better than from the error */
    gint64 deadline; /* the coordinator's: when `timeout` ends it, monotonic; 0: never */
    bool timed_out;  /* the coordinator's: interrupted because of it */
    gint64 retry_at; /* the coordinator's: when the next try is due, monotonic */
    struct news news_started;
    struct news news_finished;
};

void task_init(struct task *task, enum task_kind kind);
void task_clear(struct task *task);

/* Takes the mark over. */
struct watermark;
void task_add_mark(struct task *task, struct watermark *mark);

/* For its next try: what the former one left is gone. */
void task_reset(struct task *task);

struct worker {
    struct crew *crew;
    pthread_t thread;
    struct session *session; /* made at its first step */
    const char *schema;      /* what use_schema was told last */

    pthread_mutex_t mutex;  /* guards all below */
    struct task *task;      /* the step that may be interrupted; NULL between steps */
    struct session *active; /* the session that works for it; NULL while none does */
    char *temporary;        /* an output that is being made, or NULL */
    gint64 moved;           /* bytes that the task fetched from or sent to a storage */
    struct sink *sink;      /* an export to another system that is being made, or NULL */
    gint is_interrupted;    /* atomic: since the step began */
};

/* All that workers see of a run. Constant while they run, but for `engine`, `late`, `session_steps`
 * and what `recorder` points to, which change only while one task runs alone, `opened` and
 * `fetched`, whose entries the step of that SOURCE writes before a step that reads it begins. */
struct crew {
    const struct plan *plan;
    const struct engine_class *class;
    const struct engine_options *engine_options;
    guint limit;        /* rows of a QUERY that are kept */
    const char *token;  /* of this run, for temporary names */
    const char *folder; /* of this run, to note them in; or NULL */
    struct worker *workers;
    guint size;    /* of `workers` */
    guint threads; /* how many of them are running; the coordinator's */
    struct engine *engine;
    GArray *late;              /* struct late_dependency: what the plan couldn't know, or NULL */
    struct recorder *recorder; /* NULL: nothing is journalled */
    const struct backfill *backfill; /* NULL: none is wanted */
    struct moments *moments;         /* at which sources are read; or NULL */
    const struct retry_options *retry;
    GPtrArray **opened;    /* by operation: the files of a SOURCE as they were when opened */
    int *fetched;          /* by operation: the open file of what a SOURCE fetched; -1: none */
    GArray *session_steps; /* guint, operations: what a new session has to be told */
    struct queue tasks;    /* struct task, to the workers */
    struct queue news;     /* struct news, to the coordinator */
};

/* The pointers in `crew` are the caller's and are set before. */
void crew_init(struct crew *crew, guint size);

/* Starts threads until `wanted` (at most `size`) run. ERROR_SYSTEM when there is none at all. */
bool crew_grow(struct crew *crew, guint wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lets the threads end and waits for them. */
void crew_clear(struct crew *crew);

/* Frees all sessions, for a step that runs alone and for the end: a worker makes a new one when it
 * needs one, and tells it what the others were told. */
void crew_free_sessions(struct crew *crew);

/* Interrupts `task` if it still runs; a step that has begun since is left alone. */
void worker_interrupt(struct worker *worker, const struct task *task);

/* How far `task` is; share -1 when that isn't known. Bytes are those of the file that it writes. */
struct progress worker_progress(struct worker *worker, const struct task *task);

/* Removes what the worker's step is writing to: for leaving while it still runs. */
void worker_remove_output(struct worker *worker);

/* For steps. The session of `worker` that works from now on (NULL: none). */
void worker_use(struct worker *worker, struct session *session);

/* For steps. Remembers what is to end when the step is interrupted (NULL: nothing any more). */
void worker_set_sink(struct worker *worker, struct sink *sink);

/* For steps, on any thread. So many bytes more have come from or gone to a storage. */
void worker_add_moved(struct worker *worker, gint64 bytes);

/* For steps. Remembers what is being written (NULL: nothing any more); the path is copied. */
void worker_set_output(struct worker *worker, const char *temporary);
