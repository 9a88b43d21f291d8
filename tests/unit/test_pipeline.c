/* SPDX-License-Identifier: Apache-2.0 */
/* Whole pipelines on the real engine: what arrives in files and tables. */
#include "pipeline.h"

#include "base/file.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char orders[] = "id,region,amount\n1,eu,10.50\n2,us,20.00\n3,eu,30.25\n";

static const char daily[] = "SOURCE orders TYPE CSV PARAMS {\"path\": \"orders.csv\"};\n"
                            "LOAD orders INTO orders_raw WHERE id > 1;\n"
                            "CREATE TABLE totals AS\n"
                            "  SELECT region, sum(amount)::DECIMAL(10,2) AS total\n"
                            "  FROM orders_raw GROUP BY region ORDER BY region;\n"
                            "EXPORT totals TO \"out/totals.csv\";\n"
                            "EXPORT SELECT * FROM totals TO \"out/totals.json\" TYPE JSON;\n"
                            "EXPORT totals TO \"out/totals.parquet\";\n"
                            "SELECT count(*) AS n FROM 'out/totals.csv';\n";

static void brings_rows_from_files_to_files(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_write(&pipeline, "orders.csv", orders);
    pipeline_run(&pipeline, daily, (struct run_options){.workers = 4});
    pipeline_assert_ok(&pipeline);
    g_autofree char *csv = pipeline_read(&pipeline, "out/totals.csv");
    g_assert_cmpstr(csv, ==, "region,total\neu,30.25\nus,20.00\n");
    g_autofree char *parquet = pipeline_read(&pipeline, "out/totals.parquet");
    g_assert_true(g_str_has_prefix(parquet, "PAR1"));
    g_assert_cmpint(pipeline_step(&pipeline, "load_orders_raw")->rows, ==, 2);
    const struct step_result *query = pipeline_step(&pipeline, "query_1");
    g_assert_cmpstr(rows_cell(query->found, 0, 0)->text, ==, "2");
    pipeline_close(&pipeline);
}

/* A view that an earlier run left: who reads it reads its table at his own place. */
static void reads_through_views_of_the_database(void)
{
    enum { ROUNDS = 20 };
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    const struct run_options options = {.workers = 8, .engine_options = {.path = "x.duckdb"}};
    pipeline_run(&pipeline,
                 "CREATE TABLE t AS SELECT 0 AS x; CREATE VIEW v AS SELECT * FROM t; "
                 "CREATE SCHEMA IF NOT EXISTS s; CREATE VIEW s.w AS SELECT * FROM v;",
                 options);
    pipeline_assert_ok(&pipeline);
    for (guint i = 0; i < ROUNDS; i++) {
        pipeline_run(&pipeline,
                     "CREATE OR REPLACE TABLE t AS SELECT count(*) - 99999 AS x FROM range(100000);"
                     "SELECT x FROM v; CREATE OR REPLACE TABLE t AS SELECT 2 AS x;"
                     "SELECT x FROM s.w; CREATE OR REPLACE TABLE t AS SELECT 3 AS x;",
                     options);
        pipeline_assert_ok(&pipeline);
        for (guint query = 0; query < 2; query++) {
            const struct step_result *step =
                pipeline_step(&pipeline, query ? "query_2" : "query_1");
            g_assert_cmpstr(rows_cell(step->found, 0, 0)->text, ==, query ? "2" : "1");
        }
    }
    pipeline_close(&pipeline);
}

/* Each reader between two writes of a table gets the version that stands above it; 200 tables, of
 * which 20 are written and read at once. */
static void gives_each_reader_the_version_above_it(void)
{
    enum { ROUNDS = 10, TABLES = 20 };
    static const char block[] = "CREATE TABLE $ AS SELECT 1 AS v;\n"
                                "SELECT v FROM $;\n"
                                "CREATE OR REPLACE TABLE $ AS SELECT v + 1 AS v FROM $;\n"
                                "SELECT v FROM $;\n"
                                "SELECT max(v) FROM $;\n"
                                "INSERT INTO $ SELECT v + 1 FROM $;\n"
                                "SELECT sum(v) FROM $;\n"
                                "CREATE OR REPLACE TABLE $ AS SELECT count(*) * 10 AS v FROM $;\n"
                                "SELECT v FROM $;\n";
    static const char *const expected[] = {"1", "2", "2", "5", "20"};
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < TABLES; i++) {
        g_autofree char *name = g_strdup_printf("t%u", i);
        g_string_append(text, block);
        g_string_replace(text, "$", name, 0);
    }
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    for (guint round = 0; round < ROUNDS; round++) {
        pipeline_run(&pipeline, text->str, (struct run_options){.workers = 8});
        pipeline_assert_ok(&pipeline);
        for (guint i = 0; i < TABLES * G_N_ELEMENTS(expected); i++) {
            g_autofree char *id = g_strdup_printf("query_%u", i + 1);
            const struct rows *found = pipeline_step(&pipeline, id)->found;
            g_assert_cmpstr(rows_cell(found, 0, 0)->text, ==, expected[i % G_N_ELEMENTS(expected)]);
        }
    }
    pipeline_close(&pipeline);
}

static void lets_all_sessions_see_settings_and_attached_databases(void)
{
    static const char text[] = "CREATE TABLE a AS SELECT 1 AS x;\n"
                               "CREATE TABLE b AS SELECT 2 AS x;\n"
                               "ATTACH ':memory:' AS other;\n"
                               "SET VARIABLE factor = 10;\n"
                               "SET SESSION TimeZone = 'Asia/Tokyo';\n"
                               "CREATE TABLE other.c AS SELECT 3 AS x;\n"
                               "USE other;\n"
                               "SELECT x * getvariable('factor') AS n, current_setting('TimeZone') "
                               "AS zone FROM c;\n"
                               "SELECT x * getvariable('factor') AS n, current_setting('TimeZone') "
                               "AS zone FROM c WHERE x = 3;\n"
                               "SELECT count(*) AS n, current_setting('TimeZone') AS zone "
                               "FROM range(30) JOIN c ON true;\n";
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    for (guint round = 0; round < 5; round++) {
        pipeline_run(&pipeline, text, (struct run_options){.workers = 8});
        pipeline_assert_ok(&pipeline);
        static const char *const ids[] = {"query_1", "query_2", "query_3"};
        for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
            const struct step_result *step = pipeline_step(&pipeline, ids[i]);
            g_assert_cmpstr(rows_cell(step->found, 0, 0)->text, ==, "30");
            g_assert_cmpstr(rows_cell(step->found, 0, 1)->text, ==, "Asia/Tokyo");
        }
    }
    pipeline_close(&pipeline);
}

static void points_at_the_wrong_column(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_run(&pipeline,
                 "CREATE TABLE a AS SELECT 1 AS x;\n"
                 "CREATE TABLE b AS\n"
                 "  SELECT x, wrong FROM a;\n"
                 "EXPORT b TO \"b.csv\";\n",
                 (struct run_options){0});
    const struct step_result *step = pipeline_step(&pipeline, "transform_b");
    g_assert_cmpstr(step_status_name(step->status), ==, "failed");
    struct place place = text_place(step->at.text, step->at.offset);
    g_assert_cmpuint(place.line, ==, 3);
    g_assert_cmpuint(place.column, ==, 13);
    const struct step_result *export = pipeline_step(&pipeline, "export_csv_b");
    g_assert_cmpstr(export->message, ==, "waits for transform_b");
    g_assert_false(g_file_test("b.csv", G_FILE_TEST_EXISTS));
    pipeline_close(&pipeline);
}

static void reads_a_source_without_loading_it(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_write(&pipeline, "orders.csv", orders);
    pipeline_run(&pipeline,
                 "SOURCE orders TYPE CSV PARAMS {\"path\": \"orders.csv\"};\n"
                 "EXPORT SELECT id FROM orders WHERE region = 'eu' TO \"eu.csv\";\n"
                 "EXPORT SELECT id FROM orders WHERE region = 'us' TO \"us.csv\";\n",
                 (struct run_options){.workers = 4});
    pipeline_assert_ok(&pipeline);
    g_autofree char *eu = pipeline_read(&pipeline, "eu.csv");
    g_assert_cmpstr(eu, ==, "id\n1\n3\n");
    g_autofree char *us = pipeline_read(&pipeline, "us.csv");
    g_assert_cmpstr(us, ==, "id\n2\n");
    pipeline_close(&pipeline);
}

static void puts_an_included_file_into_its_schema(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_write(&pipeline, "shop.sf",
                   "CREATE TABLE totals AS SELECT 7 AS n;\n"
                   "CREATE TABLE doubled AS SELECT n * 2 AS n FROM totals;\n");
    pipeline_run(&pipeline,
                 "CREATE TABLE totals AS SELECT 1 AS n;\n"
                 "INCLUDE \"shop.sf\" AS shop;\n"
                 "EXPORT SELECT d.n + t.n AS n FROM shop.doubled d, totals t TO \"n.csv\";\n",
                 (struct run_options){.workers = 4});
    pipeline_assert_ok(&pipeline);
    g_autofree char *n = pipeline_read(&pipeline, "n.csv");
    g_assert_cmpstr(n, ==, "n\n15\n");
    pipeline_close(&pipeline);
}

static void skips_what_reads_a_table_that_a_check_refused(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_run(&pipeline,
                 "CREATE TABLE t AS SELECT * FROM range(12) r(n);\n"
                 "CHECK none ON t AS SELECT n FROM t WHERE n < 0;\n"
                 "CHECK few ON t AS SELECT n FROM t WHERE n > 9 ORDER BY n "
                 "OPTIONS {\"severity\": \"warn\"};\n"
                 "CHECK many ON t AS SELECT n FROM t ORDER BY n OPTIONS {\"limit\": 3};\n"
                 "EXPORT t TO \"t.csv\";\n",
                 (struct run_options){.workers = 4});
    g_assert_cmpint(pipeline_step(&pipeline, "check_none")->status, ==, STEP_OK);
    g_assert_cmpint(pipeline_step(&pipeline, "check_few")->status, ==, STEP_WARNED);
    const struct step_result *many = pipeline_step(&pipeline, "check_many");
    g_assert_cmpstr(many->message, ==, "found more than 3 rows");
    g_assert_cmpstr(rows_cell(many->found, 2, 0)->text, ==, "2");
    g_assert_cmpint(pipeline_step(&pipeline, "export_csv_t")->status, ==, STEP_SKIPPED);
    pipeline_close(&pipeline);
}

static void replaces_a_partitioned_folder_as_a_whole(void)
{
    static const char form[] =
        "EXPORT SELECT i, i %% %u AS part FROM range(6) t(i) TO \"parts\" TYPE CSV "
        "OPTIONS {\"partition_by\": [\"part\"]};\n";
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    for (guint parts = 3; parts > 1; parts--) {
        g_autofree char *text = g_strdup_printf(form, parts);
        pipeline_run(&pipeline, text, (struct run_options){0});
        pipeline_assert_ok(&pipeline);
        g_assert_true(g_file_test("parts/part=1", G_FILE_TEST_IS_DIR));
        g_assert_cmpint(g_file_test("parts/part=2", G_FILE_TEST_IS_DIR), ==, parts > 2);
    }
    g_autoptr(GDir) folder = g_dir_open(".", 0, NULL);
    g_assert_cmpstr(g_dir_read_name(folder), ==, "parts");
    g_assert_null(g_dir_read_name(folder));
    pipeline_close(&pipeline);
}

/* A folder goes as a whole, so it may hold nothing but what exports leave. */
static void replaces_no_folder_that_holds_anything_else(void)
{
    static const char *const texts[] = {
        "EXPORT SELECT 1 AS a TO \"out\" TYPE CSV;\n",
        "EXPORT SELECT 1 AS a, 2 AS b TO \"out\" TYPE CSV OPTIONS {\"partition_by\": [\"b\"]};\n",
    };
    static const char *const kept[] = {"out/notes.txt", "out/b=1/deep/data_0.csv", "out/b=1/x.csv",
                                       "out/data_raw.csv"};
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(kept); j++) {
            pipeline_write(&pipeline, kept[j], "mine\n");
            pipeline_run(&pipeline, texts[i], (struct run_options){0});
            const struct step_result *step = pipeline_step(&pipeline, "export_csv_out");
            g_assert_cmpint(step->status, ==, STEP_FAILED);
            g_assert_cmpint(step->at.offset, ==, strstr(texts[i], "\"out\"") - texts[i]);
            g_autofree char *content = pipeline_read(&pipeline, kept[j]);
            g_assert_cmpstr(content, ==, "mine\n");
            g_assert_true(path_remove("out", NULL));
        }
    }
    pipeline_close(&pipeline);
}

static void leaves_the_former_file_when_a_query_fails_in_its_middle(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_write(&pipeline, "out.csv", "before\n");
    pipeline_run(&pipeline,
                 "EXPORT SELECT CASE WHEN i = 900000 THEN error('broken') ELSE i END AS i "
                 "FROM range(1000000) t(i) TO \"out.csv\";\n",
                 (struct run_options){0});
    g_assert_cmpint(pipeline.result->outcome, ==, RUN_FAILED);
    g_autofree char *content = pipeline_read(&pipeline, "out.csv");
    g_assert_cmpstr(content, ==, "before\n");
    g_autoptr(GDir) folder = g_dir_open(".", 0, NULL);
    g_assert_cmpstr(g_dir_read_name(folder), ==, "out.csv");
    g_assert_null(g_dir_read_name(folder));
    pipeline_close(&pipeline);
}

static void tells_every_step_the_same_time(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    struct run_options options = {.workers = 4, .engine_options.now_us = 1700000000000000};
    pipeline_run(&pipeline,
                 "CREATE TABLE a AS SELECT now() AS t;\n"
                 "CREATE TABLE b AS SELECT now() AS t;\n"
                 "SELECT epoch_us(a.t), a.t = b.t, current_date FROM a, b;\n",
                 options);
    pipeline_assert_ok(&pipeline);
    const struct rows *found = pipeline_step(&pipeline, "query_1")->found;
    g_assert_cmpstr(rows_cell(found, 0, 0)->text, ==, "1700000000000000");
    g_assert_cmpstr(rows_cell(found, 0, 1)->text, ==, "true");
    g_assert_cmpstr(rows_cell(found, 0, 2)->text, ==, "2023-11-14");
    pipeline_close(&pipeline);
}

static void ends_a_long_query_at_its_timeout(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_run(&pipeline,
                 "CREATE TABLE t AS SELECT 1 AS n;\n"
                 "EXPORT SELECT count(*) AS n FROM range(1000000) a(i), range(1000000) b(j) "
                 "WHERE i * j % 7 = 3 TO \"n.csv\" OPTIONS {\"timeout\": \"200ms\"};\n"
                 "EXPORT t TO \"t.csv\";\n",
                 (struct run_options){.workers = 2});
    const struct step_result *slow = pipeline_step(&pipeline, "export_csv_n");
    g_assert_cmpstr(slow->message, ==, "timed out after 0.2 s");
    g_assert_cmpint(slow->duration_us, <, 1000 * 1000);
    g_assert_cmpint(pipeline_step(&pipeline, "export_csv_t")->status, ==, STEP_OK);
    g_assert_false(g_file_test("n.csv", G_FILE_TEST_EXISTS));
    pipeline_close(&pipeline);
}

static void interrupt_soon(void *data, const struct step_result *step)
{
    (void)data;
    (void)step;
    kill(getpid(), SIGINT);
}

static void ends_a_long_query_when_cancelled(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    struct run_observer observer = {.step_started = interrupt_soon};
    const struct run_observer *const observers[] = {&observer, NULL};
    gint64 before = g_get_monotonic_time();
    pipeline_run(&pipeline,
                 "CREATE TABLE t AS SELECT count(*) AS n FROM range(1000000) a(i), "
                 "range(1000000) b(j) WHERE i * j % 7 = 3;\n"
                 "EXPORT t TO \"n.csv\";\n",
                 (struct run_options){.observers = observers});
    g_assert_cmpint(g_get_monotonic_time() - before, <, 1500 * 1000);
    g_assert_cmpint(pipeline.result->outcome, ==, RUN_CANCELLED);
    g_assert_cmpint(pipeline_step(&pipeline, "transform_t")->status, ==, STEP_CANCELLED);
    g_assert_cmpint(pipeline_step(&pipeline, "export_csv_n")->status, ==, STEP_NOT_RUN);
    pipeline_close(&pipeline);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipeline/files", brings_rows_from_files_to_files);
    g_test_add_func("/pipeline/views", reads_through_views_of_the_database);
    g_test_add_func("/pipeline/versions", gives_each_reader_the_version_above_it);
    g_test_add_func("/pipeline/sessions", lets_all_sessions_see_settings_and_attached_databases);
    g_test_add_func("/pipeline/place", points_at_the_wrong_column);
    g_test_add_func("/pipeline/source", reads_a_source_without_loading_it);
    g_test_add_func("/pipeline/alias", puts_an_included_file_into_its_schema);
    g_test_add_func("/pipeline/check", skips_what_reads_a_table_that_a_check_refused);
    g_test_add_func("/pipeline/partitions", replaces_a_partitioned_folder_as_a_whole);
    g_test_add_func("/pipeline/foreign", replaces_no_folder_that_holds_anything_else);
    g_test_add_func("/pipeline/former", leaves_the_former_file_when_a_query_fails_in_its_middle);
    g_test_add_func("/pipeline/now", tells_every_step_the_same_time);
    g_test_add_func("/pipeline/timeout", ends_a_long_query_at_its_timeout);
    g_test_add_func("/pipeline/cancel", ends_a_long_query_when_cancelled);
    return g_test_run();
}
