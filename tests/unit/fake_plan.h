/* SPDX-License-Identifier: Apache-2.0 */
/* Plans built by hand, for testing what runs them. */
#pragma once

#include "plan/plan.h"

struct plan *fake_plan_new(void);
void fake_plan_free(struct plan *plan);

/* An operation called `id` with `sql` as its body (NULL: none); returns its index. */
guint fake_plan_add(struct plan *plan, enum operation_type type, const char *id, const char *sql);

/* For what plan.h has as const or lists: */
struct operation *fake_plan_at(struct plan *plan, guint index);
struct statement *fake_plan_statement(struct plan *plan, guint index);
void fake_plan_wait(struct plan *plan, guint index, guint needed);

/* One option, checked by a table; to be given to an operation, which frees it. */
struct options *fake_options_new(struct plan *plan, const struct option *table, const char *name,
                                 enum value_kind kind, const char *value);
