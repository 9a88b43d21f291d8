/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What DuckDB says went wrong, read from its messages (`errors_as_json`).
 */
#pragma once

#include "base/error.h"

#include "duckdb.h"

struct failure {
    enum error_kind kind;
    char *code;       /* DuckDB's class of error: "Binder" */
    char *message;    /* for people: no JSON, no class in front */
    char *subject;    /* the name that the error is about, or NULL */
    char *suggestion; /* the way out that DuckDB names, or NULL */
    gint64 position;  /* byte offset in the statement that ran, or -1 */
};

/* `text` is the message as DuckDB gave it for `sql` (NULL: no statement). DUCKDB_ERROR_INVALID when
 * the class is only known from the text. */
void failure_init(struct failure *failure, duckdb_error_type type, const char *text,
                  const char *sql);
void failure_clear(struct failure *failure);

/* Makes it the error, with code and position. */
void failure_set(const struct failure *failure, GError **error);
