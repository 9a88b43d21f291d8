/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline's text laid out in the one way that `sqlflow fmt` knows (docs/formatting.md).
 *
 * Invariants: a body of SQL, a name, a value stays byte for byte; no comment is lost or gets
 * before or behind another; the tree is the same, and the plan's fingerprints with it; what is laid
 * out stays as it is when laid out again.
 */
#pragma once

#include "base/diagnostics.h"
#include "base/text.h"

/* The new text; NULL, with what is wrong in the list, for a text that can't be parsed. */
char *pipeline_format(const struct text *text, struct diagnostics *diagnostics);
