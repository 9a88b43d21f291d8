/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the journal tells of earlier runs: the one that can be continued, what it and those that it
 * continued have done, and which step wrote each table last.
 */
#pragma once

#include "run/journal.h"

/* The newest run of a pipeline whose work isn't done, or its newest that is. */
struct past_run {
    char *run_id;
    char *root;        /* the first of the runs that it continues */
    char *outcome;     /* "started": it never came to its end */
    gint64 started_us; /* microseconds since 1970 in UTC, as the next one */
    gint64 now_us;     /* what now() was in all of them */
    char *selection;   /* as struct journal_run has them; or NULL */
    char *variables;
};
struct past_run *past_run_copy(const struct past_run *run);
void past_run_free(struct past_run *run);
DEFINE_AUTO(past_run, past_run_free);

/* *out is NULL when the pipeline has never run. A run that was continued to its end is done; so is
 * one that a later run of the whole pipeline has overtaken. */
bool past_find_run(const struct engine_class *class, struct session *session, const char *catalog,
                   const char *pipeline, struct past_run **out,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first run of the last `run --all`; runs of one such call have the same now(). *out is NULL
 * when there was none. */
bool past_find_batch(const struct engine_class *class, struct session *session, const char *catalog,
                     struct past_run **out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* There is a journal, and it knows of a run. */
bool past_has_run(const struct engine_class *class, struct session *session, const char *catalog,
                  const char *run_id, bool *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

bool past_run_is_done(const struct past_run *run);

/* It was part of a `run --all`. */
bool past_run_is_of_batch(const struct past_run *run);

/* A step that is done. */
struct past_step {
    char *run_id;
    gint64 rows; /* -1: none to tell */
    char *inputs;
    char *outputs;
};

/* Who wrote a table or file last. */
struct past_write {
    char *name;
    char *run_id;
    char *root;
    char *pipeline;
    char *step;    /* its id then */
    char *key;     /* of the step: past_key */
    bool is_there; /* the table was there afterwards */
};

struct past {
    char *root;
    GHashTable *steps;   /* past_key -> struct past_step: done in the chain of `root` */
    GHashTable *targets; /* past_target -> "done", "failed": what became of any step for it */
    GHashTable *writes;  /* name -> struct past_write */
    GHashTable *changed; /* name -> struct past_write: the last of the chain of `root` */
};

struct past *past_load(const struct journal *journal, struct session *session, const char *root,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void past_free(struct past *past);
DEFINE_AUTO(past, past_free);

/* What steps are matched by: kind, target, fingerprint, and the how many-th of its like it is. */
char *past_key(const char *kind, const char *target, const char *fingerprint, guint occurrence);
char *past_target(const char *kind, const char *target);

/* For people: all runs, newest first, or those of one pipeline (NULL: all). Fills empty rows, whose
 * limit counts. */
bool past_list_runs(const struct engine_class *class, struct session *session, const char *catalog,
                    const char *pipeline, struct rows *rows,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The steps of the run with that id or token, in the order in which they ended. */
bool past_list_steps(const struct engine_class *class, struct session *session, const char *catalog,
                     const char *run, struct rows *rows, GError **error) G_GNUC_WARN_UNUSED_RESULT;
