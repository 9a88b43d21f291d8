/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that the server may check, too: those that it understands as the engine does. */
#pragma once

#include "connect/postgres/source.h"

/* "a" = 1 AND "b" IS NOT NULL; NULL when there are none. The caller's. */
char *conditions_sql(const struct source *source, const struct sqlflow_scan *scan);
