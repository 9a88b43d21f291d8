/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a body of SQL reads and writes, and which class a statement of the engine is of, found from
 * its tokens alone (language.md, "Order"). Works on resolved text.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
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

struct sql_token {
    guint8 kind; /* enum token_kind */
    guint8 word; /* enum sql_word: for lang/ alone */
    guint32 offset;
    guint32 length;
};

struct sql_reference {
    char *name;   /* as written: a."b"; for a file its path without quotes */
    bool is_file; /* FROM 'data/x.csv', read_csv('..'), COPY .. TO '..' */
    bool is_write;
    bool is_definition; /* CREATE TABLE/VIEW/MACRO: it makes the name */
    gsize offset;       /* in the text */
    gsize length;
};

struct sql_summary {
    enum sql_class class;
    GArray *tokens;       /* struct sql_token, the last of kind TOKEN_END */
    GArray *references;   /* struct sql_reference, in order of the text */
    GPtrArray *functions; /* char *: names called, lower case, as written (`s.f`), for macros */
    bool is_barrier;      /* by class, or because it is_unknown */
    bool is_unknown; /* reads what can't be known here: query('..'), read_csv(x), SHOW TABLES */
    bool creates;    /* a bare CREATE without OR REPLACE / IF NOT EXISTS: warned about */
    bool declares_columns; /* CREATE TABLE t (..), without AS */
    bool drops;            /* DROP ..: what it writes is gone */
    bool is_view;          /* CREATE VIEW .. : its reads are read by its readers */
    bool is_macro;
    char *verb;          /* first words for messages: "CREATE TEMP TABLE", "INSTALL" */
    const char *way_out; /* of the rule; NULL when it has none */
};

/* A statement or a query. Never fails: what isn't understood makes a barrier. */
struct sql_summary *sql_summarize(const char *sql, gsize length);

/* An expression: the WHERE of a LOAD. */
struct sql_summary *sql_summarize_expression(const char *sql, gsize length);

void sql_summary_free(struct sql_summary *summary);
DEFINE_AUTO(sql_summary, sql_summary_free);
