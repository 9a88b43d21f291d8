/* SPDX-License-Identifier: Apache-2.0 */
/* What SIGINT and SIGTERM do to a run, in each of its states. */
#include "fake_engine.h"
#include "fake_plan.h"

#include "base/file.h"
#include "connect/format/format.h"

#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Sends signals to ourselves from the coordinator's thread, and notes what leave was told. */
struct scene {
    struct fake *fake;
    const char *at_step; /* send when this step has started; NULL: when the run has */
    int signal;
    guint times;
    gint64 sent; /* monotonic, microseconds */
    gint64 left_after;
    guint left;
    enum step_status status; /* of the first step, when left */
    char *results;           /* run_results.json, when left */
    guint finished;          /* how often a step's end was told */
    guint temporaries;       /* in the folder of the outputs, when left */
    char *folder;
};

static void send_signals(struct scene *scene)
{
    scene->sent = g_get_monotonic_time();
    for (guint i = 0; i < scene->times; i++) {
        kill(getpid(), scene->signal);
        g_usleep(20000);
    }
}

static void on_run_started(void *data, const struct plan *plan, const struct run_result *result,
                           guint steps)
{
    struct scene *scene = data;
    (void)plan;
    (void)result;
    (void)steps;
    if (!scene->at_step)
        send_signals(scene);
}

static void on_step_started(void *data, const struct step_result *step)
{
    struct scene *scene = data;
    if (scene->at_step && g_str_equal(step->operation->id, scene->at_step))
        send_signals(scene);
}

static void on_step_finished(void *data, const struct step_result *step)
{
    struct scene *scene = data;
    (void)step;
    scene->finished++;
}

static guint count_temporaries(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(directory));)
        count += strstr(name, ".tmp-") ? 1 : 0;
    return count;
}

static void on_leave(void *data, const struct run_result *result)
{
    struct scene *scene = data;
    scene->left++;
    scene->left_after = g_get_monotonic_time() - scene->sent;
    scene->status = fake_step(result, 0)->status;
    if (result->folder) {
        g_autofree char *path = g_build_filename(result->folder, "run_results.json", NULL);
        g_assert_true(g_file_get_contents(path, &scene->results, NULL, NULL));
    }
    if (scene->folder)
        scene->temporaries = count_temporaries(scene->folder);
    fake_release(scene->fake);
}

static struct run_result *execute(struct scene *scene, const struct plan *plan,
                                  const char *directory)
{
    struct run_observer observer = {
        .run_started = on_run_started,
        .step_started = on_step_started,
        .step_finished = on_step_finished,
        .user_data = scene,
    };
    const struct run_observer *const observers[] = {&observer, NULL};
    struct run_options options = {
        .workers = 2,
        .observers = observers,
        .leave = on_leave,
        .leave_data = scene,
        .directory = directory,
    };
    return fake_run(scene->fake, plan, options);
}

static void interrupts_what_runs_and_starts_nothing_more(void)
{
    struct plan *plan = fake_plan_new();
    guint slow = fake_plan_add(plan, OPERATION_SQL, "slow", "sleep 20000");
    guint also_slow = fake_plan_add(plan, OPERATION_SQL, "also_slow", "sleep 20000");
    guint queued = fake_plan_add(plan, OPERATION_SQL, "queued", "do");
    guint waiting = fake_plan_add(plan, OPERATION_SQL, "waiting", "do");
    fake_plan_wait(plan, waiting, slow);
    struct fake fake;
    fake_init(&fake);
    struct scene scene = {.fake = &fake, .at_step = "also_slow", .signal = SIGTERM, .times = 1};
    AUTO(run_result) result = execute(&scene, plan, NULL);
    g_assert_cmpint(result->outcome, ==, RUN_CANCELLED);
    g_assert_cmpint(result->signal, ==, SIGTERM);
    fake_assert_status(result, slow, STEP_CANCELLED);
    fake_assert_status(result, also_slow, STEP_CANCELLED);
    g_assert_cmpstr(fake_step(result, slow)->message, ==, "interrupted");
    fake_assert_status(result, queued, STEP_NOT_RUN);
    fake_assert_status(result, waiting, STEP_NOT_RUN);
    g_assert_cmpstr(fake_step(result, waiting)->message, ==, "not run: cancelled");
    g_assert_cmpuint(fake_count(&fake, "rollback"), ==, 2);
    g_assert_cmpuint(fake_count(&fake, "commit"), ==, 0);
    g_assert_cmpuint(scene.left, ==, 0);
    g_assert_cmpint(g_get_monotonic_time() - scene.sent, <, 800 * 1000);
    fake_clear(&fake);
    fake_plan_free(plan);
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

static const struct format fake_format = {.name = "fake", .sink = fake_sink};
static const struct connector fake_connector = {.name = "fake", .format = &fake_format};

static void leaves_with_results_when_a_step_does_not_return(void)
{
    g_autofree char *folder = g_dir_make_tmp("sqlflow-cancel-XXXXXX", NULL);
    g_autofree char *runs = g_build_filename(folder, "run", NULL);
    g_autofree char *outputs = g_build_filename(folder, "out", NULL);
    struct plan *plan = fake_plan_new();
    guint export = fake_plan_add(plan, OPERATION_EXPORT, "export_a", "stuck");
    fake_plan_at(plan, export)->connector = &fake_connector;
    fake_plan_at(plan, export)->destination = g_build_filename(outputs, "a.csv", NULL);
    guint waiting = fake_plan_add(plan, OPERATION_SQL, "waiting", "do");
    fake_plan_wait(plan, waiting, export);
    struct fake fake;
    fake_init(&fake);
    struct scene scene = {
        .fake = &fake, .at_step = "export_a", .signal = SIGINT, .times = 1, .folder = outputs};
    AUTO(run_result) result = execute(&scene, plan, runs);
    g_assert_cmpint(result->outcome, ==, RUN_CANCELLED);
    g_assert_cmpuint(scene.left, ==, 1);
    g_assert_cmpint(scene.left_after, >=, 600 * 1000);
    g_assert_cmpint(scene.left_after, <, 1000 * 1000);
    g_assert_cmpint(scene.status, ==, STEP_CANCELLED);
    g_assert_cmpuint(scene.temporaries, ==, 0);
    g_assert_cmpuint(scene.finished, ==, 2);
    json_t *results = json_loads(scene.results, 0, NULL);
    g_assert_cmpstr(json_string_value(json_object_get(results, "outcome")), ==, "cancelled");
    g_assert_cmpint(json_integer_value(json_object_get(results, "signal")), ==, SIGINT);
    json_decref(results);
    g_free(scene.results);
    fake_clear(&fake);
    fake_plan_free(plan);
    g_assert_true(path_remove(folder, NULL));
}

static void leaves_at_once_at_the_second_signal(void)
{
    struct plan *plan = fake_plan_new();
    fake_plan_add(plan, OPERATION_SQL, "slow", "stuck");
    struct fake fake;
    fake_init(&fake);
    struct scene scene = {.fake = &fake, .at_step = "slow", .signal = SIGINT, .times = 2};
    AUTO(run_result) result = execute(&scene, plan, NULL);
    g_assert_cmpint(result->outcome, ==, RUN_CANCELLED);
    g_assert_cmpuint(scene.left, ==, 1);
    g_assert_cmpint(scene.left_after, <, 300 * 1000);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void keep_on(void *data, const struct run_result *result)
{
    (void)data;
    (void)result;
    for (;;)
        g_usleep(G_USEC_PER_SEC); /* as when a pipe isn't read */
}

/* Never returns. */
static void send_three_signals(void)
{
    struct plan *plan = fake_plan_new();
    fake_plan_add(plan, OPERATION_SQL, "slow", "stuck");
    struct fake fake;
    fake_init(&fake);
    struct scene scene = {.fake = &fake, .at_step = "slow", .signal = SIGTERM, .times = 3};
    struct run_observer observer = {.step_started = on_step_started, .user_data = &scene};
    const struct run_observer *const observers[] = {&observer, NULL};
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.observers = observers, .leave = keep_on});
    g_assert_null(result);
}

static void ends_at_the_third_signal_whatever_it_is_at(void)
{
    if (g_test_subprocess())
        send_three_signals();
    g_test_trap_subprocess(NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
    g_assert_false(g_test_trap_reached_timeout());
    g_test_trap_assert_failed();
}

static void open_slowly(guint signals, gint64 within_us)
{
    struct plan *plan = fake_plan_new();
    guint step = fake_plan_add(plan, OPERATION_SQL, "sql_1", "do");
    struct fake fake;
    fake_init(&fake);
    fake.open_ms = 1500;
    struct scene scene = {.fake = &fake, .signal = SIGINT, .times = signals};
    AUTO(run_result) result = execute(&scene, plan, NULL);
    g_assert_cmpint(result->outcome, ==, RUN_CANCELLED);
    fake_assert_status(result, step, STEP_NOT_RUN);
    g_assert_cmpuint(scene.left, ==, 1);
    g_assert_cmpint(scene.left_after, <, within_us);
    g_assert_cmpuint(fake_count(&fake, "do"), ==, 0);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void answers_while_the_engine_is_being_opened(void)
{
    open_slowly(1, 1000 * 1000);
}

static void leaves_at_once_while_the_engine_is_being_opened(void)
{
    open_slowly(2, 300 * 1000);
}

static void on_phase_started(void *data, enum run_phase phase)
{
    struct scene *scene = data;
    if (phase == PHASE_CLOSING)
        send_signals(scene);
}

/* The steps are done: nothing is taken back, but nobody waits for a long checkpoint. */
static void close_slowly(guint close_ms, guint signals, guint expected_leaves, gint64 within_us)
{
    struct plan *plan = fake_plan_new();
    guint step = fake_plan_add(plan, OPERATION_SQL, "sql_1", "do");
    struct fake fake;
    fake_init(&fake);
    fake.close_ms = close_ms;
    struct scene scene = {.fake = &fake, .signal = SIGTERM, .times = signals};
    struct run_observer observer = {.phase_started = on_phase_started, .user_data = &scene};
    const struct run_observer *const observers[] = {&observer, NULL};
    AUTO(run_result)
    result = fake_run(
        &fake, plan,
        (struct run_options){.observers = observers, .leave = on_leave, .leave_data = &scene});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpint(result->signal, ==, SIGTERM);
    fake_assert_status(result, step, STEP_OK);
    g_assert_cmpuint(scene.left, ==, expected_leaves);
    g_assert_cmpint(scene.left_after, <, within_us);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void tells_the_signal_that_came_while_the_engine_was_closed(void)
{
    close_slowly(100, 1, 0, 1000 * 1000);
}

static void leaves_when_the_engine_takes_long_to_close(void)
{
    close_slowly(1500, 1, 1, 1000 * 1000);
}

static void leaves_at_once_while_the_engine_is_being_closed(void)
{
    close_slowly(1500, 2, 1, 300 * 1000);
}

static void leaves_ignored_signals_ignored(void)
{
    struct plan *plan = fake_plan_new();
    guint step = fake_plan_add(plan, OPERATION_SQL, "sql_1", "sleep 50");
    struct fake fake;
    fake_init(&fake);
    struct scene scene = {.fake = &fake, .at_step = "sql_1", .signal = SIGINT, .times = 1};
    (void)signal(SIGINT, SIG_IGN);
    AUTO(run_result) result = execute(&scene, plan, NULL);
    (void)signal(SIGINT, SIG_DFL);
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    fake_assert_status(result, step, STEP_OK);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void gives_the_signals_back_afterwards(void)
{
    struct plan *plan = fake_plan_new();
    fake_plan_add(plan, OPERATION_SQL, "sql_1", "do");
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){0});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    g_assert_false(sigismember(&mask, SIGINT));
    g_assert_false(sigismember(&mask, SIGTERM));
    fake_clear(&fake);
    fake_plan_free(plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cancel/running", interrupts_what_runs_and_starts_nothing_more);
    g_test_add_func("/cancel/stuck", leaves_with_results_when_a_step_does_not_return);
    g_test_add_func("/cancel/twice", leaves_at_once_at_the_second_signal);
    g_test_add_func("/cancel/thrice", ends_at_the_third_signal_whatever_it_is_at);
    g_test_add_func("/cancel/opening", answers_while_the_engine_is_being_opened);
    g_test_add_func("/cancel/closing", tells_the_signal_that_came_while_the_engine_was_closed);
    g_test_add_func("/cancel/closing-long", leaves_when_the_engine_takes_long_to_close);
    g_test_add_func("/cancel/opening-twice", leaves_at_once_while_the_engine_is_being_opened);
    g_test_add_func("/cancel/closing-twice", leaves_at_once_while_the_engine_is_being_closed);
    g_test_add_func("/cancel/ignored", leaves_ignored_signals_ignored);
    g_test_add_func("/cancel/mask", gives_the_signals_back_afterwards);
    return g_test_run();
}
