/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local copies of objects, below one folder: "s3://bucket/a/b.csv" is s3/bucket/a/b.csv there, so
 * that folders such as year=2024 and extensions mean the same. What can't be a file's name, or is
 * of the web, stands below a number, in those of its folders that can be some.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

struct spool;

/* Makes the folder, which must not be there yet. */
struct spool *spool_new(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One with a name of its own in the folder `above`, which is there (the system's temporary one). It
 * is locked as long as it lives: what processes that were killed have left there goes first. */
struct spool *spool_new_temporary(const char *above, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes it with all that is in it, unless spool_keep was called. */
void spool_free(struct spool *spool);
DEFINE_AUTO(spool, spool_free);
void spool_keep(struct spool *spool);

/* ERROR_SYSTEM when the disk hasn't as many bytes left. */
bool spool_check_room(const struct spool *spool, gint64 bytes,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An empty file for the object, `size` bytes long without taking room; its folders are made. Gives
 * a descriptor that the caller closes, or -1. *out_path is the caller's. */
int spool_create(struct spool *spool, const char *address, gint64 size, char **out_path,
                 GError **error);
