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
    char *path; /* the final place, symbolic links resolved */
    char
        *temporary; /* of a file `.NAME.tmp-TOKEN` beside it; of a folder `.sqlflow/NAME.tmp-TOKEN`,
                        where patterns for the place's neighbours don't reach; equal to `path` for a
                        device or FIFO */
    bool is_folder;
};

/* `.NAME.tmp-TOKEN` beside `path`. */
char *temporary_path(const char *path, const char *token);

/* `.NAME.tmp-` and the 8 digits of a token. */
bool temporary_is_name(const char *name);

/* Prepares to write a file to `path`: makes missing folders above, resolves links, chooses the
 * temporary name. Nothing is created under either name yet. ERROR_PERMISSION or ERROR_SYSTEM. */
bool output_init(struct output *output, const char *path, const char *token,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a folder with files in it. */
bool output_init_folder(struct output *output, const char *path, const char *token,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the temporary folder, empty; of a file nothing. */
bool output_begin(const struct output *output, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A device or FIFO: both names are one, and it is not ours to remove. */
bool output_is_direct(const struct output *output);

/* Makes what was written under the temporary name the file or folder: fsync of all of it, owner and
 * mode of the former one kept, rename, fsync of the folder above. A folder takes the place of a
 * former file or folder in one exchange; where the file system has none (RENAME_EXCHANGE), that is
 * ERROR_SYSTEM and nothing has changed. Where both names are one (a device), nothing is left to do.
 */
bool output_commit(struct output *output, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what is under the temporary name, if anything, and frees the record's strings: a file or
 * folder that was not committed, the former folder after a commit. */
void output_clear(struct output *output);

/* `path` gets exactly these bytes, durably and atomically; folders are made. */
bool file_write(const char *path, const char *data, gsize length,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, as atomic, but without waiting for the disk: for what can be made again from the
 * user's files, such as a compiled plan. */
bool file_write_derived(const char *path, const char *data, gsize length,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, as durable, but half made as long as it takes: for a name that nobody looks at yet. */
bool file_write_plain(const char *path, const char *data, gsize length,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the folder and those above it, durably. */
bool folder_make(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what file_write and file_write_derived left half made in a folder when they were killed:
 * what is older than an hour, since no write takes so long. */
void temporary_sweep(const char *folder);

/* A folder itself, not a link to one. */
bool path_is_folder(const char *path);

/* Removes what is under a temporary name, and `.sqlflow` around it when that is empty. */
bool temporary_remove(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes a file, or a folder with all that is in it; links are removed, not followed. A missing
 * path is fine. */
bool path_remove(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes of a regular file; -1 for anything else. */
gint64 file_size(const char *path);

/* Writes all of it to an open file; false with errno set. */
bool descriptor_write(int fd, const char *data, gsize length) G_GNUC_WARN_UNUSED_RESULT;

/* fsync of one file or folder. */
bool path_sync(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 8 lower-case hex digits from the system's random source. */
char *token_new(void);
