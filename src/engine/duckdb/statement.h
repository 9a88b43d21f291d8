/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One statement on its way to DuckDB: the text that runs and where the caller's own text stands in
 * it, so that positions in errors can be given back in the caller's text.
 */
#pragma once

#include "engine/duckdb/database.h"

struct statement {
    char *sql;
    gsize from;   /* where the caller's text begins in sql */
    gsize length; /* of it; 0: none of it is the caller's */
    bool waits;   /* while it runs, for rows that come from elsewhere */
};

/* `before` + `text` + `after`; before and after are our own and may be NULL. */
void statement_init(struct statement *statement, const char *before, const char *text,
                    const char *after);
void statement_clear(struct statement *statement);

/* Runs it. *out_rows (may be NULL) as engine_class.execute has it. A statement that DuckDB makes
 * several of (PIVOT) runs as one transaction. */
bool statement_run(struct session *session, const struct statement *statement, gint64 *out_rows,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Runs a text of our own. */
bool statement_run_own(struct session *session, const char *sql,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As statement_prepare for a text of our own: no source is looked for in it. A path in it may well
 * be called like a source. */
bool statement_prepare_own(struct session *session, const struct statement *statement,
                           duckdb_prepared_statement *out,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Binds it without running the statement itself; what must run before it can be bound (the types
 * that PIVOT makes) runs. Destroy *out with duckdb_destroy_prepare. */
bool statement_prepare(struct session *session, const struct statement *statement,
                       duckdb_prepared_statement *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many statements DuckDB makes of it: more than one for PIVOT; 0 when it can't be read. */
guint statement_parts(struct session *session, const char *sql);

/* The columns of a query of our own. */
GPtrArray *statement_bind(struct session *session, const char *sql,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds the columns of a prepared query. */
void statement_columns(duckdb_prepared_statement prepared, GPtrArray *columns);

/* Sets the error from DuckDB's message; false. */
bool statement_fail(struct session *session, const struct statement *statement,
                    duckdb_error_type type, const char *message, GError **error);

/* The same from a failed result, which it destroys. */
bool statement_fail_result(struct session *session, const struct statement *statement,
                           duckdb_result *result, GError **error);

/* After the rows of a streaming result were fetched: did that end in an error? Then sets it,
 * destroys the result and returns false. */
bool statement_check_late(struct session *session, const struct statement *statement,
                          duckdb_prepared_statement prepared, duckdb_result *result,
                          GError **error);
