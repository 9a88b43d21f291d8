/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which content a file had, told without reading it: when path, size, time of change and inode are
 * the same, so are the bytes. What is written twice within the clock's tick of a file system (some
 * milliseconds) without a change of size is not told apart. Of an object in a store (s3://..) it is
 * what the store calls its content.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

struct file_identity {
    char *path;
    gint64 size;     /* bytes; -1: there is no such file */
    gint64 mtime_ns; /* since 1970 */
    guint64 inode;
    char *version; /* of an object: its ETag, "" when it has none; NULL: a file. Then neither time
                      nor inode count */
};

/* Links are followed. A missing file has an identity, too. NULL only when it can't be known:
 * ERROR_PERMISSION, ERROR_SYSTEM. */
struct file_identity *file_identity_get(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
struct file_identity *file_identity_copy(const struct file_identity *identity);
void file_identity_free(struct file_identity *identity);
DEFINE_AUTO(file_identity, file_identity_free);

bool file_identity_equal(const struct file_identity *left, const struct file_identity *right);

/* "1234 1795422000.123456789 4711": size, time, inode; of an object size and version; or
 * "missing". Equal where identities of one
 * path are; fit to be stored. */
char *file_identity_text(const struct file_identity *identity);

/* What happened between the two, as the end of a sentence: "was removed", "was truncated", "was
 * replaced", "was changed", "appeared"; NULL: nothing. Static. */
const char *file_identity_change(const struct file_identity *before,
                                 const struct file_identity *after);

/* A list that owns its struct file_identity; free with g_ptr_array_unref. */
GPtrArray *file_identities_new(void);

/* By path. Those of the same path: only the first stays. */
void file_identities_sort(GPtrArray *identities);

/* In a sorted list; NULL when there is none. */
const struct file_identity *file_identities_find(const GPtrArray *identities, const char *path);
