/* SPDX-License-Identifier: Apache-2.0 */
/* engine_class.create_shape. */
#pragma once

#include "engine/duckdb/database.h"

bool shape_create(struct session *session, const struct target *target, const GPtrArray *columns,
                  GError **error);
