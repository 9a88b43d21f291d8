/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `__sqlflow_finite(text)`: has a JSON text no NaN and no Infinity, which JSON itself doesn't know?
 * `__sqlflow_kept(text)`: is it so, and each of its numbers is one that a double keeps? DuckDB
 * writes values of type JSON anew.
 */
#pragma once

#include "duckdb.h"
#include <stdbool.h>

bool jsoncheck_register(duckdb_connection connection);
