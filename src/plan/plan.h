/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: a DAG of operations made from a script. Immutable once made and read by all threads.
 *
 * Invariants: ids are unique; `operations` is in an order that respects every dependency, ties in
 * file order; the same text, profile and variables give the same plan byte for byte; no value of a
 * secret stands anywhere in it.
 */
#pragma once

#include "base/secret.h"
#include "connect/registry.h"
#include "lang/expand.h"
#include "lang/sql.h"
#include "project/profile.h"

enum operation_type {
    OPERATION_SOURCE = 1, /* declares; nothing runs (its file is looked at when first read) */
    OPERATION_LOAD,
    OPERATION_TRANSFORM, /* CREATE TABLE/VIEW .. AS */
    OPERATION_CHECK,
    OPERATION_EXPORT,
    OPERATION_SQL,   /* a statement of the engine */
    OPERATION_QUERY, /* rows to stdout */
};

struct dependency {
    guint operation; /* index in plan.operations */
    bool for_data;   /* false: order only */
};

struct operation {
    char *id; /* load_orders, transform_daily, export_csv_daily, check_x, query_1 */
    enum operation_type type;
    char *name; /* what it is about: the source, the table, the destination */
    const struct statement *statement;
    guint position;                    /* in file order, from 0 */
    struct place place;                /* of the statement's first word */
    const char *alias;                 /* the schema of INCLUDE .. AS, or NULL */
    const struct connector *connector; /* SOURCE, EXPORT; LOAD: its source's */
    struct options *options;           /* checked. SOURCE, EXPORT: the connector's; CHECK: severity
                                          ("error", "warn") and limit; LOAD, CREATE TABLE: schema
                                          ("strict", ..); NULL otherwise */
    struct value *params;    /* SOURCE, EXPORT by a connector of the profile: its params with the
                             options over them; groups of options as the table has them
                             (options_flatten); NULL: the statement's options are all */
    const char *outside;     /* SOURCE of another system: the resource that it reads, or NULL */
    struct options *growing; /* SOURCE: what of it is new (connect/growing.h) */
    struct options *storage; /* SOURCE, EXPORT of s3:// or http://: how it is reached
                                (connect/storage/storage.h); NULL: local files */
    struct options *common;  /* retries, tags, ..: checked common options */
    char *destination;       /* EXPORT: normalised path */
    guint source;            /* LOAD: index of its SOURCE operation */
    enum sql_class class;    /* SQL */
    bool is_barrier;
    bool keep_declaration; /* LOAD REPLACE into a table that the file declares */
    bool is_replacing;     /* what it writes doesn't hang on what was there, and may be there */
    bool is_definition;    /* a view or macro: reads nothing itself, its readers do instead */
    GPtrArray *reads;      /* char *: name keys, and "file:PATH" */
    GPtrArray *writes;
    GArray *unloaded_sources; /* guint: SOURCE operations that the body reads without a LOAD */
    GArray *dependencies;     /* struct dependency, by operation index */
    char *fingerprint;        /* 32 hex digits */
};

/* The options as they were given, those of the profile's connector included; or NULL. */
const struct value *operation_map(const struct operation *operation);

struct plan {
    char *pipeline;
    char *profile;
    char *engine;
    struct script *script;         /* owned */
    const struct project *project; /* borrowed; may be NULL */
    GPtrArray *operations;         /* struct operation */
    GStringChunk *strings;         /* what the names of operations are in; owned */
    char *catalog;                 /* what its database is called in SQL; in `strings` */
    struct secrets *secrets;       /* what is shown nowhere; owned */
};

struct plan_input {
    const char *pipeline; /* its name */
    const struct project *project;
    const struct profile *profile;
    const struct registry *registry;
    guint earlier_errors; /* in the diagnostics before the script was read: not this plan's */
};

/* Takes `script` over. NULL when it has errors; the texts that its messages point into are
 * the list's then (diagnostics_keep). Touches no data. */
struct plan *plan_new(struct script *script, const struct plan_input *input,
                      struct diagnostics *diagnostics);
void plan_free(struct plan *plan);
DEFINE_AUTO(plan, plan_free);

/* "source", "load", ..: as the plan's JSON has it. */
const char *operation_type_name(enum operation_type type);

/* Which operations a run takes. Selectors: an id or name, `tag:x`, a glob with `*`; `+x` is x with
 * all it needs, `2+x` with what it needs two steps up, `x+` with all that needs it. A comma is
 * "and", a space or a further string "or". NULL: all. What is excluded is taken away again; the
 * sources that a selected operation reads and the session statements above it always come along.
 * *out_selected has one byte per operation. ERROR_USAGE with the nearest name for a selector that
 * fits nothing. */
bool plan_select(const struct plan *plan, const char *const *select, const char *const *exclude,
                 GByteArray **out_selected, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One operation that waits for another besides what the plan says. */
struct late_dependency {
    guint operation;
    guint awaited;
};

/* Some name is read that the plan doesn't write: it may be a view that is in the database. */
bool plan_reads_others(const struct plan *plan);

/* Views that are in the database (struct view_definition) read tables that the plan writes: who
 * reads such a view reads them at its own place. Gives the edges that come of it (struct
 * late_dependency), which close no circle. */
GArray *plan_expand_views(const struct plan *plan, const GPtrArray *views);

/* Warns about statements whose rows can't be had again by running them again. */
void plan_check_repeatable(const struct plan *plan, struct diagnostics *diagnostics);

/* The plan as text for people, and as JSON (sqlflow.plan/1). */
void plan_write_text(const struct plan *plan, GString *out);
void plan_write_json(const struct plan *plan, GString *out);

/* What a connector of the profile is opened with without a statement: its params, checked. */
struct plan_connector {
    const struct connector *connector;
    struct options *options;
    struct options *storage; /* of storage_options; NULL: no storage is meant */
};

/* For reading, where it can be read. The texts that values came from are the profile's. False after
 * an error, which is in the list; to be cleared in any case. */
bool plan_connector_open(const struct profile_connector *profile, const struct connector *connector,
                         const struct plan_input *input, struct diagnostics *diagnostics,
                         struct plan_connector *out);
void plan_connector_clear(struct plan_connector *opened);
