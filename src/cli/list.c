/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history.h"
#include "cli/report.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "cli/workspace.h"
#include "run/results.h"

#include <sys/stat.h>

/* One line of the list. */
struct entry {
    char *name;
    char *path;    /* as messages show it */
    bool is_sound; /* it compiles */
    guint statements, sources, exports;
    gint64 size;     /* bytes */
    gint64 modified; /* seconds since 1970 */
    const struct last_run *last_run;
};

static void entry_clear(gpointer data)
{
    struct entry *entry = data;
    g_free(entry->name);
    g_free(entry->path);
}

static void count_operations(struct entry *entry, const struct plan *plan)
{
    entry->is_sound = true;
    entry->statements = plan->script->items->len;
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        entry->sources += operation->type == OPERATION_SOURCE;
        entry->exports += operation->type == OPERATION_EXPORT;
    }
}

static struct entry entry_of(struct workspace *workspace, const char *name, GHashTable *history)
{
    struct entry entry = {.name = g_strdup(name), .last_run = g_hash_table_lookup(history, name)};
    g_autofree char *file =
        project_find_pipeline(workspace->project, name, workspace->project->root, NULL);
    struct stat status = {0};
    if (!file || stat(file, &status) != 0)
        return entry;
    entry.path = project_display_path(workspace->project, file);
    entry.size = status.st_size;
    entry.modified = status.st_mtime;
    AUTO(planned) planned = workspace_plan(workspace, file);
    if (planned && planned->plan)
        count_operations(&entry, planned->plan);
    return entry;
}

static GArray *entries_read(struct workspace *workspace, GHashTable *history)
{
    GArray *entries = g_array_new(FALSE, TRUE, sizeof(struct entry));
    g_array_set_clear_func(entries, entry_clear);
    g_auto(GStrv) names = project_pipelines(workspace->project);
    for (char **name = names; *name; name++) {
        struct entry entry = entry_of(workspace, *name, history);
        g_array_append_val(entries, entry);
    }
    return entries;
}

/* As ls shows it: the time of day, or the year when it is another one. */
static char *local_time(gint64 seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    bool is_recent = g_date_time_get_year(time) == g_date_time_get_year(now);
    return g_date_time_format(time, is_recent ? "%b %d %H:%M" : "%b %d  %Y");
}

static char *run_time(const struct last_run *run)
{
    g_autoptr(GDateTime) time =
        run && run->started_at ? g_date_time_new_from_iso8601(run->started_at, NULL) : NULL;
    return time ? local_time(g_date_time_to_unix(time)) : g_strdup("");
}

static void append_entry(struct rows *rows, const struct entry *entry)
{
    g_autofree char *statements = g_strdup_printf("%u", entry->statements);
    g_autofree char *sources = g_strdup_printf("%u", entry->sources);
    g_autofree char *exports = g_strdup_printf("%u", entry->exports);
    g_autofree char *size = size_text(entry->size);
    g_autofree char *modified = local_time(entry->modified);
    g_autofree char *run = run_time(entry->last_run);
    const char *outcome = entry->last_run ? entry->last_run->outcome : "never run";
    const char *cells[] = {entry->name,
                           entry->is_sound ? statements : "",
                           entry->is_sound ? sources : "",
                           entry->is_sound ? exports : "",
                           size,
                           modified,
                           run,
                           entry->is_sound ? outcome : "has errors"};
    rows_append(rows, cells);
}

static void write_table(const struct call *call, const GArray *entries)
{
    static const char *const columns[][2] = {
        {"name", "VARCHAR"},     {"statements", "INTEGER"}, {"sources", "INTEGER"},
        {"exports", "INTEGER"},  {"size", "BIGINT"},        {"modified", "VARCHAR"},
        {"last run", "VARCHAR"}, {"status", "VARCHAR"},
    };
    AUTO(rows) rows = rows_new(0);
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        columns_add(rows->columns, columns[i][0], columns[i][1]);
    for (guint i = 0; i < entries->len; i++)
        append_entry(rows, &g_array_index(entries, struct entry, i));
    struct table_style style = {
        .width = terminal_width(&call->out), .color = call->out.color, .utf8 = call->out.utf8};
    g_autoptr(GString) out = g_string_new(NULL);
    table_write(rows, &style, out, NULL);
    terminal_flush(&call->out, out);
}

static json_t *entry_to_json(const struct entry *entry)
{
    json_t *object =
        json_pack("{s:o, s:o, s:b, s:I, s:I}", "name", results_text(entry->name), "path",
                  results_text(entry->path), "compiles", (int)entry->is_sound, "bytes",
                  (json_int_t)entry->size, "modified", (json_int_t)entry->modified);
    if (entry->is_sound)
        json_object_update_new(
            object, json_pack("{s:i, s:i, s:i}", "statements", (int)entry->statements, "sources",
                              (int)entry->sources, "exports", (int)entry->exports));
    const struct last_run *run = entry->last_run;
    if (run)
        json_object_set_new(object, "last_run",
                            json_pack("{s:s*, s:s*, s:s*, s:I}", "run_id", run->run_id, "outcome",
                                      run->outcome, "started_at", run->started_at, "duration_us",
                                      (json_int_t)run->duration_us));
    return object;
}

static void write_json(const struct call *call, const GArray *entries)
{
    json_t *pipelines = json_array();
    for (guint i = 0; i < entries->len; i++)
        json_array_append_new(pipelines, entry_to_json(&g_array_index(entries, struct entry, i)));
    report_document(call,
                    json_pack("{s:s, s:o}", "format", "sqlflow.list/1", "pipelines", pipelines));
}

static void tell_empty(const struct workspace *workspace)
{
    const struct project *project = workspace->project;
    if (project->is_project)
        report_note(workspace->call, "no pipelines in %s/pipelines", project->root);
    else
        report_note(workspace->call, "'%s' is no project; sqlflow init DIR makes one",
                    project->root);
}

enum exit_code command_list(struct call *call)
{
    AUTO(workspace) workspace = workspace_open(call, NULL);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GHashTable) history = history_read("target/run");
    g_autoptr(GArray) entries = entries_read(workspace, history);
    if (flags_given(call->flags, FLAG_JSON))
        write_json(call, entries);
    else if (entries->len > 0)
        write_table(call, entries);
    else
        tell_empty(workspace);
    return EXIT_CODE_OK;
}
