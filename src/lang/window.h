/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The macros of an incremental body, @start_date @end_date @start_dt @end_dt: outside of quotes and
 * comments their window's literals stand for them.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* What the macros stand for, as SQL. */
struct window_macros {
    const char *start_date;
    const char *end_date;
    const char *start_dt;
    const char *end_dt;
};

/* A body with its macros replaced. */
struct windowed {
    char *text;
    GArray *pastes; /* struct window_paste, in order */
};

/* Replaces the macros of a resolved body. Case doesn't matter. Fails as text_new. */
struct windowed *windowed_new(const char *sql, gsize length, const struct window_macros *macros,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void windowed_free(struct windowed *windowed);
DEFINE_AUTO(windowed, windowed_free);

/* Where byte `position` of the text stands in the body; inside of a literal, its macro. */
gint64 windowed_position(const struct windowed *windowed, gint64 position);
