/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a journal (journal.h), and how those of an older version become those of this. */
#pragma once

#include "engine/engine.h"

/* The version that this program writes. */
#define JOURNAL_VERSION 3

/* The version of the journal whose tables begin with `prefix`; 0: there is none yet. ERROR_PLAN for
 * one that is newer, or none of ours. */
bool journaltables_version(const struct engine_class *class, struct session *session,
                           const char *prefix, gint64 *out,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the tables of this version out of those of `version`, inside the caller's transaction. */
bool journaltables_make(const struct engine_class *class, struct session *session,
                        const char *prefix, gint64 version,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
