/* SPDX-License-Identifier: Apache-2.0 */
/* What LOAD and CREATE have in common: the table that rows go into, and how. */
#pragma once

#include "run/steps/step.h"

/* A target as an operation describes it. */
struct write_target {
    struct target target;
    GPtrArray *keys; /* char *: UPSERT's, ended by NULL; or NULL */
};

void write_target_init(struct write_target *write, const struct operation *operation);
void write_target_clear(struct write_target *write);
