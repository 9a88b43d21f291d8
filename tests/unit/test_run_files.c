/* SPDX-License-Identifier: Apache-2.0 */
/* What a run leaves behind, and what its observers are told. */
#include "fake_engine.h"
#include "fake_plan.h"

#include "base/file.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

struct scene {
    char *directory; /* for target/run */
    struct plan *plan;
    struct fake fake;
};

static void scene_init(struct scene *scene)
{
    scene->directory = g_dir_make_tmp("sqlflow-files-XXXXXX", NULL);
    scene->plan = fake_plan_new();
    fake_init(&scene->fake);
}

static void scene_clear(struct scene *scene)
{
    g_assert_true(path_remove(scene->directory, NULL));
    g_free(scene->directory);
    fake_plan_free(scene->plan);
    fake_clear(&scene->fake);
}

static json_t *load_json(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);
    if (!json)
        g_error("%s: %s", path, error.text);
    return json;
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* Lines of events.jsonl as objects. */
static json_t *load_events(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "events.jsonl", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_suffix(text, "\n"));
    text[strlen(text) - 1] = '\0';
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    json_t *events = json_array();
    for (guint i = 0; lines[i]; i++) {
        json_t *event = json_loads(lines[i], 0, NULL);
        g_assert_nonnull(event);
        g_assert_nonnull(text_at(event, "time"));
        json_array_append_new(events, event);
    }
    return events;
}

static struct run_result *run_one_of_each(struct scene *scene)
{
    guint first = fake_plan_add(scene->plan, OPERATION_TRANSFORM, "transform_a", "do");
    guint second = fake_plan_add(scene->plan, OPERATION_TRANSFORM, "transform_b", "fail here");
    guint third = fake_plan_add(scene->plan, OPERATION_TRANSFORM, "transform_c", "do");
    fake_plan_wait(scene->plan, second, first);
    fake_plan_wait(scene->plan, third, second);
    return fake_run(&scene->fake, scene->plan, (struct run_options){.directory = scene->directory});
}

static void writes_results_after_a_failure(void)
{
    struct scene scene;
    scene_init(&scene);
    AUTO(run_result) result = run_one_of_each(&scene);
    json_t *results = load_json(result->folder, "run_results.json");
    g_assert_cmpstr(text_at(results, "format"), ==, "sqlflow.results/1");
    g_assert_cmpstr(text_at(results, "run_id"), ==, result->run_id);
    g_assert_cmpstr(text_at(results, "pipeline"), ==, "orders");
    g_assert_cmpstr(text_at(results, "outcome"), ==, "failed");
    const json_t *steps = json_object_get(results, "steps");
    g_assert_cmpuint(json_array_size(steps), ==, 3);
    g_assert_cmpstr(text_at(json_array_get(steps, 0), "status"), ==, "ok");
    const json_t *failed = json_array_get(steps, 1);
    g_assert_cmpstr(text_at(failed, "status"), ==, "failed");
    g_assert_cmpstr(text_at(failed, "message"), ==, "told to fail");
    g_assert_cmpstr(text_at(json_object_get(failed, "error"), "kind"), ==, "data");
    g_assert_cmpstr(text_at(json_object_get(failed, "error"), "code"), ==, "Fake");
    const json_t *at = json_object_get(failed, "at");
    g_assert_cmpstr(text_at(at, "file"), ==, "orders.sf");
    g_assert_cmpint(json_integer_value(json_object_get(at, "column")), ==, 6);
    const json_t *skipped = json_array_get(steps, 2);
    g_assert_cmpstr(text_at(skipped, "message"), ==, "waits for transform_b");
    g_assert_true(json_is_null(json_object_get(skipped, "started_us")));
    json_decref(results);
    scene_clear(&scene);
}

static void writes_the_plan_and_every_event(void)
{
    struct scene scene;
    scene_init(&scene);
    AUTO(run_result) result = run_one_of_each(&scene);
    json_t *plan = load_json(result->folder, "plan.json");
    g_assert_true(json_is_object(plan));
    json_decref(plan);
    static const char *const expected[] = {
        "run_started",  "phase",         "phase",         "step_started", "step_finished",
        "step_started", "step_finished", "step_finished", "phase",        "run_finished"};
    json_t *events = load_events(result->folder);
    g_assert_cmpuint(json_array_size(events), ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        g_assert_cmpstr(text_at(json_array_get(events, i), "event"), ==, expected[i]);
    const json_t *first = json_array_get(events, 0);
    g_assert_cmpstr(text_at(first, "format"), ==, "sqlflow.events/1");
    g_assert_cmpint(json_integer_value(json_object_get(first, "pid")), ==, getpid());
    g_assert_cmpstr(text_at(json_array_get(events, 6), "message"), ==, "told to fail");
    g_assert_cmpstr(text_at(json_array_get(events, 6), "level"), ==, "error");
    g_assert_cmpstr(text_at(json_array_get(events, 9), "outcome"), ==, "failed");
    const json_t *counts = json_object_get(json_array_get(events, 9), "counts");
    g_assert_cmpint(json_integer_value(json_object_get(counts, "skipped")), ==, 1);
    json_decref(events);
    scene_clear(&scene);
}

static void tells_why_it_could_not_start(void)
{
    struct scene scene;
    scene_init(&scene);
    scene.fake.open_error = (char[]){"the database is locked by process 42"};
    fake_plan_add(scene.plan, OPERATION_SQL, "sql_1", "do");
    struct run_options options = {
        .engine = &fake_engine,
        .engine_options = fake_options(&scene.fake),
        .directory = scene.directory,
    };
    g_autoptr(GError) error = NULL;
    AUTO(run_result) result = run_execute(scene.plan, &options, &error);
    g_assert_null(result);
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYSTEM);
    g_autofree char *latest = g_build_filename(scene.directory, "latest", NULL);
    json_t *results = load_json(latest, "run_results.json");
    g_assert_cmpstr(text_at(results, "outcome"), ==, "failed");
    g_assert_cmpstr(text_at(json_object_get(results, "error"), "message"), ==,
                    "the database is locked by process 42");
    const json_t *step = json_array_get(json_object_get(results, "steps"), 0);
    g_assert_cmpstr(text_at(step, "status"), ==, "not_run");
    json_decref(results);
    scene_clear(&scene);
}

static void refuses_to_start_without_a_place_for_results(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autofree char *file = g_build_filename(scene.directory, "file", NULL);
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    fake_plan_add(scene.plan, OPERATION_SQL, "sql_1", "do");
    struct run_options options = {
        .engine = &fake_engine,
        .engine_options = fake_options(&scene.fake),
        .directory = file,
    };
    g_autoptr(GError) error = NULL;
    g_assert_null(run_execute(scene.plan, &options, &error));
    g_assert_nonnull(strstr(error->message, "file"));
    g_assert_cmpuint(fake_count(&scene.fake, "do"), ==, 0);
    scene_clear(&scene);
}

/* The folder becomes a file while the run is at it. */
static void take_folder_away(void *directory, const struct step_result *step)
{
    (void)step;
    g_autofree char *latest = g_build_filename(directory, "latest", NULL);
    g_autofree char *run_id = g_file_read_link(latest, NULL);
    g_autofree char *folder = g_build_filename(directory, run_id, NULL);
    g_assert_true(path_remove(folder, NULL));
    g_assert_true(g_file_set_contents(folder, "", 0, NULL));
}

static void goes_on_and_says_so_when_results_cannot_be_written(void)
{
    struct scene scene;
    scene_init(&scene);
    guint first = fake_plan_add(scene.plan, OPERATION_SQL, "sql_1", "do");
    guint second = fake_plan_add(scene.plan, OPERATION_SQL, "sql_2", "do");
    fake_plan_wait(scene.plan, second, first);
    struct run_observer observer = {
        .step_started = take_folder_away,
        .user_data = scene.directory,
    };
    const struct run_observer *const observers[] = {&observer, NULL};
    struct run_options options = {.directory = scene.directory, .observers = observers};
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, options);
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    fake_assert_status(result, second, STEP_OK);
    g_assert_nonnull(result->files_error);
    g_assert_nonnull(strstr(result->files_error->message, result->run_id));
    scene_clear(&scene);
}

static void lets_latest_point_to_the_last_run(void)
{
    struct scene scene;
    scene_init(&scene);
    fake_plan_add(scene.plan, OPERATION_SQL, "sql_1", "do");
    g_autofree char *latest = g_build_filename(scene.directory, "latest", NULL);
    for (guint i = 0; i < 3; i++) {
        AUTO(run_result)
        result =
            fake_run(&scene.fake, scene.plan, (struct run_options){.directory = scene.directory});
        g_autofree char *target = g_file_read_link(latest, NULL);
        g_assert_cmpstr(target, ==, result->run_id);
    }
    scene_clear(&scene);
}

static guint count_entries(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(directory))
        count++;
    return count;
}

static void keeps_the_last_fifty_runs_and_what_is_not_ours(void)
{
    struct scene scene;
    scene_init(&scene);
    fake_plan_add(scene.plan, OPERATION_SQL, "sql_1", "do");
    for (guint i = 0; i < 60; i++) {
        g_autofree char *name = g_strdup_printf("202001%02uT000000Z-00000000", i + 10);
        g_autofree char *path = g_build_filename(scene.directory, name, "logs", NULL);
        g_assert_true(folder_make(path, NULL));
    }
    g_autofree char *notes = g_build_filename(scene.directory, "notes", NULL);
    g_assert_true(folder_make(notes, NULL));
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan, (struct run_options){.directory = scene.directory});
    g_assert_cmpuint(count_entries(scene.directory), ==, 50 + 2);
    g_assert_true(g_file_test(notes, G_FILE_TEST_IS_DIR));
    g_assert_true(g_file_test(result->folder, G_FILE_TEST_IS_DIR));
    g_autofree char *oldest = g_build_filename(scene.directory, "20200110T000000Z-00000000", NULL);
    g_assert_false(g_file_test(oldest, G_FILE_TEST_EXISTS));
    scene_clear(&scene);
}

/* --- observers --- */

static void note_started(void *notes, const struct plan *plan, const struct run_result *result,
                         guint steps)
{
    (void)plan;
    (void)result;
    g_string_append_printf(notes, "run %u;", steps);
}

static void note_step_started(void *notes, const struct step_result *step)
{
    g_string_append_printf(notes, "start %s;", step->operation->id);
}

static void note_step_finished(void *notes, const struct step_result *step)
{
    g_string_append_printf(notes, "%s %s;", step_status_name(step->status), step->operation->id);
}

static void note_rows(void *notes, const struct step_result *step)
{
    g_string_append_printf(notes, "rows %s %u%s;", step->operation->id, step->found->count,
                           step->found->more ? "+" : "");
}

static void note_finished(void *notes, const struct run_result *result)
{
    g_string_append_printf(notes, "end %s", run_outcome_name(result->outcome));
}

static const struct run_observer noting_observer = {
    .run_started = note_started,
    .step_started = note_step_started,
    .step_finished = note_step_finished,
    .rows = note_rows,
    .run_finished = note_finished,
};

static char *note(struct scene *scene, struct run_options options)
{
    GString *notes = g_string_new(NULL);
    struct run_observer observer = noting_observer;
    observer.user_data = notes;
    const struct run_observer *const observers[] = {&observer, NULL};
    options.observers = observers;
    AUTO(run_result) result = fake_run(&scene->fake, scene->plan, options);
    g_assert_nonnull(result);
    return g_string_free(notes, FALSE);
}

static void tells_its_observers_all_in_order(void)
{
    struct scene scene;
    scene_init(&scene);
    guint first = fake_plan_add(scene.plan, OPERATION_SQL, "a", "fail");
    fake_plan_wait(scene.plan, fake_plan_add(scene.plan, OPERATION_SQL, "b", "do"), first);
    g_autofree char *notes = note(&scene, (struct run_options){.workers = 1});
    g_assert_cmpstr(notes, ==, "run 2;start a;failed a;skipped b;end failed");
    scene_clear(&scene);
}

static void hands_rows_over_in_the_order_of_the_file(void)
{
    struct scene scene;
    scene_init(&scene);
    guint slow = fake_plan_add(scene.plan, OPERATION_SQL, "slow", "sleep 50");
    guint first = fake_plan_add(scene.plan, OPERATION_QUERY, "query_1", "rows 3");
    fake_plan_wait(scene.plan, first, slow);
    fake_plan_add(scene.plan, OPERATION_QUERY, "query_2", "rows 2");
    guint failing = fake_plan_add(scene.plan, OPERATION_QUERY, "query_3", "fail");
    fake_plan_add(scene.plan, OPERATION_QUERY, "query_4", "rows 0");
    (void)failing;
    g_autofree char *notes = note(&scene, (struct run_options){.workers = 4, .limit = 2});
    const char *one = strstr(notes, "rows query_1 2+;");
    const char *two = strstr(notes, "rows query_2 2;");
    const char *four = strstr(notes, "rows query_4 0;");
    g_assert_nonnull(one);
    g_assert_true(one < two && two < four);
    g_assert_null(strstr(notes, "rows query_3"));
    scene_clear(&scene);
}

struct ticks {
    guint count;
    gdouble share;
};

static void count_tick(void *data, const GArray *steps, const struct progress *progress)
{
    struct ticks *ticks = data;
    const struct step_result *first = &g_array_index(steps, struct step_result, 0);
    if (first->status != STEP_RUNNING)
        return;
    ticks->count++;
    ticks->share = progress[0].share;
}

static void ticks_at_most_ten_times_a_second(void)
{
    struct scene scene;
    scene_init(&scene);
    fake_plan_add(scene.plan, OPERATION_SQL, "slow", "sleep 550");
    for (guint i = 0; i < 50; i++)
        fake_plan_add(scene.plan, OPERATION_SQL, "sql", "sleep 5");
    struct ticks ticks = {0};
    struct run_observer observer = {.tick = count_tick, .user_data = &ticks};
    const struct run_observer *const observers[] = {&observer, NULL};
    AUTO(run_result)
    result = fake_run(&scene.fake, scene.plan,
                      (struct run_options){.workers = 2, .observers = observers});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(ticks.count, >=, 3);
    g_assert_cmpuint(ticks.count, <=, 7);
    g_assert_cmpfloat(ticks.share, ==, 0.5);
    scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/files/results", writes_results_after_a_failure);
    g_test_add_func("/files/events", writes_the_plan_and_every_event);
    g_test_add_func("/files/not-started", tells_why_it_could_not_start);
    g_test_add_func("/files/no-folder", refuses_to_start_without_a_place_for_results);
    g_test_add_func("/files/not-written", goes_on_and_says_so_when_results_cannot_be_written);
    g_test_add_func("/files/latest", lets_latest_point_to_the_last_run);
    g_test_add_func("/files/kept", keeps_the_last_fifty_runs_and_what_is_not_ours);
    g_test_add_func("/observers/order", tells_its_observers_all_in_order);
    g_test_add_func("/observers/rows", hands_rows_over_in_the_order_of_the_file);
    g_test_add_func("/observers/ticks", ticks_at_most_ten_times_a_second);
    return g_test_run();
}
