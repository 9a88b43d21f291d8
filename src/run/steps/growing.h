/* SPDX-License-Identifier: Apache-2.0 */
/* A LOAD from a source that grows (connect/growing.h): what of it is read, and what is recorded. */
#pragma once

#include "base/relation.h"
#include "run/steps/step.h"
#include "run/watermark.h"

struct growth {
    struct worker *worker;
    struct task *task;
    const struct operation *source;
    const char *column;     /* by which it grows; NULL: not by a column */
    char *type;             /* of that column in the table; NULL: there is no table */
    struct watermark *mark; /* as it is before */
    struct window window;
    GPtrArray *files; /* struct watermark: of those that are read now; NULL: not by files */
};

/* Looks how far the table is, and lets the target take what is new. To be cleared in any case. */
bool growth_init(struct growth *growth, struct worker *worker, struct task *task,
                 struct target *target, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void growth_clear(struct growth *growth);

/* Leaves those paths (char *) that were not loaded before; false and ERROR_DATA for one that has
 * changed since, unless rows are updated. */
bool growth_choose_files(struct growth *growth, const struct target *target, GPtrArray *paths,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After the rows are written: what is recorded with them. */
bool growth_finish(struct growth *growth, GError **error) G_GNUC_WARN_UNUSED_RESULT;
