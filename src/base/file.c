/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

char *token_new(void)
{
    guint32 random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        random = g_random_int();
    return g_strdup_printf("%08x", random);
}

gint64 file_size(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
}

/* Closes on every way out. */
static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define AUTO_FD __attribute__((cleanup(fd_close))) int

bool path_sync(const char *path, GError **error)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && (fsync(fd) == 0 || errno == EINVAL)) /* a folder that knows no fsync */
        return true;
    error_set_errno(error, errno, "can't make '%s' durable", path);
    return false;
}

static bool sync_parent(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    return path_sync(folder, error);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the path */
bool folder_make(const char *path, GError **error)
{
    if (mkdir(path, 0777) == 0)
        return sync_parent(path, error);
    int failure = errno;
    g_autofree char *above = g_path_get_dirname(path);
    if (failure == EEXIST && g_file_test(path, G_FILE_TEST_IS_DIR))
        return true;
    if (failure == ENOENT && !g_file_test(above, G_FILE_TEST_IS_DIR))
        return folder_make(above, error) && folder_make(path, error);
    error_set_errno(error, failure, "can't make folder '%s'", path);
    return false;
}

/* All files below and the folders themselves. */
static bool sync_tree(const char *path, GError **error)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        error_set_errno(error, errno, "can't read '%s'", path);
        return false;
    }
    if (!S_ISDIR(status.st_mode))
        return path_sync(path, error);
    g_autoptr(GDir) folder = g_dir_open(path, 0, error);
    if (!folder)
        return false;
    for (const char *name; (name = g_dir_read_name(folder));) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (!sync_tree(child, error))
            return false;
    }
    return path_sync(path, error);
}

bool path_is_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool remove_children(const char *path, GError **error)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, error);
    if (!folder)
        return false;
    for (const char *name; (name = g_dir_read_name(folder));) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (!path_remove(child, error))
            return false;
    }
    return true;
}

bool path_remove(const char *path, GError **error)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (errno == ENOENT)
            return true;
        error_set_errno(error, errno, "can't remove '%s'", path);
        return false;
    }
    bool is_folder = S_ISDIR(status.st_mode);
    if (is_folder && !remove_children(path, error))
        return false;
    if ((is_folder ? rmdir(path) : unlink(path)) == 0 || errno == ENOENT)
        return true;
    error_set_errno(error, errno, "can't remove '%s'", path);
    return false;
}

/* The place behind symbolic links, also where the last link's target is still missing. */
static char *resolve_links(const char *path)
{
    char *resolved = g_strdup(path);
    for (int depth = 0; depth < 40; depth++) {
        g_autofree char *link = g_file_read_link(resolved, NULL);
        if (!link)
            return resolved;
        g_autofree char *folder = g_path_get_dirname(resolved);
        g_free(resolved);
        resolved = g_path_is_absolute(link) ? g_strdup(link) : g_build_filename(folder, link, NULL);
    }
    return resolved;
}

/* A device or FIFO has no content of its own to protect: it is written directly. */
static bool is_written_directly(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

char *temporary_path(const char *path, const char *token)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *hidden = g_strdup_printf(".%s.tmp-%s", name, token);
    return g_build_filename(folder, hidden, NULL);
}

bool temporary_is_name(const char *name)
{
    return g_regex_match_simple("^\\..+\\.tmp-[0-9a-f]{8}$", name, 0, 0);
}

static const char generations[] = ".sqlflow";

static char *generation_path(const char *path, const char *token)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *generation = g_strdup_printf("%s.tmp-%s", name, token);
    return g_build_filename(folder, generations, generation, NULL);
}

static bool check_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (!folder_make(folder, error))
        return false;
    int failure = access(folder, W_OK) == 0 ? 0 : errno;
    if (failure == 0 || is_written_directly(path))
        return true;
    error_set_errno(error, failure, "can't write to folder '%s'", folder);
    return false;
}

bool output_init(struct output *output, const char *path, const char *token, GError **error)
{
    g_autofree char *resolved = resolve_links(path);
    if (!check_folder(resolved, error))
        return false;
    output->temporary =
        is_written_directly(resolved) ? g_strdup(resolved) : temporary_path(resolved, token);
    output->path = g_steal_pointer(&resolved);
    return true;
}

bool output_init_folder(struct output *output, const char *path, const char *token, GError **error)
{
    g_autofree char *resolved = resolve_links(path);
    if (!check_folder(resolved, error))
        return false;
    output->is_folder = true;
    output->temporary = generation_path(resolved, token);
    output->path = g_steal_pointer(&resolved);
    return true;
}

/* Another run may remove the folder around it just now, since it was empty. */
bool output_begin(const struct output *output, GError **error)
{
    enum { TRIES = 100 };
    if (!output->is_folder)
        return true;
    g_autofree char *around = g_path_get_dirname(output->temporary);
    for (guint i = 0; i < TRIES; i++) {
        if ((mkdir(around, 0777) == 0 || errno == EEXIST) && mkdir(output->temporary, 0777) == 0)
            return true;
        if (errno != ENOENT)
            break;
    }
    error_set_errno(error, errno, "can't make folder '%s'", output->temporary);
    return false;
}

bool temporary_remove(const char *path, GError **error)
{
    g_autofree char *around = g_path_get_dirname(path);
    bool removed = path_remove(path, error);
    if (g_str_has_suffix(around, generations))
        rmdir(around);
    return removed;
}

/* Owner and mode of what is about to be replaced; the owner only as far as we may. */
static bool keep_status(const struct output *output, GError **error)
{
    struct stat former;
    struct stat made;
    if (stat(output->path, &former) != 0 || stat(output->temporary, &made) != 0 ||
        (former.st_mode & S_IFMT) != (made.st_mode & S_IFMT))
        return true;
    bool same_owner = made.st_uid == former.st_uid && made.st_gid == former.st_gid;
    if (!same_owner && chown(output->temporary, former.st_uid, former.st_gid) != 0 &&
        errno != EPERM) {
        error_set_errno(error, errno, "can't keep the owner of '%s'", output->path);
        return false;
    }
    if (chmod(output->temporary, former.st_mode & 07777) == 0)
        return true;
    error_set_errno(error, errno, "can't keep the mode of '%s'", output->path);
    return false;
}

/* rename(2) can't replace a folder that is not empty: the two are exchanged, so that one of them is
 * there at every moment. The former one is under the temporary name then. */
static bool put_in_place(const struct output *output, GError **error)
{
    struct stat former;
    bool exchange = output->is_folder && lstat(output->path, &former) == 0;
    if (renameat2(AT_FDCWD, output->temporary, AT_FDCWD, output->path,
                  exchange ? RENAME_EXCHANGE : 0) == 0)
        return true;
    if (exchange && (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
        error_set(
            error, ERROR_SYSTEM,
            "the file system of '%s' can't exchange two folders in one step: remove it before "
            "the run, or write to another place",
            output->path);
    else
        error_set_errno(error, errno, "can't rename '%s' to '%s'", output->temporary, output->path);
    return false;
}

bool output_is_direct(const struct output *output)
{
    return strcmp(output->temporary, output->path) == 0;
}

static bool commit(const struct output *output, bool durably, GError **error)
{
    if (output_is_direct(output))
        return true;
    return (!durably || sync_tree(output->temporary, error)) && keep_status(output, error) &&
           put_in_place(output, error) && (!durably || sync_parent(output->path, error)) &&
           (!output->is_folder || sync_parent(output->temporary, error));
}

bool output_commit(struct output *output, GError **error)
{
    return commit(output, true, error);
}

void output_clear(struct output *output)
{
    if (output->temporary && !output_is_direct(output))
        (void)!temporary_remove(output->temporary, NULL);
    g_clear_pointer(&output->path, g_free);
    g_clear_pointer(&output->temporary, g_free);
}

bool descriptor_write(int fd, const char *data, gsize length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        data += written;
        length -= (gsize)written;
    }
    return true;
}

/* `name` is what the user knows the file as. */
static bool write_as(const char *path, const char *name, const char *data, gsize length,
                     GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool written = fd >= 0 && descriptor_write(fd, data, length);
    int failure = errno;
    if (fd >= 0 && close(fd) != 0 && written) {
        written = false;
        failure = errno;
    }
    if (!written)
        error_set_errno(error, failure, "can't write '%s'", name);
    return written;
}

static bool write_file(const char *path, const char *data, gsize length, bool durably,
                       GError **error)
{
    g_autofree char *token = token_new();
    struct output output = {0};
    if (!output_init(&output, path, token, error))
        return false;
    bool done =
        write_as(output.temporary, path, data, length, error) && commit(&output, durably, error);
    output_clear(&output);
    return done;
}

bool file_write(const char *path, const char *data, gsize length, GError **error)
{
    return write_file(path, data, length, true, error);
}

bool file_write_plain(const char *path, const char *data, gsize length, GError **error)
{
    return write_as(path, path, data, length, error) && path_sync(path, error);
}

bool file_write_derived(const char *path, const char *data, gsize length, GError **error)
{
    return write_file(path, data, length, false, error);
}

static bool is_older(const char *path, gint64 seconds)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_mtime < g_get_real_time() / G_USEC_PER_SEC - seconds;
}

void temporary_sweep(const char *folder)
{
    enum { HOUR = 60 * 60 };
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    for (const char *name = NULL; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (temporary_is_name(name) && is_older(path, HOUR))
            unlink(path);
    }
}
