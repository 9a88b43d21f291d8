/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One moment of a server that several sources are read at: a snapshot that a connection of its own
 * exports, from the first reading until the program lets it go.
 */
#pragma once

#include "connect/postgres/connection.h"

struct moment;

void *moment_new(const struct sqlflow_call *call);
void moment_end(void *moment);
void moment_free(void *moment);

/* Begins a transaction that reads at the moment (NULL: at one of its own). Where that can't be it
 * reads at one of its own, and the run is told about `what` (unless NULL). */
bool moment_begin(struct moment *moment, struct connection *connection, const char *what,
                  struct sqlflow_error *error);

enum moment_joining {
    JOIN_DONE = 1,
    JOIN_REFUSED, /* the server doesn't know the snapshot, or is gone; nothing is begun */
    JOIN_SILENT,  /* it doesn't answer in time; the connection is good for nothing else */
};

/* Begins a transaction that sees the rows that another sees. */
enum moment_joining moment_join(struct connection *connection, const char *snapshot);

/* The snapshot of the connection's transaction, for others. The caller's; NULL: there is none. */
char *moment_export(struct connection *connection, struct sqlflow_error *error);
