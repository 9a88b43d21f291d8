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

/* Makes an array of the values and begins anew. */
void builder_finish(struct builder *builder, struct ArrowArray *out);
