/* SPDX-License-Identifier: Apache-2.0 */
#include "run/temporary.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *note_path(const char *folder)
{
    return g_build_filename(folder, "temporary", NULL);
}

/* One write a line, which the system appends whole. An escaped path has no line end. */
bool temporary_note(const char *folder, const char *path, GError **error)
{
    if (!folder)
        return true;
    g_autofree char *file = note_path(folder);
    g_autofree char *escaped = g_strescape(path, NULL);
    g_autofree char *line = g_strconcat(escaped, "\n", NULL);
    int descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    errno = descriptor >= 0 ? ENOSPC : errno; /* of a write that is cut short */
    bool written =
        descriptor >= 0 && write(descriptor, line, strlen(line)) == (ssize_t)strlen(line);
    if (!written)
        error_set_errno(error, errno, "can't write '%s'", file);
    if (descriptor >= 0)
        close(descriptor);
    return written;
}

bool temporary_is_noted(const char *folder)
{
    g_autofree char *file = note_path(folder);
    return g_file_test(file, G_FILE_TEST_EXISTS);
}

/* `.NAME.tmp-TOKEN`, with what the engine hangs on, or `.sqlflow/NAME.tmp-TOKEN`. */
static bool is_name_of(const char *path, const char *token)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *around = g_path_get_dirname(path);
    g_autofree char *end = g_strconcat(".tmp-", token, NULL);
    g_autofree char *wal = g_strconcat(end, ".wal", NULL);
    if (g_str_has_suffix(around, "/.sqlflow") || strcmp(around, ".sqlflow") == 0)
        return g_str_has_suffix(name, end);
    return *name == '.' && (g_str_has_suffix(name, end) || g_str_has_suffix(name, wal));
}

/* The removal of one run's leftovers. */
struct removal {
    guint removed;
    GError *error; /* the first */
};

static void remove_one(struct removal *removal, const char *path)
{
    struct stat status;
    bool is_there = lstat(path, &status) == 0;
    GError **error = removal->error ? NULL : &removal->error;
    if (temporary_remove(path, error))
        removal->removed += is_there;
}

/* A line that was cut short by a crash: what it names was not made. */
static void remove_noted(struct removal *removal, const char *text, const char *token)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        g_autofree char *line = g_strndup(text, (gsize)(end - text));
        g_autofree char *path = g_strcompress(line);
        if (is_name_of(path, token))
            remove_one(removal, path);
    }
}

/* `.plan.json.tmp-1a2b3c4d`: of file_write, which has tokens of its own. */
static void remove_half_written(struct removal *removal, const char *folder)
{
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    for (const char *name = NULL; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (temporary_is_name(name))
            remove_one(removal, path);
    }
}

bool temporary_remove_noted(const char *folder, const char *token, guint *out_removed,
                            GError **error)
{
    struct removal removal = {0};
    g_autofree char *file = note_path(folder);
    g_autofree char *text = NULL;
    if (g_file_get_contents(file, &text, NULL, NULL))
        remove_noted(&removal, text, token);
    remove_half_written(&removal, folder);
    if (out_removed)
        *out_removed = removal.removed;
    if (!removal.error)
        return path_remove(file, error);
    g_propagate_error(error, removal.error);
    return false;
}
