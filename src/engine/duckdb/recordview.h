/* SPDX-License-Identifier: Apache-2.0 */
/* engine_class.create_record_view. */
#pragma once

#include "engine/duckdb/database.h"

bool recordview_create(struct session *session, const char *name, const char *table,
                       const GPtrArray *columns, GError **error);
