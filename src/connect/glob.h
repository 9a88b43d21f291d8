/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File patterns: `*` and `?` within a folder's name, `[a-z]` and `[!a-z]`, `**` for any number of
 * folders. Names that begin with a dot fit only where the pattern writes the dot; `**` follows no
 * links, so it ends.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { GLOB_MAX_FILES = 100000, GLOB_MAX_DEPTH = 64 };

/* Has one of * ? [ in it. */
bool glob_is_pattern(const char *path);

/* The whole path fits the pattern; both normalised, no file is looked at. */
bool glob_matches(const char *pattern, const char *path);

/* Who reads `read`, a path or pattern, reads what is written to `written`, a file or a folder with
 * files in it. Both normalised. */
bool glob_covers(const char *read, const char *written);

/* Adds the files that fit, sorted by bytes; none is fine. ERROR_USAGE when there are too many. */
bool glob_find(const char *pattern, GPtrArray *paths, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same; none is ERROR_USAGE, too. */
bool glob_expand(const char *pattern, GPtrArray *paths, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds the files of a source's path or pattern, sorted. A file of exactly that name wins over a
 * pattern. ERROR_USAGE: a missing file (with the nearest name), a folder, `-`, an address;
 * ERROR_PERMISSION. */
bool path_expand(const char *path, GPtrArray *paths, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of a list of them, in its order. */
bool paths_expand(const GPtrArray *wanted, GPtrArray *paths,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
