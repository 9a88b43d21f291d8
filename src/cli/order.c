/* SPDX-License-Identifier: Apache-2.0 */
/* In which order the pipelines of a project run: as their tables and files ask for. */
#include "cli/workspace.h"
#include "connect/glob.h"

#include <string.h>

/* Key -> the pipeline that writes it; the first where several do. */
static void add_writes(GHashTable *writers, struct planned *planned)
{
    const GPtrArray *operations = planned->plan->operations;
    for (guint i = 0; i < operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(operations, i);
        for (guint w = 0; operation->type != OPERATION_SOURCE && w < operation->writes->len; w++) {
            char *key = g_ptr_array_index(operation->writes, w);
            if (!g_hash_table_contains(writers, key))
                g_hash_table_insert(writers, key, planned);
        }
    }
}

/* Key -> struct planned. */
static GHashTable *writers_new(const GPtrArray *all_planned)
{
    GHashTable *writers = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < all_planned->len; i++)
        add_writes(writers, g_ptr_array_index(all_planned, i));
    return writers;
}

static void add_need(struct planned *planned, struct planned *writer)
{
    if (writer && writer != planned && !g_ptr_array_find(planned->needs, writer, NULL))
        g_ptr_array_add(planned->needs, writer);
}

/* The path of a key "file:PATH"; NULL for a table's key. */
static const char *file_of(const char *key)
{
    return g_str_has_prefix(key, "file:") ? key + strlen("file:") : NULL;
}

static void add_matching(struct planned *planned, GHashTable *writers, const char *read)
{
    GHashTableIter iter;
    gpointer key = NULL;
    gpointer writer = NULL;
    g_hash_table_iter_init(&iter, writers);
    while (g_hash_table_iter_next(&iter, &key, &writer))
        if (file_of(key) && glob_covers(read, file_of(key)))
            add_need(planned, writer);
}

/* The name is that of a source which the operation reads, whatever tables others make. */
static bool is_source_of(const struct planned *planned, const struct operation *operation,
                         const char *name)
{
    const GArray *dependencies = operation->dependencies;
    for (guint i = 0; dependencies && i < dependencies->len; i++) {
        const guint awaited = g_array_index(dependencies, struct dependency, i).operation;
        const struct operation *source = g_ptr_array_index(planned->plan->operations, awaited);
        if (source->type == OPERATION_SOURCE && strcmp(source->name, name) == 0)
            return true;
    }
    return false;
}

static void add_needs(struct planned *planned, GHashTable *writers)
{
    const GPtrArray *operations = planned->plan->operations;
    g_autoptr(GHashTable) own = g_hash_table_new(g_str_hash, g_str_equal);
    add_writes(own, planned);
    for (guint i = 0; i < operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(operations, i);
        for (guint r = 0; r < operation->reads->len; r++) {
            const char *key = g_ptr_array_index(operation->reads, r);
            if (g_hash_table_contains(own, key) || is_source_of(planned, operation, key))
                continue;
            if (file_of(key))
                add_matching(planned, writers, file_of(key));
            else
                add_need(planned, g_hash_table_lookup(writers, key));
        }
    }
}

/* Depth first; `path` holds those that are being placed. */
static bool place(struct planned *planned, GPtrArray *path, GPtrArray *placed, GError **error)
{
    guint at = 0;
    if (g_ptr_array_find(placed, planned, NULL))
        return true;
    if (g_ptr_array_find(path, planned, &at)) {
        g_autoptr(GString) names = g_string_new(NULL);
        for (guint i = at; i < path->len; i++)
            g_string_append_printf(names, "%s -> ",
                                   ((const struct planned *)g_ptr_array_index(path, i))->name);
        error_set(error, ERROR_PLAN, "pipelines read each other's tables: %s%s", names->str,
                  planned->name);
        return false;
    }
    g_ptr_array_add(path, planned);
    for (guint i = 0; i < planned->needs->len; i++)
        if (!place(g_ptr_array_index(planned->needs, i), path, placed, error))
            return false;
    g_ptr_array_remove_index(path, path->len - 1);
    g_ptr_array_add(placed, planned);
    return true;
}

bool planned_order(GPtrArray *all_planned, GError **error)
{
    g_autoptr(GHashTable) writers = writers_new(all_planned);
    for (guint i = 0; i < all_planned->len; i++)
        add_needs(g_ptr_array_index(all_planned, i), writers);
    g_autoptr(GPtrArray) path = g_ptr_array_new();
    g_autoptr(GPtrArray) placed = g_ptr_array_new();
    for (guint i = 0; i < all_planned->len; i++)
        if (!place(g_ptr_array_index(all_planned, i), path, placed, error))
            return false;
    for (guint i = 0; i < placed->len; i++)
        all_planned->pdata[i] = g_ptr_array_index(placed, i);
    return true;
}
