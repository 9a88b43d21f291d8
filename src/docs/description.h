/* SPDX-License-Identifier: Apache-2.0 */
/* What comments say about what stands below them. */
#pragma once

#include "base/text.h"

/* The lines of a comment (struct statement.comment) without what marks them as one: `--`, and of a
 * block its ends and the stars at its left. NULL when nothing is left. */
char *description_of(struct span comment);

/* The first comment of a text: it is the file's where no empty line parts it from a statement that
 * has it, and where it is the first thing there. No place when there is none. */
struct span description_of_file(const struct text *text);
