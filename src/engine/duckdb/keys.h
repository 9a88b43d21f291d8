/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of an UPSERT: each row of the input has one, and no two the same. */
#pragma once

#include "engine/duckdb/database.h"

/* ERROR_DATA for a key that is none of the columns (struct column). `where` says whose they are:
 * "the rows", "the table 't'". */
bool keys_exist(const char *const *keys, const GPtrArray *columns, const char *where,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_DATA, with some of the rows, when in the table `quoted` a key is NULL or there twice. */
bool keys_check(struct session *session, const char *const *keys, const char *quoted,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first half of it, for other columns; `what` is what the message calls them. */
bool keys_check_null(struct session *session, const char *what, const char *const *columns,
                     const char *quoted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "a"."k" and so on, joined: each key as `format` has it, where every `%s` is its quoted name. */
char *keys_join(const char *const *keys, const char *format, const char *between);
