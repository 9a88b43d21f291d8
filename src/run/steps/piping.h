/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine writes into a pipe is taken by another thread at the same time: memory stays
 * bounded, and whoever is slower is waited for. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct piping {
    /* Writes to the pipe's place, on the caller's thread. */
    bool (*write)(gpointer data, GError **error);
    /* Takes what comes, on a thread of its own, as upload_feed does. */
    bool (*take)(gpointer data, int pipe, gint *is_ended, GError **error);
    gpointer data;
};

/* Makes the pipe at `place`, where nothing may be, and removes it. Of two failures the one that
 * was first: the engine only knows that the pipe broke. */
bool piping_run(const struct piping *piping, const char *place,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
