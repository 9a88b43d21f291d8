/* SPDX-License-Identifier: Apache-2.0 */
/* engine_class.trace. */
#pragma once

#include "engine/duckdb/database.h"
#include "engine/trace.h"

bool trace_query(struct session *session, const char *sql, struct trace **out, GError **error);
