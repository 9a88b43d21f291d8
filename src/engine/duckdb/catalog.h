/* SPDX-License-Identifier: Apache-2.0 */
/* Which tables and views there are. */
#pragma once

#include "engine/duckdb/database.h"

enum table_kind catalog_exists(struct session *session, const char *name);
bool catalog_columns(struct session *session, const char *name, GPtrArray **out_columns,
                     GError **error);
bool catalog_list(struct session *session, GPtrArray **out_names, GError **error);

/* The name as it must be written so that it means the place where the session makes new tables;
 * quoted. NULL and an error for a text that is no name. */
char *catalog_target(const struct session *session, const char *name, GError **error);

/* What stands at exactly that place. */
enum table_kind catalog_target_kind(struct session *session, const char *name);
