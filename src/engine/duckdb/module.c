/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>

#include "duckdb.h"

const char *engine_duckdb_library_version(void);

/* Version of the linked libduckdb, static storage. */
const char *engine_duckdb_library_version(void)
{
    return duckdb_library_version();
}
