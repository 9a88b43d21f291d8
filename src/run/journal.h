/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: what runs did, kept in the schema `sqlflow` of the pipeline's own database, so that
 * a run may end at any instruction and another one goes on.
 *
 * Invariants
 *  1. A step is recorded done in the same transaction as its effect on the database.
 *  2. An effect outside (a file) is made durable first, then recorded; doing it again gives the
 *     outcome of once.
 *  3. Rows are only added, and each run adds its own: connections don't conflict, history stays.
 *  4. Nothing is done with a journal of an unknown version: a newer one is an error.
 *  5. A watermark commits with its rows.
 *  6. The tables are made in one transaction, in a database file that has its final name only when
 *     it is whole (engine/).
 *  7. Nothing but the engine opens the database file.
 *
 *   journal  version, made_at, program           the newest row says which version this is
 *   runs     run, outcome, recorded_at, ..       a row at the start ("started"), one at the end
 *   log      run, sequence, record               a row for each step that is done or failed, one
 *                                                for each table or file that a step wrote, as JSON:
 *                                                a row of many columns costs more than most steps
 *   steps    run, step, kind, target, ..         view: what the log says of steps
 *   writes   name, sequence, run, step, ..       view: what the log says of tables and files; the
 *                                                highest sequence of a name is its version
 *   watermarks  kind, source, target, field, ..  how far something that grows was read
 *                                                (watermark.h); since version 2
 *
 * Threads: a struct journal is constant between journal_open and journal_clear; its functions use
 * the session of their caller.
 */
#pragma once

#include "plan/plan.h"
#include "run/journalsql.h"

/* What is recorded of a run when it starts. The strings belong to the caller. */
struct journal_run {
    const char *run_id;
    const char *continues; /* the run that this one continues, or NULL */
    const char *root;      /* the first run of that chain; run_id when it continues none */
    gint64 started_at;     /* microseconds since 1970 in UTC */
    gint64 now_us;         /* what now() is */
    const char *selection; /* JSON of which steps and rows were asked for, or NULL: all */
    const char *variables; /* JSON of the command line's values, secret ones left out; or NULL */
};

struct journal {
    const struct engine_class *class;
    const struct plan *plan;
    struct journal_run run;
    char *prefix;       /* "catalog"."sqlflow". */
    guint *occurrences; /* by operation: journal_occurrences */
    gint64 sequence;    /* the highest in `log` before this run */
};

/* Makes the tables where there are none, brings older ones to this version, and reads where the
 * sequence is, inside the caller's transaction. ERROR_PLAN for a journal that is newer or none of
 * ours. */
bool journal_open(struct journal *journal, const struct engine_class *class,
                  struct session *session, const struct plan *plan,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void journal_clear(struct journal *journal);

/* The same for reading what is there, of whatever version; nothing is made, nothing may be
 * recorded. */
bool journal_look(struct journal *journal, const struct engine_class *class,
                  struct session *session, const struct plan *plan,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Records that journal->run starts, inside the caller's transaction. */
bool journal_begin(const struct journal *journal, struct session *session,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a step left behind besides its effect. */
struct journal_step {
    guint index; /* of the operation */
    const char *status;
    gint64 rows; /* -1: none to tell */
    gint64 duration_us;
    guint tries;
    const char *inputs;  /* the files that it read, as text; or NULL */
    const char *outputs; /* the files that it wrote, as text; or NULL */
    const char *message; /* why it failed; or NULL */
};

/* Records a step that is done and what it wrote, inside its transaction. */
bool journal_done(const struct journal *journal, struct session *session,
                  const struct journal_step *step, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Records the end of the run, and the steps (struct journal_step) that aren't done, in one
 * transaction. */
bool journal_end(const struct journal *journal, struct session *session, const char *outcome,
                 const GArray *steps, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* There is a journal of this version in the database, made or not by this run. */
bool journal_exists(const struct engine_class *class, struct session *session, const char *catalog,
                    bool *out_exists, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For each operation how many before it are alike: same kind, target and fingerprint. */
guint *journal_occurrences(const struct plan *plan);

/* What a target is called in the journal: the operation's name, "" for one that has none. */
const char *journal_target(const struct operation *operation);
