/* SPDX-License-Identifier: Apache-2.0 */
/* Making tables and views from queries and relations. */
#pragma once

#include "engine/duckdb/database.h"

bool table_create(struct session *session, const struct target *target, const char *query,
                  struct written *out, GError **error);
/* Fills the target with those rows of `scan`, a query of our own, that pass the caller's filter
 * (NULL: all). */
bool table_fill(struct session *session, const struct target *target, const char *scan,
                const char *where, struct written *out, GError **error);
bool table_load(struct session *session, const struct target *target,
                const struct relation *relation, const char *where, struct written *out,
                GError **error);
