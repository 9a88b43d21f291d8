/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/summary.h"

#include "cli/table.h"

#include <string.h>

enum {
    NAME_NARROWEST = 20,
    NAME_WIDEST = 48,
    ROWS_WIDTH = 9,
    LINE_REST = 33,
    NARROW_REST = LINE_REST - ROWS_WIDTH - 5,
    NOTE_INDENT = 7,
};

/* How a status looks: its word in the line, its count at the end. */
static const struct {
    const char *word;
    const char *count;
    enum style style;
} statuses[] = {
    [STEP_PENDING] = {"", "", STYLE_DIM},
    [STEP_RUNNING] = {"run", "", STYLE_CYAN},
    [STEP_RETRYING] = {"wait", "", STYLE_YELLOW},
    [STEP_OK] = {"ok", "OK", STYLE_GREEN},
    [STEP_DONE] = {"done", "DONE", STYLE_DIM},
    [STEP_WARNED] = {"warn", "WARN", STYLE_YELLOW},
    [STEP_FAILED] = {"FAIL", "FAIL", STYLE_RED},
    [STEP_SKIPPED] = {"skip", "SKIP", STYLE_YELLOW},
    [STEP_CANCELLED] = {"stop", "CANCELLED", STYLE_YELLOW},
    [STEP_NOT_RUN] = {"-", "NOT_RUN", STYLE_DIM},
};

/* Names are worth more than numbers of rows. */
bool summary_is_narrow(guint width)
{
    return width > 0 && width < LINE_REST + NAME_NARROWEST;
}

guint summary_name_width(const struct plan *plan, guint width)
{
    guint widest = NAME_NARROWEST;
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        if (operation->type != OPERATION_SOURCE)
            widest = MAX(widest, display_width(operation->id, strlen(operation->id)) + 1);
    }
    widest = MIN(widest, NAME_WIDEST);
    guint rest = summary_is_narrow(width) ? NARROW_REST : LINE_REST;
    if (width > 0)
        widest = MIN(widest, MAX(width, rest + 8) - rest);
    return widest;
}

char *count_text(gint64 count)
{
    char digits[24];
    g_snprintf(digits, sizeof(digits), "%" G_GINT64_FORMAT, count);
    GString *out = g_string_new(NULL);
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        gsize left = length - i;
        if (i > 0 && left % 3 == 0 && digits[i - 1] != '-')
            g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
    return g_string_free(out, FALSE);
}

char *duration_text(gint64 microseconds)
{
    double seconds = (double)microseconds / G_USEC_PER_SEC;
    if (seconds < 600)
        return g_strdup_printf("%.2f s", seconds);
    gint64 whole = microseconds / G_USEC_PER_SEC;
    return g_strdup_printf("%" G_GINT64_FORMAT " min %02d s", whole / 60, (int)(whole % 60));
}

char *size_text(gint64 bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    if (bytes < 1000)
        return g_strdup_printf("%" G_GINT64_FORMAT " B", bytes);
    double size = (double)bytes / 1000;
    gsize unit = 0;
    for (; size >= 999.95 && unit + 1 < G_N_ELEMENTS(units); unit++)
        size /= 1000;
    return g_strdup_printf("%.1f %s", size, units[unit]);
}

void summary_append_head(GString *out, const char *word, enum style look, const char *name,
                         const struct summary_style *style)
{
    g_string_append_printf(out, " %s%-4s%s  ", style_on(style->color, look), word,
                           style_off(style->color));
    guint width = style->width == 0 ? G_MAXUINT : style->name_width;
    guint used = display_append_cut(out, name, width, style->utf8);
    display_append_spaces(out, MAX(style->name_width, used) - used + 1);
}

void summary_append_rows(GString *out, gint64 rows, const struct summary_style *style)
{
    if (summary_is_narrow(style->width))
        return;
    if (rows < 0) {
        display_append_spaces(out, ROWS_WIDTH + 5);
        return;
    }
    g_autofree char *count = count_text(rows);
    g_string_append_printf(out, "%*s %s", ROWS_WIDTH, count, rows == 1 ? "row " : "rows");
}

/* What follows the id goes to the end of the line, where `end` always finds room. */
static void append_message(GString *out, const char *message, const char *end,
                           const struct summary_style *style)
{
    guint used = style->name_width + 8 + display_width(end, strlen(end));
    g_autofree char *first = display_escape(message, strcspn(message, "\n"));
    guint width = style->width == 0         ? G_MAXUINT
                  : style->width > used + 9 ? style->width - used - 1
                                            : 8;
    display_append_cut(out, first, width, style->utf8);
    g_string_append(out, end);
}

/* " (3 tries)", or nothing when there was one. */
static char *tries_text(const struct step_result *step)
{
    return step->tries > 1 ? g_strdup_printf(" (%u tries)", step->tries) : g_strdup("");
}

/* "20 inserted, 5 updated, 975 unchanged": where it isn't that all rows were inserted. */
static void append_counts(GString *out, const struct row_counts *counts,
                          const struct summary_style *style)
{
    const struct {
        gint64 count;
        const char *what;
    } parts[] = {
        {counts->inserted, "inserted"},   {counts->updated, "updated"},
        {counts->unchanged, "unchanged"}, {counts->deleted, "deleted"},
        {counts->rejected, "rejected"},
    };
    if (counts->read < 0 || summary_is_narrow(style->width) ||
        (counts->inserted == counts->read && counts->rejected <= 0 && counts->deleted <= 0))
        return;
    const char *before = "   ";
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i].count <= 0)
            continue;
        g_autofree char *count = count_text(parts[i].count);
        g_string_append_printf(out, "%s%s %s", before, count, parts[i].what);
        before = ", ";
    }
}

static void append_notes(GString *out, const GPtrArray *notes, const struct summary_style *style)
{
    for (guint i = 0; notes && i < notes->len; i++) {
        const char *note = g_ptr_array_index(notes, i);
        g_autofree char *shown = display_escape(note, strlen(note));
        display_append_spaces(out, NOTE_INDENT);
        display_append_cut(out, shown,
                           style->width > NOTE_INDENT ? style->width - NOTE_INDENT : G_MAXUINT,
                           style->utf8);
        g_string_append_c(out, '\n');
    }
}

/* What there is to tell of a step that is done, behind its id. */
static void append_done(GString *out, const struct step_result *step, const char *tries,
                        const struct summary_style *style)
{
    g_autofree char *time = duration_text(step->duration_us);
    g_autoptr(GString) rest = g_string_new(NULL);
    summary_append_rows(rest, step->rows, style);
    g_string_append_printf(rest, "   %*s", SUMMARY_TIME_WIDTH, time);
    append_counts(rest, &step->counts, style);
    append_message(out, rest->str, tries, style);
    g_string_append_c(out, '\n');
    append_notes(out, step->notes, style);
}

void summary_append_note(GString *out, const char *word, enum style look, const char *name,
                         const char *text, const struct summary_style *style)
{
    summary_append_head(out, word, look, name, style);
    append_message(out, text, "", style);
    display_trim_end(out);
    g_string_append_c(out, '\n');
}

void summary_append_step(GString *out, const struct step_result *step,
                         const struct summary_style *style)
{
    g_autofree char *tries = tries_text(step);
    summary_append_head(out, statuses[step->status].word, statuses[step->status].style,
                        step->operation->id, style);
    if (step->status == STEP_OK) {
        append_done(out, step, tries, style);
        return;
    }
    if (step->message)
        append_message(out, step->message, tries, style);
    g_string_append_c(out, '\n');
}

void summary_append_retry(GString *out, const struct step_result *step, gint64 left_us,
                          const struct summary_style *style)
{
    g_autofree char *time = duration_text(MAX(left_us, 0));
    g_autofree char *message =
        g_strdup_printf("retry in %s: %s", time, step_last_try(step)->error->message);
    summary_append_head(out, statuses[STEP_RETRYING].word, statuses[STEP_RETRYING].style,
                        step->operation->id, style);
    append_message(out, message, "", style);
    g_string_append_c(out, '\n');
}

void summary_append_continued(GString *out, const struct run_result *result,
                              const struct summary_style *style)
{
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        if (step->status == STEP_DONE) {
            summary_append_step(out, step, style);
        } else if (step->reason) {
            summary_append_head(out, "left", STYLE_CYAN, step->operation->id, style);
            append_message(out, step->reason, "", style);
            g_string_append_c(out, '\n');
        }
    }
}

static void append_found(GString *out, const struct step_result *step,
                         const struct summary_style *style)
{
    struct table_style table = {.width = style->width, .color = style->color, .utf8 = style->utf8};
    if (out->len > 0)
        g_string_append_c(out, '\n');
    if (step->status == STEP_WARNED)
        g_string_append_printf(out, "%swarning:%s %s %s\n", style_on(style->color, STYLE_YELLOW),
                               style_off(style->color), step->operation->id, step->message);
    table_write(step->found, &table, out, NULL);
    if (step->found->more)
        g_string_append(out, "and more: OPTIONS {\"limit\": N} shows N\n");
}

/* What stands before the statement's body, on its first line. */
static struct span statement_start(const struct statement *statement)
{
    struct span start = statement->span;
    if (fragment_present(&statement->body) && statement->body.span.offset > start.offset &&
        statement->body.span.text == start.text)
        start.length = statement->body.span.offset - start.offset;
    const char *text = span_start(start);
    const char *line = memchr(text, '\n', start.length);
    if (line)
        start.length = (guint32)(line - text);
    while (start.length > 1 && g_ascii_isspace(text[start.length - 1]))
        start.length--;
    return start;
}

static bool is_whole(struct span at, const struct statement *statement)
{
    return at.offset == statement->span.offset && at.length == statement->span.length;
}

static bool has_found(const struct step_result *step)
{
    return step->operation->type == OPERATION_CHECK && step->found && step->found->count > 0;
}

/* A failure as a message of the house form, where its place is known. */
static void append_failure(GString *out, const struct step_result *step,
                           const struct summary_style *style)
{
    const char *message = step->error ? step->error->message : step->message;
    if (!message)
        return;
    if (!step->at.text) {
        if (out->len > 0)
            g_string_append_c(out, '\n');
        g_autofree char *shown = display_escape(message, strlen(message));
        g_string_append_printf(out, "%serror:%s %s: %s\n", style_on(style->color, STYLE_RED),
                               style_off(style->color), step->operation->id, shown);
        return;
    }
    AUTO(diagnostics) list = diagnostics_new();
    diagnostics_hide(list, style->secrets);
    const struct statement *statement = step->operation->statement;
    const char *hint = step->error ? error_details(step->error)->suggestion : NULL;
    struct span at = is_whole(step->at, statement) ? statement_start(statement) : step->at;
    if (has_found(step))
        diagnostics_add(list, SF_CHECK_FAILED, at, NULL, "the check '%s' %s", step->operation->name,
                        message);
    else
        diagnostics_add(list, SF_STATEMENT_FAILED, at, hint, "%s", message);
    diagnostics_render(list, style->color, out);
}

void summary_append_failure(GString *out, const struct step_result *step,
                            const struct summary_style *style)
{
    if (step->status == STEP_FAILED)
        append_failure(out, step, style);
    if (has_found(step))
        append_found(out, step, style);
}

void summary_append_failures(GString *out, const struct run_result *result,
                             const struct summary_style *style)
{
    for (guint i = 0; i < result->steps->len; i++)
        summary_append_failure(out, &g_array_index(result->steps, struct step_result, i), style);
}

static guint count_status(const struct run_result *result, enum step_status status)
{
    guint count = 0;
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        bool is_counted = step->operation->type != OPERATION_SOURCE || status != STEP_OK;
        count += step->status == status && is_counted;
    }
    return count;
}

void summary_append_way_on(GString *out, const struct plan *plan, const struct summary_style *style)
{
    g_autofree char *text =
        g_strdup_printf("sqlflow retry %s   runs only what is left", plan->pipeline);
    const char *line = strrchr(out->str, '\n');
    line = line ? line + 1 : out->str;
    const guint used = display_width(line, strlen(line)) + 3;
    const bool has_room =
        style->width == 0 || used + display_width(text, strlen(text)) < style->width;
    g_string_append(out, has_room ? "   " : "\n");
    display_append_cut(out, text, style->width == 0 ? G_MAXUINT : style->width - 1, style->utf8);
}

void summary_append_end(GString *out, const struct plan *plan, const struct run_result *result,
                        const struct summary_style *style)
{
    static const enum step_status always = STEP_OK;
    static const enum step_status order[] = {STEP_OK,      STEP_DONE,      STEP_WARNED, STEP_FAILED,
                                             STEP_SKIPPED, STEP_CANCELLED, STEP_NOT_RUN};
    g_autofree char *time = duration_text(result->duration_us);
    g_string_append_printf(out, "%s in %s.",
                           result->outcome == RUN_CANCELLED ? "Cancelled" : "Done", time);
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        guint count = count_status(result, order[i]);
        if (count == 0 && order[i] != always)
            continue;
        enum style look = count > 0 ? statuses[order[i]].style : STYLE_DIM;
        g_string_append_printf(out, " %s%s=%u%s", style_on(style->color, look),
                               statuses[order[i]].count, count, style_off(style->color));
    }
    if (result->outcome != RUN_OK && result->is_journalled)
        summary_append_way_on(out, plan, style);
    g_string_append_c(out, '\n');
}
