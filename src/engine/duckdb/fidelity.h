/* SPDX-License-Identifier: Apache-2.0 */
/* Which types each file format holds exactly (the table in fidelity.c). */
#pragma once

#include "engine/engine.h"

/* Checks the columns of a query that is to be written. *out_list is the SELECT list that makes
 * them exact, NULL when they are as they stand. Refuses what can't be: names column, type and the
 * CAST to write. */
bool fidelity_columns(const char *format, const GPtrArray *columns, char **out_list,
                      GError **error);

/* What NULL is called where values are folders (`partition_by`). */
#define FIDELITY_NO_VALUE "'__HIVE_DEFAULT_PARTITION__'"

/* A condition on a column of texts, by its quoted name: true, and an error for the text that as a
 * folder would be taken for NULL. The caller's. */
char *fidelity_is_folder(const char *quoted);
