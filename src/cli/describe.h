/* SPDX-License-Identifier: Apache-2.0 */
/* The three things that `describe` tells about; each writes text or, with --json, a document. */
#pragma once

#include "cli/workspace.h"

enum exit_code describe_pipeline(struct call *call, const char *name);
enum exit_code describe_connector(struct call *call, const char *name);
enum exit_code describe_profile(struct call *call, const char *name);

void describe_append_heading(GString *out, const struct terminal *terminal, const char *heading);
