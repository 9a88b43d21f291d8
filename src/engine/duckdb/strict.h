/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions in SQL that turn texts into values exactly (field.h): `__sqlflow_bigint(text, slot)`
 * and its kin. With a slot of a load, a text that doesn't fit gives NULL and is remembered there
 * (an error would abort the load's transaction); without one (0), it is an error.
 * `__sqlflow_exact(text, type, slot)` gives back a text that the type holds exactly, for a CAST.
 * `__sqlflow_plain(text, point, thousands)` writes a number as SQL has it.
 * `__sqlflow_fits(text)` tells by bits (enum strict_kind) what a text is exactly,
 * `__sqlflow_digits(text)` how many a DECIMAL needs: before the point * 256 + behind it.
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
    STRICT_INSTANT, /* with an offset from UTC */
    STRICT_DECIMAL, /* of any width */
    STRICT_KINDS,
};

/* Those that a point and groups of digits may be written in. */
enum { STRICT_NUMBERS = 1 << STRICT_BIGINT | 1 << STRICT_DOUBLE | 1 << STRICT_DECIMAL };

/* Loads that run at once are far fewer: a slot's number is used again after so many. */
enum { STRICT_SLOTS = 4096 };

/* `slots` (STRICT_SLOTS) must outlive the connection's database. */
bool strict_register(duckdb_connection connection, gint *slots);

/* The kind for a type's name, STRICT_KINDS for any other type; the type for a kind. */
enum strict_kind strict_find(const char *type);
const char *strict_type(enum strict_kind kind);
/* NULL for DECIMAL. */
const char *strict_function(enum strict_kind kind);
