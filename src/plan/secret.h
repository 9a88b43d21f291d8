/* SPDX-License-Identifier: Apache-2.0 */
/* What must stand nowhere in a plan. Inside of plan/ only. */
#pragma once

#include "plan/plan.h"

/* The connector (or NULL) takes a secret by this name. */
bool option_is_secret(const struct connector *connector, const char *name);

/* The set of all texts that are given as secrets: a variable with such a value is one, too. */
GHashTable *plan_secrets(const struct plan *plan);
