/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads that a process which died has left at a store. Each is noted in the run's folder, in a
 * file `upload-N`, before it is begun; the note goes when nothing is left. Whoever exports to the
 * same address next ends what was begun since: only then the store can be asked, with that
 * statement's options.
 */
#pragma once

#include "connect/storage/storage.h"

struct upload_note;

/* `folder` is the run's; NULL: there is nowhere to note it. */
struct upload_note *upload_note_new(const char *folder, const char *address, guint step,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing is left of the upload: it was completed or aborted. */
void upload_note_free(struct upload_note *note);
DEFINE_AUTO(upload_note, upload_note_free);

/* Ends uploads to `address` (storage_sweep) that are noted in folders, beside `folder`, of runs
 * which are over. */
bool uploads_sweep(const char *folder, struct storage *storage, const char *address,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
