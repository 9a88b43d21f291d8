/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that fail outside and are tried again. */
#include "fake_engine.h"
#include "fake_plan.h"

#include "base/file.h"

#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Waits of 1 to 3 ms where nothing else is asked for. */
static const struct retry_options quick = {.call = {.delay_us = 1000}};

static guint add_sql(struct plan *plan, const char *id, const char *sql)
{
    return fake_plan_add(plan, OPERATION_SQL, id, sql);
}

static void tries_again_until_it_works(void)
{
    struct plan *plan = fake_plan_new();
    guint flaky = add_sql(plan, "flaky", "flaky 2");
    guint after = add_sql(plan, "after", "do");
    fake_plan_wait(plan, after, flaky);
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = 2, .retry = quick});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    const struct step_result *step = fake_step(result, flaky);
    fake_assert_status(result, flaky, STEP_OK);
    fake_assert_status(result, after, STEP_OK);
    g_assert_cmpuint(step->tries, ==, 3);
    g_assert_cmpuint(step->failed_tries->len, ==, 2);
    g_assert_no_error(step->error);
    g_assert_cmpint(step->rows, ==, 1);
    g_assert_cmpint(fake_step(result, after)->started_us, >=, step->started_us + step->duration_us);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void rolls_each_failed_try_back(void)
{
    struct plan *plan = fake_plan_new();
    add_sql(plan, "flaky", "flaky 2");
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.retry = quick});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_ptr_array_add(fake.log, NULL);
    g_autofree char *log = g_strjoinv("; ", (char **)fake.log->pdata);
    g_assert_cmpstr(log, ==,
                    "0: begin; 0: flaky 2; 0: rollback; 0: begin; 0: flaky 2; 0: rollback; "
                    "0: begin; 0: flaky 2; 0: commit");
    g_ptr_array_remove_index(fake.log, fake.log->len - 1);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void fails_after_the_last_try(void)
{
    struct plan *plan = fake_plan_new();
    guint flaky = add_sql(plan, "flaky", "flaky 9");
    guint waiting = add_sql(plan, "waiting", "do");
    guint other = add_sql(plan, "other", "do");
    fake_plan_wait(plan, waiting, flaky);
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.retry = quick});
    fake_assert_status(result, flaky, STEP_FAILED);
    fake_assert_status(result, waiting, STEP_SKIPPED);
    fake_assert_status(result, other, STEP_OK);
    g_assert_cmpuint(fake_step(result, flaky)->tries, ==, 3);
    g_assert_cmpuint(fake_step(result, flaky)->failed_tries->len, ==, 2);
    g_assert_error(fake_step(result, flaky)->error, SQLFLOW_ERROR, (int)ERROR_TRANSIENT);
    g_assert_cmpuint(fake_count(&fake, "rollback"), ==, 3);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void never_tries_other_failures_again(void)
{
    struct plan *plan = fake_plan_new();
    guint wrong = add_sql(plan, "wrong", "fail");
    guint slow = add_sql(plan, "slow", "sleep 10000");
    guint lost = add_sql(plan, "lost", "lost");
    fake_plan_wait(plan, lost, add_sql(plan, "before", "sleep 60"));
    fake_plan_at(plan, slow)->common =
        fake_options_new(plan, common_options(), "timeout", VALUE_STRING, "20ms");
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = 4, .retry = quick});
    const guint failed[] = {wrong, slow, lost};
    for (guint i = 0; i < G_N_ELEMENTS(failed); i++) {
        fake_assert_status(result, failed[i], STEP_FAILED);
        g_assert_cmpuint(fake_step(result, failed[i])->tries, ==, 1);
        g_assert_null(fake_step(result, failed[i])->failed_tries);
    }
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void waiting_for_a_retry_holds_no_worker(void)
{
    struct plan *plan = fake_plan_new();
    guint flaky = add_sql(plan, "flaky", "flaky 1 150");
    for (guint i = 0; i < 5; i++)
        add_sql(plan, "other", "sleep 5");
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = 1, .retry = quick});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(fake.sessions, ==, 1);
    const struct step_result *step = fake_step(result, flaky);
    for (guint i = 1; i <= 5; i++) {
        g_assert_cmpint(fake_step(result, i)->started_us, >, step->started_us);
        g_assert_cmpint(fake_step(result, i)->started_us + fake_step(result, i)->duration_us, <,
                        step->started_us + step->duration_us);
    }
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void leaves_the_other_side_alone_as_long_as_it_asks(void)
{
    struct plan *plan = fake_plan_new();
    guint flaky = add_sql(plan, "flaky", "flaky 1 120");
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.retry = quick});
    g_assert_cmpint(step_last_try(fake_step(result, flaky))->wait_us, ==, 120 * 1000);
    g_assert_cmpint(fake_step(result, flaky)->duration_us, >=, 120 * 1000);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void the_seed_decides_about_the_waits(void)
{
    gint64 waits[2][2];
    for (guint i = 0; i < 2; i++) {
        struct plan *plan = fake_plan_new();
        add_sql(plan, "flaky", "flaky 2");
        struct fake fake;
        fake_init(&fake);
        g_autoptr(GRand) random = g_rand_new_with_seed(11);
        struct retry_options retry = {.call = {.delay_us = 1000}, .random = random};
        AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.retry = retry});
        const GPtrArray *tries = fake_step(result, 0)->failed_tries;
        for (guint j = 0; j < 2; j++)
            waits[i][j] = ((const struct failed_try *)g_ptr_array_index(tries, j))->wait_us;
        fake_clear(&fake);
        fake_plan_free(plan);
    }
    g_assert_cmpint(waits[0][0], ==, waits[1][0]);
    g_assert_cmpint(waits[0][1], ==, waits[1][1]);
    g_assert_cmpint(waits[0][0], !=, waits[0][1]);
}

/* What runs alone holds up the others only while it runs. */
static void tries_a_barrier_again_alone(void)
{
    struct plan *plan = fake_plan_new();
    guint barrier = add_sql(plan, "barrier", "flaky 2 30");
    fake_plan_at(plan, barrier)->is_barrier = true;
    guint long_one = add_sql(plan, "long", "sleep 60");
    guint below = add_sql(plan, "below", "do");
    fake_plan_wait(plan, below, barrier);
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = 3, .retry = quick});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(fake_step(result, barrier)->tries, ==, 3);
    const struct step_result *other = fake_step(result, long_one);
    const GPtrArray *tries = fake_step(result, barrier)->failed_tries;
    const struct failed_try *second = g_ptr_array_index(tries, 1);
    g_assert_cmpint(second->started_us, >=, other->started_us + other->duration_us);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void a_try_that_may_be_repeated_is_no_failure_to_fail_fast_at(void)
{
    struct plan *plan = fake_plan_new();
    guint flaky = add_sql(plan, "flaky", "flaky 1 20");
    guint chain = add_sql(plan, "first", "sleep 5");
    for (guint i = 0; i < 10; i++) {
        guint next = add_sql(plan, "next", "sleep 5");
        fake_plan_wait(plan, next, chain);
        chain = next;
    }
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan,
                      (struct run_options){.workers = 2, .retry = quick, .fail_fast = true});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    fake_assert_status(result, flaky, STEP_OK);
    fake_assert_status(result, chain, STEP_OK);
    fake_clear(&fake);
    fake_plan_free(plan);
}

/* The step that waits for a retry has failed with what it failed with. */
static void run_until_stopped(const char *sql, bool fail_fast)
{
    struct plan *plan = fake_plan_new();
    guint flaky = add_sql(plan, "flaky", "flaky 1 60000");
    guint waiting = add_sql(plan, "waiting", "do");
    guint failing = add_sql(plan, "failing", sql);
    fake_plan_wait(plan, waiting, flaky);
    fake_plan_wait(plan, failing, add_sql(plan, "slow", "sleep 50"));
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan,
                      (struct run_options){.workers = 2, .retry = quick, .fail_fast = fail_fast});
    g_assert_cmpint(result->outcome, ==, RUN_FAILED);
    g_assert_cmpint(result->duration_us, <, 10 * G_USEC_PER_SEC);
    fake_assert_status(result, failing, STEP_FAILED);
    fake_assert_status(result, flaky, STEP_FAILED);
    fake_assert_status(result, waiting, STEP_SKIPPED);
    const struct step_result *step = fake_step(result, flaky);
    g_assert_cmpstr(step->message, ==, "told to come back later");
    g_assert_error(step->error, SQLFLOW_ERROR, (int)ERROR_TRANSIENT);
    g_assert_cmpuint(step->tries, ==, 1);
    g_assert_cmpuint(step->failed_tries->len, ==, 0);
    g_assert_nonnull(step->at.text);
    g_assert_cmpuint(fake_count(&fake, "flaky 1 60000"), ==, 1);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void waits_for_no_retry_when_another_step_fails_fast(void)
{
    run_until_stopped("fail", true);
}

static void waits_for_no_retry_when_the_engine_is_lost(void)
{
    run_until_stopped("lost", false);
}

/* --- told to others --- */

struct scene {
    struct fake fake;
    struct plan *plan;
    char *directory;
    guint starts;
    guint retries;
    gint64 sent; /* monotonic, microseconds */
};

static void on_step_started(void *data, const struct step_result *step)
{
    struct scene *scene = data;
    g_assert_cmpint(step->status, ==, STEP_RUNNING);
    g_assert_cmpuint(step->tries, ==, ++scene->starts);
}

static void on_step_retry(void *data, const struct step_result *step)
{
    struct scene *scene = data;
    g_assert_cmpint(step->status, ==, STEP_RETRYING);
    g_assert_cmpuint(step->failed_tries->len, ==, ++scene->retries);
    g_assert_cmpstr(step_last_try(step)->error->message, ==, "told to come back later");
}

static void interrupt_wait(void *data, const struct step_result *step)
{
    struct scene *scene = data;
    (void)step;
    scene->sent = g_get_monotonic_time();
    kill(getpid(), SIGINT);
}

static void scene_init(struct scene *scene, const char *sql)
{
    *scene = (struct scene){
        .plan = fake_plan_new(),
        .directory = g_dir_make_tmp("sqlflow-retry-XXXXXX", NULL),
    };
    fake_init(&scene->fake);
    add_sql(scene->plan, "flaky", sql);
}

static void scene_clear(struct scene *scene)
{
    g_assert_true(path_remove(scene->directory, NULL));
    g_free(scene->directory);
    fake_plan_free(scene->plan);
    fake_clear(&scene->fake);
}

static struct run_result *scene_run(struct scene *scene, struct run_observer observer)
{
    observer.user_data = scene;
    const struct run_observer *const observers[] = {&observer, NULL};
    return fake_run(&scene->fake, scene->plan,
                    (struct run_options){
                        .retry = quick, .directory = scene->directory, .observers = observers});
}

static void tells_observers_of_every_try(void)
{
    struct scene scene;
    scene_init(&scene, "flaky 2");
    struct run_observer observer = {.step_started = on_step_started, .step_retry = on_step_retry};
    AUTO(run_result) result = scene_run(&scene, observer);
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(scene.starts, ==, 3);
    g_assert_cmpuint(scene.retries, ==, 2);
    scene_clear(&scene);
}

static void writes_every_try_into_the_events(void)
{
    struct scene scene;
    scene_init(&scene, "flaky 1 25");
    AUTO(run_result) result = scene_run(&scene, (struct run_observer){0});
    g_autofree char *path = g_build_filename(result->folder, "events.jsonl", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    static const char *const events[] = {"step_started", "step_retry", "step_started",
                                         "step_finished"};
    guint i = 0;
    for (char **line = lines; *line; line++) {
        if (!strstr(*line, "\"event\":\"step_"))
            continue;
        g_assert_cmpuint(i, <, G_N_ELEMENTS(events));
        json_t *event = json_loads(*line, 0, NULL);
        g_assert_cmpstr(json_string_value(json_object_get(event, "event")), ==, events[i]);
        if (i == 1) {
            json_t *error = json_object_get(event, "error");
            g_assert_cmpint(json_integer_value(json_object_get(event, "try")), ==, 1);
            g_assert_cmpint(json_integer_value(json_object_get(event, "wait_us")), ==, 25000);
            g_assert_cmpstr(json_string_value(json_object_get(error, "kind")), ==, "transient");
        }
        if (i == 2)
            g_assert_cmpint(json_integer_value(json_object_get(event, "try")), ==, 2);
        if (i == 3)
            g_assert_cmpint(json_integer_value(json_object_get(event, "tries")), ==, 2);
        json_decref(event);
        i++;
    }
    g_assert_cmpuint(i, ==, G_N_ELEMENTS(events));
    scene_clear(&scene);
}

static void lists_the_failed_tries_in_the_results(void)
{
    struct scene scene;
    scene_init(&scene, "flaky 2 20");
    AUTO(run_result) result = scene_run(&scene, (struct run_observer){0});
    g_autofree char *path = g_build_filename(result->folder, "run_results.json", NULL);
    json_t *document = json_load_file(path, 0, NULL);
    json_t *step = json_array_get(json_object_get(document, "steps"), 0);
    g_assert_cmpint(json_integer_value(json_object_get(step, "tries")), ==, 3);
    json_t *tries = json_object_get(step, "failed_tries");
    g_assert_cmpuint((guint)json_array_size(tries), ==, 2);
    json_t *first = json_array_get(tries, 0);
    json_t *second = json_array_get(tries, 1);
    g_assert_cmpint(json_integer_value(json_object_get(first, "wait_us")), ==, 20000);
    g_assert_cmpint(json_integer_value(json_object_get(second, "started_us")), >=,
                    json_integer_value(json_object_get(first, "started_us")) + 20000);
    g_assert_cmpstr(json_string_value(json_object_get(json_object_get(second, "error"), "message")),
                    ==, "told to come back later");
    json_decref(document);
    scene_clear(&scene);
}

static void a_signal_ends_the_wait_at_once(void)
{
    struct scene scene;
    scene_init(&scene, "flaky 1 60000");
    guint waiting = add_sql(scene.plan, "waiting", "do");
    fake_plan_wait(scene.plan, waiting, 0);
    AUTO(run_result)
    result = scene_run(&scene, (struct run_observer){.step_retry = interrupt_wait});
    g_assert_cmpint(g_get_monotonic_time() - scene.sent, <, 500 * 1000);
    g_assert_cmpint(result->outcome, ==, RUN_CANCELLED);
    g_assert_cmpint(result->signal, ==, SIGINT);
    fake_assert_status(result, 0, STEP_CANCELLED);
    fake_assert_status(result, waiting, STEP_NOT_RUN);
    g_assert_cmpstr(fake_step(result, 0)->message, ==,
                    "interrupted while waiting to try again: told to come back later");
    g_assert_cmpuint(fake_count(&scene.fake, "flaky 1 60000"), ==, 1);
    scene_clear(&scene);
}

/* --- many at once --- */

enum { STEPS = 40 };

/* Chains of steps that fail up to three times: four tries do for all, in the right order. */
static void run_random_plan(guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    struct plan *plan = fake_plan_new();
    guint failures[STEPS];
    for (guint i = 0; i < STEPS; i++) {
        failures[i] = (guint)g_rand_int_range(random, 0, 4);
        g_autofree char *sql = g_strdup_printf("flaky %u 0 %u", failures[i], i);
        fake_plan_at(plan, add_sql(plan, "step", sql))->is_barrier =
            g_rand_int_range(random, 0, 10) == 0;
        for (guint j = 0; i > 0 && j < 2; j++)
            fake_plan_wait(plan, i, (guint)g_rand_int_range(random, 0, (gint32)i));
    }
    struct fake fake;
    fake_init(&fake);
    struct retry_options retry = {.call = {.tries = 4, .delay_us = 1}, .random = random};
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = seed % 8 + 1, .retry = retry});
    for (guint i = 0; i < STEPS; i++) {
        const struct step_result *step = fake_step(result, i);
        fake_assert_status(result, i, STEP_OK);
        g_assert_cmpuint(step->tries, ==, failures[i] + 1);
        const GArray *awaited = fake_plan_at(plan, i)->dependencies;
        for (guint j = 0; j < awaited->len; j++) {
            guint needed = g_array_index(awaited, struct dependency, j).operation;
            const struct step_result *before = fake_step(result, needed);
            g_assert_cmpint(step->started_us, >=, before->started_us + before->duration_us);
        }
    }
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void what_waits_for_a_step_waits_for_its_last_try(void)
{
    for (guint32 seed = 0; seed < 40; seed++)
        run_random_plan(seed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/run-retry/works", tries_again_until_it_works);
    g_test_add_func("/run-retry/clean", rolls_each_failed_try_back);
    g_test_add_func("/run-retry/fails", fails_after_the_last_try);
    g_test_add_func("/run-retry/kinds", never_tries_other_failures_again);
    g_test_add_func("/run-retry/no-worker", waiting_for_a_retry_holds_no_worker);
    g_test_add_func("/run-retry/after", leaves_the_other_side_alone_as_long_as_it_asks);
    g_test_add_func("/run-retry/seed", the_seed_decides_about_the_waits);
    g_test_add_func("/run-retry/barrier", tries_a_barrier_again_alone);
    g_test_add_func("/run-retry/no-failure",
                    a_try_that_may_be_repeated_is_no_failure_to_fail_fast_at);
    g_test_add_func("/run-retry/fail-fast", waits_for_no_retry_when_another_step_fails_fast);
    g_test_add_func("/run-retry/lost", waits_for_no_retry_when_the_engine_is_lost);
    g_test_add_func("/run-retry/observers", tells_observers_of_every_try);
    g_test_add_func("/run-retry/events", writes_every_try_into_the_events);
    g_test_add_func("/run-retry/results", lists_the_failed_tries_in_the_results);
    g_test_add_func("/run-retry/signal", a_signal_ends_the_wait_at_once);
    g_test_add_func("/run-retry/random", what_waits_for_a_step_waits_for_its_last_try);
    return g_test_run();
}
