/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets where they are kept. */
#pragma once

#include "connect/option.h"
#include "project/project.h"

/* The secret itself; free it with secret_free. One line end at its end is left out. ERROR_USAGE:
 * it isn't there, is empty, is no text, is too long, or its command failed; what a command prints
 * is shown nowhere. ERROR_CANCELLED, and the command is ended, once `is_interrupted` (atomic; may
 * be NULL) isn't 0. */
char *secret_read(const struct secret_place *place, const struct project *project,
                  gint *is_interrupted, GError **error) G_GNUC_WARN_UNUSED_RESULT;
