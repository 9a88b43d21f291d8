/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream can show: colour, width, and how wide a text is on it. Meaning never hangs on
 * colour.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

struct terminal {
    FILE *file;
    bool is_terminal; /* and can move the cursor (TERM isn't "dumb") */
    bool color;
    bool utf8; /* the locale's encoding */
};

enum style {
    STYLE_BOLD = 1,
    STYLE_DIM,
    STYLE_RED,
    STYLE_GREEN,
    STYLE_YELLOW,
    STYLE_CYAN,
};

/* Colour is off with no_color, NO_COLOR, TERM=dumb or when the stream is no terminal. */
void terminal_init(struct terminal *terminal, FILE *file, bool no_color);

/* Columns now (it may be resized at any time); 0 when the stream is no terminal: no limit. */
guint terminal_width(const struct terminal *terminal);

/* Rows now; 0 when the stream is no terminal. */
guint terminal_height(const struct terminal *terminal);

/* Writes all of the text, and empties it. */
void terminal_flush(const struct terminal *terminal, GString *text);

/* The sequences that begin and end a style, "" without colour. */
const char *style_on(bool color, enum style style);
const char *style_off(bool color);

/* Columns that valid UTF-8 takes: 2 for wide characters, 0 for combining ones. */
guint display_width(const char *text, gsize length);

/* The text with control characters as \n, \t, \x1b: nothing in data moves the cursor. Bytes that
 * are no UTF-8 become \xNN. */
char *display_escape(const char *text, gsize length);

/* Adds the text cut to `width` columns, the last one then an ellipsis. Returns columns used. */
guint display_append_cut(GString *out, const char *text, guint width, bool utf8);

/* Cuts every line to the terminal's width; where there is no terminal, nothing. */
void display_cut_lines(GString *text, const struct terminal *terminal);

/* Takes spaces off the end. */
void display_trim_end(GString *text);

/* Adds `count` spaces. */
void display_append_spaces(GString *out, guint count);

/* Words from the column on that the text has come to, and a line's end; where the terminal ends
 * they go on below, `indent` columns in. Longer words aren't parted. */
void display_append_words(GString *out, const struct terminal *terminal, guint indent,
                          const char *words);

/* "  name      words" with the name as wide as `width`; in a small window the words are below. */
void display_append_pair(GString *out, const struct terminal *terminal, guint width,
                         const char *name, const char *words);
