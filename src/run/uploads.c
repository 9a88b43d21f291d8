/* SPDX-License-Identifier: Apache-2.0 */
#include "run/uploads.h"

#include "base/error.h"
#include "base/file.h"
#include "run/folder.h"

#include <string.h>
#include <unistd.h>

/* How far the store's clock may be behind ours. */
#define CLOCKS_DIFFER_US (15 * 60 * G_USEC_PER_SEC)

struct upload_note {
    char *path; /* NULL: nothing was noted */
};

struct upload_note *upload_note_new(const char *folder, const char *address, guint step,
                                    GError **error)
{
    AUTO(upload_note) note = g_new0(struct upload_note, 1);
    if (!folder)
        return g_steal_pointer(&note);
    g_autofree char *name = g_strdup_printf("upload-%u", step);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "\n%s", g_get_real_time(), address);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (!file_write(path, text, strlen(text), error))
        return NULL;
    note->path = g_steal_pointer(&path);
    return g_steal_pointer(&note);
}

void upload_note_free(struct upload_note *note)
{
    if (!note)
        return;
    if (note->path)
        unlink(note->path);
    g_free(note->path);
    g_free(note);
}

/* When an upload to `address` was begun, by a note; 0: it is about another one. */
static gint64 read_note(const char *path, const char *address)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    char *end = NULL;
    const gint64 time = g_ascii_strtoll(text, &end, 10);
    return *end == '\n' && strcmp(end + 1, address) == 0 ? time : 0;
}

static bool sweep_folder(const char *folder, struct storage *storage, const char *address,
                         GError **error)
{
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    for (const char *name = NULL; directory && (name = g_dir_read_name(directory));) {
        if (!g_str_has_prefix(name, "upload-"))
            continue;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        const gint64 since = read_note(path, address);
        if (since && !storage_sweep(storage, address, since - CLOCKS_DIFFER_US, error))
            return false;
        if (since)
            unlink(path);
    }
    return true;
}

bool uploads_sweep(const char *folder, struct storage *storage, const char *address, GError **error)
{
    if (!folder)
        return true;
    g_autofree char *directory = g_path_get_dirname(folder);
    g_autoptr(GPtrArray) ids = run_folder_list(directory);
    for (guint i = 0; i < ids->len; i++) {
        g_autofree char *other = g_build_filename(directory, g_ptr_array_index(ids, i), NULL);
        if (!run_folder_is_alive(other) && !sweep_folder(other, storage, address, error))
            return false;
    }
    return true;
}
