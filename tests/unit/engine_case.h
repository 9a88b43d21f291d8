/* SPDX-License-Identifier: Apache-2.0 */
/* A database in memory with one session, for tests of the engine. */
#pragma once

#include "engine/engine.h"
#include "engine/rows.h"

#include <glib/gstdio.h>
#include <string.h>

struct engine_case {
    const struct engine_class *class;
    struct engine *engine;
    struct session *session;
    char *folder; /* for files; removed at the end */
};

/* 2026-01-02 03:04:05.678901 UTC */
#define CASE_NOW_US G_GINT64_CONSTANT(1767323045678901)

G_GNUC_UNUSED static const struct engine_class *case_class(void)
{
    g_autoptr(GError) error = NULL;
    const struct engine_class *class = engine_load("duckdb", &error);
    g_assert_no_error(error);
    return class;
}

G_GNUC_UNUSED static void case_open(struct engine_case *test, const struct engine_options *options)
{
    static const struct engine_options in_memory = {.timezone = "UTC", .now_us = CASE_NOW_US};
    g_autoptr(GError) error = NULL;
    test->class = case_class();
    test->folder = g_dir_make_tmp("sqlflow-engine-XXXXXX", &error);
    g_assert_no_error(error);
    test->class->open(options ? options : &in_memory, &test->engine, &error);
    g_assert_no_error(error);
    test->class->session_new(test->engine, &test->session, &error);
    g_assert_no_error(error);
}

G_GNUC_UNUSED static void case_set_up(struct engine_case *test, gconstpointer data)
{
    (void)data;
    case_open(test, NULL);
}

G_GNUC_UNUSED static void case_tear_down(struct engine_case *test, gconstpointer data)
{
    (void)data;
    test->class->session_free(test->session);
    test->class->close(test->engine);
    g_autofree char *command = g_strdup_printf("rm -rf %s", test->folder);
    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    g_free(test->folder);
}

/* Rows as lines of cells with `|` between them; NULL is `NULL`. */
G_GNUC_UNUSED static char *case_rows(struct engine_case *test, struct session *session,
                                     const char *sql)
{
    g_autoptr(GError) error = NULL;
    AUTO(rows) rows = rows_new(0);
    struct row_sink sink = rows_sink(rows);
    if (!test->class->query(session, sql, &sink, &error))
        g_error("%s: %s", sql, error->message);
    GString *text = g_string_new(NULL);
    for (guint row = 0; row < rows->count; row++) {
        for (guint column = 0; column < rows->columns->len; column++) {
            const struct cell *cell = rows_cell(rows, row, column);
            g_string_append_printf(text, "%s%s",
                                   column ? "|"
                                   : row  ? "\n"
                                          : "",
                                   cell->text ? cell->text : "NULL");
        }
    }
    return g_string_free(text, FALSE);
}

G_GNUC_UNUSED static void expect_rows(struct engine_case *test, const char *sql, const char *wanted)
{
    g_autofree char *found = case_rows(test, test->session, sql);
    g_assert_cmpstr(found, ==, wanted);
}

/* engine_class.create and load, for those who want no more than how many rows were read. */
G_GNUC_UNUSED static bool case_create(struct engine_case *test, const struct target *target,
                                      const char *query, gint64 *rows, GError **error)
{
    struct written written = {.notes = NULL};
    bool done = test->class->create(test->session, target, query, &written, error);
    if (done)
        *rows = written.rows.read;
    written_clear(&written);
    return done;
}

G_GNUC_UNUSED static bool case_load(struct engine_case *test, const struct target *target,
                                    const struct relation *relation, const char *where,
                                    gint64 *rows, GError **error)
{
    struct written written = {.notes = NULL};
    bool done = test->class->load(test->session, target, relation, where, &written, error);
    if (done)
        *rows = written.rows.read;
    written_clear(&written);
    return done;
}

/* Runs it; the rows that it tells. */
G_GNUC_UNUSED static gint64 run(struct engine_case *test, const char *sql)
{
    g_autoptr(GError) error = NULL;
    gint64 rows = -2;
    if (!test->class->execute(test->session, sql, &rows, &error))
        g_error("%s: %s", sql, error->message);
    return rows;
}

/* What an error is to be; NULL and -2: any. */
struct expected_error {
    enum error_kind kind;
    gint64 position;
    const char *message; /* a part of it */
};

G_GNUC_UNUSED static void check_error(const char *what, GError *error,
                                      const struct expected_error *wanted)
{
    if (!error)
        g_error("%s: no error", what);
    if (wanted->message && !strstr(error->message, wanted->message))
        g_error("%s: '%s' isn't in: %s", what, wanted->message, error->message);
    if (wanted->kind && error_kind(error) != wanted->kind)
        g_error("%s: kind %s: %s", what, error_kind_name(error_kind(error)), error->message);
    if (wanted->position != -2 && error_details(error)->position != wanted->position)
        g_error("%s: position %d: %s", what, (int)error_details(error)->position, error->message);
    if (strstr(error->message, "exception_type") || strstr(error->message, " Error: "))
        g_error("%s: the message has DuckDB's form: %s", what, error->message);
    g_error_free(error);
}

/* A file in the case's folder; free the path. */
G_GNUC_UNUSED static char *case_file(struct engine_case *test, const char *name, const char *data)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(test->folder, name, NULL);
    if (data)
        g_file_set_contents(path, data, -1, &error);
    g_assert_no_error(error);
    return path;
}
