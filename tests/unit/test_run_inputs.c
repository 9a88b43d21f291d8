/* SPDX-License-Identifier: Apache-2.0 */
/* Files that change while a step reads them, seen with a fake engine that lets it happen. */
#include "fake_engine.h"
#include "fake_plan.h"
#include "temporary.h"

#include "connect/connector.h"
#include "connect/format/format.h"
#include "sqlflow/connector.h"

#include <string.h>
#include <unistd.h>

struct scene {
    char *folder;
    char *path; /* of a file of four bytes that steps read */
    struct plan *plan;
    struct fake fake;
};

static void scene_init(struct scene *scene)
{
    scene->folder = temporary_new();
    scene->path = temporary_write(scene->folder, "a.csv", "1234", -1);
    scene->plan = fake_plan_new();
    fake_init(&scene->fake);
    scene->fake.user_data = scene;
}

static void scene_clear(struct scene *scene)
{
    temporary_clear(&scene->folder);
    g_free(scene->path);
    fake_plan_free(scene->plan);
    fake_clear(&scene->fake);
}

static void truncate_on(void *data, const char *sql)
{
    const struct scene *scene = data;
    if (strstr(sql, "now"))
        g_assert_cmpint(truncate(scene->path, 2), ==, 0);
}

static void add_file_on(void *data, const char *sql)
{
    const struct scene *scene = data;
    if (strstr(sql, "now"))
        g_free(temporary_write(scene->folder, "b.csv", "1234", -1));
}

/* A step whose SQL names the file, or a pattern that it fits. */
static guint add_reader(struct scene *scene, enum operation_type type, const char *sql,
                        const char *pattern)
{
    guint reader = fake_plan_add(scene->plan, type, "reader", sql);
    char *key = g_strdup_printf("file:%s/%s", scene->folder, pattern);
    g_ptr_array_add(fake_plan_at(scene->plan, reader)->reads, key);
    return reader;
}

static void assert_failed(const struct run_result *result, guint index, const struct scene *scene,
                          const char *name, const char *end)
{
    g_autofree char *message = g_strdup_printf("'%s/%s' %s", scene->folder, name, end);
    const struct step_result *step = fake_step(result, index);
    fake_assert_status(result, index, STEP_FAILED);
    g_assert_cmpstr(step->message, ==, message);
    g_assert_error(step->error, SQLFLOW_ERROR, ERROR_DATA);
}

static void a_step_whose_file_changes_is_rolled_back(void)
{
    struct scene scene;
    scene_init(&scene);
    scene.fake.exit = truncate_on;
    guint reader = add_reader(&scene, OPERATION_TRANSFORM, "do it now", "a.csv");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    assert_failed(result, reader, &scene, "a.csv", "was truncated while it was read");
    g_assert_cmpuint(fake_count(&scene.fake, "commit"), ==, 0);
    g_assert_cmpuint(fake_count(&scene.fake, "rollback"), ==, 1);
    scene_clear(&scene);
}

static void the_engines_own_failure_comes_second(void)
{
    struct scene scene;
    scene_init(&scene);
    scene.fake.enter = truncate_on;
    guint reader = add_reader(&scene, OPERATION_TRANSFORM, "fail now", "a.csv");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    assert_failed(result, reader, &scene, "a.csv", "was truncated while it was read: told to fail");
    scene_clear(&scene);
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

static void an_export_of_a_file_that_changes_leaves_the_former_one(void)
{
    static const struct format format = {.name = "fake", .sink = fake_sink};
    static const struct connector connector = {.name = "fake", .format = &format};
    struct scene scene;
    scene_init(&scene);
    scene.fake.exit = truncate_on;
    g_autofree char *out = temporary_write(scene.folder, "out.csv", "former", -1);
    guint reader = add_reader(&scene, OPERATION_EXPORT, "do it now", "a.csv");
    fake_plan_at(scene.plan, reader)->connector = &connector;
    fake_plan_at(scene.plan, reader)->destination = g_strdup(out);
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    assert_failed(result, reader, &scene, "a.csv", "was truncated while it was read");
    g_autofree char *content = NULL;
    g_assert_true(g_file_get_contents(out, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "former");
    scene_clear(&scene);
}

static void a_file_that_appears_under_a_pattern_fails_the_step(void)
{
    struct scene scene;
    scene_init(&scene);
    scene.fake.exit = add_file_on;
    guint reader = add_reader(&scene, OPERATION_TRANSFORM, "do it now", "*.csv");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    assert_failed(result, reader, &scene, "b.csv", "appeared while files were read");
    scene_clear(&scene);
}

static const struct option source_options[] = {
    {.name = "path", .type = OPTION_STRINGS, .flags = OPTION_FOR_SOURCE},
    {.name = NULL},
};

static bool fake_scan(const struct options *options, const GPtrArray *files, struct relation **out,
                      GError **error)
{
    (void)files;
    (void)error;
    *out = relation_new("fake");
    const GPtrArray *paths = connector_paths(options);
    for (guint i = 0; i < paths->len; i++)
        g_ptr_array_add((*out)->paths, g_strdup(g_ptr_array_index(paths, i)));
    return true;
}

static guint add_source(struct scene *scene)
{
    static const struct sqlflow_connector descriptor = {.size = sizeof descriptor};
    static const struct format format = {.name = "fake", .scan = fake_scan};
    static const struct connector connector = {
        .name = "fake", .descriptor = &descriptor, .format = &format};
    guint source = fake_plan_add(scene->plan, OPERATION_SOURCE, "source", NULL);
    fake_plan_at(scene->plan, source)->connector = &connector;
    fake_plan_at(scene->plan, source)->options =
        fake_options_new(scene->plan, source_options, "path", VALUE_STRING, scene->path);
    return source;
}

static void a_loaded_file_that_changes_fails_the_load(void)
{
    struct scene scene;
    scene_init(&scene);
    scene.fake.exit = truncate_on;
    guint source = add_source(&scene);
    guint load = fake_plan_add(scene.plan, OPERATION_LOAD, "load", "it is now");
    fake_plan_at(scene.plan, load)->source = source;
    fake_plan_statement(scene.plan, load)->table.text = g_strdup("orders");
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    assert_failed(result, load, &scene, "a.csv", "was truncated while it was read");
    scene_clear(&scene);
}

/* The source was opened when its first reader began; the second one must see the same file. */
static void a_source_that_changes_between_two_readers_fails_the_second(void)
{
    struct scene scene;
    scene_init(&scene);
    scene.fake.exit = truncate_on;
    guint source = add_source(&scene);
    guint first = fake_plan_add(scene.plan, OPERATION_TRANSFORM, "first", "do");
    guint change = fake_plan_add(scene.plan, OPERATION_TRANSFORM, "change", "do it now");
    guint second = fake_plan_add(scene.plan, OPERATION_TRANSFORM, "second", "do");
    g_array_append_val(fake_plan_at(scene.plan, first)->unloaded_sources, source);
    g_array_append_val(fake_plan_at(scene.plan, second)->unloaded_sources, source);
    fake_plan_wait(scene.plan, first, source);
    fake_plan_wait(scene.plan, change, first);
    fake_plan_wait(scene.plan, second, change);
    AUTO(run_result) result = fake_run(&scene.fake, scene.plan, (struct run_options){0});
    fake_assert_status(result, first, STEP_OK);
    fake_assert_status(result, change, STEP_OK);
    assert_failed(result, second, &scene, "a.csv", "was truncated while it was read");
    scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/changes/a step whose file changes is rolled back",
                    a_step_whose_file_changes_is_rolled_back);
    g_test_add_func("/changes/the engine's own failure comes second",
                    the_engines_own_failure_comes_second);
    g_test_add_func("/changes/an export of a file that changes leaves the former one",
                    an_export_of_a_file_that_changes_leaves_the_former_one);
    g_test_add_func("/changes/a file that appears under a pattern fails the step",
                    a_file_that_appears_under_a_pattern_fails_the_step);
    g_test_add_func("/changes/a loaded file that changes fails the load",
                    a_loaded_file_that_changes_fails_the_load);
    g_test_add_func("/changes/a source that changes between two readers fails the second",
                    a_source_that_changes_between_two_readers_fails_the_second);
    return g_test_run();
}
