/* SPDX-License-Identifier: Apache-2.0 */
/* How a run stands, at one moment: as text for people and as a document (sqlflow.status/1). */
#pragma once

#include "cli/command.h"
#include "run/replay.h"

/* "running", "crashed", or how it ended: "ok", "failed", "cancelled". */
const char *status_word(const struct replay *replay);

/* The exit code that the run has, or would have had: a crash counts as a failure. */
enum exit_code status_exit_code(const struct replay *replay);

/* What it does, since when, how far each step is, what failed, what is left. Long lists leave out
 * what is done and what waits, unless the call is verbose. */
void status_append_text(GString *out, const struct call *call, const struct replay *replay);

json_t *status_to_json(const struct replay *replay);
