/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Narrower than this, words go below what they are about. */
enum { WORDS_MIN = 20 };

static bool environment_set(const char *name)
{
    const char *value = g_getenv(name);
    return value && *value;
}

void terminal_init(struct terminal *terminal, FILE *file, bool no_color)
{
    bool dumb = g_strcmp0(g_getenv("TERM"), "dumb") == 0 || !environment_set("TERM");
    bool tty = isatty(fileno(file));
    *terminal = (struct terminal){
        .file = file,
        .is_terminal = tty && !dumb,
        .color = tty && !dumb && !no_color && !environment_set("NO_COLOR"),
        .utf8 = g_get_charset(NULL),
    };
}

guint terminal_width(const struct terminal *terminal)
{
    struct winsize size = {0};
    if (!terminal->is_terminal)
        return 0;
    if (ioctl(fileno(terminal->file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

guint terminal_height(const struct terminal *terminal)
{
    struct winsize size = {0};
    if (!terminal->is_terminal)
        return 0;
    if (ioctl(fileno(terminal->file), TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
        return 24;
    return size.ws_row;
}

void terminal_flush(const struct terminal *terminal, GString *text)
{
    fwrite(text->str, 1, text->len, terminal->file);
    fflush(terminal->file);
    g_string_truncate(text, 0);
}

const char *style_on(bool color, enum style style)
{
    static const char *const sequences[] = {
        [STYLE_BOLD] = "\033[1m",   [STYLE_DIM] = "\033[2m",     [STYLE_RED] = "\033[1;31m",
        [STYLE_GREEN] = "\033[32m", [STYLE_YELLOW] = "\033[33m", [STYLE_CYAN] = "\033[36m",
    };
    return color ? sequences[style] : "";
}

const char *style_off(bool color)
{
    return color ? "\033[0m" : "";
}

/* g_utf8_next_char casts const away. */
static const char *character_next(const char *p)
{
    return p + g_utf8_skip[(guchar)*p];
}

static guint character_width(gunichar character)
{
    if (g_unichar_iszerowidth(character))
        return 0;
    return g_unichar_iswide(character) ? 2 : 1;
}

guint display_width(const char *text, gsize length)
{
    guint width = 0;
    const char *end = text + length;
    for (const char *p = text; p < end; p = character_next(p))
        width += character_width(g_utf8_get_char(p));
    return width;
}

static void append_escaped(GString *out, unsigned char byte)
{
    switch (byte) {
    case '\n':
        g_string_append(out, "\\n");
        return;
    case '\r':
        g_string_append(out, "\\r");
        return;
    case '\t':
        g_string_append(out, "\\t");
        return;
    default:
        g_string_append_printf(out, "\\x%02x", byte);
    }
}

char *display_escape(const char *text, gsize length)
{
    GString *out = g_string_sized_new(length);
    const char *end = text + length;
    for (const char *p = text; p < end;) {
        gunichar character = g_utf8_get_char_validated(p, end - p);
        bool invalid = character >= (gunichar)-2;
        if (invalid || character < 0x20 || character == 0x7f) {
            append_escaped(out, (unsigned char)*p++);
            continue;
        }
        const char *next = character_next(p);
        if (character >= 0x80 && character < 0xa0)
            g_string_append_printf(out, "\\x%02x", character);
        else
            g_string_append_len(out, p, next - p);
        p = next;
    }
    return g_string_free(out, FALSE);
}

guint display_append_cut(GString *out, const char *text, guint width, bool utf8)
{
    gsize length = strlen(text);
    guint whole = display_width(text, length);
    if (whole <= width) {
        g_string_append_len(out, text, (gssize)length);
        return whole;
    }
    if (width == 0)
        return 0;
    guint used = 0;
    const char *p = text;
    for (; *p && used + character_width(g_utf8_get_char(p)) < width; p = character_next(p))
        used += character_width(g_utf8_get_char(p));
    g_string_append_len(out, text, p - text);
    g_string_append(out, utf8 ? "\xe2\x80\xa6" : "~");
    return used + 1;
}

void display_cut_lines(GString *text, const struct terminal *terminal)
{
    guint width = terminal_width(terminal);
    if (width == 0)
        return;
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    g_string_truncate(text, 0);
    for (char **line = lines; *line; line++) {
        display_append_cut(text, *line, width, terminal->utf8);
        if (line[1])
            g_string_append_c(text, '\n');
    }
}

void display_trim_end(GString *text)
{
    while (text->len > 0 && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
}

void display_append_spaces(GString *out, guint count)
{
    for (guint i = 0; i < count; i++)
        g_string_append_c(out, ' ');
}

/* Length of what fits into `width` columns, up to a space; a longer word is not parted. */
static gsize fitting_length(const char *text, guint width)
{
    gsize fits = strcspn(text, " ");
    while (text[fits]) {
        gsize next = fits + 1 + strcspn(text + fits + 1, " ");
        if (display_width(text, next) > width)
            break;
        fits = next;
    }
    return fits;
}

void display_append_words(GString *out, const struct terminal *terminal, guint indent,
                          const char *words)
{
    const guint columns = terminal_width(terminal);
    const char *line = strrchr(out->str, '\n');
    line = line ? line + 1 : out->str;
    guint used = display_width(line, strlen(line));
    while (true) {
        const guint room = columns == 0 ? G_MAXUINT : columns - MIN(columns, used);
        const gsize length = fitting_length(words, room);
        g_string_append_len(out, words, (gssize)length);
        g_string_append_c(out, '\n');
        words += length;
        if (!*words)
            return;
        words++;
        display_append_spaces(out, indent);
        used = indent;
    }
}

void display_append_pair(GString *out, const struct terminal *terminal, guint width,
                         const char *name, const char *words)
{
    const guint columns = terminal_width(terminal);
    const guint used = display_width(name, strlen(name));
    const bool is_small = columns > 0 && columns < width + 4 + WORDS_MIN;
    const guint indent = is_small ? 6 : width + 4;
    g_string_append_printf(out, "  %s", name);
    if (columns > 0 && (is_small || used > width)) {
        g_string_append_c(out, '\n');
        display_append_spaces(out, indent);
    } else {
        display_append_spaces(out, used < width ? width - used + 2 : 2);
    }
    display_append_words(out, terminal, indent, words);
}
