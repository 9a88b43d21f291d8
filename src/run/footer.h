/* SPDX-License-Identifier: Apache-2.0 */
/* Footers of Parquet files: struct FileMetaData of parquet.thrift in Thrift's compact protocol. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Appends the footer of the same file with only those row groups whose byte in `is_kept` isn't 0.
 * False, and `out` is as it was: it isn't understood (encrypted, broken, another number of row
 * groups), so that nothing may be left out. */
bool footer_keep(const guint8 *footer, gsize length, const guint8 *is_kept, guint count,
                 GByteArray *out) G_GNUC_WARN_UNUSED_RESULT;
