/* SPDX-License-Identifier: Apache-2.0 */
/* The table that an export writes to: what it is, and how the columns fit. */
#pragma once

#include "connect/postgres/connection.h"
#include "connect/postgres/encoder.h"

/* One column of the export. */
struct target_column {
    char *name;
    struct encoder encoder;
    char *cast; /* its type at the server, when values are converted there; NULL: they fit */
    const char *changed; /* a regular expression of texts that it can't hold; NULL: none */
};

struct target {
    const struct sqlflow_host *host;
    char *table;     /* quoted */
    char *name;      /* without its schema */
    char *longest;   /* of the names of table, schema, and columns */
    GArray *columns; /* struct target_column */
    GPtrArray *keys; /* char *: of an upsert, quoted; empty: none */
    bool exists;
    bool is_view;
    bool needs_stage; /* values have to be converted, rows to be merged or to be allowed */
};

/* Reads the destination and the columns that will come. */
bool target_init(struct target *target, const struct sqlflow_call *call,
                 const struct ArrowSchema *columns, struct sqlflow_error *error);
void target_clear(struct target *target);

/* Looks at the table in the connection's transaction: is it there, do the columns fit? */
bool target_look(struct target *target, struct connection *connection, struct sqlflow_error *error);

/* Can rows of the table be found by the keys? */
bool target_check_keys(const struct target *target, struct connection *connection,
                       struct sqlflow_error *error);

/* CREATE TABLE of its columns under a name; with the keys when it is the table itself. */
char *target_create_sql(const struct target *target, const char *name, bool is_temporary);

/* "a", "b": the keys; "" without any. */
char *target_keys_sql(const struct target *target);

/* "a", "b": all columns. */
char *target_columns_sql(const struct target *target);

/* INSERT INTO the table SELECT .. FROM stage, converted and, with keys, merged. */
char *target_merge_sql(const struct target *target, const char *stage);
