/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps that read and write other systems, by several threads each: the connectors are real and so
 * is PostgreSQL. The engine is not: it pulls each stream on a thread of its own, and
 * ThreadSanitizer sees all that happens but in the libraries.
 */
#include "fake_engine.h"
#include "http_service.h"

#include "base/file.h"
#include "connect/registry.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 30000 };

struct systems {
    char *folder;   /* the project, and where modules are looked for */
    char *postgres; /* the server's folder */
    struct server web;
};

static void run_program(const char *const *arguments)
{
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_spawn_sync(NULL, (char **)(guintptr)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                 NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_true(g_spawn_check_wait_status(status, &error));
}

static void run_postgres(const struct systems *systems, const char *what)
{
    g_autofree char *script =
        g_test_build_filename(G_TEST_DIST, "..", "services", "postgres", NULL);
    run_program((const char *const[]){script, what, systems->postgres, NULL});
}

static void set_environment(const char *text, const char *name)
{
    g_autofree char *start = g_strconcat(name, "=", NULL);
    g_autofree char *value = after(text, start);
    g_setenv(name, value, TRUE);
}

static void start_postgres(struct systems *systems)
{
    static const char *const names[] = {"PGHOST", "PGPORT", "PGUSER", "PGDATABASE"};
    static const char tables[] =
        "CREATE TABLE numbers AS SELECT i, 'number ' || i AS word FROM generate_series(1, 30000) i;"
        "VACUUM ANALYZE numbers";
    systems->postgres = g_test_build_filename(G_TEST_BUILT, "run-outside-postgres", NULL);
    run_postgres(systems, "stop");
    run_postgres(systems, "start");
    g_autofree char *path = g_build_filename(systems->postgres, "env", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        set_environment(text, names[i]);
    g_autofree char *statements = g_strdup(tables);
    char *second = strchr(statements, ';');
    *second++ = '\0';
    run_program((const char *const[]){"psql", "-q", "-c", statements, "-c", second, NULL});
}

/* Modules are looked for in one folder. */
static void link_module(const struct systems *systems, const char *folder, const char *file)
{
    g_autofree char *built =
        g_test_build_filename(G_TEST_BUILT, "..", "..", "src", "connect", folder, file, NULL);
    g_autofree char *absolute = g_canonicalize_filename(built, NULL);
    g_autofree char *link = g_build_filename(systems->folder, file, NULL);
    g_assert_cmpint(symlink(absolute, link), ==, 0);
}

static void systems_start(struct systems *systems)
{
    systems->folder = g_dir_make_tmp("sqlflow-outside-XXXXXX", NULL);
    link_module(systems, "postgres", "connector_postgres.so");
    link_module(systems, "remote", "storage_remote.so");
    start_postgres(systems);
    server_start(&systems->web, "run-outside-web");
    g_setenv("SQLFLOW_LIBDIR", systems->folder, TRUE);
    g_setenv("AWS_ENDPOINT_URL", systems->web.url, TRUE);
    g_setenv("AWS_ACCESS_KEY_ID", "id", TRUE);
    g_setenv("AWS_SECRET_ACCESS_KEY", "key", TRUE);
}

static void systems_stop(struct systems *systems)
{
    server_stop(&systems->web);
    run_postgres(systems, "stop");
    g_assert_true(path_remove(systems->folder, NULL));
    g_free(systems->postgres);
    g_free(systems->folder);
}

/* A pipeline on its way. */
struct scene {
    struct fake fake;
    struct diagnostics *diagnostics;
    struct project *project;
    struct profile *profile;
    struct registry *registry;
    struct variables *variables;
    struct plan *plan;
    struct run_result *result;
};

static void make_plan(struct scene *scene, const struct systems *systems, const char *text)
{
    const struct expand_options expand = {.project_directory = systems->folder,
                                          .variables = scene->variables};
    const struct plan_input input = {.pipeline = "test",
                                     .project = scene->project,
                                     .profile = scene->profile,
                                     .registry = scene->registry};
    struct text *source = text_new("test.sf", text, strlen(text), NULL);
    scene->plan =
        plan_new(script_new(source, &expand, scene->diagnostics), &input, scene->diagnostics);
    if (scene->plan)
        return;
    g_autoptr(GString) wrong = g_string_new(NULL);
    diagnostics_render(scene->diagnostics, false, wrong);
    g_error("%s", wrong->str);
}

static void scene_run(struct scene *scene, const struct systems *systems, const char *text,
                      struct run_options options)
{
    g_autoptr(GError) error = NULL;
    *scene = (struct scene){.diagnostics = diagnostics_new(), .variables = variables_new()};
    fake_init(&scene->fake);
    scene->project = project_open(systems->folder, scene->diagnostics, &error);
    g_assert_no_error(error);
    scene->profile = profile_load(scene->project, "dev", false, scene->diagnostics);
    scene->registry = registry_new(systems->folder, NULL, &error);
    g_assert_no_error(error);
    make_plan(scene, systems, text);
    options.workers = 4;
    scene->result = fake_run(&scene->fake, scene->plan, options);
}

static void scene_clear(struct scene *scene)
{
    run_result_free(scene->result);
    plan_free(scene->plan);
    registry_free(scene->registry);
    variables_free(scene->variables);
    profile_free(scene->profile);
    project_free(scene->project);
    diagnostics_free(scene->diagnostics);
    fake_clear(&scene->fake);
}

static const struct step_result *step_called(const struct scene *scene, const char *id)
{
    for (guint i = 0; i < scene->result->steps->len; i++)
        if (g_str_equal(fake_step(scene->result, i)->operation->id, id))
            return fake_step(scene->result, i);
    g_error("no step '%s'", id);
}

static void assert_step(const struct scene *scene, const char *id, enum step_status status,
                        gint64 rows)
{
    const struct step_result *step = step_called(scene, id);
    if (step->status != status)
        g_error("%s: %s, %s", id, step_status_name(step->status),
                step->message ? step->message : "");
    if (rows >= 0)
        g_assert_cmpint(step->counts.read, ==, rows);
}

/* One connection that several threads take rows from in turn, several connections, both at one
 * moment that whoever is first takes; a query with parameters. */
static void threads_share_connections_and_a_moment(gconstpointer data)
{
    static const char text[] =
        "SOURCE one TYPE POSTGRES PARAMS {\"table\": \"numbers\", \"partitions\": 1};\n"
        "SOURCE two TYPE POSTGRES PARAMS {\"table\": \"numbers\", \"partitions\": 2};\n"
        "SOURCE three TYPE POSTGRES PARAMS {\"table\": \"numbers\", \"partitions\": 3};\n"
        "SOURCE four TYPE POSTGRES PARAMS {\"query\": \"SELECT i FROM numbers WHERE i <= "
        "$1::int\", \"params\": [\"3000\"]};\n"
        "LOAD one INTO a;\nLOAD two INTO b;\nLOAD three INTO c;\nLOAD four INTO d;\n";
    struct scene scene;
    scene_run(&scene, data, text, (struct run_options){.workers = 4});
    assert_step(&scene, "load_a", STEP_OK, ROWS);
    assert_step(&scene, "load_b", STEP_OK, ROWS);
    assert_step(&scene, "load_c", STEP_OK, ROWS);
    assert_step(&scene, "load_d", STEP_OK, ROWS / 10);
    scene_clear(&scene);
}

/* All threads are told of it, the first one why. */
static void threads_end_when_the_server_fails(gconstpointer data)
{
    static const char text[] =
        "SOURCE one TYPE POSTGRES PARAMS {\"query\": \"SELECT 1 / (i - 20000) FROM numbers\"};\n"
        "SOURCE two TYPE POSTGRES PARAMS {\"table\": \"broken\", \"partitions\": 2};\n"
        "LOAD one INTO a;\nLOAD two INTO b;\n";
    run_program((const char *const[]){
        "psql", "-qc", "CREATE VIEW broken AS SELECT 1 / (i - 20000) AS i FROM numbers", NULL});
    struct scene scene;
    scene_run(&scene, data, text, (struct run_options){.workers = 4});
    const char *const ids[] = {"load_a", "load_b"};
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        assert_step(&scene, ids[i], STEP_FAILED, -1);
        g_assert_nonnull(strstr(step_called(&scene, ids[i])->message, "division by zero"));
    }
    scene_clear(&scene);
}

/* The engine writes at one end of a pipe while a thread sends what comes out of the other. */
static void a_thread_sends_what_the_engine_writes(gconstpointer data)
{
    static const char text[] =
        "EXPORT SELECT rows 200000 TO 's3://b/whole.csv';\n"
        "EXPORT SELECT fail TO 's3://b/failed.csv';\n"
        "EXPORT SELECT rows 900000 TO 's3://b/refused.csv' OPTIONS {\"part_size\": \"5MiB\"};\n";
    const struct systems *systems = data;
    order(
        &systems->web, "/b/whole.csv",
        "{\"headers\": {\"ETag\": \"\\\"0123456789abcdef0123456789abcdef\\\"\"}, \"stays\": true}");
    order(&systems->web, "/b/refused.csv",
          "{\"status\": 403, \"stays\": true, \"body\": "
          "\"<Error><Code>AccessDenied</Code><Message>no</Message></Error>\"}");
    struct scene scene;
    scene_run(&scene, systems, text, (struct run_options){.workers = 4});
    assert_step(&scene, "export_csv_whole", STEP_OK, -1);
    assert_step(&scene, "export_csv_failed", STEP_FAILED, -1);
    assert_step(&scene, "export_csv_refused", STEP_FAILED, -1);
    g_assert_nonnull(strstr(step_called(&scene, "export_csv_failed")->message, "told to fail"));
    g_assert_nonnull(strstr(step_called(&scene, "export_csv_refused")->message, "AccessDenied"));
    scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* as the program does */
    struct systems systems = {.folder = NULL};
    systems_start(&systems);
    g_test_add_data_func("/run/outside/threads share connections and a moment", &systems,
                         threads_share_connections_and_a_moment);
    g_test_add_data_func("/run/outside/threads end when the server fails", &systems,
                         threads_end_when_the_server_fails);
    g_test_add_data_func("/run/outside/a thread sends what the engine writes", &systems,
                         a_thread_sends_what_the_engine_writes);
    const int status = g_test_run();
    systems_stop(&systems);
    return status;
}
