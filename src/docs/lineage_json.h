/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "docs/lineage.h"

#include <jansson.h>

/* All that leads to a node, and that it leads to, as sqlflow.lineage/1. */
json_t *lineage_to_json(const struct lineage_node *node);
