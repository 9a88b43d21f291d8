/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of S3 as they are found, fetched, written and removed. The functions are those of
 * connect/storage/class.h. */
#pragma once

#include "connect/remote/s3.h"

bool s3_find(struct s3 *s3, const char *pattern, GPtrArray *identities, GError **error);
bool s3_check(struct s3 *s3, const char *address, GError **error);
bool s3_buckets(struct s3 *s3, GPtrArray *names, GError **error);
bool s3_fetch(struct s3 *s3, const struct file_identity *identity, const struct byte_range *ranges,
              guint count, int fd, GError **error);
bool s3_fetch_files(struct s3 *s3, const GPtrArray *identities, const GPtrArray *paths,
                    GError **error);
bool s3_remove(struct s3 *s3, const GPtrArray *addresses, GError **error);
bool s3_sweep(struct s3 *s3, const char *address, gint64 since_us, GError **error);

/* Ends uploads of this very key that were begun in the time before `id`, in microseconds: those of
 * requests whose answers were lost. */
bool s3_end_twins(struct s3 *s3, const struct s3_place *place, const char *id, gint64 time_us,
                  GError **error);

/* One object, asked for by itself; size -1: there is none. */
struct file_identity *s3_head(struct s3 *s3, const struct s3_place *place, const char *address,
                              GError **error);
