/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of a run went, for --timing. */
#pragma once

#include "cli/command.h"
#include "run/run.h"

/* Two tables on stderr, of the phases and of the steps; with --log-format json one line. Said even
 * with --quiet: it was asked for. */
void timing_write(const struct call *call, const struct run_result *result);
