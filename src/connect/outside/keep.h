/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets where they are kept. */
#pragma once

#include "connect/option.h"
#include "project/project.h"

/* The secret itself; free it with secret_free. One line end at its end is left out. ERROR_USAGE:
 * it isn't there, is empty, or its command failed; a command's output is shown nowhere. */
char *secret_read(const struct secret_place *place, const struct project *project,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
