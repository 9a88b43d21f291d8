/* SPDX-License-Identifier: Apache-2.0 */
/* Steps whose files are objects of a storage (s3://, http://). */
#pragma once

#include "connect/storage/spool.h"
#include "connect/storage/storage.h"
#include "run/steps/growing.h"

/* A relation over copies of a source's objects. */
struct remote {
    struct spool *spool;       /* holds the copies */
    struct relation *relation; /* NULL: a source that grows has nothing new */
};

/* Fetches what the task's source reads, those that are among its inputs; with `growth` (or NULL)
 * what that one's source reads and `target` hasn't loaded before. To be cleared in any case. */
bool remote_open(struct remote *remote, struct worker *worker, struct task *task,
                 struct growth *growth, const struct target *target,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void remote_clear(struct remote *remote);

/* The copies stay until the run ends. */
void remote_keep(struct remote *remote);

/* The user's names of objects in what was said about a load. */
void remote_name(const struct remote *remote, struct written *written, GError **error);

/* EXPORT to a storage. */
bool remote_export(struct worker *worker, struct task *task, const char *query,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for one that makes several objects (`partition_by`, `file_size`). */
bool remote_export_parts(struct worker *worker, struct task *task, struct storage *storage,
                         const char *query, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What an EXPORT writes, to a path of this machine instead of its destination. */
struct relation *remote_relation(const struct task *task, const char *path, GError **error);

/* A place for what a step makes on this machine, noted to be removed: the caller's; or NULL. */
char *remote_place(const struct worker *worker, const struct task *task, const char *what,
                   GError **error);

/* The use of an operation's storage by a worker. */
struct storage_use remote_use(struct worker *worker, const struct operation *operation);
