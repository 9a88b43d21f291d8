/* SPDX-License-Identifier: Apache-2.0 */
/* Connectors in shared objects: loaded, looked at, and described as all others are. */
#pragma once

#include "connect/connector.h"

/* Loads the connector `name` from `path`. ERROR_USAGE and ERROR_PERMISSION say why it can't be
 * used: no symbol, another abi, another name, a descriptor that lacks something. `origin` (NULL: it
 * is our own) is where people are told that it comes from. It stays loaded; free the description
 * with plugin_free. */
struct connector *plugin_load(const char *name, const char *path, const char *origin,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void plugin_free(struct connector *connector);

/* Nobody but its owner, who is the user or root, may write to the file or folder. */
bool plugin_check_rights(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
