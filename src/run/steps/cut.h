/* SPDX-License-Identifier: Apache-2.0 */
/* One stream of records, cut into the objects of a series. */
#pragma once

#include "connect/storage/storage.h"
#include "engine/parts.h"

struct cut;

/* Object i is `folder`/PATH of part i. All three outlive the cut. */
struct cut *cut_new(const struct export_parts *parts, const char *folder, struct series *series);
void cut_free(struct cut *cut);
DEFINE_AUTO(cut, cut_free);

/* The next bytes of the stream, wherever they end. ERROR_SYSTEM: there are more records than rows.
 */
bool cut_write(struct cut *cut, const char *bytes, gsize length,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* That was all. ERROR_SYSTEM: there are fewer. */
bool cut_end(struct cut *cut, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of all objects, so far. */
gint64 cut_bytes(const struct cut *cut);
