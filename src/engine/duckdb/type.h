/* SPDX-License-Identifier: Apache-2.0 */
/* Types as SQL has them. */
#pragma once

#include "duckdb.h"
#include <glib.h>

/* As DESCRIBE prints it: "DECIMAL(18,2)", "STRUCT(a INTEGER, b VARCHAR[])". Can be read back. */
char *type_to_text(duckdb_logical_type type);
