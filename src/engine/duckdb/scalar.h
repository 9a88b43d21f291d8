/* SPDX-License-Identifier: Apache-2.0 */
/* What all functions in SQL of ours have in common: the first argument is a text, and a row without
 * one gives NULL. */
#pragma once

#include "duckdb.h"
#include <glib.h>
#include <stdbool.h>

/* One call: the texts of a chunk, and where the results go. */
struct scalar {
    duckdb_function_info info;
    duckdb_vector output;
    duckdb_string_t *texts;
    const guint64 *validity;
    idx_t rows;
};

struct scalar scalar_begin(duckdb_function_info info, duckdb_data_chunk input,
                           duckdb_vector output);

/* The values of an argument behind the first. */
void *scalar_argument(duckdb_data_chunk input, idx_t index);

/* The text of a row. NULL when there is none; the row's result is NULL then. */
const char *scalar_text(const struct scalar *scalar, idx_t row, gsize *out_length);

void scalar_set_null(const struct scalar *scalar, idx_t row);

/* "'12.5' is not exactly a BIGINT": the statement fails with it. */
void scalar_fail(const struct scalar *scalar, const char *type, idx_t row);

/* Do two texts say the same? */
typedef bool (*scalar_same)(const char *left, gsize left_length, const char *right,
                            gsize right_length);

/* (text, value, type): gives the text where the value, written as a text, says the same; else the
 * statement fails with the type. */
void scalar_compare(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                    scalar_same same);

struct scalar_function {
    const char *name;
    const char *parameters; /* "tn": a text and a number, a BIGINT */
    duckdb_type result;
    duckdb_scalar_function_t run;
    void *info; /* of duckdb_scalar_function_get_extra_info; g_free is called with it; or NULL */
};

bool scalar_register(duckdb_connection connection, const struct scalar_function *function);
