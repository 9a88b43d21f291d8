/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history.h"

#include <jansson.h>
#include <string.h>

void last_run_free(struct last_run *run)
{
    if (!run)
        return;
    g_free(run->run_id);
    g_free(run->outcome);
    g_free(run->started_at);
    g_free(run);
}

static void free_run(gpointer run)
{
    last_run_free(run);
}

static gint newest_first(gconstpointer left, gconstpointer right)
{
    return -strcmp(*(const char *const *)left, *(const char *const *)right);
}

static GPtrArray *run_ids(const char *directory)
{
    GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) folder = g_dir_open(directory, 0, NULL);
    for (const char *name = NULL; folder && (name = g_dir_read_name(folder));)
        if (g_ascii_isdigit(name[0]))
            g_ptr_array_add(ids, g_strdup(name));
    g_ptr_array_sort(ids, newest_first);
    return ids;
}

static const char *text_member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void take_results(GHashTable *runs, const json_t *results)
{
    const char *pipeline = text_member(results, "pipeline");
    if (!pipeline || g_hash_table_contains(runs, pipeline))
        return;
    struct last_run *run = g_new0(struct last_run, 1);
    run->run_id = g_strdup(text_member(results, "run_id"));
    run->outcome = g_strdup(text_member(results, "outcome"));
    run->started_at = g_strdup(text_member(results, "started_at"));
    run->duration_us = json_integer_value(json_object_get(results, "duration_us"));
    g_hash_table_insert(runs, g_strdup(pipeline), run);
}

GHashTable *history_read(const char *directory)
{
    GHashTable *runs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_run);
    g_autoptr(GPtrArray) ids = run_ids(directory);
    for (guint i = 0; i < ids->len; i++) {
        g_autofree char *path =
            g_build_filename(directory, g_ptr_array_index(ids, i), "run_results.json", NULL);
        json_t *results = json_load_file(path, 0, NULL);
        if (results)
            take_results(runs, results);
        json_decref(results);
    }
    return runs;
}
