/* SPDX-License-Identifier: Apache-2.0 */
/* The first part of an object of text, which is enough to tell its columns. */
#pragma once

#include "connect/format/format.h"
#include "connect/storage/storage.h"

/* May the first part of an object be enough? Not of Parquet, nor of what is compressed. */
bool textstart_may_do(const struct file_identity *identity, const struct format *format,
                      const struct options *options);

/* Fetches it into the copy, which then ends behind a record. *out_fetched false, without an error:
 * only the whole object will do (a JSON array, UTF-16, a record of megabytes). */
bool textstart_fetch(struct storage *storage, const struct file_identity *identity, int fd,
                     bool *out_fetched, GError **error) G_GNUC_WARN_UNUSED_RESULT;
