/* SPDX-License-Identifier: Apache-2.0 */
/* The open brackets of a scan, and the CTEs that are in scope inside of them. Inside of lang/ only.
 */
#pragma once

#include "lang/sql_scan.h"

enum cte_state {
    CTE_NONE,
    CTE_NAME,  /* after WITH or a comma */
    CTE_HEAD,  /* after the name, before AS */
    CTE_AS,    /* the next bracket is the body */
    CTE_BODY,  /* inside of it */
    CTE_AFTER, /* a comma brings another one, all else the query */
};

struct frame {
    guint8 cte;         /* enum cte_state */
    bool is_special;    /* EXTRACT(x FROM d): FROM names no table here */
    bool is_brace;      /* {from: 1} */
    bool is_cte_body;   /* closing it brings the parent's CTE into scope */
    bool is_first;      /* the next token begins a query */
    bool expects_table; /* the next token begins a table */
    bool in_from;       /* a comma brings another table */
    bool in_values;     /* FROM VALUES (1), (2): these brackets are rows, up to the next word */
    bool is_recursive;  /* WITH RECURSIVE */
    guint cte_count;    /* how many were in scope before */
    guint cte_token;    /* the name of the CTE that is read */
};

/* The innermost one. */
static inline struct frame *frame_top(const struct scan *scan)
{
    return &g_array_index(scan->frames, struct frame, scan->frames->len - 1);
}

/* The opening, or closing, bracket is at scan->at. */
struct frame *frame_open(struct scan *scan);
void frame_close(struct scan *scan);

/* Is the name of tokens [from, end) a CTE's in scope? */
bool frame_has_cte(const struct scan *scan, guint from, guint end);

/* Reads one token of WITH a AS (..), b AS (..). */
void frame_scan_cte(struct scan *scan);
