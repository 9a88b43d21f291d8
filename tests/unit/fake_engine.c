/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_engine.h"
#include "fake_batches.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct engine {
    struct fake *fake;
};

struct session {
    struct fake *fake;
    guint number;
    bool is_interrupted; /* behind the fake's mutex */
};

void fake_init(struct fake *fake)
{
    *fake = (struct fake){.log = g_ptr_array_new_with_free_func(g_free)};
    pthread_mutex_init(&fake->mutex, NULL);
    (void)g_snprintf(fake->address, sizeof fake->address, "%p", (void *)fake);
}

void fake_clear(struct fake *fake)
{
    g_assert_cmpuint(fake->open_sessions, ==, 0);
    g_assert_false(fake->is_open);
    g_ptr_array_unref(fake->log);
    pthread_mutex_destroy(&fake->mutex);
}

struct engine_options fake_options(struct fake *fake)
{
    return (struct engine_options){.path = fake->address};
}

struct run_result *fake_run(struct fake *fake, const struct plan *plan, struct run_options options)
{
    options.engine = &fake_engine;
    options.engine_options = fake_options(fake);
    g_autoptr(GError) error = NULL;
    struct run_result *result = run_execute(plan, &options, &error);
    g_assert_no_error(error);
    g_assert_nonnull(result);
    return result;
}

const struct step_result *fake_step(const struct run_result *result, guint index)
{
    return &g_array_index(result->steps, struct step_result, index);
}

void fake_assert_status(const struct run_result *result, guint index, enum step_status status)
{
    g_assert_cmpstr(step_status_name(fake_step(result, index)->status), ==,
                    step_status_name(status));
}

void fake_release(struct fake *fake)
{
    pthread_mutex_lock(&fake->mutex);
    fake->is_released = true;
    pthread_mutex_unlock(&fake->mutex);
}

guint fake_count(struct fake *fake, const char *ending)
{
    guint count = 0;
    pthread_mutex_lock(&fake->mutex);
    for (guint i = 0; i < fake->log->len; i++)
        if (g_str_has_suffix(g_ptr_array_index(fake->log, i), ending))
            count++;
    pthread_mutex_unlock(&fake->mutex);
    return count;
}

int fake_find(struct fake *fake, const char *ending)
{
    int found = -1;
    pthread_mutex_lock(&fake->mutex);
    for (guint i = 0; i < fake->log->len && found < 0; i++)
        if (g_str_has_suffix(g_ptr_array_index(fake->log, i), ending))
            found = (int)i;
    pthread_mutex_unlock(&fake->mutex);
    return found;
}

static void add_to_log(struct session *session, const char *text)
{
    struct fake *fake = session->fake;
    pthread_mutex_lock(&fake->mutex);
    g_ptr_array_add(fake->log, g_strdup_printf("%u: %s", session->number, text));
    pthread_mutex_unlock(&fake->mutex);
}

static bool fake_open(const struct engine_options *options, struct engine **out, GError **error)
{
    void *address = NULL;
    g_assert_cmpint(sscanf(options->path, "%p", &address), ==, 1); /* NOLINT: ours */
    struct fake *fake = address;
    g_usleep(fake->open_ms * 1000);
    if (fake->open_error) {
        error_set(error, ERROR_SYSTEM, "%s", fake->open_error);
        return false;
    }
    pthread_mutex_lock(&fake->mutex);
    fake->is_open = true;
    pthread_mutex_unlock(&fake->mutex);
    struct engine *engine = g_new0(struct engine, 1);
    engine->fake = fake;
    *out = engine;
    return true;
}

static void fake_close(struct engine *engine)
{
    g_usleep(engine->fake->close_ms * 1000);
    pthread_mutex_lock(&engine->fake->mutex);
    g_assert_cmpuint(engine->fake->open_sessions, ==, 0);
    engine->fake->is_open = false;
    pthread_mutex_unlock(&engine->fake->mutex);
    g_free(engine);
}

static const char *fake_version(void)
{
    return "fake";
}

static bool fake_session_new(struct engine *engine, struct session **out, GError **error)
{
    (void)error;
    struct session *session = g_new0(struct session, 1);
    session->fake = engine->fake;
    pthread_mutex_lock(&engine->fake->mutex);
    session->number = engine->fake->sessions++;
    engine->fake->open_sessions++;
    pthread_mutex_unlock(&engine->fake->mutex);
    *out = session;
    return true;
}

static void fake_session_free(struct session *session)
{
    pthread_mutex_lock(&session->fake->mutex);
    session->fake->open_sessions--;
    pthread_mutex_unlock(&session->fake->mutex);
    g_free(session);
}

static void fake_interrupt(struct session *session)
{
    pthread_mutex_lock(&session->fake->mutex);
    session->is_interrupted = true;
    session->fake->interrupts++;
    pthread_mutex_unlock(&session->fake->mutex);
}

static struct progress fake_progress(struct session *session)
{
    (void)session;
    return (struct progress){.share = 0.5, .rows_done = 7};
}

static bool fake_begin(struct session *session, GError **error)
{
    (void)error;
    add_to_log(session, "begin");
    return true;
}

static bool fake_commit(struct session *session, GError **error)
{
    (void)error;
    add_to_log(session, "commit");
    return true;
}

static void fake_rollback(struct session *session)
{
    add_to_log(session, "rollback");
}

static bool fake_use_schema(struct session *session, const char *schema, GError **error)
{
    (void)error;
    g_autofree char *text = g_strdup_printf("use %s", schema ? schema : "-");
    add_to_log(session, text);
    return true;
}

static bool fake_create_schema(struct session *session, const char *schema, GError **error)
{
    (void)error;
    g_autofree char *text = g_strdup_printf("make schema %s", schema);
    add_to_log(session, text);
    return true;
}

static bool is_released(struct session *session)
{
    pthread_mutex_lock(&session->fake->mutex);
    bool released = session->fake->is_released;
    pthread_mutex_unlock(&session->fake->mutex);
    return released;
}

static bool is_interrupted(struct session *session)
{
    pthread_mutex_lock(&session->fake->mutex);
    bool interrupted = session->is_interrupted;
    pthread_mutex_unlock(&session->fake->mutex);
    return interrupted;
}

static bool fake_sleep(struct session *session, gint64 milliseconds, GError **error)
{
    gint64 end = g_get_monotonic_time() + milliseconds * 1000;
    while (g_get_monotonic_time() < end && !is_interrupted(session))
        g_usleep(500);
    if (!is_interrupted(session))
        return true;
    error_set(error, ERROR_CANCELLED, "interrupted");
    return false;
}

/* How often this very text has come, this time included. */
static guint times_told(struct session *session, const char *sql)
{
    g_autofree char *ending = g_strconcat(": ", sql, NULL);
    return fake_count(session->fake, ending);
}

static bool stay_up(struct session *session, const char *sql, char **words, GError **error)
{
    guint number = words[1] ? (guint)g_ascii_strtoull(words[1], NULL, 10) : 0;
    guint times = times_told(session, sql);
    if (g_str_equal(words[0], "flaky") ? times > number : times != number)
        return true;
    gint64 peace_ms = words[1] && words[2] ? g_ascii_strtoll(words[2], NULL, 10) : 0;
    struct error_details details = {.position = -1, .retry_after_us = peace_ms * 1000};
    error_set_full(error, ERROR_TRANSIENT, &details, "told to come back later");
    return false;
}

static const char *order_of(const char *sql)
{
    return g_str_has_prefix(sql, "SELECT ") ? sql + strlen("SELECT ") : sql;
}

static bool obey(struct session *session, const char *sql, gint64 *out_rows, GError **error)
{
    g_auto(GStrv) words = g_strsplit(order_of(sql), " ", 3);
    const char *word = words[0] ? words[0] : "";
    gint64 number = words[0] && words[1] ? g_ascii_strtoll(words[1], NULL, 10) : 0;
    *out_rows = 1;
    if (g_str_equal(word, "sleep"))
        return fake_sleep(session, number, error);
    if (g_str_equal(word, "stuck"))
        while (!is_released(session))
            g_usleep(500);
    if (g_str_equal(word, "flaky") || g_str_equal(word, "hiccup"))
        return stay_up(session, sql, words, error);
    if (g_str_equal(word, "rows"))
        *out_rows = number;
    struct error_details details = {.code = (char[]){"Fake"}, .position = 5};
    if (g_str_equal(word, "fail"))
        error_set_full(error, ERROR_DATA, &details, "told to fail");
    if (g_str_equal(word, "lost"))
        error_set(error, ERROR_LOST, "told to get lost");
    return !g_str_equal(word, "fail") && !g_str_equal(word, "lost");
}

static bool fake_execute(struct session *session, const char *sql, gint64 *out_rows, GError **error)
{
    struct fake *fake = session->fake;
    pthread_mutex_lock(&fake->mutex);
    session->is_interrupted = false;
    pthread_mutex_unlock(&fake->mutex);
    add_to_log(session, sql);
    if (fake->enter)
        fake->enter(fake->user_data, sql);
    bool done = obey(session, sql, out_rows, error);
    if (fake->exit)
        fake->exit(fake->user_data, sql);
    return done;
}

static bool fake_query(struct session *session, const char *sql, const struct row_sink *sink,
                       GError **error)
{
    gint64 rows = 0;
    if (!fake_execute(session, sql, &rows, error))
        return false;
    if (!g_str_has_prefix(sql, "rows "))
        rows = 0;
    g_autoptr(GPtrArray) columns = columns_new();
    columns_add(columns, "n", "INTEGER");
    if (!sink->columns(sink->user_data, columns))
        return true;
    for (gint64 i = 0; i < rows; i++) {
        g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, i + 1);
        const char *cells[] = {text};
        gsize lengths[] = {strlen(text)};
        if (!sink->row(sink->user_data, cells, lengths))
            break;
    }
    return true;
}

/* Says how the rows are to be written, unless they replace what is there. */
static void add_target_to_log(struct session *session, const struct target *target)
{
    static const char *const modes[] = {
        [WRITE_APPEND] = "append to", [WRITE_UPSERT] = "upsert into"};
    static const char *const policies[] = {"strict", "evolve", "ignore"};
    if (target->mode == WRITE_REPLACE)
        return;
    g_autofree char *keys = target->keys ? g_strjoinv(",", (char **)(gsize)target->keys) : NULL;
    g_autofree char *text = g_strdup_printf("%s %s %s %s", modes[target->mode], target->name,
                                            policies[target->schema], keys ? keys : "-");
    add_to_log(session, text);
}

static bool fake_write(struct session *session, const struct target *target, const char *text,
                       struct written *out, GError **error)
{
    gint64 rows = -1;
    add_target_to_log(session, target);
    if (!fake_execute(session, text, &rows, error))
        return false;
    out->rows = (struct row_counts){.read = rows, .inserted = rows};
    return true;
}

static bool fake_create(struct session *session, const struct target *target, const char *query,
                        struct written *out, GError **error)
{
    return fake_write(session, target, query, out, error);
}

static bool fake_load(struct session *session, const struct target *target,
                      const struct relation *relation, const char *where, struct written *out,
                      GError **error)
{
    g_autofree char *text = g_strdup_printf("load %s from %s where %s", target->name,
                                            relation->format, where ? where : "-");
    return fake_write(session, target, text, out, error);
}

static bool fake_load_batches(struct session *session, const struct target *target,
                              struct batch_source *source, const char *where, struct written *out,
                              GError **error)
{
    gint64 rows = 0;
    g_autofree char *text =
        g_strdup_printf("load %s from batches where %s", target->name, where ? where : "-");
    if (!fake_pull(source, &rows, error) || !fake_write(session, target, text, out, error))
        return false;
    out->rows.read = rows;
    return true;
}

/* The query's text, and a line for each of its rows. */
static bool write_rows(const char *path, const char *query, GError **error)
{
    FILE *file = fopen(path, "we");
    if (!file) {
        error_set_errno(error, errno, "%s", path);
        return false;
    }
    const char *order = order_of(query);
    const gint64 rows = g_str_has_prefix(order, "rows ") ? g_ascii_strtoll(order + 5, NULL, 10) : 0;
    bool written = fputs(query, file) >= 0;
    for (gint64 i = 0; i < rows && written; i++)
        written = fprintf(file, "\nrow %" G_GINT64_FORMAT, i) > 0;
    written = fclose(file) == 0 && written;
    if (!written)
        error_set_errno(error, errno, "%s", path);
    return written;
}

/* Writes a file even when it is told to fail, as an engine may. */
static bool fake_export(struct session *session, const char *query, const struct relation *relation,
                        gint64 *out_rows, GError **error)
{
    const char *path = g_ptr_array_index(relation->paths, 0);
    g_assert_nonnull(path);
    return write_rows(path, query, error) && fake_execute(session, query, out_rows, error);
}

static bool fake_define_source(struct engine *engine, const char *name,
                               const struct relation *relation, GError **error)
{
    (void)error;
    (void)relation;
    pthread_mutex_lock(&engine->fake->mutex);
    g_ptr_array_add(engine->fake->log, g_strdup_printf("define %s", name));
    pthread_mutex_unlock(&engine->fake->mutex);
    return true;
}

static bool fake_view_list(struct session *session, GPtrArray **out_views, GError **error)
{
    (void)session;
    (void)error;
    *out_views = views_new();
    return true;
}

static enum table_kind fake_table_exists(struct session *session, const char *name)
{
    (void)session;
    (void)name;
    return TABLE_NONE;
}

static bool fake_is_outside(struct session *session, const char *name)
{
    (void)session;
    (void)name;
    return false;
}

static void fake_take_notes(struct session *session, struct written *out)
{
    (void)session;
    (void)out;
}

static bool fake_create_record_view(struct session *session, const char *name, const char *table,
                                    const GPtrArray *columns, GError **error)
{
    (void)table;
    (void)columns;
    (void)error;
    g_autofree char *line = g_strconcat("record view ", name, NULL);
    add_to_log(session, line);
    return true;
}

const struct engine_class fake_engine = {
    .name = "fake",
    .capabilities = ENGINE_TRANSACTIONS,
    .open = fake_open,
    .close = fake_close,
    .version = fake_version,
    .session_new = fake_session_new,
    .session_free = fake_session_free,
    .session_interrupt = fake_interrupt,
    .session_progress = fake_progress,
    .begin = fake_begin,
    .commit = fake_commit,
    .rollback = fake_rollback,
    .use_schema = fake_use_schema,
    .create_schema = fake_create_schema,
    .execute = fake_execute,
    .query = fake_query,
    .table_exists = fake_table_exists,
    .view_list = fake_view_list,
    .create = fake_create,
    .load = fake_load,
    .load_batches = fake_load_batches,
    .export = fake_export,
    .define_source = fake_define_source,
    .is_outside = fake_is_outside,
    .create_record_view = fake_create_record_view,
    .take_notes = fake_take_notes,
};
