/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The making of a plan. Inside of plan/ only.
 *
 *   build.c        statement -> step: what it is, what is wrong with it alone
 *   names.c        names -> resources: which table, source, file or macro a step means
 *   place.c        the same for files and other systems' tables
 *   id.c           ids, and steps by the names that depends_on gives
 *   order.c        resources -> edges: which step waits for which
 *   reach.c        edges that would close a circle, and are left out
 *   sort.c         edges -> order, or the path of a cycle
 *   fingerprint.c  what a step's outcome hangs on
 *   plan.c         puts them together
 *
 * Steps are in file order throughout and known by their index; an edge goes from the one that waits
 * to the one that it waits for. Everything is linear in statements and references: a resource holds
 * its writers and readers by index, so "the last write above" is a binary search.
 */
#pragma once

#include "lang/sql.h"
#include "plan/plan.h"

/* What steps write and read: a table by its key, "file:PATH", "macro:NAME", "source:KEY". */
struct resource {
    char *key;
    GArray *writes;     /* guint: steps, ascending; like the next two NULL while there are none */
    GArray *reads;      /* struct reading, by step ascending */
    GArray *checks;     /* guint: checks ON it that hold others back, ascending */
    GPtrArray *parents; /* struct resource: tables that foreign keys of it refer to; or NULL */
    guint child_made;   /* the last CREATE whose foreign key refers to it, + 1 */
    guint named;        /* the last step + 1 that names.c found to read it */
    guint visited;      /* the last step + 1 that order.c came here for */
    guint created_by;   /* the plain CREATE that made it last, + 1 */
    bool is_declared;   /* CREATE TABLE t (..) is its newest version */
    bool is_unknown;    /* a view or macro whose reads can't be known */
};

enum { DIGEST_BYTES = 16 };

struct reading {
    guint step;
    bool is_forward; /* it waits for writes below */
};

/* A stretch of planner.links. */
struct links {
    guint start;
    guint count;
};

struct step {
    struct operation *operation;
    const struct sql_summary *summary; /* of its body; NULL: it has none. In planner.scratch */
    const struct fragment *fragment;   /* what the summary's offsets count in */
    struct links reads;                /* what the step itself names */
    struct links writes;
    const char *schema; /* where unqualified names are looked up first: an alias, or that of USE */
    struct resource *target; /* what a statement of ours writes, or NULL */
    bool is_replacing;       /* what it writes doesn't hang on what was there */
    bool is_definition;      /* a view or macro: its readers read what it reads */
    bool can_wait;           /* may refer forward: CREATE .. AS, LOAD, EXPORT */
    bool is_gate;            /* a CHECK that fails when it finds rows */
    bool drops;
    bool is_plain_create;
    guchar digest[DIGEST_BYTES];
};

struct edge {
    guint from;
    guint to;
    bool for_data;
};

/* Edges by the step that they start from: those of step i are edges[starts[i]] up to
 * edges[starts[i + 1]], sorted, without repeats. */
struct adjacency {
    GArray *starts; /* guint, one more than steps */
    GArray *edges;  /* struct edge */
};
struct planner {
    const struct plan_input *input;
    struct diagnostics *diagnostics;
    struct script *script;
    GArray *steps;           /* struct step */
    GPtrArray *links;        /* struct resource */
    GHashTable *resources;   /* key -> struct resource, owned */
    GPtrArray *listed;       /* struct resource: in the order met */
    GHashTable *sources;     /* key -> step + 1 */
    GHashTable *folders;     /* folder -> GPtrArray of struct resource: files written below it */
    GHashTable *exports;     /* path -> step + 1 */
    GHashTable *ids;         /* id -> step + 1 */
    GHashTable *names;       /* operation's name -> first step of it + 1 */
    GArray *edges;           /* struct edge */
    GStringChunk *strings;   /* all of the plan's */
    struct adjacency waits;  /* the same, once they are all there */
    struct arena *scratch;   /* what only the making needs */
    const char *used;        /* what the last USE said; NULL: the default */
    char *catalog;           /* the database's own name */
    struct secrets *secrets; /* what is shown nowhere */
    guint spent;             /* planner_spend */
};

/* Reads through views and macros and tries of patterns are counted: a text could ask for as many as
 * the square of its length. False, with an error at the step, once there are too many. */
bool planner_spend(struct planner *planner, const struct step *step);

static inline guint length_of(const GArray *array)
{
    return array ? array->len : 0;
}

/* The resource at a place of step->reads or step->writes. */
static inline struct resource *link_at(const struct planner *planner, const struct links *links,
                                       guint index)
{
    return g_ptr_array_index(planner->links, links->start + index);
}

struct step *planner_step(const struct planner *planner, guint index);

/* Makes the steps of all statements. */
void planner_build(struct planner *planner);

/* Fills in reads and writes of all steps. */
void planner_resolve(struct planner *planner);

/* An EXPORT that empties the table at the other end that a source of its query still reads would
 * wait for itself. Its reads are known. */
void planner_check_own_read(struct planner *planner, const struct step *step);

/* Fills in the edges. */
void planner_connect(struct planner *planner);

/* Lets each write wait for the readers above it, except those that wait for the write by whatever
 * way. */
void planner_connect_readers(struct planner *planner);

/* The step that `depends_on` of `step` names, or G_MAXUINT. */
guint planner_find(const struct planner *planner, guint step, const char *name);

/* Fills in `waits` and gives the steps in an order that respects all edges, ties in file order.
 * NULL after a cycle, whose path goes to the list. */
GArray *planner_sort(struct planner *planner);

/* Fills in the digests, step by step in that order. */
void planner_fingerprint(struct planner *planner, const GArray *order);

void adjacency_init(struct adjacency *adjacency, const GArray *edges, guint steps);
void adjacency_clear(struct adjacency *adjacency);
const struct edge *adjacency_of(const struct adjacency *adjacency, guint step, guint *out_count);

/* An order that respects all edges, the smallest index first. Those on a cycle, and all that wait
 * for them, are left out. */
GArray *adjacency_sort(const struct adjacency *adjacency);

/* The key of a name as a step writes it: an unqualified one is in `schema`, unless that is NULL. */
char *planner_key(const struct planner *planner, const char *schema, const char *name);

/* A copy that lives as long as the plan; takes `text` over. */
char *planner_keep(struct planner *planner, char *text);

/* How many of the ascending indices are below `limit`; NULL is none. */
guint count_below(const GArray *indices, guint limit);

/* The last step above `step` that writes it, or G_MAXUINT. */
guint resource_write_above(const struct resource *resource, guint step);

/* A nearest name takes a look at all names: only for as many errors as may be shown. */
bool planner_may_hint(const struct planner *planner);

struct resource *planner_resource(struct planner *planner, const char *key);

/* NULL when nothing writes it. */
struct resource *planner_find_written(const struct planner *planner, const char *key);

/* False when the step reads it already. */
bool planner_add_read(struct planner *planner, struct step *step, struct resource *resource);

struct resource *planner_file(struct planner *planner, const char *path);

/* A file or another system's table: it is there before the run, so that its readers and writers
 * keep their order in the text. */
bool resource_is_elsewhere(const struct resource *resource);

/* Fills in `folders`, once all writes are known; then the next two may be called. */
void planner_list_files(struct planner *planner);

/* The step reads a file, or what the pipeline writes of a pattern or below a folder. */
void planner_read_file(struct planner *planner, struct step *step, const char *path);

/* The step reads what the SOURCE at index `source` does. */
void planner_read_source(struct planner *planner, struct step *step, guint source);

/* The path as the plan has it: relative to the project where it is inside, no `.` and `..`, of
 * `file:///path` the path; an address of a storage as it is. */
char *planner_path(const struct planner *planner, const char *path);

/* The first line of a statement: where messages about the whole of it point. */
struct span statement_head(const struct statement *statement);

/* `https://..`, `s3://..`, but not `file://..`. */
bool path_is_url(const char *path);

/* Gives every step its id, in file order. */
void planner_identify(struct planner *planner);
