/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All connectors that there are: those that are part of the program, the modules beside it, and the
 * shared objects NAME.so in the folders that the profile and SQLFLOW_PLUGIN_PATH name.
 * One that is in a shared object is loaded when its name is first asked for.
 *
 * Threads: the planning one alone. Connectors that it gave live as long as it.
 */
#pragma once

#include "connect/connector.h"

struct registry;

/* `folders` (char *; NULL: none) start at `root`; SQLFLOW_PLUGIN_PATH has more of them. Looks at
 * names and rights, loads nothing. ERROR_USAGE, ERROR_PERMISSION: a folder that isn't there or that
 * others may write; a name that is taken. */
struct registry *registry_new(const char *root, const GPtrArray *folders,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those that come with the program alone. */
struct registry *registry_new_own(void);
void registry_free(struct registry *registry);
DEFINE_AUTO(registry, registry_free);

/* Case-insensitive. NULL without an error: there is none of that name; with one: it can't be
 * used. */
const struct connector *registry_find(const struct registry *registry, const char *name,
                                      GError **error);

/* The names of all: for "did you mean" with those of connector_refused. NULL-terminated. */
char **registry_names(const struct registry *registry);
