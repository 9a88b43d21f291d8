/* SPDX-License-Identifier: Apache-2.0 */
/* Queries into files. */
#pragma once

#include "engine/duckdb/database.h"

bool export_query(struct session *session, const char *query, const struct relation *relation,
                  gint64 *out_rows, GError **error);
