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

/* The set of all texts that are given as secrets: a variable with such a value is one, too. */
GHashTable *plan_secrets(const struct plan *plan);

/* The names of all variables that such texts are put together from. */
GHashTable *plan_secret_names(const struct plan *plan);
