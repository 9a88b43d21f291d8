/* SPDX-License-Identifier: Apache-2.0 */
/* How a run's steps and its end are told: one line a step, what failed and where, the counts. */
#pragma once

#include "cli/terminal.h"
#include "run/run.h"

enum { SUMMARY_TIME_WIDTH = 6 };

struct summary_style {
    guint name_width; /* of the column of ids */
    guint width;      /* lines are cut to it; 0: they are not */
    bool color;
    bool utf8;
    const struct secrets *secrets; /* not to be shown; or NULL */
};

/* The id column for a plan: as wide as its longest id asks for, within bounds; `width` is that of
 * the terminal, 0 when there is none. */
guint summary_name_width(const struct plan *plan, guint width);

/* ` ok    load_orders          1,000,000 rows   0.41 s` */
void summary_append_step(GString *out, const struct step_result *step,
                         const struct summary_style *style);

/* What is done of a run that is continued, and why the rest is left. */
void summary_append_continued(GString *out, const struct run_result *result,
                              const struct summary_style *style);

/* The beginning of every line: a word for the status, and the id column. */
void summary_append_head(GString *out, const char *word, enum style look, const char *name,
                         const struct summary_style *style);

/* A line with a text behind the id. */
void summary_append_note(GString *out, const char *word, enum style look, const char *name,
                         const char *text, const struct summary_style *style);

/* The column of rows, empty for -1; nothing at all on a narrow terminal, where names are worth
 * more. */
void summary_append_rows(GString *out, gint64 rows, const struct summary_style *style);
bool summary_is_narrow(guint width);
/* A step that will be tried again, and why: ` wait  load_orders  retry in 1.20 s: 503 Busy`. */
void summary_append_retry(GString *out, const struct step_result *step, gint64 left_us,
                          const struct summary_style *style);

/* A failure with its place in the text, and the rows that a check found; nothing for a step of
 * which there is nothing to tell. */
void summary_append_failure(GString *out, const struct step_result *step,
                            const struct summary_style *style);

/* All of them. */
void summary_append_failures(GString *out, const struct run_result *result,
                             const struct summary_style *style);

/* `sqlflow retry orders   runs only what is left`, on the same line where there is room. */
void summary_append_way_on(GString *out, const struct plan *plan,
                           const struct summary_style *style);

/* `Done in 0.61 s. OK=2 FAIL=1 SKIP=1`, and how to go on where something is left. */
void summary_append_end(GString *out, const struct plan *plan, const struct run_result *result,
                        const struct summary_style *style);

/* 1234567 -> "1,234,567". */
char *count_text(gint64 count);

/* "999 B", "1.5 kB", "12.0 GB". */
char *size_text(gint64 bytes);

/* "0.41 s", "12 min 03 s". */
char *duration_text(gint64 microseconds);
