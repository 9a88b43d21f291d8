/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary files of a run outside of its folder. What a run is about to make is noted in its
 * folder first, in the file `temporary`; when all of it is gone, so is the note. So whoever comes
 * after a run that crashed removes exactly what that run has made and no longer uses.
 *
 * Invariants: nothing is made under a temporary name before it is noted; only names that end in the
 * run's own token are ever removed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Notes that the run of `folder` (NULL: there is nowhere to note it) may make a file or folder at
 * `path`, from any thread. */
bool temporary_note(const char *folder, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* There is a note: something may be left over. */
bool temporary_is_noted(const char *folder);

/* Removes all that is noted in `folder` and is still there, half-written files in the folder, and
 * the note. The run is over, and `token` was its own. *out_removed (may be NULL) counts what
 * there was to remove. On failure the rest is removed nevertheless, and the note stays. */
bool temporary_remove_noted(const char *folder, const char *token, guint *out_removed,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
