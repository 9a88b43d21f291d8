/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what connectors give, as an engine does: each stream on a thread of its own. */
#pragma once

#include "base/batches.h"

/* The first column of all rows, which *out_rows counts. The first failure is told. */
bool fake_pull(struct batch_source *source, gint64 *out_rows, GError **error);
