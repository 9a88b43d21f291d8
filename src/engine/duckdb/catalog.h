/* SPDX-License-Identifier: Apache-2.0 */
/* Which tables and views there are. */
#pragma once

#include "engine/duckdb/database.h"

enum table_kind catalog_exists(struct session *session, const char *name);
bool catalog_columns(struct session *session, const char *name, GPtrArray **out_columns,
                     GError **error);
bool catalog_list(struct session *session, GPtrArray **out_names, GError **error);
bool catalog_views(struct session *session, GPtrArray **out_views, GError **error);

/* As engine_class.is_outside. */
bool catalog_is_outside(struct session *session, const char *name);

/* A name as it must be written so that it means the place where the session makes new tables. */
struct table_place {
    char *table;   /* quoted, with schema and database as far as they are given */
    char *bare;    /* its last part, quoted */
    char *sibling; /* another table beside it, for what is not yet finished */
};

/* ERROR_PLAN for a text that is no name. */
bool table_place_init(struct table_place *place, const struct session *session, const char *name,
                      GError **error);
void table_place_clear(struct table_place *place);

/* What stands at exactly that place. */
enum table_kind catalog_target_kind(struct session *session, const char *name);
