/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrow arrays that come from outside, checked before an engine sees them: an engine believes what
 * it is told, and wrong lengths or indexes would be wrong rows or a crash. What memory lies behind
 * a buffer can't be known; everything that is said about it must fit together.
 */
#pragma once

#include "base/arrow.h"
#include "base/auto.h"

#include <stdbool.h>

/* What a schema says about its arrays. */
struct arrow_shape;

enum { ARROW_MAX_DEPTH = 64, ARROW_MAX_COLUMNS = 10000 };

/* Reads a schema, whose root must be a struct: the columns. ERROR_DATA names the column whose type
 * is refused. */
struct arrow_shape *arrow_shape_new(const struct ArrowSchema *schema,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void arrow_shape_free(struct arrow_shape *shape);
DEFINE_AUTO(arrow_shape, arrow_shape_free);

/* ERROR_DATA when the array isn't of the shape: says which column and what is wrong. Rows can't be
 * null; an `offset` is fine, at any level. */
bool arrow_shape_check(const struct arrow_shape *shape, const struct ArrowArray *array,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The wanted columns alone, in their order. */
struct arrow_shape *arrow_shape_project(const struct arrow_shape *shape, const guint32 *columns,
                                        guint count);

/* Both have the same columns: formats and names. */
bool arrow_shape_equal(const struct arrow_shape *left, const struct arrow_shape *right);

guint arrow_shape_columns(const struct arrow_shape *shape);
const char *arrow_shape_name(const struct arrow_shape *shape, guint column);
