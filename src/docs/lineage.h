/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tables and columns feed which, over all pipelines of a project: from plans, and from what
 * binding them with binder_trace found.
 *
 * Invariant: what is not known is said: a column has is_unknown, a table a reason. Owns its texts;
 * points into the plans, which must outlive it.
 */
#pragma once

#include "plan/plan.h"

enum lineage_kind {
    LINEAGE_OUTSIDE = 0, /* read, but made by no pipeline */
    LINEAGE_SOURCE,
    LINEAGE_TABLE,
    LINEAGE_VIEW,
    LINEAGE_EXPORT,
    LINEAGE_CHECK,
    LINEAGE_QUERY,
};

struct lineage_table;
struct lineage_column;

/* A table or one of its columns, between what it is made from and what is made from it. */
struct lineage_node {
    struct lineage_table *table;
    struct lineage_column *column; /* NULL: the table as a whole */
    GPtrArray *inputs, *outputs;   /* struct lineage_node */
};

struct lineage_table {
    struct lineage_node node;
    /* Unique. Of tables and views the plan's key, of files "file:PATH", of all else the kind, the
     * pipeline and the name or id: "source:orders:items". */
    char *key;
    char *name; /* as it is shown */
    enum lineage_kind kind;
    guint index;             /* in lineage.tables */
    const struct plan *plan; /* that makes it first; NULL: OUTSIDE */
    GPtrArray *makers;       /* const struct operation: those that make, declare or change it */
    GPtrArray *readers;      /* const struct operation */
    GPtrArray *columns;      /* struct lineage_column; owned */
    GPtrArray *conditions;   /* struct lineage_column: what decides which rows it has */
    GPtrArray *unknown;      /* char *: what isn't known of its columns, and why */
};

struct lineage_column {
    struct lineage_node node;
    char *name;
    char *type;      /* NULL: not known */
    guint index;     /* in table->columns */
    bool is_unknown; /* it may be made from others, too */
};

struct lineage {
    GPtrArray *tables;  /* struct lineage_table, in the order in which they are met; owned */
    GHashTable *by_key; /* to them */
    GHashTable *made;   /* const struct operation -> the struct lineage_table that it makes */
};

struct lineage *lineage_new(void);
void lineage_free(struct lineage *lineage);
DEFINE_AUTO(lineage, lineage_free);

/* Adds what a plan makes and reads; `bounds` are those of binder_check, or NULL: then only tables
 * are known. Plans are added in the order of planned_order. */
void lineage_add_plan(struct lineage *lineage, const struct plan *plan, const GArray *bounds);

/* After all plans: what is exported to a place feeds the sources that read there. */
void lineage_join_places(struct lineage *lineage);

/* What a person calls `name`: TABLE, TABLE.COLUMN, or a key or a name of what is no table, with a
 * column or without. ERROR_USAGE with the nearest name, or with all that are called so. */
struct lineage_node *lineage_find(const struct lineage *lineage, const char *name, GError **error);

/* All that leads to a node (`up`), or that it leads to: struct lineage_node, near ones first,
 * without the node itself. */
GPtrArray *lineage_reach(const struct lineage_node *node, bool up);

/* "source", "table", .. */
const char *lineage_kind_name(enum lineage_kind kind);

/* NULL when there is none of that name. */
struct lineage_column *lineage_find_column(const struct lineage_table *table, const char *name);

/* "daily", "daily.revenue". */
char *lineage_node_name(const struct lineage_node *node);

/* For those who add. Each is made when it is asked for first. */
struct lineage_table *lineage_need_table(struct lineage *lineage, const char *key,
                                         const char *name);
struct lineage_column *lineage_need_column(struct lineage_table *table, const char *name,
                                           const char *type);
void lineage_join(struct lineage_node *from, struct lineage_node *to);
