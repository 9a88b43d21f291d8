/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions in SQL that turn texts into values exactly (field.h): `__sqlflow_bigint(text, slot)`
 * and its kin. With a slot of a load, a text that doesn't fit gives NULL and is remembered there
 * (an error would abort the load's transaction); without one (0), it is an error.
 * `__sqlflow_decimal(text, scale)` gives back a text that has no more digits behind the point.
 * `__sqlflow_fits(text)` tells by bits (enum strict_kind) what a text is exactly.
 */
#pragma once

#include "duckdb.h"
#include <glib.h>
#include <stdbool.h>

enum strict_kind {
    STRICT_BIGINT = 0,
    STRICT_DOUBLE,
    STRICT_BOOLEAN,
    STRICT_DATE,
    STRICT_TIME,
    STRICT_TIMESTAMP,
    STRICT_KINDS,
};

/* Loads that run at once are far fewer: a slot's number is used again after so many. */
enum { STRICT_SLOTS = 4096 };

/* `slots` (STRICT_SLOTS) must outlive the connection's database. */
bool strict_register(duckdb_connection connection, gint *slots);

/* The kind for a type's name, STRICT_KINDS for any other type. */
enum strict_kind strict_find(const char *type);
const char *strict_function(enum strict_kind kind);
