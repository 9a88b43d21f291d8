/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folders of runs: target/run/<run-id>/, and the link `latest`, which always points to a whole
 * folder.
 *
 * Invariants: a folder of a run appears with its lock held, and the lock is held until the run's
 * process ends, however it ends. So a folder whose lock is free belongs to a run that is over, or
 * that has crashed. The lock is the system's, on events.jsonl, and costs nobody anything who reads
 * that file. Only one process at a time makes or removes folders.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { RUNS_KEPT = 50 };

struct run_folder {
    char *path;         /* NULL: there is none */
    int lock;           /* descriptor */
    GPtrArray *crashed; /* struct crashed_run: what was dealt with when it was opened; or NULL */
};

/* `20261123T081500Z-TOKEN` */
char *run_id_new(gint64 time_us, const char *token);

/* Looks like one. */
bool run_id_is(const char *name);

/* The last part of an id: what the names of the run's temporary files end in. */
const char *run_id_token(const char *run_id);

/* Makes `directory`/`run_id`, locked and with an empty events.jsonl. Deals with runs that crashed
 * (run/crashed.h), then removes the oldest folders but RUNS_KEPT, as far as their runs are over and
 * nothing of them is left over elsewhere. ERROR_PERMISSION, ERROR_SYSTEM (also where files can't be
 * locked). */
bool run_folder_open(struct run_folder *folder, const char *directory, const char *run_id,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Only deals with runs that crashed, as far as that can be done. */
void run_folder_settle(const char *directory);

/* Lets `latest` point to it. */
bool run_folder_announce(const struct run_folder *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lets the lock go. The folder stays. */
void run_folder_close(struct run_folder *folder);

/* Removes the folder of a run that could not begin, and closes it. */
void run_folder_discard(struct run_folder *folder);

/* The run of this folder still goes on, in whichever process. Any thread, any process; takes no
 * lock. False also when there is no such folder. */
bool run_folder_is_alive(const char *path);

/* The ids of all folders in `directory`, oldest first. Free with g_ptr_array_unref. */
GPtrArray *run_folder_list(const char *directory);
