/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a run that failed, after this and that has changed meanwhile. */
#include "lasting.h"

#include "base/file.h"

#include <string.h>

struct scene {
    struct pipeline pipeline;
    struct lasting lasting;
};

static void set_up(struct scene *scene, gconstpointer data)
{
    (void)data;
    pipeline_open(&scene->pipeline);
    lasting_open(&scene->lasting, &scene->pipeline);
    pipeline_write(&scene->pipeline, "a.csv", "n\n1\n2\n");
    pipeline_write(&scene->pipeline, "b.csv", "n\n3\n");
}

static void tear_down(struct scene *scene, gconstpointer data)
{
    (void)data;
    lasting_close(&scene->lasting);
    pipeline_close(&scene->pipeline);
}

/* "load_t: t must be rebuilt; transform_u: done": what a run decided, a step a part. */
static char *decisions(const struct run_result *result)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        if (step->operation->type != OPERATION_SOURCE)
            g_string_append_printf(text, "%s%s: %s", text->len ? "; " : "", step->operation->id,
                                   step->status == STEP_DONE ? "done"
                                   : step->reason            ? step->reason
                                                             : "-");
    }
    return g_string_free(text, FALSE);
}

static void first_run(struct scene *scene, const char *text)
{
    g_autoptr(GError) error = NULL;
    const struct run_result *result =
        lasting_run(&scene->lasting, &scene->pipeline, text, false, &error);
    g_assert_no_error(error);
    g_assert_cmpint(result->outcome, ==, RUN_FAILED);
}

static void check_retry(struct scene *scene, const char *text, enum run_outcome outcome,
                        const char *wanted)
{
    g_autoptr(GError) error = NULL;
    const struct run_result *result =
        lasting_run(&scene->lasting, &scene->pipeline, text, true, &error);
    g_assert_no_error(error);
    g_autofree char *decided = decisions(result);
    g_assert_cmpstr(decided, ==, wanted);
    g_assert_cmpint(result->outcome, ==, outcome);
}

static void check_refused(struct scene *scene, const char *text, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(lasting_run(&scene->lasting, &scene->pipeline, text, true, &error));
    g_assert_nonnull(error);
    g_assert_cmpint(error_kind(error), ==, ERROR_PLAN);
    if (!strstr(error->message, wanted))
        g_error("no '%s' in: %s", wanted, error->message);
}

static void check_rows(struct scene *scene, const char *sql, const char *wanted)
{
    g_autofree char *rows = lasting_rows(&scene->lasting, sql);
    g_assert_cmpstr(rows, ==, wanted);
}

#define SOURCES                                                                                    \
    "SOURCE a TYPE CSV PARAMS {\"path\": \"a.csv\"};\n"                                            \
    "SOURCE b TYPE CSV PARAMS {\"path\": \"b.csv\"};\n"

/* execution.md: 1 LOAD a INTO t; 2 CREATE u FROM t; 3 LOAD b INTO t MODE APPEND; 4 EXPORT (fails).
 */
#define EXAMPLE(u, b, export)                                                                      \
    SOURCES "LOAD a INTO t;\n"                                                                     \
            "CREATE TABLE u AS SELECT sum(n)" u " AS s FROM t;\n"                                  \
            "LOAD b INTO t " b " MODE APPEND;\n"                                                   \
            "EXPORT SELECT " export " AS s FROM t, u TO 'out.csv';\n"

static void the_example_with_the_second_step_edited(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, EXAMPLE("", "", "nope"));
    check_retry(scene, EXAMPLE("*10", "", "max(s)"), RUN_OK,
                "load_t: t must be rebuilt; transform_u: text changed; load_t_2: t must be "
                "rebuilt; export_csv_out: failed before");
    check_rows(scene, "FROM t ORDER BY n", "1\n2\n3\n");
    check_rows(scene, "FROM u", "30\n");
}

static void the_example_with_the_third_step_edited(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, EXAMPLE("", "", "nope"));
    check_retry(scene, EXAMPLE("", "WHERE n > 2", "max(s)"), RUN_OK,
                "load_t: t must be rebuilt; transform_u: done; load_t_2: text changed; "
                "export_csv_out: failed before");
    check_rows(scene, "FROM t ORDER BY n", "1\n2\n3\n");
}

static void only_what_failed_runs_when_nothing_changed(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, EXAMPLE("", "", "nope"));
    check_retry(scene, EXAMPLE("", "", "max(s)"), RUN_OK,
                "load_t: done; transform_u: done; load_t_2: done; export_csv_out: failed before");
    g_assert_true(lasting_is_done(&scene->lasting));
}

#define CHAIN(second, third)                                                                       \
    SOURCES "LOAD a INTO one;\n"                                                                   \
            "CREATE TABLE two AS SELECT n" second " AS n FROM one;\n"                              \
            "CREATE TABLE three AS SELECT " third " AS n FROM two;\n"                              \
            "CREATE TABLE four AS SELECT n FROM three;\n"                                          \
            "CREATE TABLE five AS SELECT n FROM four;\n"

static void break_mend_retry(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, CHAIN("", "nope"));
    check_retry(scene, CHAIN("", "n"), RUN_OK,
                "load_one: done; transform_two: done; transform_three: failed before; "
                "transform_four: not done yet; transform_five: not done yet");
    first_run(scene, CHAIN("", "nope"));
    check_retry(scene, CHAIN("+1", "n"), RUN_OK,
                "load_one: done; transform_two: text changed; transform_three: failed before; "
                "transform_four: not done yet; transform_five: not done yet");
    check_rows(scene, "FROM five ORDER BY n", "2\n3\n");
}

static void a_changed_file_is_read_again(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, CHAIN("", "n") "SELECT nope;");
    pipeline_write(&scene->pipeline, "a.csv", "n\n7\n");
    check_retry(scene, CHAIN("", "n") "SELECT 1;", RUN_OK,
                "load_one: input changed: a.csv; transform_two: input changed: load_one; "
                "transform_three: input changed: transform_two; transform_four: input changed: "
                "transform_three; transform_five: input changed: transform_four; query_1: failed "
                "before");
    check_rows(scene, "FROM five", "7\n");
}

static void a_table_dropped_by_hand_is_made_again(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, CHAIN("", "n") "SELECT nope;");
    lasting_execute(&scene->lasting, "DROP TABLE three");
    check_retry(scene, CHAIN("", "n") "SELECT 1;", RUN_OK,
                "load_one: done; transform_two: done; transform_three: three is gone; "
                "transform_four: done; transform_five: done; query_1: failed before");
    check_rows(scene, "FROM three ORDER BY n", "1\n2\n");
}

static void a_table_written_by_another_pipeline_is_made_again(struct scene *scene,
                                                              gconstpointer data)
{
    (void)data;
    first_run(scene, CHAIN("", "n") "SELECT nope;");
    lasting_execute(&scene->lasting,
                    "INSERT INTO sqlflow.runs VALUES ('x-1', 'started', now(), 'other', 'dev', "
                    "'x-1', NULL, now(), NULL, NULL)");
    lasting_execute(
        &scene->lasting,
        "INSERT INTO sqlflow.log VALUES ('x-1', 1000, '{\"name\": \"three\", \"step\": "
        "\"load_three\", \"kind\": \"load\", \"target\": \"three\", \"fingerprint\": \"f\", "
        "\"occurrence\": 0, \"is_there\": true}')");
    check_retry(scene, CHAIN("", "n") "SELECT 1;", RUN_OK,
                "load_one: done; transform_two: done; transform_three: three was written by "
                "load_three (other) since; transform_four: done; transform_five: done; query_1: "
                "failed before");
}

static void an_output_that_is_gone_is_written_again(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, SOURCES "LOAD a INTO t; EXPORT t TO 'out.csv'; SELECT nope FROM t;");
    g_assert_true(path_remove("out.csv", NULL));
    check_retry(scene, SOURCES "LOAD a INTO t; EXPORT t TO 'out.csv'; SELECT n FROM t;", RUN_OK,
                "load_t: done; export_csv_out: output changed: out.csv; query_1: failed before");
    g_autofree char *written = pipeline_read(&scene->pipeline, "out.csv");
    g_assert_cmpstr(written, ==, "n\n1\n2\n");
}

#define OLDER(value)                                                                               \
    "INSERT INTO older SELECT " value ";\nCREATE TABLE u AS SELECT sum(n) AS s FROM older;\n"

static void a_table_that_can_not_be_had_back_is_refused(struct scene *scene, gconstpointer data)
{
    (void)data;
    lasting_execute(&scene->lasting, "CREATE TABLE older AS SELECT 1 AS n");
    first_run(scene, OLDER("2") "SELECT nope;");
    check_refused(scene, OLDER("3") "SELECT 1;",
                  "sql_insert_older has to run (text changed) and needs 'older' as it was before "
                  "sql_insert_older (run ");
    check_rows(scene, "FROM older ORDER BY n", "1\n2\n");
    check_retry(scene, OLDER("2") "SELECT 1;", RUN_OK,
                "sql_insert_older: done; transform_u: done; query_1: failed before");
    check_rows(scene, "FROM older ORDER BY n", "1\n2\n");
}

static void an_insert_that_failed_runs_once(struct scene *scene, gconstpointer data)
{
    (void)data;
    lasting_execute(&scene->lasting, "CREATE TABLE older AS SELECT 1 AS n");
    first_run(scene, OLDER("nope"));
    check_retry(scene, OLDER("2"), RUN_OK,
                "sql_insert_older: failed before; transform_u: not done yet");
    check_rows(scene, "FROM older ORDER BY n", "1\n2\n");
}

static void two_alike_are_two(struct scene *scene, gconstpointer data)
{
    (void)data;
    const char *text = "CREATE OR REPLACE TABLE t (n INTEGER);\nINSERT INTO t VALUES (1);\n"
                       "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (1);\nSELECT nope;";
    const char *mended = "CREATE OR REPLACE TABLE t (n INTEGER);\nINSERT INTO t VALUES (1);\n"
                         "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (1);\nSELECT 1;";
    first_run(scene, text);
    check_retry(scene, mended, RUN_OK,
                "sql_create_table_t: done; sql_insert_t: done; sql_insert_t_2: done; "
                "sql_insert_t_3: done; query_1: failed before");
    check_rows(scene, "SELECT count(*) FROM t", "3\n");
}

static void session_statements_run_each_time(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, "SET VARIABLE x = 5;\nCREATE TABLE t AS SELECT getvariable('x') AS n;\n"
                     "CREATE TABLE u AS SELECT nope FROM t;");
    check_retry(scene,
                "SET VARIABLE x = 5;\nCREATE TABLE t AS SELECT getvariable('x') AS n;\n"
                "CREATE TABLE u AS SELECT n + getvariable('x') AS n FROM t;",
                RUN_OK, "sql_set_x: -; transform_t: done; transform_u: failed before");
    check_rows(scene, "FROM u", "10\n");
}

static void readers_through_a_view_see_its_table_again(struct scene *scene, gconstpointer data)
{
    (void)data;
    const char *text = SOURCES "LOAD a INTO t; CREATE VIEW v AS SELECT n FROM t;\n"
                               "CREATE TABLE u AS SELECT sum(n) AS s FROM v;\n"
                               "LOAD b INTO t MODE APPEND; SELECT nope;";
    const char *mended = SOURCES "LOAD a INTO t; CREATE VIEW v AS SELECT n FROM t;\n"
                                 "CREATE TABLE u AS SELECT sum(n)+1 AS s FROM v;\n"
                                 "LOAD b INTO t MODE APPEND; SELECT 1;";
    first_run(scene, text);
    check_retry(scene, mended, RUN_OK,
                "load_t: t must be rebuilt; transform_v: done; transform_u: text changed; "
                "load_t_2: t must be rebuilt; query_1: failed before");
    check_rows(scene, "FROM u", "4\n");
}

static void a_retry_of_a_retry_goes_on(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, CHAIN("", "nope"));
    check_retry(scene, CHAIN("", "n") "SELECT nope;", RUN_FAILED,
                "load_one: done; transform_two: done; transform_three: failed before; "
                "transform_four: not done yet; transform_five: not done yet; query_1: not done "
                "yet");
    check_retry(scene, CHAIN("", "n") "SELECT 1;", RUN_OK,
                "load_one: done; transform_two: done; transform_three: done; transform_four: done; "
                "transform_five: done; query_1: failed before");
    g_assert_true(lasting_is_done(&scene->lasting));
}

static bool fail_in_latin_1(struct session *session, const struct target *target, const char *query,
                            struct written *out, GError **error)
{
    (void)session;
    (void)target;
    (void)query;
    (void)out;
    error_set(error, ERROR_DATA, "caf\xe9 is closed");
    return false;
}

static void a_message_that_is_no_utf_8_is_recorded(struct scene *scene, gconstpointer data)
{
    (void)data;
    const struct engine_class usual = scene->lasting.class;
    scene->lasting.class.create = fail_in_latin_1;
    first_run(scene, CHAIN("", "n"));
    scene->lasting.class.create = usual.create;
    check_rows(scene, "SELECT step, message FROM sqlflow.steps WHERE status = 'failed'",
               "transform_two|caf\xef\xbf\xbd is closed\n");
    check_rows(scene, "SELECT outcome FROM sqlflow.runs WHERE outcome <> 'started'", "failed\n");
    check_retry(scene, CHAIN("", "n"), RUN_OK,
                "load_one: done; transform_two: failed before; transform_three: not done yet; "
                "transform_four: not done yet; transform_five: not done yet");
}

static void a_newer_journal_is_refused(struct scene *scene, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    first_run(scene, "SELECT nope;");
    lasting_execute(&scene->lasting, "INSERT INTO sqlflow.journal VALUES (99, now())");
    g_assert_null(lasting_run(&scene->lasting, &scene->pipeline, "CREATE TABLE t AS SELECT 1 AS n;",
                              false, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "of version 99, made by a newer program"));
    check_rows(scene, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'", "0\n");
}

static void a_source_called_as_its_table_is_no_table(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, "SOURCE a TYPE CSV PARAMS {\"path\": \"a.csv\"}; LOAD a INTO a; SELECT nope;");
    check_retry(scene,
                "SOURCE a TYPE CSV PARAMS {\"path\": \"a.csv\"}; LOAD a INTO a WHERE n > 1;\n"
                "SELECT 1;",
                RUN_OK, "load_a: text changed; query_1: failed before");
    check_rows(scene, "FROM a", "2\n");
}

/* Version 1 had no watermarks, and tables where version 3 has views of a log. */
static void make_version_1(struct scene *scene)
{
    static const char *const statements[] = {
        "CREATE TABLE was_steps AS SELECT * EXCLUDE (sequence) FROM sqlflow.steps",
        "CREATE TABLE was_writes AS FROM sqlflow.writes",
        "DROP VIEW sqlflow.steps",
        "DROP VIEW sqlflow.writes",
        "DROP TABLE sqlflow.log",
        "DROP TABLE sqlflow.watermarks",
        "CREATE TABLE sqlflow.steps AS FROM was_steps",
        "CREATE TABLE sqlflow.writes AS FROM was_writes",
        "DROP TABLE was_steps",
        "DROP TABLE was_writes",
        "UPDATE sqlflow.journal SET version = 1",
    };
    for (guint i = 0; i < G_N_ELEMENTS(statements); i++)
        lasting_execute(&scene->lasting, statements[i]);
}

static void an_older_journal_is_brought_up_and_continued(struct scene *scene, gconstpointer data)
{
    (void)data;
    first_run(scene, CHAIN("", "nope"));
    make_version_1(scene);
    check_retry(scene, CHAIN("", "n"), RUN_OK,
                "load_one: done; transform_two: done; transform_three: failed before; "
                "transform_four: not done yet; transform_five: not done yet");
    check_rows(scene, "SELECT version FROM sqlflow.journal ORDER BY made_at", "1\n3\n");
    check_rows(scene, "SELECT count(*) FROM sqlflow.watermarks", "0\n");
    check_rows(scene,
               "SELECT count(*), count(DISTINCT run), min(occurrence), min(tries), "
               "min(recorded_at) > '2026-01-01' FROM sqlflow.steps",
               "6|2|0|1|true\n");
    check_rows(scene, "SELECT count(DISTINCT run) FROM sqlflow.runs", "2\n");
}

#define ADD(name, function)                                                                        \
    g_test_add("/resume/" name, struct scene, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("the example of execution.md, second step edited", the_example_with_the_second_step_edited);
    ADD("the example of execution.md, third step edited", the_example_with_the_third_step_edited);
    ADD("only what failed runs when nothing changed", only_what_failed_runs_when_nothing_changed);
    ADD("break, mend, retry", break_mend_retry);
    ADD("a changed file is read again", a_changed_file_is_read_again);
    ADD("a table dropped by hand is made again", a_table_dropped_by_hand_is_made_again);
    ADD("a table written by another pipeline is made again",
        a_table_written_by_another_pipeline_is_made_again);
    ADD("an output that is gone is written again", an_output_that_is_gone_is_written_again);
    ADD("a table that can't be had back is refused", a_table_that_can_not_be_had_back_is_refused);
    ADD("an INSERT that failed runs once", an_insert_that_failed_runs_once);
    ADD("two alike are two", two_alike_are_two);
    ADD("session statements run each time", session_statements_run_each_time);
    ADD("readers through a view see its table again", readers_through_a_view_see_its_table_again);
    ADD("a retry of a retry goes on", a_retry_of_a_retry_goes_on);
    ADD("a source called as its table is no table", a_source_called_as_its_table_is_no_table);
    ADD("an older journal is brought up and continued",
        an_older_journal_is_brought_up_and_continued);
    ADD("a message that is no UTF-8 is recorded", a_message_that_is_no_utf_8_is_recorded);
    ADD("a newer journal is refused", a_newer_journal_is_refused);
    return g_test_run();
}
