/* SPDX-License-Identifier: Apache-2.0 */
/* How a diagnostic looks: message, place, the line with a caret under the place. */
#include "base/cover.h"
#include "base/diagnostics.h"

#include <string.h>

/* How much of a line is shown: a line may have megabytes. */
enum { EXCERPT_BEFORE = 80, EXCERPT_AFTER = 80 };

struct palette {
    const char *error, *warning, *place, *strong, *reset;
};

static const struct palette colored = {
    .error = "\033[1;31m",
    .warning = "\033[1;33m",
    .place = "\033[36m",
    .strong = "\033[1m",
    .reset = "\033[0m",
};
static const struct palette plain = {
    .error = "", .warning = "", .place = "", .strong = "", .reset = ""};

struct style {
    const struct palette *palette;
    const char *color; /* of the severity */
    int gutter;        /* width of the line number */
    const struct secrets *secrets;
};

/* Text of the user's may hold control characters that a terminal would obey. */
static void append_clean(GString *out, const char *text)
{
    for (const char *at = text; *at; at++)
        g_string_append_c(out, (guchar)*at < 0x20 && *at != '\n' && *at != '\t' ? ' ' : *at);
}

/* g_utf8_next_char without its cast, which drops const. */
static const char *next_character(const char *at)
{
    return at + g_utf8_skip[(guchar)*at];
}

static guint character_width(gunichar character)
{
    if (g_unichar_iszerowidth(character))
        return 0;
    return g_unichar_iswide(character) ? 2 : 1;
}

/* Moves `at` by `count` characters towards `limit`. */
static const char *step_characters(const char *at, const char *limit, int count)
{
    while (count-- > 0 && at != limit)
        at = at < limit ? next_character(at) : g_utf8_prev_char(at);
    return at;
}

static void append_place(GString *out, const struct style *style, const char *arrow, struct span at)
{
    struct place place = text_place(at.text, at.offset);
    g_string_append_printf(out, "%*s%s%s%s %s:%u:%u\n", style->gutter, "", style->palette->place,
                           arrow, style->palette->reset, at.text->path, place.line, place.column);
}

/* The part [from, to) of a line as it may be shown: as many characters as it has. */
static char *covered_part(const struct style *style, const char *line, gsize length,
                          const char *from, const char *to)
{
    g_autofree char *copy = g_strndup(line, length);
    cover_line(copy);
    g_autofree char *covered = secrets_cover(style->secrets, copy);
    const char *start = g_utf8_offset_to_pointer(covered, g_utf8_pointer_to_offset(line, from));
    const char *end = g_utf8_offset_to_pointer(start, g_utf8_pointer_to_offset(from, to));
    return g_strndup(start, (gsize)(end - start));
}

/* The source line and the marks under it. */
static void append_excerpt(GString *out, const struct style *style, struct span at, char mark,
                           const char *color, const char *hint)
{
    const struct palette *palette = style->palette;
    struct place place = text_place(at.text, at.offset);
    gsize length = 0;
    const char *line = text_line(at.text, place.line, &length);
    const char *end = line + length;
    const char *from = MIN(at.text->data + MIN(at.offset, at.text->length), end);
    const char *to = MIN(from + at.length, end);
    const char *shown = step_characters(from, line, EXCERPT_BEFORE);
    const char *shown_end =
        step_characters(MIN(to, step_characters(from, end, EXCERPT_AFTER)), end, EXCERPT_AFTER);
    g_autofree char *excerpt = covered_part(style, line, length, shown, shown_end);
    g_strdelimit(excerpt, "\r", ' ');
    const char *cut = shown > line ? "…" : "";

    g_string_append_printf(out, "%*s %s|%s\n", style->gutter, "", palette->place, palette->reset);
    g_string_append_printf(out, "%s%*u |%s %s", palette->place, style->gutter, place.line,
                           palette->reset, cut);
    append_clean(out, excerpt);
    g_string_append(out, shown_end < end ? "…\n" : "\n");
    g_string_append_printf(out, "%*s %s|%s %s", style->gutter, "", palette->place, palette->reset,
                           *cut ? " " : "");
    for (const char *c = shown; c < from; c = next_character(c)) {
        if (*c == '\t')
            g_string_append_c(out, '\t');
        else
            g_string_append_printf(out, "%*s", (int)character_width(g_utf8_get_char(c)), "");
    }
    guint width = 0;
    for (const char *c = from; c < MIN(to, shown_end); c = next_character(c))
        width += character_width(g_utf8_get_char(c));
    g_string_append(out, color);
    for (guint i = 0; i < MAX(width, 1); i++)
        g_string_append_c(out, mark);
    if (hint) {
        g_string_append_c(out, ' ');
        append_clean(out, hint);
    }
    g_string_append_printf(out, "%s\n", palette->reset);
}

static int digits(guint number)
{
    int count = 1;
    while (number /= 10)
        count++;
    return count;
}

/* One space before the longest line number of the message. */
static int gutter_width(const struct diagnostic *entry)
{
    guint line = entry->at.text ? text_place(entry->at.text, entry->at.offset).line : 1;
    if (entry->related.text)
        line = MAX(line, text_place(entry->related.text, entry->related.offset).line);
    return digits(line) + 1;
}

static void append_chain(GString *out, const struct style *style, const struct text *text)
{
    for (; text->included_at.text; text = text->included_at.text) {
        struct place place = text_place(text->included_at.text, text->included_at.offset);
        g_string_append_printf(out, "%*s %s=%s included at %s:%u:%u\n", style->gutter, "",
                               style->palette->place, style->palette->reset,
                               text->included_at.text->path, place.line, place.column);
    }
}

static void append_entry(GString *out, const struct diagnostic *entry,
                         const struct palette *palette, const struct secrets *secrets)
{
    bool is_error = entry->severity == SEVERITY_ERROR;
    struct style style = {.palette = palette,
                          .color = is_error ? palette->error : palette->warning,
                          .gutter = gutter_width(entry),
                          .secrets = secrets};
    g_string_append_printf(out, "%s%s[SF%04d]%s: %s", style.color, is_error ? "error" : "warning",
                           (int)entry->code, palette->reset, palette->strong);
    append_clean(out, entry->message);
    g_string_append_printf(out, "%s\n", palette->reset);
    if (entry->at.text) {
        append_place(out, &style, "-->", entry->at);
        append_excerpt(out, &style, entry->at, '^', style.color, entry->hint);
        append_chain(out, &style, entry->at.text);
    } else if (entry->hint) {
        g_string_append_printf(out, "  = ");
        append_clean(out, entry->hint);
        g_string_append_c(out, '\n');
    }
    if (entry->related.text) {
        append_place(out, &style, ":::", entry->related);
        append_excerpt(out, &style, entry->related, '-', palette->place, entry->related_hint);
    }
}

void diagnostics_render(struct diagnostics *list, bool color, GString *out)
{
    guint shown[SEVERITY_WARNING + 1] = {0};
    for (guint i = 0; i < diagnostics_count(list); i++) {
        const struct diagnostic *entry = diagnostics_get(list, i);
        if (shown[entry->severity]++ >= DIAGNOSTICS_SHOWN)
            continue;
        if (out->len)
            g_string_append_c(out, '\n');
        append_entry(out, entry, color ? &colored : &plain, diagnostics_secrets(list));
    }
    if (diagnostics_errors(list) > DIAGNOSTICS_SHOWN)
        g_string_append_printf(out, "\n%u more errors\n",
                               diagnostics_errors(list) - DIAGNOSTICS_SHOWN);
    if (diagnostics_warnings(list) > DIAGNOSTICS_SHOWN)
        g_string_append_printf(out, "\n%u more warnings\n",
                               diagnostics_warnings(list) - DIAGNOSTICS_SHOWN);
}
