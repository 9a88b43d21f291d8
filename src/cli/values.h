/* SPDX-License-Identifier: Apache-2.0 */
/* Values of variables from the command line: --vars JSON, then --var NAME=VALUE over it. */
#pragma once

#include "base/diagnostics.h"
#include "cli/flags.h"

/* char * name, char * value alternating. Values keep their text: 1.10 and "00501" stay.
 * ERROR_USAGE; mistakes inside the JSON go to the list (and NULL is returned with no error set). */
GPtrArray *values_read(const struct flags *flags, struct diagnostics *diagnostics, GError **error);
