/* SPDX-License-Identifier: Apache-2.0 */
/* Sources that grow (connect/growing.h) in a plan. Inside of plan/ only. */
#pragma once

#include "plan/planner.h"

/* Fills in operation->growing of a SOURCE from its options; mistakes go to the list. */
void planner_check_growing(const struct planner *planner, struct operation *operation,
                           const struct value *map);

/* A LOAD of such a source: REPLACE is an error that says what to write. */
void planner_check_growing_load(const struct planner *planner, const struct operation *load,
                                const struct operation *source);

/* A body that reads such a source, at `at`: an error. */
void planner_check_growing_read(const struct planner *planner, struct span at,
                                const struct operation *source);
