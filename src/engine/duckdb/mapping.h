/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the columns of rows go into those of a table that is there: by name, each value exactly. What
 * has to change in the table first, and what stays out, is decided here by the schema policy.
 */
#pragma once

#include "engine/engine.h"

struct mapping {
    GPtrArray *names;  /* char *: the table's columns that get a value, quoted */
    GPtrArray *values; /* char *: the expressions that give them, over the rows */
    GPtrArray
        *checks; /* char *: expressions over the table that are an error where it can't change */
    GPtrArray *changes; /* char *: of the table, "ADD COLUMN .." */
    GPtrArray *notes;   /* char *: what the user should know */
};

/* What is on the two sides. */
struct mapping_sides {
    const char *table;        /* its name, for messages */
    const GPtrArray *columns; /* struct column: the table's */
    const GPtrArray *rows;    /* struct column */
    bool is_inferred;         /* the types of the rows were guessed from values */
    /* Does the table fill this column itself (GENERATED)? */
    bool (*fills_itself)(gpointer user_data, const char *column);
    gpointer user_data;
};

/* NULL and ERROR_DATA, with both sides, when they differ more than the policy allows. */
struct mapping *mapping_new(const struct mapping_sides *sides, enum schema_policy policy,
                            GError **error);
void mapping_free(struct mapping *mapping);
DEFINE_AUTO(mapping, mapping_free);

/* "name, ..": the table's columns that get a value. */
char *mapping_names(const struct mapping *mapping);

/* "SELECT value AS name, .. FROM (\n": what stands before the rows; a bracket closes it. */
char *mapping_select(const struct mapping *mapping);
