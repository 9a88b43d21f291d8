/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of Arrow arrays, made value by value from COPY's binary form. */
#pragma once

#include "connect/postgres/type.h"
#include "sqlflow/connector.h"

struct builder;

struct builder *builder_new(const struct column_type *type);
void builder_free(struct builder *builder);

/* Adds one value; `length` -1 is NULL. NULL, or what is wrong with it: it can't be held exactly.
 * Static. */
const char *builder_add(struct builder *builder, const guint8 *data, gint32 length);

/* One row of COPY's, behind the number of its fields: for each its length and its value. */
struct copy_row {
    const guint8 *data;
    gsize size;
};

/* Adds one value to each builder. NULL, or what is wrong with that of *out_column. Static. */
const char *builder_add_row(struct builder *const *builders, guint32 count,
                            const struct copy_row *row, guint32 *out_column);

/* Makes an array of the values and begins anew. */
void builder_finish(struct builder *builder, struct ArrowArray *out);
