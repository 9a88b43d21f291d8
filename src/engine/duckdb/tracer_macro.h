/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of macros that a user has defined, followed through what they are defined as.
 *
 * A session keeps the macros that were found until it executes something (session->macros): to
 * find them takes longer than to follow a query.
 */
#pragma once

#include "engine/duckdb/tracer.h"

/* The call of a function in an expression. False: it is no macro's. What is called so with other
 * arguments, and what several macros are called, is marked unknown. */
bool tracer_macro(struct tracer *tracer, const struct scope *scope, const json_t *call,
                  struct field *field);

/* A call in FROM. True: it is a macro's, and the fields (struct field) of its result are
 * `*out_fields`; NULL after giving up. */
bool tracer_table_macro(struct tracer *tracer, const struct scope *scope, const json_t *call,
                        GPtrArray **out_fields);
