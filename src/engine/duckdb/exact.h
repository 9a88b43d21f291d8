/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `__sqlflow_exact(text, type, slot)` gives back a text that CAST turns into the type without
 * losing anything of it: for types that have no conversion of their own in strict.h. Slots are
 * those of strict.h. `__sqlflow_same(text, value, type)`, for types that are made of others, gives
 * back the text when the value, which is its CAST as text, says the same.
 */
#pragma once

#include "duckdb.h"
#include <glib.h>
#include <stdbool.h>

/* The type that holds no text. */
#define EXACT_NONE "NONE"

bool exact_register(duckdb_connection connection, gint *slots);
