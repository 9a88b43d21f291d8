/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a body of SQL reads and writes, and which class a statement of the engine is of, found from
 * its tokens alone (language.md, "Order"). Works on resolved text.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

enum sql_class {
    SQL_DATA = 1,
    SQL_SESSION,    /* applied to every connection, a barrier */
    SQL_DEFINITION, /* a barrier, run once */
    SQL_TEMPORARY,  /* refused */
    SQL_REFUSED,
};

/* One row of the table of statement classes: a statement is of the first row whose words it begins
 * with, OR REPLACE left out. */
struct sql_rule {
    const char *words; /* "CREATE MACRO" */
    enum sql_class class;
    bool is_barrier;     /* DATA only: what it touches can't be known */
    const char *way_out; /* TEMPORARY, REFUSED: what to do instead */
};

/* The table, ended by a row without words; all that stands in no row is SQL_DATA. */
const struct sql_rule *sql_rules(void);

struct sql_reference {
    const char *name; /* as written: a."b"; for a file its path without quotes */
    bool is_file;     /* FROM 'data/x.csv', read_csv('..'), COPY .. TO '..' */
    bool is_write;
    bool is_definition; /* CREATE TABLE/VIEW/MACRO: it makes the name */
    bool is_foreign;    /* the parent of a foreign key, in CREATE TABLE child (..) */
    gsize offset;       /* in the text */
    gsize length;
};

struct sql_summary {
    enum sql_class class;
    const char *tokens; /* with a NUL behind each: the text without what stands between them */
    gsize tokens_length;
    const struct sql_reference *references; /* in order of the text */
    guint reference_count;
    const char *const *functions; /* names called, lower case, as written (`s.f`), for macros */
    guint function_count;
    bool is_barrier; /* by class, or because it is_unknown */
    bool is_unknown; /* reads what can't be known here: query('..'), read_csv(x), SHOW TABLES */
    bool creates;    /* a bare CREATE without OR REPLACE / IF NOT EXISTS: warned about */
    bool replaces;   /* CREATE OR REPLACE */
    bool declares_columns; /* CREATE TABLE t (..), without AS */
    bool drops;            /* DROP ..: what it writes is gone */
    bool is_view;          /* CREATE VIEW .. : its reads are read by its readers */
    bool is_macro;
    const char *verb;    /* first words for messages: "CREATE TEMP TABLE", "INSTALL" */
    const char *way_out; /* of the rule; NULL when it has none */
};

/* A statement or a query. Never fails: what isn't understood makes a barrier. The summary lives in
 * the arena. */
struct sql_summary *sql_summarize(struct arena *arena, const char *sql, gsize length);

/* An expression: the WHERE of a LOAD. */
struct sql_summary *sql_summarize_expression(struct arena *arena, const char *sql, gsize length);
