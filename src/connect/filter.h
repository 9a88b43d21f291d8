/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those parts of a WHERE that another system understands, too: comparisons of a column with a
 * constant, joined by AND. All else is left to the engine, which filters again in any case.
 */
#pragma once

#include <glib.h>

/* struct sqlflow_filter, whose texts belong to the array. Empty when there is nothing to hand on.
 * `where` may be NULL. */
GArray *filters_read(const char *where);
