/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `__sqlflow_json_same(text, value, type)`: a JSON text, and what a nested type has made of it,
 * written as JSON. The text, if both say the same; else the statement fails: a number lost digits,
 * a time its offset, an object a member.
 */
#pragma once

#include "duckdb.h"
#include <glib.h>
#include <stdbool.h>

/* Numbers by their value, times by their moment, members in any order; what is missing on one side
 * is null on the other. */
bool json_same(const char *left, gsize left_length, const char *right, gsize right_length);

bool jsonsame_register(duckdb_connection connection);
