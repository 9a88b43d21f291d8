/* SPDX-License-Identifier: Apache-2.0 */
/* Where the columns of a query's result come from, as an engine tells it (engine_class.trace). */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* A column of a table or file that a query reads. */
struct origin {
    char *table; /* as name_key has it, without a catalog; "file:PATH" of a file */
    char *column;
};

struct traced_column {
    char *name;
    GPtrArray *origins; /* struct origin: what its value is made from; owned by the trace */
    bool is_unknown;    /* it may be made from others, too */
};

struct trace {
    GPtrArray *columns;    /* struct traced_column, as many as the result has */
    GPtrArray *conditions; /* struct origin: what decides which rows there are */
    GPtrArray *tables;     /* char *: all that is read, as origin.table; owned */
    GPtrArray *origins;    /* struct origin: all of them; owned */
    char *reason;          /* why the columns can't be traced; NULL: they are */
};

struct trace *trace_new(void);
void trace_free(struct trace *trace);
DEFINE_AUTO(trace, trace_free);

/* The origin with these texts, made when it is met first. */
const struct origin *trace_origin(struct trace *trace, const char *table, const char *column);

/* Remembers that it is read. */
void trace_add_table(struct trace *trace, const char *table);

/* What is called so is called otherwise. */
void trace_rename(struct trace *trace, const char *table, const char *name);

/* Adds an origin to a list that hasn't got it. */
void origins_add(GPtrArray *origins, const struct origin *origin);

/* Adds a column with its own empty list of origins. */
struct traced_column *trace_add_column(struct trace *trace, const char *name);
