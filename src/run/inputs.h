/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that operations read and write, and whether they are still as they were.
 *
 * Known are the files of sources and those that SQL names: FROM 'data/x.csv', read_csv('..'), also
 * by pattern, and those of views that the plan makes. Not known are tables of attached databases,
 * views that were in the database before, paths that SQL puts together while it runs, and what is
 * no regular file (a pipe). Objects (s3://) that sources name are among them.
 */
#pragma once

#include "base/identity.h"
#include "plan/plan.h"

/* Files that `operation` reads, as they are now: struct file_identity, sorted by path, each once. A
 * path that is named and missing is among them; a pattern that nothing fits gives none. `opened`
 * (may be NULL) is by operation index: what this gave for a SOURCE before it was opened; such a
 * source is taken as it was then. NULL on failure; the caller frees it with g_ptr_array_unref. */
GPtrArray *operation_inputs(const struct plan *plan, const struct operation *operation,
                            GPtrArray *const *opened, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The files that `operation` wrote, as they are now, in the same form: of a folder all that are in
 * it, or the folder's path as missing when there is none. */
GPtrArray *operation_outputs(const struct plan *plan, const struct operation *operation,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Nothing of `inputs`, which operation_inputs gave, has changed since, and no file has appeared
 * that fits a pattern in the SQL. Else ERROR_DATA, which names the file. Objects are passed over:
 * what is read of them is a copy of the version that is among the inputs. */
bool inputs_check(const GPtrArray *inputs, const struct plan *plan,
                  const struct operation *operation, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All `paths` (char *) are among `inputs`: what is going to be read was there when they were
 * taken. Else ERROR_DATA. */
bool inputs_cover(const GPtrArray *inputs, const GPtrArray *paths,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
