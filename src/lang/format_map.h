/* SPDX-License-Identifier: Apache-2.0 */
/* Maps and strings as `sqlflow fmt` lays them out. */
#pragma once

#include "base/value.h"
#include "lang/page.h"

/* The string (a whole token) in quotes of this kind, if it reads the same in both. */
void string_lay(struct page *page, struct span string, char quote);

/* `map` on one line, {"a": 1, "b": [2, 3]}; with `open` one member a line. A map or list in which
 * comments stand, or whose first member stands on a line of its own, is open in any case; what is
 * in an open one is on one line if it has room there. */
void map_lay(struct page *page, const struct value *map, bool open);
