/* SPDX-License-Identifier: Apache-2.0 */
/* Connectors by their descriptors: those that are part of the program, and those in shared objects,
 * loaded and looked at. */
#pragma once

#include "connect/connector.h"

/* Describes a connector as all others are. ERROR_USAGE says why it can't be used: another abi,
 * another name, a descriptor (NULL: it refused itself) that lacks something. `path` is what
 * messages call it, `origin` (NULL: it is our own) where people are told that it comes from. Free
 * it with plugin_free. */
struct connector *plugin_wrap(const struct sqlflow_connector *descriptor, const char *name,
                              const char *path, const char *origin,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void plugin_free(struct connector *connector);

/* The same of the one in the shared object `path`, which stays loaded. ERROR_USAGE and
 * ERROR_PERMISSION, too, when it can't be loaded or has no symbol. */
struct connector *plugin_load(const char *name, const char *path, const char *origin,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Nobody but its owner, who is the user or root, may write to the file or folder. */
bool plugin_check_rights(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
