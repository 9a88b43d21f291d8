/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that a target gets, as a query: `before` + `text` + `after`. */
#pragma once

#include "engine/duckdb/database.h"

struct input {
    const char *before;
    const char *text; /* the caller's: a body, a WHERE; or "" */
    const char *after;
    bool only_files;  /* no table is read */
    bool is_inferred; /* its types were guessed from values: the table's may be better */
};

/* `lead` + the rows. *out_rows as engine_class.execute has it. */
bool input_run(struct session *session, const char *lead, const struct input *input,
               gint64 *out_rows, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* CREATE OR REPLACE `kind` (TABLE, VIEW, TEMP TABLE) `quoted` AS the rows. */
bool input_create(struct session *session, const char *kind, const char *quoted,
                  const struct input *input, gint64 *out_rows,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Binds: the columns of the rows. NULL after an error. */
GPtrArray *input_columns(struct session *session, const struct input *input, GError **error);
