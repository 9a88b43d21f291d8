/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which batches the other side has acknowledged, in a file: a line `number hash rows` each. What is
 * noted survives the death of the process at once, and a loss of power when it is synced: at once
 * where the other side takes its time, else so often that it costs little; a batch that is lost so
 * is sent again with the same key.
 *
 * Threads: one at a time.
 */
#pragma once

#include "connect/rest/batch.h"

struct progress_file;

/* Reads what is there; a line that isn't whole doesn't count. ERROR_SYSTEM. */
struct progress_file *progress_file_new(int file, GError **error);
void progress_file_free(struct progress_file *progress);
DEFINE_AUTO(progress_file, progress_file_free);

/* This very batch was acknowledged. */
bool progress_file_has(const struct progress_file *progress, const struct batch *batch);

bool progress_file_add(struct progress_file *progress, const struct batch *batch,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that was noted is on the disk. */
bool progress_file_sync(struct progress_file *progress, GError **error) G_GNUC_WARN_UNUSED_RESULT;
