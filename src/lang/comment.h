/* SPDX-License-Identifier: Apache-2.0 */
/* Comment lines right above a statement: its description. */
#pragma once

#include "base/text.h"

/* The comments between `from`, where the former statement ended, and `statement`, that have no
 * empty line below them and end on the line above; no place when there are none. */
struct span comment_above(const struct text *text, gsize from, gsize statement);
