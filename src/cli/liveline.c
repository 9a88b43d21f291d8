/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/liveline.h"

#include <string.h>

enum {
    GAP = 3,
    HEAD = 8,                  /* columns of a line besides the name's, up to there */
    GUESS_US = G_USEC_PER_SEC, /* before that, neither speed nor the time left are worth telling */
    LEAST_LEFT_US = G_USEC_PER_SEC / 2,
};

static const gdouble guess_share = 0.02;

const char *live_phase_word(enum run_phase phase)
{
    static const char *const words[PHASE_COUNT] = {
        [PHASE_OPENING] = "open", [PHASE_CLOSING] = "save"};
    return words[phase];
}

gint64 live_time_left(gdouble share, gint64 elapsed_us)
{
    if (share < guess_share || elapsed_us < GUESS_US)
        return -1;
    return share >= 1 ? 0 : (gint64)((gdouble)elapsed_us * (1 - share) / share);
}

char *rough_duration_text(gint64 microseconds)
{
    gint64 seconds = (microseconds + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC;
    if (seconds < 60)
        return g_strdup_printf("%d s", (int)seconds);
    if (seconds < 3600)
        return g_strdup_printf("%d min %02d s", (int)(seconds / 60), (int)(seconds % 60));
    return g_strdup_printf("%" G_GINT64_FORMAT " h %02d min", seconds / 3600,
                           (int)(seconds % 3600 / 60));
}

/* What is known besides rows and time; "" for what isn't. */
struct extra {
    const struct progress *progress;
    gint64 elapsed_us;
};

static char *speed_text(const struct extra *extra)
{
    gdouble rows = (gdouble)extra->progress->rows_done;
    if (rows <= 0 || extra->elapsed_us < GUESS_US / 2)
        return g_strdup("");
    g_autofree char *speed =
        count_text((gint64)(rows * G_USEC_PER_SEC / (gdouble)extra->elapsed_us));
    return g_strdup_printf("%s rows/s", speed);
}

static char *bytes_text(const struct extra *extra)
{
    return extra->progress->bytes > 0 ? size_text(extra->progress->bytes) : g_strdup("");
}

static char *share_text(const struct extra *extra)
{
    gdouble share = extra->progress->share;
    return share >= 0.01 ? g_strdup_printf("%2.0f %%", MIN(share, 1) * 100) : g_strdup("");
}

static char *left_text(const struct extra *extra)
{
    gint64 left = live_time_left(extra->progress->share, extra->elapsed_us);
    g_autofree char *text = left >= LEAST_LEFT_US ? rough_duration_text(left) : NULL;
    return text ? g_strdup_printf("ETA %s", text) : g_strdup("");
}

/* In the order in which they stand; of lower rank is what goes first where there is no room. */
static const struct {
    char *(*text)(const struct extra *extra);
    guint rank;
} extras[] = {{speed_text, 2}, {bytes_text, 1}, {share_text, 4}, {left_text, 3}};

/* Takes the least important out until the rest fits. */
static void fit(char *texts[], guint room)
{
    for (guint rank = 1; rank <= G_N_ELEMENTS(extras); rank++) {
        guint width = 0;
        for (gsize i = 0; i < G_N_ELEMENTS(extras); i++)
            width += *texts[i] ? GAP + display_width(texts[i], strlen(texts[i])) : 0;
        for (gsize i = 0; width > room && i < G_N_ELEMENTS(extras); i++)
            if (extras[i].rank == rank)
                *texts[i] = '\0';
    }
}

static void append_extras(GString *out, const struct extra *extra, guint room)
{
    char *texts[G_N_ELEMENTS(extras)];
    for (gsize i = 0; i < G_N_ELEMENTS(extras); i++)
        texts[i] = extras[i].text(extra);
    fit(texts, room);
    for (gsize i = 0; i < G_N_ELEMENTS(extras); i++) {
        if (*texts[i])
            g_string_append_printf(out, "%*s%s", GAP, "", texts[i]);
        g_free(texts[i]);
    }
}

/* Cut to the width, should even that be too much. */
static void append_rest(GString *out, const char *rest, const struct summary_style *style)
{
    guint used = style->name_width + HEAD;
    guint room = style->width == 0 ? G_MAXUINT : MAX(style->width, used + HEAD) - used;
    display_append_cut(out, rest, room, style->utf8);
    g_string_append_c(out, '\n');
}

void live_append_step(GString *out, const struct step_result *step, const struct progress *progress,
                      gint64 elapsed_us, const struct summary_style *style)
{
    struct extra extra = {.progress = progress, .elapsed_us = elapsed_us};
    g_autoptr(GString) rest = g_string_new(NULL);
    g_autofree char *time = duration_text(elapsed_us);
    summary_append_rows(rest, progress->rows_done > 0 ? (gint64)progress->rows_done : -1, style);
    g_string_append_printf(rest, "%*s%*s", GAP, "", SUMMARY_TIME_WIDTH, time);
    guint used = style->name_width + HEAD + display_width(rest->str, rest->len);
    guint room = style->width == 0 ? G_MAXUINT : MAX(style->width, used) - used;
    append_extras(rest, &extra, room);
    summary_append_head(out, "run", STYLE_CYAN, step->operation->id, style);
    append_rest(out, rest->str, style);
}

void live_append_activity(GString *out, const char *word, const char *what, gint64 elapsed_us,
                          const struct summary_style *style)
{
    g_autoptr(GString) rest = g_string_new(NULL);
    g_autofree char *time = duration_text(elapsed_us);
    summary_append_rows(rest, -1, style);
    g_string_append_printf(rest, "%*s%*s", GAP, "", SUMMARY_TIME_WIDTH, time);
    summary_append_head(out, word, STYLE_CYAN, what, style);
    append_rest(out, rest->str, style);
}

void live_append_total(GString *out, const GArray *steps, gint64 elapsed_us,
                       const struct summary_style *style)
{
    guint count = 0;
    guint over = 0;
    guint failed = 0;
    for (guint i = 0; i < steps->len; i++) {
        const struct step_result *step = &g_array_index(steps, struct step_result, i);
        count += step->is_selected;
        over += step->is_selected && step->status > STEP_RETRYING;
        failed += step->status == STEP_FAILED;
    }
    g_autofree char *time = duration_text(elapsed_us);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "       %u of %u steps", over, count);
    if (failed > 0)
        g_string_append_printf(line, ", %u failed", failed);
    g_string_append_printf(line, "%*s%s", GAP, "", time);
    g_string_append(out, style_on(style->color, STYLE_DIM));
    display_append_cut(out, line->str, style->width == 0 ? G_MAXUINT : style->width, style->utf8);
    g_string_append_printf(out, "%s\n", style_off(style->color));
}
