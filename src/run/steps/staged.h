/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of an export that can't be taken back, put aside before the first of them is sent: in
 * the folder of the run that began it, so that whoever continues that run sends the same rows.
 *
 * Invariants: a staged file is whole and durable; it stays until its step is recorded, or at least
 * until it is noted that all of it is sent; when a step above made its tables anew, what was staged
 * before is not used.
 */
#pragma once

#include "run/steps/step.h"

struct staged {
    struct worker *worker;
    struct task *task;
    char *path;     /* the rows: newline-delimited JSON */
    char *progress; /* what the connector notes */
    char *done;     /* how many rows were sent, when all were */
    bool is_whole;  /* the rows are there */
    gint64 rows;    /* all were sent before; -1: they weren't */
};

/* Looks what there is for `token`. To be cleared in any case. */
bool staged_open(struct staged *staged, struct worker *worker, struct task *task, const char *token,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void staged_clear(struct staged *staged);

/* Writes the query's rows. */
bool staged_write(struct staged *staged, const char *query,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All is sent: the rows are no longer needed. */
bool staged_finish(const struct staged *staged, gint64 rows,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
