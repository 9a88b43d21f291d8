/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a query as Arrow arrays. */
#pragma once

#include "engine/duckdb/database.h"

/* engine_class.stream. */
bool stream_open(struct session *session, const char *sql, struct ArrowArrayStream *out,
                 GError **error);
