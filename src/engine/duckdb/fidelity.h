/* SPDX-License-Identifier: Apache-2.0 */
/* Which types each file format holds exactly (the table in fidelity.c). */
#pragma once

#include "engine/engine.h"

/* Checks the columns of a query that is to be written. *out_list is the SELECT list that makes
 * them exact, NULL when they are as they stand. Refuses what can't be: names column, type and the
 * CAST to write. */
bool fidelity_columns(const char *format, const GPtrArray *columns, char **out_list,
                      GError **error);
