/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/storage/spool.h"

#include "base/error.h"
#include "base/file.h"

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
    const guint64 room = (guint64)status.f_bavail * status.f_frsize;
    if ((guint64)bytes + RESERVE_BYTES <= room)
        return true;
    g_autofree char *needed = g_format_size((guint64)bytes);
    g_autofree char *there = g_format_size(room);
    error_set(error, ERROR_SYSTEM, "%s are to be fetched, and '%s' has room for %s", needed,
              spool->folder, there);
    return false;
}

/* Every part of it can be a file's name as it is. */
static bool is_plain(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (char **part = parts; *part; part++)
        if (**part == '\0' || strlen(*part) > LONGEST_NAME || strcmp(*part, ".") == 0 ||
            strcmp(*part, "..") == 0)
            return false;
    return true;
}

/* The end of the last part, for its extension; of the web without the query. */
static char *tail_of(const char *address)
{
    g_autofree char *path = g_strndup(address, strcspn(address, "?#"));
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const gsize length = strlen(name);
    return g_strdup(length > LONGEST_TAIL ? name + length - LONGEST_TAIL : name);
}

static char *numbered_place(struct spool *spool, const char *address)
{
    g_autofree char *tail = tail_of(address);
    g_autofree char *number = g_strdup_printf("%u", spool->numbered++);
    return g_build_filename(spool->folder, "other", number, *tail ? tail : "object", NULL);
}

static char *place_of(struct spool *spool, const char *address)
{
    const gsize scheme = strlen("s3://");
    if (g_ascii_strncasecmp(address, "s3://", scheme) == 0 && is_plain(address + scheme))
        return g_build_filename(spool->folder, "s3", address + scheme, NULL);
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
