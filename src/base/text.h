/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of one file and places in it.
 *
 * Everything that is read from a file (pipeline, included file, profile) is kept as one immutable
 * `struct text`; trees and messages point into it with spans. A text lives as long as the tree
 * that was read from it and may be read by all threads.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* A piece of a text. `text == NULL` is "no place". Offsets and lengths are bytes. */
struct span {
    const struct text *text;
    guint32 offset;
    guint32 length;
};

struct text {
    char *path; /* as messages show it: relative to the project where the file is inside it */
    char *data; /* valid UTF-8 without BOM, NUL-terminated */
    gsize length;
    struct span included_at; /* the INCLUDE that brought it in, or no place */
    GArray *lines;           /* guint32 offsets of the first byte of each line */
};

/* Line and column counted from 1; columns count characters, not bytes. */
struct place {
    guint line;
    guint column;
};

enum { TEXT_MAX_BYTES = 16 * 1024 * 1024 };

/* How long the byte order mark of UTF-8 is that these bytes begin with, or 0. */
gsize text_mark_length(const char *data, gsize length);

/* Takes a copy of `data` (which may hold NUL bytes). A leading BOM is dropped. Fails with
 * ERROR_SYNTAX, naming `path` and the place, when it is too large, not UTF-8, or holds a NUL. */
struct text *text_new(const char *path, const char *data, gsize length,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the file at `file_path`; messages call it `path`. Fails as text_new, or as
 * error_set_errno when it can't be read (ERROR_USAGE: missing, a folder; ERROR_PERMISSION). */
struct text *text_load(const char *path, const char *file_path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

void text_free(struct text *text);
DEFINE_AUTO(text, text_free);

struct place text_place(const struct text *text, gsize offset);

/* The line (from 1) without its line end; points into the text. */
const char *text_line(const struct text *text, guint line, gsize *out_length);

/* A span over [from, to) of one text. */
struct span span_between(struct span from, struct span to);

/* The characters of the span; points into the text, not NUL-terminated. */
const char *span_start(struct span span);

/* A NUL-terminated copy. */
char *span_dup(struct span span);

/* A copy for messages: the first line's first 40 bytes or so, with `…` where there is more. */
char *span_excerpt(struct span span);
