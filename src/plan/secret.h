/* SPDX-License-Identifier: Apache-2.0 */
/* What must stand nowhere in a plan. Inside of plan/ only. */
#pragma once

#include "plan/plan.h"

/* The connector (or NULL) takes a secret by this name. */
bool option_is_secret(const struct connector *connector, const char *name);

/* The body with stars for the strings of a CREATE SECRET and the user part of addresses; NULL: it
 * may be shown as it is. */
char *body_masked(const struct operation *operation);

/* A text with stars for the user part of the addresses in it. */
char *address_masked(const char *text);

/* Those of one map of options. The caller's. */
struct secrets *find_map_secrets(const struct plan_input *input, const struct connector *connector,
                                 const struct value *map);

/* All texts of a pipeline that are shown nowhere: values of secret options, of the variables that
 * they are put together from (through SET, too), passwords in addresses. */
struct planner;
struct secrets *planner_find_secrets(const struct planner *planner);
