/* SPDX-License-Identifier: Apache-2.0 */
/* What the next run does about one that crashed. */
#include "temporary.h"

#include "base/error.h"
#include "run/crashed.h"
#include "run/folder.h"
#include "run/temporary.h"

#include <jansson.h>
#include <string.h>

#define TOKEN "0badcafe"
#define RUN_ID "20261123T081500Z-" TOKEN

struct scene {
    char *place; /* where outputs are */
    char *runs;  /* target/run */
    char *folder;
};

static void scene_init(struct scene *scene)
{
    scene->place = temporary_new();
    scene->runs = g_build_filename(scene->place, "run", NULL);
    scene->folder = g_build_filename(scene->runs, RUN_ID, NULL);
    g_assert_true(folder_make(scene->folder, NULL));
}

static void scene_clear(struct scene *scene)
{
    temporary_clear(&scene->place);
    g_free(scene->runs);
    g_free(scene->folder);
}

static void note(const struct scene *scene, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(temporary_note(scene->folder, path, &error));
    g_assert_no_error(error);
}

/* Makes a file, and notes it as one that the run is about to make. */
static char *leave(const struct scene *scene, const char *name)
{
    char *path = temporary_write(scene->place, name, "half", -1);
    note(scene, path);
    return path;
}

static bool exists(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static json_t *results_of(const struct scene *scene)
{
    g_autofree char *path = g_build_filename(scene->folder, "run_results.json", NULL);
    json_error_t error;
    json_t *results = json_load_file(path, 0, &error);
    if (!results)
        g_error("%s: %s", path, error.text);
    return results;
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void removes_exactly_what_was_its_own(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autofree char *file = leave(&scene, "out/.a.csv.tmp-" TOKEN);
    g_autofree char *wal = leave(&scene, ".dev.duckdb.tmp-" TOKEN ".wal");
    g_autofree char *line = leave(&scene, "out/.two\nlines\xff.tmp-" TOKEN);
    g_autofree char *inside = temporary_write(scene.place, "out/.sqlflow/p.tmp-" TOKEN "/x", "", 0);
    g_autofree char *generation = g_path_get_dirname(inside);
    note(&scene, generation);
    g_autofree char *other = leave(&scene, "out/.a.csv.tmp-0000cafe");
    g_autofree char *user = leave(&scene, "out/a.tmp-" TOKEN);
    g_autofree char *unnoted = temporary_write(scene.place, ".b.csv.tmp-" TOKEN, "", 0);
    g_autofree char *plan = temporary_write(scene.folder, ".plan.json.tmp-12345678", "{", 1);
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    g_assert_cmpuint(list->len, ==, 1);
    const struct crashed_run *run = g_ptr_array_index(list, 0);
    g_assert_no_error(run->error);
    g_assert_cmpstr(run->run_id, ==, RUN_ID);
    g_assert_cmpuint(run->removed, ==, 5);
    g_assert_false(exists(file) || exists(wal) || exists(line) || exists(plan));
    g_autofree char *around = g_path_get_dirname(generation);
    g_assert_false(exists(around));
    g_assert_true(exists(other) && exists(user) && exists(unnoted));
    g_assert_false(temporary_is_noted(scene.folder));
    scene_clear(&scene);
}

static void a_note_that_was_cut_short_names_nothing(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autofree char *path = leave(&scene, ".a.csv.tmp-" TOKEN);
    g_autofree char *file = g_build_filename(scene.folder, "temporary", NULL);
    g_assert_true(g_file_set_contents(file, path, -1, NULL));
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_true(exists(path));
    scene_clear(&scene);
}

#define EVENT(name, second, rest)                                                                  \
    "{\"time\":\"2026-11-23T08:15:0" second "Z\",\"event\":\"" name "\"" rest "}\n"

static const char events[] = EVENT("run_started", "0.000",
                                   ",\"pipeline\":\"orders\",\"profile\":\"dev\",\"steps\":3")
    EVENT("step_started", "0.500", ",\"id\":\"load_a\",\"type\":\"load\"") EVENT(
        "step_finished", "1.000",
        ",\"id\":\"load_a\",\"type\":\"load\",\"status\":\"ok\",\"rows\":7,\"duration_us\":500000")
        EVENT("step_started", "2.250",
              ",\"id\":\"transform_b\",\"type\":\"transform\"") "{\"time\":\"2026-11-23T08:1";

static const char plan[] =
    "{\"pipeline\":\"orders\",\"engine\":\"duckdb\",\"operations\":["
    "{\"id\":\"source_a\",\"type\":\"source\",\"name\":\"a\"},"
    "{\"id\":\"load_a\",\"type\":\"load\",\"name\":\"a\",\"fingerprint\":\"12\"},"
    "{\"id\":\"transform_b\",\"type\":\"transform\",\"name\":\"b\",\"fingerprint\":\"34\"},"
    "{\"id\":\"export_c\",\"type\":\"export\",\"name\":\"c\",\"fingerprint\":\"56\"}]}";

static void assert_step(const json_t *results, size_t index, const char *id, const char *status)
{
    const json_t *step = json_array_get(json_object_get(results, "steps"), index);
    g_assert_cmpstr(text_at(step, "id"), ==, id);
    g_assert_cmpstr(text_at(step, "status"), ==, status);
}

static void writes_the_results_from_plan_and_events(void)
{
    struct scene scene;
    scene_init(&scene);
    g_free(temporary_write(scene.folder, "events.jsonl", events, -1));
    g_free(temporary_write(scene.folder, "plan.json", plan, -1));
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    g_assert_cmpstr(((struct crashed_run *)list->pdata[0])->pipeline, ==, "orders");
    json_t *results = results_of(&scene);
    g_assert_cmpstr(text_at(results, "format"), ==, "sqlflow.results/1");
    g_assert_cmpstr(text_at(results, "run_id"), ==, RUN_ID);
    g_assert_cmpstr(text_at(results, "outcome"), ==, "crashed");
    g_assert_cmpstr(text_at(results, "profile"), ==, "dev");
    g_assert_cmpstr(text_at(results, "engine"), ==, "duckdb");
    g_assert_cmpstr(text_at(results, "started_at"), ==, "2026-11-23T08:15:00.000Z");
    g_assert_cmpint(json_integer_value(json_object_get(results, "duration_us")), ==, 2250000);
    g_assert_cmpuint(json_array_size(json_object_get(results, "steps")), ==, 3);
    assert_step(results, 0, "load_a", "ok");
    assert_step(results, 1, "transform_b", "crashed");
    assert_step(results, 2, "export_c", "not_run");
    const json_t *load = json_array_get(json_object_get(results, "steps"), 0);
    g_assert_cmpint(json_integer_value(json_object_get(load, "started_us")), ==, 500000);
    g_assert_cmpint(json_integer_value(json_object_get(load, "rows")), ==, 7);
    g_assert_cmpstr(text_at(load, "fingerprint"), ==, "12");
    json_decref(results);
    scene_clear(&scene);
}

static void steps_that_were_not_selected_are_pending(void)
{
    struct scene scene;
    scene_init(&scene);
    g_free(temporary_write(scene.folder, "plan.json", plan, -1));
    g_free(temporary_write(scene.folder, "events.jsonl",
                           EVENT("run_started", "0.000", ",\"selected\":[\"export_c\"]"), -1));
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    json_t *results = results_of(&scene);
    assert_step(results, 0, "load_a", "pending");
    assert_step(results, 2, "export_c", "not_run");
    json_decref(results);
    scene_clear(&scene);
}

/* Killed before it could write anything. */
static void an_empty_folder_is_a_crashed_run(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    g_assert_cmpuint(list->len, ==, 1);
    json_t *results = results_of(&scene);
    g_assert_cmpstr(text_at(results, "outcome"), ==, "crashed");
    json_decref(results);
    scene_clear(&scene);
}

static void a_run_that_only_lacks_its_results_keeps_its_outcome(void)
{
    struct scene scene;
    scene_init(&scene);
    g_free(temporary_write(scene.folder, "events.jsonl",
                           EVENT("run_finished", "3.000", ",\"outcome\":\"failed\""), -1));
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    json_t *results = results_of(&scene);
    g_assert_cmpstr(text_at(results, "outcome"), ==, "failed");
    json_decref(results);
    scene_clear(&scene);
}

static void is_done_once(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autoptr(GPtrArray) first = crashed_settle(scene.runs);
    g_autoptr(GPtrArray) second = crashed_settle(scene.runs);
    g_assert_cmpuint(first->len, ==, 1);
    g_assert_cmpuint(second->len, ==, 0);
    scene_clear(&scene);
}

/* A run that was cancelled in the middle of a step has written its results, and left by _exit. */
static void what_a_cancelled_run_left_is_removed_without_a_word(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autofree char *path = leave(&scene, ".a.csv.tmp-" TOKEN);
    g_free(temporary_write(scene.folder, "run_results.json", "{}", -1));
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    g_assert_cmpuint(list->len, ==, 0);
    g_assert_false(exists(path));
    scene_clear(&scene);
}

static void a_living_run_is_left_alone(void)
{
    struct scene scene;
    scene_init(&scene);
    struct run_folder folder;
    g_assert_true(run_folder_open(&folder, scene.runs, "20261123T081501Z-00000001", NULL));
    g_assert_cmpuint(folder.crashed->len, ==, 1);
    g_autofree char *path = temporary_write(scene.place, ".a.csv.tmp-00000001", "half", -1);
    g_assert_true(temporary_note(folder.path, path, NULL));
    g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
    g_assert_cmpuint(list->len, ==, 0);
    g_assert_true(exists(path));
    g_assert_true(temporary_is_noted(folder.path));
    run_folder_close(&folder);
    scene_clear(&scene);
}

static void what_cannot_be_removed_is_tried_again(void)
{
    struct scene scene;
    scene_init(&scene);
    g_autofree char *path = leave(&scene, "file");
    g_autofree char *below = g_build_filename(path, ".a.csv.tmp-" TOKEN, NULL);
    note(&scene, below);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GPtrArray) list = crashed_settle(scene.runs);
        g_assert_cmpuint(list->len, ==, 1);
        g_assert_nonnull(((struct crashed_run *)list->pdata[0])->error);
        g_assert_true(temporary_is_noted(scene.folder));
    }
    scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crashed/removes exactly what was its own", removes_exactly_what_was_its_own);
    g_test_add_func("/crashed/a note that was cut short names nothing",
                    a_note_that_was_cut_short_names_nothing);
    g_test_add_func("/crashed/writes the results from plan and events",
                    writes_the_results_from_plan_and_events);
    g_test_add_func("/crashed/steps that were not selected are pending",
                    steps_that_were_not_selected_are_pending);
    g_test_add_func("/crashed/an empty folder is a crashed run", an_empty_folder_is_a_crashed_run);
    g_test_add_func("/crashed/a run that only lacks its results keeps its outcome",
                    a_run_that_only_lacks_its_results_keeps_its_outcome);
    g_test_add_func("/crashed/is done once", is_done_once);
    g_test_add_func("/crashed/what a cancelled run left is removed without a word",
                    what_a_cancelled_run_left_is_removed_without_a_word);
    g_test_add_func("/crashed/a living run is left alone", a_living_run_is_left_alone);
    g_test_add_func("/crashed/what cannot be removed is tried again",
                    what_cannot_be_removed_is_tried_again);
    return g_test_run();
}
