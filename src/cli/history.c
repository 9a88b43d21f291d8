/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history.h"

#include "run/folder.h"

#include <jansson.h>
#include <stdio.h>
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

static const char *text_member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The first event of a run, which tells whose it is; NULL when there is none yet. */
static json_t *read_head(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "events.jsonl", NULL);
    FILE *file = fopen(path, "re");
    json_t *head = file ? json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    if (file)
        (void)fclose(file);
    if (text_member(head, "pipeline"))
        return head;
    json_decref(head);
    return NULL;
}

/* One run before it is looked at closer. */
struct entry {
    char *folder;
    json_t *head;
};

static void entry_clear(gpointer data)
{
    struct entry *entry = data;
    g_free(entry->folder);
    json_decref(entry->head);
}

/* By their first event: ids have whole seconds only. */
static gint newest_first(gconstpointer left, gconstpointer right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    return -g_strcmp0(text_member(a->head, "time"), text_member(b->head, "time"));
}

/* struct entry, the newest first. */
static GArray *entries_read(const char *directory)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
    g_array_set_clear_func(entries, entry_clear);
    g_autoptr(GPtrArray) ids = run_folder_list(directory);
    for (guint i = 0; i < ids->len; i++) {
        struct entry entry = {.folder =
                                  g_build_filename(directory, g_ptr_array_index(ids, i), NULL)};
        entry.head = read_head(entry.folder);
        if (entry.head)
            g_array_append_val(entries, entry);
        else
            entry_clear(&entry);
    }
    g_array_sort(entries, newest_first);
    return entries;
}

/* The results are there when the run told its end. */
static struct last_run *last_run_new(const struct entry *entry)
{
    g_autofree char *path = g_build_filename(entry->folder, "run_results.json", NULL);
    bool is_alive = run_folder_is_alive(entry->folder);
    json_t *results = json_load_file(path, 0, NULL);
    const char *outcome = text_member(results, "outcome");
    struct last_run *run = g_new0(struct last_run, 1);
    run->run_id = g_strdup(text_member(entry->head, "run_id"));
    run->outcome = g_strdup(outcome ? outcome : is_alive ? "running" : "crashed");
    run->started_at = g_strdup(text_member(entry->head, "time"));
    run->duration_us = json_integer_value(json_object_get(results, "duration_us"));
    json_decref(results);
    return run;
}

GHashTable *history_read(const char *directory)
{
    GHashTable *runs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_run);
    g_autoptr(GArray) entries = entries_read(directory);
    for (guint i = 0; i < entries->len; i++) {
        const struct entry *entry = &g_array_index(entries, struct entry, i);
        const char *pipeline = text_member(entry->head, "pipeline");
        if (!g_hash_table_contains(runs, pipeline))
            g_hash_table_insert(runs, g_strdup(pipeline), last_run_new(entry));
    }
    return runs;
}

char *history_find(const char *directory, const char *pipeline)
{
    g_autoptr(GArray) entries = entries_read(directory);
    for (guint i = 0; i < entries->len; i++) {
        const struct entry *entry = &g_array_index(entries, struct entry, i);
        if (!pipeline || strcmp(pipeline, text_member(entry->head, "pipeline")) == 0)
            return g_strdup(entry->folder);
    }
    return NULL;
}
