/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of step asks of the engine, seen in the log of a fake one. */
#include "fake_engine.h"
#include "fake_plan.h"

#include "base/file.h"
#include "connect/format/format.h"

#include <string.h>

struct scene {
    char *folder;
    struct plan *plan;
    struct fake fake;
};

static void scene_init(struct scene *scene)
{
    scene->folder = g_dir_make_tmp("sqlflow-steps-XXXXXX", NULL);
    scene->plan = fake_plan_new();
    fake_init(&scene->fake);
}

static void scene_clear(struct scene *scene)
{
    g_assert_true(path_remove(scene->folder, NULL));
    g_free(scene->folder);
    fake_plan_free(scene->plan);
    fake_clear(&scene->fake);
}

/* All of the log in one line. */
static char *log_of(struct scene *scene)
{
    g_ptr_array_add(scene->fake.log, NULL);
    char *text = g_strjoinv("; ", (char **)scene->fake.log->pdata);
    g_ptr_array_remove_index(scene->fake.log, scene->fake.log->len - 1);
    return text;
}

static bool fake_scan(const struct options *options, const GPtrArray *files, struct relation **out,
                      GError **error)
{
    (void)files;
    (void)options;
    (void)error;
    *out = relation_new("fake");
    return true;
}

static bool failing_scan(const struct options *options, const GPtrArray *files,
                         struct relation **out, GError **error)
{
    (void)files;
    (void)options;
    (void)out;
    error_set(error, ERROR_USAGE, "no file 'orders.csv'");
    return false;
}

static bool fake_sink(const struct options *options, const char *destination, const char *path,
                      struct relation **out, GError **error)
{
    (void)options;
    (void)destination;
    (void)error;
    *out = relation_new("fake");
    g_ptr_array_add((*out)->paths, g_strdup(path));
    return true;
}

static const struct format fake_format = {.name = "fake", .scan = fake_scan, .sink = fake_sink};
static const struct connector fake_connector = {.name = "fake", .format = &fake_format};
static const struct format failing_format = {.name = "failing", .scan = failing_scan};
static const struct connector failing_connector = {.name = "failing", .format = &failing_format};

static guint add_source(struct scene *scene, const char *id, const struct connector *connector)
{
    guint source = fake_plan_add(scene->plan, OPERATION_SOURCE, id, NULL);
    fake_plan_at(scene->plan, source)->connector = connector;
    return source;
}

static guint add_load(struct scene *scene, guint source, const char *where)
{
    guint load = fake_plan_add(scene->plan, OPERATION_LOAD, "load_orders", where);
    fake_plan_at(scene->plan, load)->source = source;
    fake_plan_statement(scene->plan, load)->table.text = g_strdup("orders");
    fake_plan_wait(scene->plan, load, source);
    return load;
}

static void commits_each_step_on_its_own(void)
{
    struct scene scene;
    scene_init(&scene);
    guint first = fake_plan_add(scene.plan, OPERATION_SQL, "a", "do a");
    guint second = fake_plan_add(scene.plan, OPERATION_TRANSFORM, "b", "do b");
    fake_plan_wait(scene.plan, second, first);
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_autofree char *log = log_of(&scene);
    g_assert_cmpstr(log, ==, "0: begin; 0: do a; 0: commit; 0: begin; 0: do b; 0: commit");
    scene_clear(&scene);
}

static void rolls_a_failed_step_back(void)
{
    struct scene scene;
    scene_init(&scene);
    fake_plan_add(scene.plan, OPERATION_SQL, "a", "fail");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    g_assert_cmpint(result->outcome, ==, RUN_FAILED);
    g_autofree char *log = log_of(&scene);
    g_assert_cmpstr(log, ==, "0: begin; 0: fail; 0: rollback");
    scene_clear(&scene);
}

static void loads_with_the_filter(void)
{
    struct scene scene;
    scene_init(&scene);
    guint source = add_source(&scene, "source_orders", &fake_connector);
    guint load = add_load(&scene, source, "a > 1");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, source, STEP_OK);
    g_assert_cmpint(fake_step(result, source)->started_us, ==, -1);
    g_assert_cmpint(fake_step(result, load)->rows, ==, 1);
    g_autofree char *log = log_of(&scene);
    g_assert_cmpstr(log, ==, "0: begin; 0: load orders from fake where a > 1; 0: commit");
    scene_clear(&scene);
}

static void fails_a_load_whose_files_are_missing(void)
{
    struct scene scene;
    scene_init(&scene);
    guint load = add_load(&scene, add_source(&scene, "source_orders", &failing_connector), NULL);
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, load, STEP_FAILED);
    g_assert_cmpstr(fake_step(result, load)->message, ==, "no file 'orders.csv'");
    scene_clear(&scene);
}

static guint add_reader(struct scene *scene, guint source)
{
    guint reader = fake_plan_add(scene->plan, OPERATION_SQL, "reader", "do read");
    g_array_append_val(fake_plan_at(scene->plan, reader)->unloaded_sources, source);
    fake_plan_wait(scene->plan, reader, source);
    return reader;
}

static void defines_an_unloaded_source_once_before_its_readers(void)
{
    struct scene scene;
    scene_init(&scene);
    for (guint i = 0; i < 5; i++)
        fake_plan_add(scene.plan, OPERATION_SQL, "other", "sleep 5");
    guint source = add_source(&scene, "orders", &fake_connector);
    for (guint i = 0; i < 5; i++)
        add_reader(&scene, source);
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan, (struct run_options){.workers = 4});
    g_assert_cmpuint(fake_count(&scene.fake, "define orders"), ==, 1);
    g_assert_cmpint(fake_find(&scene.fake, "define orders"), <,
                    fake_find(&scene.fake, ": do read"));
    g_assert_cmpuint(fake_count(&scene.fake, ": do read"), ==, 5);
    fake_assert_status(result, source, STEP_OK);
    g_assert_cmpint(fake_step(result, source)->started_us, >=, 0);
    scene_clear(&scene);
}

static void skips_the_readers_of_a_source_that_is_missing(void)
{
    struct scene scene;
    scene_init(&scene);
    guint source = add_source(&scene, "source_orders", &failing_connector);
    guint reader = add_reader(&scene, source);
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, source, STEP_FAILED);
    fake_assert_status(result, reader, STEP_SKIPPED);
    g_assert_cmpstr(fake_step(result, reader)->message, ==, "waits for source_orders");
    scene_clear(&scene);
}

static void defines_a_source_for_a_selected_reader(void)
{
    struct scene scene;
    scene_init(&scene);
    guint source = add_source(&scene, "orders", &fake_connector);
    add_reader(&scene, source);
    const guint8 selected[] = {0, 1};
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan, (struct run_options){.selected = selected});
    g_assert_cmpuint(fake_count(&scene.fake, "define orders"), ==, 1);
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    scene_clear(&scene);
}

/* Two steps at once make two sessions, then the statement, then three more sessions. */
static void tells_session_statements_to_all_sessions(void)
{
    struct scene scene;
    scene_init(&scene);
    guint settings = fake_plan_add(scene.plan, OPERATION_SQL, "set", "SET x = 1");
    fake_plan_at(scene.plan, settings)->class = SQL_SESSION;
    for (guint i = 0; i < 2; i++) {
        guint before = fake_plan_add(scene.plan, OPERATION_SQL, "before", "sleep 50");
        fake_plan_wait(scene.plan, settings, before);
    }
    for (guint i = 0; i < 5; i++) {
        guint after = fake_plan_add(scene.plan, OPERATION_SQL, "after", "sleep 50");
        fake_plan_wait(scene.plan, after, settings);
    }
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan, (struct run_options){.workers = 5});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(scene.fake.sessions, ==, 5);
    g_assert_cmpuint(fake_count(&scene.fake, "SET x = 1"), ==, 5);
    g_assert_cmpuint(fake_count(&scene.fake, "begin"), ==, 7);
    scene_clear(&scene);
}

/* Two steps at once make two sessions; the second doesn't take the statement. */
static guint add_hiccup_after_two_sessions(struct scene *scene)
{
    guint settings = fake_plan_add(scene->plan, OPERATION_SQL, "set", "hiccup 2");
    fake_plan_at(scene->plan, settings)->class = SQL_SESSION;
    for (guint i = 0; i < 2; i++) {
        guint before = fake_plan_add(scene->plan, OPERATION_SQL, "before", "sleep 50");
        fake_plan_wait(scene->plan, settings, before);
    }
    return settings;
}

static void no_session_keeps_a_statement_that_another_one_refused(void)
{
    struct scene scene;
    scene_init(&scene);
    guint settings = add_hiccup_after_two_sessions(&scene);
    guint slow = fake_plan_add(scene.plan, OPERATION_SQL, "slow", "sleep 60");
    guint later = fake_plan_add(scene.plan, OPERATION_SQL, "later", "sleep 300");
    fake_plan_wait(scene.plan, later, slow);
    const struct retry_options once = {.call = {.tries = 1}};
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan, (struct run_options){.workers = 2, .retry = once});
    fake_assert_status(result, settings, STEP_FAILED);
    fake_assert_status(result, later, STEP_OK);
    g_assert_cmpuint(fake_count(&scene.fake, ": hiccup 2"), ==, 2);
    g_assert_cmpuint(fake_count(&scene.fake, "2: sleep 300"), ==, 1);
    g_assert_cmpuint(scene.fake.sessions, ==, 3);
    scene_clear(&scene);
}

static void all_sessions_are_told_again_when_one_was_told_in_vain(void)
{
    struct scene scene;
    scene_init(&scene);
    guint settings = add_hiccup_after_two_sessions(&scene);
    for (guint i = 0; i < 2; i++) {
        guint after = fake_plan_add(scene.plan, OPERATION_SQL, "after", "sleep 50");
        fake_plan_wait(scene.plan, after, settings);
    }
    const struct retry_options quick = {.call = {.delay_us = 1}};
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan, (struct run_options){.workers = 2, .retry = quick});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(fake_step(result, settings)->tries, ==, 2);
    g_assert_cmpuint(scene.fake.sessions, ==, 4);
    g_assert_cmpuint(fake_count(&scene.fake, "2: hiccup 2"), ==, 1);
    g_assert_cmpuint(fake_count(&scene.fake, "3: hiccup 2"), ==, 1);
    scene_clear(&scene);
}

static void attaches_once_for_all_sessions(void)
{
    struct scene scene;
    scene_init(&scene);
    guint attach = fake_plan_add(scene.plan, OPERATION_SQL, "attach", "attach 'x.db' AS x");
    fake_plan_at(scene.plan, attach)->class = SQL_SESSION;
    for (guint i = 0; i < 2; i++) {
        guint before = fake_plan_add(scene.plan, OPERATION_SQL, "before", "sleep 50");
        fake_plan_wait(scene.plan, attach, before);
    }
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan, (struct run_options){.workers = 2});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(fake_count(&scene.fake, "attach 'x.db' AS x"), ==, 1);
    scene_clear(&scene);
}

static void runs_aliased_steps_in_their_schema(void)
{
    struct scene scene;
    scene_init(&scene);
    g_ptr_array_add(scene.plan->script->aliases, g_strdup("shop"));
    guint inside = fake_plan_add(scene.plan, OPERATION_SQL, "inside", "do a");
    guint also_inside = fake_plan_add(scene.plan, OPERATION_SQL, "also", "do b");
    guint outside = fake_plan_add(scene.plan, OPERATION_SQL, "outside", "do c");
    fake_plan_at(scene.plan, inside)->alias = "shop";
    fake_plan_at(scene.plan, also_inside)->alias = "shop";
    fake_plan_wait(scene.plan, also_inside, inside);
    fake_plan_wait(scene.plan, outside, also_inside);
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_autofree char *log = log_of(&scene);
    g_assert_cmpstr(log, ==,
                    "0: make schema shop; 0: use shop; 0: begin; 0: do a; 0: commit; "
                    "0: begin; 0: do b; 0: commit; 0: use -; 0: begin; 0: do c; 0: commit");
    scene_clear(&scene);
}

/* --- checks --- */

static const char *const severities[] = {"error", "warn", NULL};
static const struct option check_options[] = {
    {.name = "severity", .type = OPTION_ENUM, .flags = OPTION_FOR_SOURCE, .words = severities},
    {.name = "limit", .type = OPTION_INTEGER, .flags = OPTION_FOR_SOURCE, .maximum = 1000},
    {.name = NULL},
};

static void passes_a_check_that_finds_nothing(void)
{
    struct scene scene;
    scene_init(&scene);
    guint check = fake_plan_add(scene.plan, OPERATION_CHECK, "check_a", "rows 0");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, check, STEP_OK);
    g_assert_null(fake_step(result, check)->message);
    scene_clear(&scene);
}

static void fails_a_check_with_the_rows_it_found(void)
{
    struct scene scene;
    scene_init(&scene);
    guint few = fake_plan_add(scene.plan, OPERATION_CHECK, "check_few", "rows 1");
    guint many = fake_plan_add(scene.plan, OPERATION_CHECK, "check_many", "rows 11");
    guint limited = fake_plan_add(scene.plan, OPERATION_CHECK, "check_limit", "rows 5");
    fake_plan_at(scene.plan, limited)->options =
        fake_options_new(scene.plan, check_options, "limit", VALUE_NUMBER, "3");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    g_assert_cmpint(result->outcome, ==, RUN_FAILED);
    fake_assert_status(result, few, STEP_FAILED);
    g_assert_cmpstr(fake_step(result, few)->message, ==, "found 1 row");
    fake_assert_status(result, many, STEP_FAILED);
    g_assert_cmpstr(fake_step(result, many)->message, ==, "found more than 10 rows");
    g_assert_cmpuint(fake_step(result, many)->found->count, ==, 10);
    g_assert_cmpstr(fake_step(result, limited)->message, ==, "found more than 3 rows");
    scene_clear(&scene);
}

static void only_warns_where_severity_says_so(void)
{
    struct scene scene;
    scene_init(&scene);
    guint check = fake_plan_add(scene.plan, OPERATION_CHECK, "check_a", "rows 2");
    fake_plan_at(scene.plan, check)->options =
        fake_options_new(scene.plan, check_options, "severity", VALUE_STRING, "warn");
    guint after = fake_plan_add(scene.plan, OPERATION_SQL, "after", "do");
    fake_plan_wait(scene.plan, after, check);
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    fake_assert_status(result, check, STEP_WARNED);
    fake_assert_status(result, after, STEP_OK);
    g_assert_cmpstr(fake_step(result, check)->message, ==, "found 2 rows");
    scene_clear(&scene);
}

/* --- exports --- */

static guint add_export(struct scene *scene, const char *sql, const char *path)
{
    guint export = fake_plan_add(scene->plan, OPERATION_EXPORT, "export_a", sql);
    fake_plan_at(scene->plan, export)->connector = &fake_connector;
    fake_plan_at(scene->plan, export)->destination = g_build_filename(scene->folder, path, NULL);
    return export;
}

static guint count_entries(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    while (directory && g_dir_read_name(directory))
        count++;
    return count;
}

static void exports_into_a_folder_that_it_makes(void)
{
    struct scene scene;
    scene_init(&scene);
    guint export = add_export(&scene, "do export", "new/folder/a.csv");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, export, STEP_OK);
    g_autofree char *text = NULL;
    g_assert_true(
        g_file_get_contents(fake_plan_at(scene.plan, export)->destination, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "do export");
    g_autofree char *folder = g_build_filename(scene.folder, "new/folder", NULL);
    g_assert_cmpuint(count_entries(folder), ==, 1);
    scene_clear(&scene);
}

static void exports_a_table_by_its_name(void)
{
    struct scene scene;
    scene_init(&scene);
    guint export = add_export(&scene, NULL, "a.csv");
    fake_plan_statement(scene.plan, export)->table.text = g_strdup("shop.\"my orders\"");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(fake_count(&scene.fake, "SELECT * FROM \"shop\".\"my orders\""), ==, 1);
    scene_clear(&scene);
}

static void leaves_the_former_file_when_an_export_fails(void)
{
    struct scene scene;
    scene_init(&scene);
    guint export = add_export(&scene, "fail", "a.csv");
    const char *path = fake_plan_at(scene.plan, export)->destination;
    g_assert_true(g_file_set_contents(path, "before", -1, NULL));
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, export, STEP_FAILED);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "before");
    g_assert_cmpuint(count_entries(scene.folder), ==, 1);
    scene_clear(&scene);
}

static void fails_an_export_where_no_folder_can_be(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autofree char *file = g_build_filename(scene.folder, "file", NULL);
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    guint export = add_export(&scene, "do export", "file/a.csv");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, export, STEP_FAILED);
    g_assert_nonnull(strstr(fake_step(result, export)->message, "file"));
    g_assert_cmpuint(fake_count(&scene.fake, "do export"), ==, 0);
    scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/steps/commit", commits_each_step_on_its_own);
    g_test_add_func("/steps/rollback", rolls_a_failed_step_back);
    g_test_add_func("/steps/load", loads_with_the_filter);
    g_test_add_func("/steps/load-missing", fails_a_load_whose_files_are_missing);
    g_test_add_func("/steps/source", defines_an_unloaded_source_once_before_its_readers);
    g_test_add_func("/steps/source-missing", skips_the_readers_of_a_source_that_is_missing);
    g_test_add_func("/steps/source-selected", defines_a_source_for_a_selected_reader);
    g_test_add_func("/steps/session", tells_session_statements_to_all_sessions);
    g_test_add_func("/steps/session-refused",
                    no_session_keeps_a_statement_that_another_one_refused);
    g_test_add_func("/steps/session-again", all_sessions_are_told_again_when_one_was_told_in_vain);
    g_test_add_func("/steps/attach", attaches_once_for_all_sessions);
    g_test_add_func("/steps/alias", runs_aliased_steps_in_their_schema);
    g_test_add_func("/check/pass", passes_a_check_that_finds_nothing);
    g_test_add_func("/check/fail", fails_a_check_with_the_rows_it_found);
    g_test_add_func("/check/warn", only_warns_where_severity_says_so);
    g_test_add_func("/export/folder", exports_into_a_folder_that_it_makes);
    g_test_add_func("/export/table", exports_a_table_by_its_name);
    g_test_add_func("/export/failure", leaves_the_former_file_when_an_export_fails);
    g_test_add_func("/export/no-folder", fails_an_export_where_no_folder_can_be);
    return g_test_run();
}
