/* SPDX-License-Identifier: Apache-2.0 */
/* APPEND and UPSERT: rows that go into a table which stays. */
#pragma once

#include "engine/duckdb/catalog.h"
#include "engine/duckdb/input.h"

/* Into the table that is at `place`. In a transaction of the caller, which it leaves unfit for
 * COMMIT after an error. */
bool merge_rows(struct session *session, const struct target *target,
                const struct table_place *place, const struct input *input, struct written *out,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of a table that was just made: what an UPSERT or a window asks of its rows. */
bool merge_check_made(struct session *session, const struct target *target,
                      const struct table_place *place, struct written *out,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Columns of the table at `place`; NULL after an error. */
GPtrArray *merge_columns(struct session *session, const struct table_place *place, GError **error);
