/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are written into one stream, part by part (`partition_by`). */
#pragma once

#include "engine/duckdb/database.h"

bool parts_gather(struct session *session, const char *query, const struct relation *relation,
                  struct export_parts **out, GError **error);
bool parts_forget(struct session *session, GError **error);
