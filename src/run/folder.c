/* SPDX-License-Identifier: Apache-2.0 */
#include "run/folder.h"

#include "base/compare.h"
#include "base/error.h"
#include "base/file.h"
#include "run/crashed.h"
#include "run/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char locked_file[] = "events.jsonl";

char *run_id_new(gint64 time_us, const char *token)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(time, "%Y%m%dT%H%M%SZ");
    return g_strdup_printf("%s-%s", text, token);
}

bool run_id_is(const char *name)
{
    return g_regex_match_simple("^\\d{8}T\\d{6}Z-[0-9a-f]{8}$", name, 0, 0);
}

const char *run_id_token(const char *run_id)
{
    return strrchr(run_id, '-') + 1;
}

GPtrArray *run_folder_list(const char *directory)
{
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) folder = g_dir_open(directory, 0, NULL);
    for (const char *name = NULL; folder && (name = g_dir_read_name(folder));)
        if (run_id_is(name))
            g_ptr_array_add(ids, g_strdup(name));
    g_ptr_array_sort(ids, compare_texts);
    return ids;
}

/* Of the open file description: it ends with the process, or when the descriptor is closed, and not
 * when the file is opened and closed elsewhere in the process. */
static struct flock whole_file(short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

bool run_folder_is_alive(const char *path)
{
    g_autofree char *file = g_build_filename(path, locked_file, NULL);
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    struct flock lock = whole_file(F_RDLCK);
    bool is_alive = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(descriptor);
    return is_alive;
}

/* The name of a folder while it is being made or removed. */
static char *hidden_path(const char *directory, const char *run_id)
{
    return g_strdup_printf("%s/.%s", directory, run_id);
}

static bool make_locked(struct run_folder *folder, const char *path, GError **error)
{
    g_autofree char *file = g_build_filename(path, locked_file, NULL);
    if (mkdir(path, 0777) != 0) {
        g_autofree char *directory = g_path_get_dirname(path);
        error_set_errno(error, errno, "can't make a folder in '%s'", directory);
        return false;
    }
    folder->lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    struct flock lock = whole_file(F_WRLCK);
    if (folder->lock >= 0 && fcntl(folder->lock, F_OFD_SETLK, &lock) == 0)
        return true;
    error_set_errno(error, errno, "can't lock '%s'", file);
    return false;
}

static bool make_folder(struct run_folder *folder, const char *directory, const char *run_id,
                        GError **error)
{
    g_autofree char *hidden = hidden_path(directory, run_id);
    g_autofree char *path = g_build_filename(directory, run_id, NULL);
    if (!make_locked(folder, hidden, error))
        return false;
    folder->path = g_steal_pointer(&path);
    if (rename(hidden, folder->path) == 0)
        return true;
    error_set_errno(error, errno, "can't rename '%s' to '%s'", hidden, folder->path);
    return false;
}

static bool link_latest(const char *directory, const char *run_id, GError **error)
{
    g_autofree char *latest = g_build_filename(directory, "latest", NULL);
    g_autofree char *temporary = g_strdup_printf("%s/.latest.tmp-%s", directory, run_id);
    if (symlink(run_id, temporary) == 0 && rename(temporary, latest) == 0)
        return true;
    error_set_errno(error, errno, "can't make the link '%s'", latest);
    unlink(temporary);
    return false;
}

/* One that crashed counts when it has been dealt with. */
static bool is_over(const char *path)
{
    g_autofree char *results = g_build_filename(path, "run_results.json", NULL);
    return g_file_test(results, G_FILE_TEST_EXISTS) && !temporary_is_noted(path) &&
           !run_folder_is_alive(path);
}

/* A folder goes at once from where others look. What can't be removed (it isn't ours to remove)
 * stays: that is no reason not to run. */
static void remove_old_runs(const char *directory)
{
    g_autoptr(GPtrArray) ids = run_folder_list(directory);
    for (guint i = 0; i + RUNS_KEPT < ids->len; i++) {
        const char *run_id = g_ptr_array_index(ids, i);
        g_autofree char *path = g_build_filename(directory, run_id, NULL);
        g_autofree char *hidden = hidden_path(directory, run_id);
        if (is_over(path) && rename(path, hidden) == 0)
            (void)!path_remove(hidden, NULL);
    }
}

static bool is_hidden(const char *name)
{
    const char *id = g_str_has_prefix(name, ".latest.tmp-") ? strchr(name, '-') : name;
    return *name == '.' && run_id_is(id + 1);
}

/* What was being made or removed when a process died: whoever has entered is alone. */
static void remove_hidden(const char *directory)
{
    g_autoptr(GDir) folder = g_dir_open(directory, 0, NULL);
    for (const char *name = NULL; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        if (is_hidden(name))
            (void)!path_remove(path, NULL);
    }
}

/* One process at a time. A descriptor to be closed, or -1. */
static int enter(const char *directory, GError **error)
{
    if (!folder_make(directory, error))
        return -1;
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
        return descriptor;
    error_set_errno(error, errno, "can't lock '%s'", directory);
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

bool run_folder_open(struct run_folder *folder, const char *directory, const char *run_id,
                     GError **error)
{
    *folder = (struct run_folder){.lock = -1};
    int entered = enter(directory, error);
    if (entered < 0)
        return false;
    remove_hidden(directory);
    bool made = make_folder(folder, directory, run_id, error);
    if (made) {
        folder->crashed = crashed_settle(directory);
        remove_old_runs(directory);
    } else {
        remove_hidden(directory);
    }
    close(entered);
    if (!made)
        run_folder_close(folder);
    return made;
}

void run_folder_settle(const char *directory)
{
    bool has_runs = g_file_test(directory, G_FILE_TEST_IS_DIR);
    int entered = has_runs ? enter(directory, NULL) : -1;
    if (entered < 0)
        return;
    remove_hidden(directory);
    g_ptr_array_unref(crashed_settle(directory));
    close(entered);
}

void run_folder_close(struct run_folder *folder)
{
    if (folder->lock >= 0)
        close(folder->lock);
    g_clear_pointer(&folder->path, g_free);
    g_clear_pointer(&folder->crashed, g_ptr_array_unref);
    folder->lock = -1;
}

bool run_folder_announce(const struct run_folder *folder, GError **error)
{
    g_autofree char *directory = g_path_get_dirname(folder->path);
    g_autofree char *run_id = g_path_get_basename(folder->path);
    int entered = enter(directory, error);
    if (entered < 0)
        return false;
    bool linked = link_latest(directory, run_id, error);
    close(entered);
    return linked;
}

void run_folder_discard(struct run_folder *folder)
{
    if (folder->path)
        (void)!path_remove(folder->path, NULL);
    run_folder_close(folder);
}
