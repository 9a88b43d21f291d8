/* SPDX-License-Identifier: Apache-2.0 */
#include "base/identity.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file_identity *file_identity_get(const char *path, GError **error)
{
    struct stat status;
    bool exists = stat(path, &status) == 0;
    if (!exists && errno != ENOENT && errno != ENOTDIR) {
        error_set_errno(error, errno, "%s", path);
        return NULL;
    }
    struct file_identity *identity = g_new(struct file_identity, 1);
    *identity = (struct file_identity){.path = g_strdup(path), .size = -1};
    if (exists) {
        identity->size = status.st_size;
        identity->mtime_ns =
            status.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + (gint64)status.st_mtim.tv_nsec;
        identity->inode = status.st_ino;
    }
    return identity;
}

struct file_identity *file_identity_copy(const struct file_identity *identity)
{
    struct file_identity *copy = g_new(struct file_identity, 1);
    *copy = *identity;
    copy->path = g_strdup(identity->path);
    copy->version = g_strdup(identity->version);
    return copy;
}

void file_identity_free(struct file_identity *identity)
{
    if (!identity)
        return;
    g_free(identity->path);
    g_free(identity->version);
    g_free(identity);
}

bool file_identity_equal(const struct file_identity *left, const struct file_identity *right)
{
    if (strcmp(left->path, right->path) != 0 || left->size != right->size)
        return false;
    return left->version ? g_strcmp0(left->version, right->version) == 0
                         : left->mtime_ns == right->mtime_ns && left->inode == right->inode;
}

char *file_identity_text(const struct file_identity *identity)
{
    const gint64 second = G_GINT64_CONSTANT(1000000000);
    if (identity->size < 0)
        return g_strdup("missing");
    if (identity->version)
        return g_strdup_printf("%" G_GINT64_FORMAT " %s", identity->size, identity->version);
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT
                           " %" G_GUINT64_FORMAT,
                           identity->size, identity->mtime_ns / second,
                           ABS(identity->mtime_ns % second), identity->inode);
}

const char *file_identity_change(const struct file_identity *before,
                                 const struct file_identity *after)
{
    if (before->size < 0)
        return after->size < 0 ? NULL : "appeared";
    if (after->size < 0)
        return "was removed";
    if (before->version)
        return file_identity_equal(before, after) ? NULL : "was changed";
    if (before->inode != after->inode)
        return "was replaced";
    if (after->size < before->size)
        return "was truncated";
    return before->size != after->size || before->mtime_ns != after->mtime_ns ? "was changed"
                                                                              : NULL;
}

static void free_identity(gpointer identity)
{
    file_identity_free(identity);
}

GPtrArray *file_identities_new(void)
{
    return g_ptr_array_new_with_free_func(free_identity);
}

static gint compare_paths(gconstpointer left, gconstpointer right)
{
    const struct file_identity *const *a = left;
    const struct file_identity *const *b = right;
    return strcmp((*a)->path, (*b)->path);
}

void file_identities_sort(GPtrArray *identities)
{
    g_ptr_array_sort(identities, compare_paths);
    for (guint i = identities->len; i-- > 1;)
        if (compare_paths(&identities->pdata[i - 1], &identities->pdata[i]) == 0)
            g_ptr_array_remove_index(identities, i);
}

const struct file_identity *file_identities_find(const GPtrArray *identities, const char *path)
{
    const struct file_identity wanted = {.path = (char *)(guintptr)path};
    const struct file_identity *key = &wanted;
    if (identities->len == 0)
        return NULL;
    const struct file_identity *const *found =
        bsearch(&key, identities->pdata, identities->len, sizeof *identities->pdata, compare_paths);
    return found ? *found : NULL;
}
