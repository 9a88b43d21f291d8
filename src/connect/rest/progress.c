/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/progress.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Of the time, at most one part is spent on waiting for the disk. */
enum { SYNC_PARTS = 50 };

struct progress_file {
    int file;
    GHashTable *lines; /* "number hash rows" */
    gint64 synced_us;  /* when it was last; monotonic */
    gint64 took_us;    /* how long that took */
};

static bool read_all(int file, GString *out, GError **error)
{
    char block[4096];
    for (ssize_t count = 0;;) {
        count = pread(file, block, sizeof block, (off_t)out->len);
        if (count == 0)
            return true;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            error_set_errno(error, errno, "what was sent before can't be read");
            return false;
        }
        g_string_append_len(out, block, count);
    }
}

/* Half a line, of a write that didn't end, gets an end: the next one stands for itself. */
static bool end_line(int file, const GString *text, GError **error)
{
    if (text->len == 0 || text->str[text->len - 1] == '\n' || write(file, "\n", 1) == 1)
        return true;
    error_set_errno(error, errno, "what is sent can't be noted");
    return false;
}

struct progress_file *progress_file_new(int file, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (!read_all(file, text, error) || !end_line(file, text, error))
        return NULL;
    struct progress_file *progress = g_new0(struct progress_file, 1);
    progress->file = file;
    progress->lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    char *at = text->str;
    for (char *end = NULL; (end = strchr(at, '\n')); at = end + 1)
        g_hash_table_add(progress->lines, g_strndup(at, (gsize)(end - at)));
    return progress;
}

void progress_file_free(struct progress_file *progress)
{
    if (!progress)
        return;
    g_hash_table_unref(progress->lines);
    g_free(progress);
}

static char *line_of(const struct batch *batch)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT, batch->number, batch->hash,
                           batch->rows);
}

bool progress_file_has(const struct progress_file *progress, const struct batch *batch)
{
    g_autofree char *line = line_of(batch);
    return g_hash_table_contains(progress->lines, line);
}

bool progress_file_sync(struct progress_file *progress, GError **error)
{
    const gint64 start = g_get_monotonic_time();
    if (fdatasync(progress->file) != 0) {
        error_set_errno(error, errno, "what is sent can't be noted");
        return false;
    }
    progress->synced_us = g_get_monotonic_time();
    progress->took_us = progress->synced_us - start;
    return true;
}

bool progress_file_add(struct progress_file *progress, const struct batch *batch, GError **error)
{
    g_autofree char *line = line_of(batch);
    g_autofree char *whole = g_strconcat(line, "\n", NULL);
    const gsize length = strlen(whole);
    if (write(progress->file, whole, length) != (ssize_t)length) {
        error_set_errno(error, errno, "what is sent can't be noted");
        return false;
    }
    const gint64 passed = g_get_monotonic_time() - progress->synced_us;
    const bool is_due = passed >= SYNC_PARTS * progress->took_us;
    return !is_due || progress_file_sync(progress, error);
}
