/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From DuckDB's own tree of a query (json_serialize_sql) to the origins of its columns.
 *
 * Invariant: what isn't understood is never left out in silence: the column is marked unknown, or,
 * where not even the columns can be told, `reason` is set and nothing more is read.
 */
#pragma once

#include "engine/duckdb/database.h"

#include <jansson.h>

/* A column of something that is read. All of these live as long as the tracer. */
struct field {
    const char *name; /* NULL: it has none that is known */
    GPtrArray *origins;
    bool is_unknown;
    bool is_merged; /* USING: the one on the left stands for it */
};

/* Something in FROM. */
struct range {
    const char *alias;
    GPtrArray *fields; /* struct field */
    bool is_open;      /* it may have others */
};

struct scope {
    const struct scope *outer;
    GPtrArray *ranges;           /* struct range */
    GPtrArray *tables;           /* struct range: of WITH */
    const GPtrArray *selected;   /* struct field: of SELECT so far, which may be named below */
    const GPtrArray *parameters; /* const char *: of lambdas around */
    const GPtrArray *arguments;  /* struct field: what a macro's parameters are given */
};

struct tracer {
    struct session *session;
    struct trace *trace;
    GPtrArray *lists; /* GPtrArray: all lists of fields and origins */
    GPtrArray *made;  /* fields, ranges, names: freed with g_free */
    guint depth;
};

struct field *tracer_field(struct tracer *tracer, const char *name);
struct range *tracer_range(struct tracer *tracer, const char *alias);
GPtrArray *tracer_list(struct tracer *tracer);
/* The text, as long as the tracer lives; NULL of NULL. */
const char *tracer_keep(struct tracer *tracer, const char *text);

/* Sets the reason, if none is set; always false. */
bool tracer_give_up(struct tracer *tracer, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The columns of a query: struct field. NULL after giving up. */
GPtrArray *tracer_query(struct tracer *tracer, const struct scope *outer, const json_t *node);

/* Adds to the scope what stands in FROM. */
bool tracer_from(struct tracer *tracer, struct scope *scope, const json_t *reference);

/* The same for PIVOT and UNPIVOT (tracer_pivot.c). */
bool tracer_pivot(struct tracer *tracer, struct scope *scope, const json_t *reference);

/* `t(a, b)`: the first columns get these names. */
void tracer_name_fields(struct tracer *tracer, struct range *range, const json_t *names);

/* Adds the origins of all that an expression names. */
void tracer_expression(struct tracer *tracer, const struct scope *scope, const json_t *expression,
                       struct field *field);

/* What one field is made from, the other one is, too. */
void field_take(struct field *to, const struct field *from);

/* What decides about rows: a field, or all that an expression names. That something in it isn't
 * known is no news: nobody asks for less. */
void tracer_decide(struct tracer *tracer, const struct field *field);
void tracer_conditions(struct tracer *tracer, const struct scope *scope, const json_t *what);

/* What `*` stands for, or with a name `name.*`: struct field, added to the list. False: it is not
 * known. */
bool tracer_star(const struct scope *scope, const char *name, GPtrArray *fields);

/* The first field of that name that isn't merged, or NULL. */
struct field *fields_find(const GPtrArray *fields, const char *name);

const char *tree_text(const json_t *node, const char *key); /* "" when there is none */
