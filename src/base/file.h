/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable files. Invariant: a file under its final name is whole. Everything that is written
 * appears first under a temporary name in the same folder and is renamed after fsync. Derived
 * files are renamed without: they are whole unless the power fails.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Where an output is being made. */
struct output {
    char *path;      /* the final place, symbolic links resolved */
    char *temporary; /* `.NAME.tmp-TOKEN` beside it; equal to `path` for a device or FIFO */
};

/* Prepares to write `path`: makes missing folders, resolves links, chooses the temporary name.
 * Nothing is created under either name yet. ERROR_PERMISSION or ERROR_SYSTEM. */
bool output_init(struct output *output, const char *path, const char *token,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes what was written under the temporary name the file: fsync, owner and mode of a former file
 * kept, rename, fsync of the folder. The temporary one may be a folder: it takes the place of the
 * former file or folder in one exchange. Where both names are one (a device), nothing is left to
 * do. */
bool output_commit(struct output *output, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes the temporary file or folder, if it is there, and frees the record's strings. Safe after
 * output_commit, which leaves nothing to remove. */
void output_clear(struct output *output);

/* `path` gets exactly these bytes, durably and atomically; folders are made. */
bool file_write(const char *path, const char *data, gsize length,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, as atomic, but without waiting for the disk: for what can be made again from the
 * user's files, such as a compiled plan. */
bool file_write_derived(const char *path, const char *data, gsize length,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the folder and its parents. */
bool folder_make(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A folder itself, not a link to one. */
bool path_is_folder(const char *path);

/* Removes a file, or a folder with all that is in it; links are removed, not followed. A missing
 * path is fine. */
bool path_remove(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes of a regular file; -1 for anything else. */
gint64 file_size(const char *path);

/* 8 lower-case hex digits from the system's random source. */
char *token_new(void);
