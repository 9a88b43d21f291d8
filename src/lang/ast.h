/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a pipeline's text. One record serves all statements: the fields that a kind uses are
 * in the table below, all others are empty. The parser fills in spans; `lang/expand` fills in texts
 * (variables resolved) once, for the statements it takes. After that the tree is immutable.
 *
 *   kind     name        table       type    target        body            options  more
 *   SOURCE   its name    -           TYPE    FROM '..'     -               yes      -
 *   LOAD     its source  INTO        -       -             WHERE's expr    yes      mode
 *   CREATE   -           its name    -       -             after AS        yes      mode, is_view
 *   CHECK    its name    ON          -       -             after AS        yes      -
 *   EXPORT   -           if a table  TYPE    TO '..'     if a query      yes      -
 *   SET      variable    -           -       the value     -               -        -
 *   INCLUDE  AS          -           -       the path      -               -        -
 *   IF       -           -           -       -             -               -        branches
 *   QUERY    -           -           -       -             all of it       -        -
 *   SQL      -           -           -       -             all of it       -        -
 */
#pragma once

#include "base/diagnostics.h"
#include "base/value.h"

enum statement_kind {
    STATEMENT_SOURCE = 1,
    STATEMENT_LOAD,
    STATEMENT_CREATE,
    STATEMENT_CHECK,
    STATEMENT_EXPORT,
    STATEMENT_SET,
    STATEMENT_INCLUDE,
    STATEMENT_IF,
    STATEMENT_QUERY,
    STATEMENT_SQL,
};

/* What stands where in a resolved text: bytes [at, at + length) came from `span` of the source. */
struct piece {
    gsize at;
    gsize length;
    struct span span;
};

/* A piece of the text as the user wrote it, and as it is used. Absent: span.text == NULL. */
struct fragment {
    struct span span; /* strings: with their quotes */
    char *text;       /* resolved; strings decoded; NULL until expanded */
    gsize length;
    /* struct piece for each pasted value, in order, and an empty one behind whatever the source has
     * and the text has not (a quote, a backslash); NULL: a verbatim slice. */
    GArray *pieces;
};

enum mode_kind { MODE_REPLACE = 1, MODE_APPEND, MODE_UPSERT, MODE_INCREMENTAL };

struct mode {
    enum mode_kind kind;      /* 0: none written */
    struct span span;         /* from MODE on */
    GPtrArray *keys;          /* UPSERT: struct fragment, names */
    struct fragment column;   /* INCREMENTAL BY */
    struct fragment lookback; /* a string, or number with unit, as one slice; may be absent */
};

struct branch {
    struct fragment condition; /* absent for ELSE */
    GPtrArray *statements;     /* struct statement */
};

struct statement {
    enum statement_kind kind;
    struct span span;    /* from its first word to its last token, without the `;` */
    struct span comment; /* the comment lines right above it, or no place */
    bool broken;         /* it had an error, already told: it holds what was read before it */
    struct fragment name;
    struct fragment table;
    struct fragment type;
    struct fragment target;
    struct fragment body;
    struct value *options; /* PARAMS or OPTIONS; NULL when there is none */
    struct mode mode;
    bool is_view;
    bool or_replace;
    bool target_is_string; /* SET: the value was quoted */
    GPtrArray *branches;   /* IF: struct branch */
};

/* For those on the heap: a mode's keys. */
void fragment_free(struct fragment *fragment);

void statement_free(struct statement *statement);
DEFINE_AUTO(statement, statement_free);
void branch_free(struct branch *branch);

/* "SOURCE", "LOAD", ..: for messages and dumps. */
const char *statement_kind_name(enum statement_kind kind);

/* The variable of a SET, which has a name: without quotes, if it has any. The caller's. */
char *statement_variable(const struct statement *statement);

static inline bool fragment_present(const struct fragment *fragment)
{
    return fragment->span.text != NULL;
}

/* Where byte `offset` of a fragment's resolved text stands in the source: inside a pasted value,
 * the whole variable; elsewhere a span of length 1. */
struct span fragment_place(const struct fragment *fragment, gsize offset);
