/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a run that goes on: what it does right now, and how far it is. */
#pragma once

#include "cli/summary.h"

/* A step that runs: rows and time; speed, bytes, share and the time that it still takes, where they
 * are known, the more important ones as far as the width allows. */
void live_append_step(GString *out, const struct step_result *step, const struct progress *progress,
                      gint64 elapsed_us, const struct summary_style *style);

/* What is done to the database in a phase in which no step runs: "open", "save"; else NULL. */
const char *live_phase_word(enum run_phase phase);

/* ` open  the database            1.20 s` */
void live_append_activity(GString *out, const char *word, const char *what, gint64 elapsed_us,
                          const struct summary_style *style);

/* `       3 of 12 steps, 1 failed   4.20 s` */
void live_append_total(GString *out, const GArray *steps, gint64 elapsed_us,
                       const struct summary_style *style);

/* Microseconds that a step still takes, from its share (-1: unknown); -1 where nothing can be said
 * yet. */
gint64 live_time_left(gdouble share, gint64 elapsed_us);

/* "12 s", "3 min 05 s", "2 h 10 min": for times that are a guess. */
char *rough_duration_text(gint64 microseconds);
