/* SPDX-License-Identifier: Apache-2.0 */
/* The scan of one statement for what it reads and writes. Inside of lang/ only. */
#pragma once

#include "lang/sql.h"
#include "lang/sql_tokens.h"

struct scan;

/* Finds the rule and the verb of a statement. Never NULL: the last row stands for all data. */
const struct sql_rule *sql_classify(const struct sql_tokens *tokens, struct arena *arena,
                                    const char **out_verb);

/* Fills in references, functions and all that is told by the tokens. */
void sql_scan(const struct sql_tokens *tokens, bool is_expression, struct arena *arena,
              struct sql_summary *summary);

/* For the readers of single statements (sql_verb.c). */
struct frame; /* one bracket, or the whole statement */

struct scan {
    const struct sql_tokens *tokens;
    guint at;            /* of the token that is read next */
    struct arena *arena; /* the summary's */
    struct sql_summary *summary;
    GArray *references;   /* struct sql_reference */
    GPtrArray *functions; /* const char *; NULL: none yet */
    GArray *frames;       /* struct frame: the open brackets, outermost first */
    GPtrArray *ctes;      /* char *: keys in scope, innermost last; NULL: none yet */
    GHashTable *in_scope; /* key -> how often it stands in ctes; NULL as they are */
    bool prefix;          /* the query of INSERT INTO t, CREATE TABLE t AS has not begun yet */
    bool using_tables;    /* USING names tables (DELETE, MERGE) */
    bool is_create;
    bool is_copy;  /* the TO or FROM of a COPY is still to come */
    bool is_first; /* the next token begins a statement: after EXPLAIN */
};

/* The token `ahead` of the next one. */
static inline const struct sql_token *scan_peek(const struct scan *scan, guint ahead)
{
    return sql_token_at(scan->tokens, scan->at + ahead);
}

enum reference_flag {
    REFERENCE_FILE = 1 << 0,
    REFERENCE_WRITE = 1 << 1,
    REFERENCE_DEFINITION = 1 << 2,
    REFERENCE_FOREIGN = 1 << 3,
};

/* Adds a reference for the tokens [from, to); takes `name` over. */
void scan_refer(struct scan *scan, char *name, guint from, guint to, guint flags);

/* Reads a name at scan->at and refers to it; false when there is none. */
bool scan_name(struct scan *scan, guint flags);

/* Passes the word at scan->at, if it is this one. */
bool scan_pass(struct scan *scan, const char *word);

/* The first word of a statement is at scan->at: reads on as far as the verb tells names from
 * columns. False when the verb needs none of this. */
bool scan_verb(struct scan *scan);

/* The TO or FROM of a COPY is at scan->at. */
void scan_copy_place(struct scan *scan, bool is_write);

/* What a function where a table can stand reads by its arguments, which begin at `open`. */
void scan_table_function(struct scan *scan, const char *name, guint open);

/* DESCRIBE, SUMMARIZE, SHOW at scan->at. */
void scan_describe(struct scan *scan);
