/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/parts.h"

static void part_free(gpointer data)
{
    struct export_part *part = data;
    g_free(part->path);
    g_free(part);
}

struct export_parts *export_parts_new(void)
{
    struct export_parts *parts = g_new0(struct export_parts, 1);
    parts->parts = g_ptr_array_new_with_free_func(part_free);
    return parts;
}

void export_parts_add(struct export_parts *parts, const char *path, gint64 rows)
{
    struct export_part *part = g_new(struct export_part, 1);
    *part = (struct export_part){g_strdup(path), rows};
    g_ptr_array_add(parts->parts, part);
}

void export_parts_free(struct export_parts *parts)
{
    if (!parts)
        return;
    g_ptr_array_unref(parts->parts);
    g_free(parts->query);
    g_free(parts);
}
