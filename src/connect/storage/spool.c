/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/storage/spool.h"

#include "base/error.h"
#include "base/file.h"
#include "connect/storage/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { LONGEST_NAME = 255, LONGEST_TAIL = 64, RESERVE_BYTES = 16 * 1024 * 1024 };

struct spool {
    char *folder;
    guint numbered;
    bool is_kept;
    int lock; /* of a temporary one; -1 */
};

struct spool *spool_new(const char *folder, GError **error)
{
    g_autofree char *above = g_path_get_dirname(folder);
    if (!folder_make(above, error))
        return NULL;
    if (mkdir(folder, 0700) != 0) {
        error_set_errno(error, errno, "can't make the folder '%s'", folder);
        return NULL;
    }
    struct spool *spool = g_new0(struct spool, 1);
    spool->folder = g_strdup(folder);
    spool->lock = -1;
    return spool;
}

static const char temporary_name[] = ".sqlflow-fetched.tmp-";

/* A descriptor of the folder that locks it; -1: it is another one's, or locked. */
static int lock_folder(const char *folder)
{
    struct stat status;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* One that is just being made isn't locked yet. */
static bool is_new(const char *folder)
{
    enum { SECONDS = 60 };
    struct stat status;
    return lstat(folder, &status) != 0 ||
           status.st_mtime > g_get_real_time() / G_USEC_PER_SEC - SECONDS;
}

static void remove_abandoned(const char *above)
{
    g_autoptr(GDir) folder = g_dir_open(above, 0, NULL);
    for (const char *name = NULL; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *path = g_build_filename(above, name, NULL);
        if (!g_str_has_prefix(name, temporary_name) || !temporary_is_name(name) || is_new(path))
            continue;
        const int lock = lock_folder(path);
        if (lock < 0)
            continue;
        (void)!path_remove(path, NULL);
        close(lock);
    }
}

struct spool *spool_new_temporary(const char *above, GError **error)
{
    g_autofree char *token = token_new();
    g_autofree char *name = g_strconcat(temporary_name, token, NULL);
    g_autofree char *folder = g_build_filename(above, name, NULL);
    remove_abandoned(above);
    struct spool *spool = spool_new(folder, error);
    if (spool)
        spool->lock = lock_folder(folder);
    return spool;
}

void spool_free(struct spool *spool)
{
    if (!spool)
        return;
    if (!spool->is_kept)
        (void)!path_remove(spool->folder, NULL);
    if (spool->lock >= 0)
        close(spool->lock);
    g_free(spool->folder);
    g_free(spool);
}

void spool_keep(struct spool *spool)
{
    spool->is_kept = true;
}

bool spool_check_room(const struct spool *spool, gint64 bytes, GError **error)
{
    struct statvfs status;
    if (statvfs(spool->folder, &status) != 0)
        return true;
    const guint64 there = (guint64)status.f_bavail * status.f_frsize;
    const guint64 room = there > RESERVE_BYTES ? there - RESERVE_BYTES : 0;
    if ((guint64)bytes <= room)
        return true;
    g_autofree char *needed = g_format_size((guint64)bytes);
    g_autofree char *shown = g_format_size(room);
    error_set(error, ERROR_SYSTEM,
              "%s are to be fetched, and there is room for %s at '%s'; \"temp_directory\" of the "
              "engine in the profile names another place",
              needed, shown, spool->folder);
    return false;
}

static bool is_plain_name(const char *name)
{
    return *name && strlen(name) <= LONGEST_NAME && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* Every part of it can be a file's name as it is. */
static bool is_plain(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (char **part = parts; *part; part++)
        if (!is_plain_name(*part))
            return false;
    return true;
}

/* The last part, or the end of it, for its extension. */
static const char *name_of(const char *part)
{
    const gsize length = strlen(part);
    const char *name = length > LONGEST_TAIL ? part + length - LONGEST_TAIL : part;
    return is_plain_name(name) ? name : "object";
}

/* With those folders that can be some, since they may tell of its rows: year=2024. */
static char *numbered_place(struct spool *spool, const char *address)
{
    g_autofree char *path = storage_name(address);
    g_auto(GStrv) parts = g_strsplit(strstr(path, "://") + strlen("://"), "/", -1);
    GString *place = g_string_new(spool->folder);
    g_string_append_printf(place, "/other/%u", spool->numbered++);
    for (char **part = parts; *part; part++) {
        g_autofree char *meant = storage_is_s3(address) ? NULL : g_uri_unescape_string(*part, "/");
        const char *name = meant ? meant : *part;
        const bool is_last = !part[1];
        if (is_last || is_plain_name(name))
            g_string_append_printf(place, "/%s", is_last ? name_of(name) : name);
    }
    return g_string_free(place, FALSE);
}

static char *place_of(struct spool *spool, const char *address)
{
    const char *path = address + strlen("s3://");
    if (storage_is_s3(address) && is_plain(path))
        return g_build_filename(spool->folder, "s3", path, NULL);
    return numbered_place(spool, address);
}

static int create(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    return g_mkdir_with_parents(folder, 0700) == 0
               ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
               : -1;
}

/* A key may stand below another one, and be fetched twice. */
int spool_create(struct spool *spool, const char *address, gint64 size, char **out_path,
                 GError **error)
{
    g_autofree char *path = place_of(spool, address);
    int fd = create(path);
    if (fd < 0 && (errno == EEXIST || errno == ENOTDIR || errno == EISDIR)) {
        g_free(path);
        path = numbered_place(spool, address);
        fd = create(path);
    }
    if (fd >= 0 && ftruncate(fd, size) == 0) {
        *out_path = g_steal_pointer(&path);
        return fd;
    }
    error_set_errno(error, errno, "can't write a copy of '%s'", address);
    if (fd >= 0)
        close(fd);
    return -1;
}
