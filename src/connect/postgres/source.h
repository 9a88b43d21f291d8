/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: a table or a query, by COPY's binary form. */
#pragma once

#include "connect/postgres/moment.h"
#include "connect/postgres/type.h"

/* A column as the server describes it, and as it is read. */
struct source_column {
    char *name;
    struct column_type type;
};

struct source {
    const struct sqlflow_host *host;
    const struct sqlflow_context *context;
    struct moment *moment; /* at which it is read; NULL: at one of its own */
    const char *what;      /* the table, or the query, for people */
    char *relation;        /* what stands behind FROM: "s"."t", or (query) AS q */
    char **parameters;     /* of a query; NULL: none */
    GArray *columns;       /* struct source_column */
    gint64 pages;          /* of a plain table; 0: it can't be read in parts */
    bool is_utf8;          /* the database: it knows all letters */
};

bool source_open(const struct sqlflow_call *call, void **out, struct sqlflow_error *error);
void source_close(void *source);
bool source_schema(void *source, struct ArrowSchema *out, struct sqlflow_error *error);

/* The schema of some of its columns. */
void source_schema_of(const struct source *source, const guint32 *columns, guint count,
                      struct ArrowSchema *out);

bool scan_open(void *source, const struct sqlflow_scan *wanted, void **out, guint32 *out_streams,
               struct sqlflow_error *error);
bool scan_stream(void *scan, guint32 index, struct ArrowArrayStream *out,
                 struct sqlflow_error *error);
void scan_close(void *scan);

/* False: the name is so long that the server would cut it, and mean another one. */
bool server_check_name(struct connection *connection, const char *name,
                       struct sqlflow_error *error);

/* "a" with quotes doubled, for the server. The caller's. */
char *server_identifier(const char *name);
/* 'a' for the server, as an escape string where there is a backslash. The caller's. */
char *server_literal(const char *text);
