/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binds every statement of plans against the real schemas without loading data: in a scratch
 * database in memory, tables stand for what steps make, with the columns that the engine's own
 * binding gives, and no rows. Sources are looked at (as much as finding their columns takes).
 *
 * What can't be known before a run (tables of an ATTACHed database, the columns that a PIVOT makes
 * from data, files that an EXPORT writes first) is not reported as an error; such statements, and
 * those that read what they make, count as not checked.
 */
#pragma once

#include "engine/engine.h"
#include "plan/plan.h"

/* What one statement came to. */
enum bound_status {
    BOUND_NONE = 0,  /* not its turn yet */
    BOUND_OK,        /* its columns are known, where it has any */
    BOUND_UNCHECKED, /* can't be known before it runs */
    BOUND_WRONG,     /* the diagnostics say why */
};

struct bound {
    enum bound_status status;
    GPtrArray *columns; /* struct column: of a SOURCE, LOAD, CREATE, EXPORT, QUERY; or NULL */
    /* What the columns of a CREATE, CHECK, EXPORT or QUERY are made from, and what a LOAD's WHERE
     * reads, where it was asked for (binder_trace); NULL: not known. */
    struct trace *trace;
};

struct binder;

/* Opens the scratch database. `database` (path or NULL) is the project's: its tables are known to
 * all plans; it is opened read-only, and closed before this returns. */
struct binder *binder_new(const struct engine_class *engine, const struct engine_options *options,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void binder_free(struct binder *binder);
DEFINE_AUTO(binder, binder_free);

/* From now on what columns are made from is found, too, and the columns of a source that the plans
 * write are taken to be those that are there, or will be written: what then doesn't bind counts as
 * unchecked. */
void binder_trace(struct binder *binder);

/* Binds a plan's operations in its order; tables that plans before it make are known. Mistakes go
 * to the list as SF_STATEMENT_FAILED. Returns struct bound, one per operation; free with
 * g_array_unref. NULL when the scratch database itself fails. */
GArray *binder_check(struct binder *binder, const struct plan *plan,
                     struct diagnostics *diagnostics, GError **error) G_GNUC_WARN_UNUSED_RESULT;
