/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a PostgreSQL server. Nothing blocks: whoever waits asks ten times a second
 * whether it is cancelled, and then ends the statement at the server, too.
 */
#pragma once

#include "sqlflow/connector.h"

#include <glib.h>
#include <libpq-fe.h>

struct connection {
    PGconn *pg;
    const struct sqlflow_host *host;
    const struct sqlflow_context *context;
    gint64 deadline;  /* monotonic: when connection_wait gives up; 0: never */
    gint is_given_up; /* atomic: nobody wants what comes; ends connection_wait */
    gint64 affected;  /* rows that the last statement wrote, as the server counts */
};

/* When a server that connect_timeout counts for should have answered. */
gint64 connection_deadline(const struct connection *connection);

/* Connects as the options say, else as libpq does (PG*, .pgpass, service files). */
bool connection_open(struct connection *connection, const struct sqlflow_host *host,
                     const struct sqlflow_context *context, struct sqlflow_error *error);
void connection_close(struct connection *connection);

/* A statement without rows, or several. Here and below the error may be NULL: then the caller looks
 * at what became of it. */
bool connection_run(struct connection *connection, const char *sql, struct sqlflow_error *error);

/* One with rows, as text; $1.. are the parameters. NULL: failed. The caller clears it. */
PGresult *connection_query(struct connection *connection, const char *sql,
                           const char *const *parameters, struct sqlflow_error *error);

/* Waits until the server has sent something, or takes something (`for_writing`). */
bool connection_wait(struct connection *connection, bool for_writing, struct sqlflow_error *error);

/* Ends the statement that runs at the server. */
void connection_cancel(struct connection *connection);

/* The next result of what was sent; NULL with *out_failed false: there is none left. */
PGresult *connection_result(struct connection *connection, bool *out_failed,
                            struct sqlflow_error *error);

/* Takes all that is left of what was sent; false when the server has failed at it. */
bool connection_finish(struct connection *connection, struct sqlflow_error *error);

/* Starts COPY .. FROM STDIN or TO STDOUT. */
bool connection_copy(struct connection *connection, const char *sql, ExecStatusType wanted,
                     struct sqlflow_error *error);

/* Sets the error from a result (NULL: from the connection) by its SQLSTATE; false. */
bool connection_fail(struct connection *connection, const PGresult *result,
                     struct sqlflow_error *error);

/* The server's own settings that values hang on, for the transaction. */
#define SESSION_SETTINGS                                                                           \
    "SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'; "                          \
    "SET LOCAL timezone = 'UTC'; SET LOCAL lc_monetary = 'C'; SET LOCAL extra_float_digits = 3; "  \
    "SET LOCAL bytea_output = 'hex'"
