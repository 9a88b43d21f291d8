/* SPDX-License-Identifier: Apache-2.0 */
/* Steps whose connector gives and takes batches (connect/outside/). */
#pragma once

#include "run/steps/step.h"

bool outside_define(struct worker *worker, struct task *task, GError **error);
bool outside_load(struct worker *worker, struct task *task, const struct target *target,
                  GError **error);
/* `query`: what is written. */
bool outside_export(struct worker *worker, struct task *task, const char *query, GError **error);
