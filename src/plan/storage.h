/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storage times format: a path of s3:// or http:// works with every format. Inside of
 * plan/ only.
 */
#pragma once

#include "plan/connection.h"

/* OPTION_STORAGE when the option `path` of the map, or the destination (NULL: none), is an address;
 * else 0. */
guint storage_use_of(const struct value *map, const char *destination);

/* Checks the options of the storage into operation->storage, unless `use` is 0. */
void planner_check_storage(struct planner *planner, struct operation *operation,
                           const struct value *map, guint use);
