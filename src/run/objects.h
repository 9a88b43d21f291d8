/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects that sources read and exports write: which there are, and local copies of them. (Of local
 * files inputs.h tells the same.)
 */
#pragma once

#include "connect/storage/spool.h"
#include "connect/storage/storage.h"
#include "engine/engine.h"
#include "plan/plan.h"

/* The use of the storage of `operation`; `is_interrupted` (atomic) may be NULL. */
struct storage_use objects_use(const struct plan *plan, const struct operation *operation,
                               gint *is_interrupted);

/* Adds the objects of one address or pattern of a source's, struct file_identity. */
bool objects_find(const struct plan *plan, const struct operation *source, const char *address,
                  GPtrArray *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Rows go to many files or objects below the destination. The options of an export may be NULL. */
bool is_spread(const struct options *options);

/* Such an export calls a file so: data_0.csv. */
bool is_part_name(const char *name);

/* Adds those that an export wrote: one, or all below its address. */
bool objects_written(const struct plan *plan, const struct operation *export, GPtrArray *list,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a source reads now: local files and objects, in the order of its paths. ERROR_USAGE: one is
 * missing, or nothing fits a pattern. Identities of local files have no version. */
GPtrArray *objects_listed(const struct storage_use *use, const struct operation *source,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How objects are fetched. */
struct fetching {
    const struct storage_use *use;
    const struct operation *source;
    const struct engine_class *class;
    struct session *session;
    struct spool *spool;
    const char *where; /* what a row has to meet, or NULL */
    bool shape_only;   /* only the columns are wanted, no rows: of Parquet just the footer */
};

/* The relation over local files and copies of the objects in `listed`. Of Parquet with the option
 * `columns` only their bytes are fetched, and no row groups in which no row can meet `where`. */
struct relation *objects_fetch(const struct fetching *fetching, const GPtrArray *listed,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A source whose columns are wanted. */
struct shaping {
    const struct plan *plan;
    const struct operation *source;
    const struct engine_class *class;
    struct session *session;
};

/* Its relation, local files or copies; the first of those makes *spool, a temporary folder that the
 * caller frees when nothing reads them any more. */
struct relation *objects_shape(const struct shaping *shaping, struct spool **spool,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The user's names instead of those of our copies. */
char *objects_named(const struct relation *relation, const char *text);
void objects_name_error(const struct relation *relation, GError *error);
