/* SPDX-License-Identifier: Apache-2.0 */
/* Where an included file is, and by which chain of files it was reached. */
#pragma once

#include "base/diagnostics.h"

/* One file that is being read. */
struct include {
    const struct text *text;
    char *path;      /* absolute, links resolved: what the file is known by */
    char *directory; /* of the path as it was written, absolute */
    char *shown;     /* as messages show it; NULL for the main file */
    const struct include *includer;
    guint depth; /* 0: the main file */
};

/* The main file, which needn't exist on disk. */
void include_init(struct include *include, const struct text *text, const char *project_directory);
void include_clear(struct include *include);

/* Finds what `wanted` means in `includer`: beside it, then in the project. Fills in all but the
 * text. False after a message at `at`: the file isn't there, it is being read already (the chain is
 * shown), or there are too many inside each other. */
bool include_find(struct include *include, const struct include *includer, const char *wanted,
                  const char *project_directory, struct span at,
                  struct diagnostics *diagnostics) G_GNUC_WARN_UNUSED_RESULT;
