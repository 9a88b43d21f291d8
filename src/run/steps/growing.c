/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/growing.h"

#include "base/identity.h"
#include "base/name.h"
#include "connect/growing.h"
#include "run/recorder.h"

#include <string.h>

static const struct journal *journal_of(const struct growth *growth)
{
    const struct recorder *recorder = growth->worker->crew->recorder;
    return recorder ? &recorder->journal : NULL;
}

static const char *table_of(const struct growth *growth)
{
    return growth->task->operation->name;
}

static bool find_type(struct growth *growth, GError **error)
{
    g_autoptr(GPtrArray) columns = NULL;
    if (!growth->worker->crew->class->table_columns(growth->worker->session, table_of(growth),
                                                    &columns, error))
        return false;
    const struct column *column = columns_find(columns, growth->column);
    if (!column)
        error_set(error, ERROR_DATA, "the table '%s' has no column '%s', by which the source grows",
                  table_of(growth), growth->column);
    growth->type = column ? g_strdup(column->type) : NULL;
    return column != NULL;
}

/* From the watermark of an earlier run on, and without an end: the source has no future. */
static bool find_window(struct growth *growth, GError **error)
{
    const struct window_request request = {
        .type = growth->type,
        .watermark = growth->mark->value,
        .lookback = options_text(growth->source->growing, "lookback_window"),
    };
    if (!growth->worker->crew->class->window(growth->worker->session, &request, &growth->window,
                                             error))
        return false;
    g_clear_pointer(&growth->window.end, g_free);
    return true;
}

/* Rows of other sources may be in the table, too: only the journal tells how far this one is. */
static bool find_mark(struct growth *growth, bool is_new, GError **error)
{
    const struct journal *journal = journal_of(growth);
    growth->mark = watermark_new(WATERMARK_COLUMN, growth->source->name, table_of(growth),
                                 growth->column, NULL);
    if (is_new || !find_type(growth, error))
        return is_new;
    return !journal || (watermark_read(journal, growth->worker->session, growth->mark, error) &&
                        (!growth->mark->value || find_window(growth, error)));
}

bool growth_init(struct growth *growth, struct worker *worker, struct task *task,
                 struct target *target, GError **error)
{
    const struct plan *plan = worker->crew->plan;
    *growth = (struct growth){
        .worker = worker,
        .task = task,
        .source = g_ptr_array_index(plan->operations, task->operation->source),
    };
    growth->column = growing_column(growth->source->growing);
    if (!growth->column)
        return true;
    const bool is_new =
        worker->crew->class->table_exists(worker->session, table_of(growth)) == TABLE_NONE;
    target->window = &growth->window;
    target->column = growth->column;
    return find_mark(growth, is_new, error);
}

void growth_clear(struct growth *growth)
{
    g_free(growth->type);
    watermark_free(growth->mark);
    window_clear(&growth->window);
    g_clear_pointer(&growth->files, g_ptr_array_unref);
}

/* What a file is known by besides its name. */
static char *file_state(const struct growth *growth, const char *path)
{
    const struct file_identity *identity = file_identities_find(growth->task->inputs, path);
    if (identity && identity->version)
        return file_identity_text(identity);
    return identity ? g_strdup_printf("%" G_GINT64_FORMAT " bytes, %" G_GINT64_FORMAT " ns",
                                      identity->size, identity->mtime_ns)
                    : g_strdup("");
}

/* *out_wanted: the file is to be read. */
static bool choose_file(const struct growth *growth, GHashTable *known, const char *path,
                        const struct target *target, bool *out_wanted, GError **error)
{
    const char *before = g_hash_table_lookup(known, path);
    g_autofree char *now = file_state(growth, path);
    *out_wanted = !before || strcmp(before, now) != 0;
    if (!before || !*out_wanted || target->mode == WRITE_UPSERT)
        return true;
    const struct error_details details = {
        .position = -1,
        .suggestion = (char[]){"MODE UPSERT takes the changes over; sqlflow state reset forgets "
                               "what was loaded"},
    };
    g_autofree char *message = g_strdup_printf(
        "'%s' was loaded into '%s' before, and has changed since", path, table_of(growth));
    error_set_full(error, ERROR_DATA, &details, message);
    return false;
}

static void mark_free(gpointer mark)
{
    watermark_free(mark);
}

/* Of a table that isn't there nothing is known. */
static GHashTable *known_files(const struct growth *growth, GError **error)
{
    const struct engine_class *class = growth->worker->crew->class;
    struct session *session = growth->worker->session;
    const struct journal *journal = journal_of(growth);
    if (!journal || class->table_exists(session, table_of(growth)) == TABLE_NONE)
        return g_hash_table_new(g_str_hash, g_str_equal);
    return watermark_files(journal, session, growth->source->name, table_of(growth), error);
}

bool growth_choose_files(struct growth *growth, const struct target *target, GPtrArray *paths,
                         GError **error)
{
    if (!growing_by_files(growth->source->growing))
        return true;
    g_autoptr(GHashTable) known = known_files(growth, error);
    if (!known)
        return false;
    growth->files = g_ptr_array_new_with_free_func(mark_free);
    for (guint i = 0; i < paths->len;) {
        const char *path = g_ptr_array_index(paths, i);
        bool is_wanted = false;
        if (!choose_file(growth, known, path, target, &is_wanted, error))
            return false;
        if (!is_wanted) {
            g_ptr_array_remove_index(paths, i);
            continue;
        }
        g_autofree char *state = file_state(growth, path);
        g_ptr_array_add(growth->files, watermark_new(WATERMARK_FILE, growth->source->name,
                                                     table_of(growth), path, state));
        i++;
    }
    return true;
}

/* The greater of the mark and what was read, as values of the column. */
static bool move_mark(struct growth *growth, const char *greatest, GError **error)
{
    if (!growth->mark->value) {
        growth->mark->value = g_strdup(greatest);
        return true;
    }
    g_autofree char *before = quote_literal(growth->mark->value);
    g_autofree char *now = quote_literal(greatest);
    g_autofree char *sql = g_strdup_printf(
        "SELECT max(v) FROM (SELECT CAST(%s AS %s) AS v UNION ALL SELECT CAST(%s AS %s)) AS m",
        before, growth->type, now, growth->type);
    AUTO(rows) rows = rows_new(0);
    const struct row_sink sink = rows_sink(rows);
    if (!growth->worker->crew->class->query(growth->worker->session, sql, &sink, error))
        return false;
    g_free(growth->mark->value);
    growth->mark->value = g_strdup(rows_cell(rows, 0, 0)->text);
    return true;
}

bool growth_finish(struct growth *growth, GError **error)
{
    const char *greatest = growth->task->written.greatest;
    for (guint i = 0; growth->files && i < growth->files->len; i++)
        task_add_mark(growth->task, g_steal_pointer(&growth->files->pdata[i]));
    if (!growth->column || !greatest)
        return true;
    if (!move_mark(growth, greatest, error))
        return false;
    task_add_mark(growth->task, g_steal_pointer(&growth->mark));
    return true;
}
