/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources that grow: the options of a SOURCE that say what of it is new, whatever its connector.
 */
#pragma once

#include "connect/option.h"

/* sync_mode, cursor_field, lookback_window, primary_key, incremental. Ended by an entry without
 * name; their use is OPTION_GROWING. */
const struct option *growing_options(void);

/* Those of a map; all others are passed over. NULL after an error. */
struct options *growing_check(const struct value *map, struct diagnostics *diagnostics);

/* The column whose values grow; NULL: not by a column. `options` may be NULL. */
const char *growing_column(const struct options *options);

/* By files, of which only new ones are read. */
bool growing_by_files(const struct options *options);

static inline bool growing_is(const struct options *options)
{
    return growing_column(options) || growing_by_files(options);
}
