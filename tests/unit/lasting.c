/* SPDX-License-Identifier: Apache-2.0 */
#include "lasting.h"

static struct engine *shared; /* what the engine class below opens: it has no other way to know */

static bool open_shared(const struct engine_options *options, struct engine **out, GError **error)
{
    (void)options;
    (void)error;
    *out = shared;
    return true;
}

static void close_shared(struct engine *engine)
{
    g_assert_true(engine == shared);
}

void lasting_open(struct lasting *lasting, const struct pipeline *pipeline)
{
    const struct engine_options options = {.timezone = "UTC"};
    g_autoptr(GError) error = NULL;
    lasting->class = *pipeline->engine;
    g_assert_true(lasting->class.open(&options, &lasting->engine, &error));
    g_assert_true(lasting->class.session_new(lasting->engine, &lasting->session, &error));
    lasting->class.open = open_shared;
    lasting->class.close = close_shared;
}

void lasting_close(struct lasting *lasting)
{
    g_autoptr(GError) error = NULL;
    const struct engine_class *class = engine_load("duckdb", &error);
    g_assert_no_error(error);
    lasting->class.session_free(lasting->session);
    class->close(lasting->engine);
}

void lasting_execute(struct lasting *lasting, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gint64 rows = -1;
    lasting->class.execute(lasting->session, sql, &rows, &error);
    g_assert_no_error(error);
}

char *lasting_rows(struct lasting *lasting, const char *sql)
{
    AUTO(rows) rows = rows_new(0);
    const struct row_sink sink = rows_sink(rows);
    g_autoptr(GError) error = NULL;
    if (!lasting->class.query(lasting->session, sql, &sink, &error))
        return g_strdup("error");
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < rows->count; i++)
        for (guint k = 0; k < rows->columns->len; k++) {
            const char *cell = rows_cell(rows, i, k)->text;
            g_string_append_printf(text, "%s%s", cell ? cell : "NULL",
                                   k + 1 < rows->columns->len ? "|" : "\n");
        }
    return g_string_free(text, FALSE);
}

static struct past_run *last_run(struct lasting *lasting)
{
    g_autoptr(GError) error = NULL;
    struct past_run *run = NULL;
    g_assert_true(past_find_run(&lasting->class, lasting->session, "memory", "test", &run, &error));
    g_assert_nonnull(run);
    return run;
}

bool lasting_is_done(struct lasting *lasting)
{
    AUTO(past_run) run = last_run(lasting);
    return past_run_is_done(run);
}

const struct run_result *lasting_run(struct lasting *lasting, struct pipeline *pipeline,
                                     const char *text, bool resume, GError **error)
{
    AUTO(past_run) past = resume ? last_run(lasting) : NULL;
    const struct run_journal journal = {
        .continues = past ? past->run_id : NULL,
        .root = past ? past->root : NULL,
    };
    const struct run_options options = {
        .engine = &lasting->class,
        .engine_options = {.timezone = "UTC", .now_us = past ? past->now_us : 0},
        .journal = &journal,
        .workers = 2,
        .limit = 50,
    };
    shared = lasting->engine;
    pipeline_plan(pipeline, text);
    pipeline->result = run_execute(pipeline->plan, &options, error);
    return pipeline->result;
}
