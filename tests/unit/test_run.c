/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator: who runs when, and what becomes of those that can't. */
#include "fake_engine.h"
#include "fake_plan.h"
#include "run/run.h"

#include <string.h>

/* --- random plans --- */

enum { MOST_STEPS = 60 };

/* What a random plan did, told by the threads that ran it. */
struct witness {
    pthread_mutex_t mutex; /* guards all below */
    const struct plan *plan;
    guint begun[MOST_STEPS];
    guint ended[MOST_STEPS];
    guint running;
    guint too_early;
    guint not_alone;
    bool alone_runs;
};

static guint step_number(const char *sql)
{
    return (guint)g_ascii_strtoull(strrchr(sql, '#') + 1, NULL, 10);
}

static void see_begin(void *data, const char *sql)
{
    struct witness *witness = data;
    guint number = step_number(sql);
    const struct operation *operation = g_ptr_array_index(witness->plan->operations, number);
    pthread_mutex_lock(&witness->mutex);
    witness->begun[number]++;
    witness->not_alone += witness->alone_runs || (operation->is_barrier && witness->running > 0);
    witness->alone_runs = witness->alone_runs || operation->is_barrier;
    witness->running++;
    for (guint i = 0; i < operation->dependencies->len; i++) {
        guint needed = g_array_index(operation->dependencies, struct dependency, i).operation;
        witness->too_early += witness->ended[needed] != 1;
    }
    pthread_mutex_unlock(&witness->mutex);
}

static void see_end(void *data, const char *sql)
{
    struct witness *witness = data;
    guint number = step_number(sql);
    const struct operation *operation = g_ptr_array_index(witness->plan->operations, number);
    pthread_mutex_lock(&witness->mutex);
    witness->ended[number]++;
    witness->running--;
    if (operation->is_barrier)
        witness->alone_runs = false;
    pthread_mutex_unlock(&witness->mutex);
}

struct random_plan {
    struct plan *plan;
    bool fails[MOST_STEPS];
    bool is_blocked[MOST_STEPS]; /* below one that fails */
};

static const char *random_body(GRand *random, bool fails)
{
    if (fails)
        return "fail";
    return g_rand_int_range(random, 0, 8) == 0 ? "sleep 1" : "do";
}

static void random_plan_init(struct random_plan *random_plan, GRand *random, guint failures)
{
    *random_plan = (struct random_plan){.plan = fake_plan_new()};
    guint count = (guint)g_rand_int_range(random, 1, MOST_STEPS + 1);
    guint edges = (guint)g_rand_int_range(random, 0, 4);
    for (guint i = 0; i < count; i++) {
        bool fails = (guint)g_rand_int_range(random, 0, 100) < failures;
        g_autofree char *id = g_strdup_printf("step_%u", i);
        g_autofree char *sql = g_strdup_printf("%s #%u", random_body(random, fails), i);
        fake_plan_add(random_plan->plan, OPERATION_SQL, id, sql);
        fake_plan_at(random_plan->plan, i)->is_barrier = g_rand_int_range(random, 0, 15) == 0;
        random_plan->fails[i] = fails;
        for (guint j = 0; j < edges && i > 0; j++) {
            guint needed = (guint)g_rand_int_range(random, 0, (gint32)i);
            fake_plan_wait(random_plan->plan, i, needed);
            random_plan->is_blocked[i] |=
                random_plan->fails[needed] || random_plan->is_blocked[needed];
        }
    }
}

static void assert_ran(const struct random_plan *random_plan, const struct witness *witness,
                       const struct run_result *result)
{
    g_assert_cmpuint(witness->too_early, ==, 0);
    g_assert_cmpuint(witness->not_alone, ==, 0);
    for (guint i = 0; i < random_plan->plan->operations->len; i++) {
        bool is_blocked = random_plan->is_blocked[i];
        g_assert_cmpuint(witness->begun[i], ==, is_blocked ? 0 : 1);
        enum step_status expected = random_plan->fails[i] ? STEP_FAILED : STEP_OK;
        fake_assert_status(result, i, is_blocked ? STEP_SKIPPED : expected);
    }
}

static void run_random_plan(guint32 seed, guint workers, guint failures)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    struct random_plan random_plan;
    random_plan_init(&random_plan, random, failures);
    struct witness witness = {.plan = random_plan.plan};
    pthread_mutex_init(&witness.mutex, NULL);
    struct fake fake;
    fake_init(&fake);
    fake.enter = see_begin;
    fake.exit = see_end;
    fake.user_data = &witness;
    AUTO(run_result)
    result = fake_run(&fake, random_plan.plan, (struct run_options){.workers = workers});
    assert_ran(&random_plan, &witness, result);
    fake_clear(&fake);
    pthread_mutex_destroy(&witness.mutex);
    fake_plan_free(random_plan.plan);
}

static void runs_each_step_once_and_after_what_it_waits_for(void)
{
    for (guint32 seed = 0; seed < 160; seed++)
        run_random_plan(seed, seed % 16 + 1, 0);
}

static void skips_exactly_what_waits_for_a_failed_step(void)
{
    for (guint32 seed = 1000; seed < 1160; seed++)
        run_random_plan(seed, seed % 16 + 1, 15);
}

/* --- single rules --- */

static void says_which_failed_step_a_skipped_one_waits_for(void)
{
    struct plan *plan = fake_plan_new();
    guint first = fake_plan_add(plan, OPERATION_TRANSFORM, "transform_a", "fail");
    guint second = fake_plan_add(plan, OPERATION_TRANSFORM, "transform_b", "do");
    guint third = fake_plan_add(plan, OPERATION_TRANSFORM, "transform_c", "do");
    guint other = fake_plan_add(plan, OPERATION_TRANSFORM, "transform_d", "do");
    fake_plan_wait(plan, second, first);
    fake_plan_wait(plan, third, second);
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.workers = 2});
    g_assert_cmpint(result->outcome, ==, RUN_FAILED);
    fake_assert_status(result, first, STEP_FAILED);
    fake_assert_status(result, other, STEP_OK);
    g_assert_cmpstr(fake_step(result, first)->message, ==, "told to fail");
    g_assert_cmpint(error_kind(fake_step(result, first)->error), ==, ERROR_DATA);
    g_assert_cmpstr(fake_step(result, second)->message, ==, "waits for transform_a");
    g_assert_cmpstr(fake_step(result, third)->message, ==, "waits for transform_a");
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void points_at_the_place_in_the_users_text(void)
{
    struct plan *plan = fake_plan_new();
    guint failing = fake_plan_add(plan, OPERATION_TRANSFORM, "transform_a", "fail at 5");
    guint lost = fake_plan_add(plan, OPERATION_TRANSFORM, "transform_b", "lost");
    fake_plan_wait(plan, lost, fake_plan_add(plan, OPERATION_SQL, "sql_1", "do"));
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.workers = 1});
    g_assert_cmpuint(fake_step(result, failing)->at.offset, ==, 5);
    g_assert_cmpuint(fake_step(result, failing)->at.length, ==, 1);
    g_assert_cmpuint(fake_step(result, lost)->at.offset, ==, 0);
    g_assert_cmpuint(fake_step(result, lost)->at.length, ==, 21);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void starts_nothing_after_a_failure_when_told_to_fail_fast(void)
{
    struct plan *plan = fake_plan_new();
    guint failing = fake_plan_add(plan, OPERATION_SQL, "sql_1", "fail");
    guint waiting = fake_plan_add(plan, OPERATION_SQL, "sql_2", "do");
    guint slow = fake_plan_add(plan, OPERATION_SQL, "sql_3", "sleep 30");
    guint later = fake_plan_add(plan, OPERATION_SQL, "sql_4", "do");
    fake_plan_wait(plan, waiting, failing);
    fake_plan_wait(plan, later, slow);
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = 2, .fail_fast = true});
    fake_assert_status(result, failing, STEP_FAILED);
    fake_assert_status(result, waiting, STEP_SKIPPED);
    fake_assert_status(result, later, STEP_NOT_RUN);
    g_assert_nonnull(strstr(fake_step(result, later)->message, "fail fast"));
    g_assert_cmpint(result->outcome, ==, RUN_FAILED);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void starts_nothing_after_the_engine_was_lost(void)
{
    struct plan *plan = fake_plan_new();
    guint lost = fake_plan_add(plan, OPERATION_SQL, "sql_1", "lost");
    guint waiting = fake_plan_add(plan, OPERATION_SQL, "sql_2", "do");
    guint others[50];
    fake_plan_wait(plan, waiting, lost);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        others[i] = fake_plan_add(plan, OPERATION_SQL, "other", "do");
        if (i > 0)
            fake_plan_wait(plan, others[i], others[i - 1]);
    }
    fake_plan_wait(plan, others[0], fake_plan_add(plan, OPERATION_SQL, "slow", "sleep 20"));
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.workers = 2});
    fake_assert_status(result, lost, STEP_FAILED);
    fake_assert_status(result, waiting, STEP_SKIPPED);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        fake_assert_status(result, others[i], STEP_NOT_RUN);
        g_assert_cmpstr(fake_step(result, others[i])->message, ==, "not run: engine lost");
    }
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void runs_independent_steps_at_the_same_time(void)
{
    struct plan *plan = fake_plan_new();
    for (guint i = 0; i < 8; i++)
        fake_plan_add(plan, OPERATION_SQL, "sql", "sleep 100");
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.workers = 8});
    g_assert_cmpint(result->duration_us, <, 600 * 1000);
    g_assert_cmpuint(fake.sessions, ==, 8);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void takes_one_session_for_a_chain_of_steps(void)
{
    struct plan *plan = fake_plan_new();
    for (guint i = 0; i < 20; i++) {
        fake_plan_add(plan, OPERATION_SQL, "sql", "do");
        if (i > 0)
            fake_plan_wait(plan, i, i - 1);
    }
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.workers = 8});
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    g_assert_cmpuint(fake.sessions, ==, 1);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void passes_over_what_was_not_selected_but_keeps_its_order(void)
{
    struct plan *plan = fake_plan_new();
    guint first = fake_plan_add(plan, OPERATION_SQL, "first", "sleep 20");
    guint between = fake_plan_add(plan, OPERATION_SQL, "between", "do");
    guint last = fake_plan_add(plan, OPERATION_SQL, "last", "do last");
    fake_plan_wait(plan, between, first);
    fake_plan_wait(plan, last, between);
    const guint8 selected[] = {1, 0, 1};
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = 4, .selected = selected});
    fake_assert_status(result, first, STEP_OK);
    fake_assert_status(result, between, STEP_PENDING);
    fake_assert_status(result, last, STEP_OK);
    g_assert_cmpint(fake_find(&fake, ": sleep 20"), <, fake_find(&fake, ": do last"));
    g_assert_cmpuint(fake_count(&fake, ": do"), ==, 0);
    fake_clear(&fake);
    fake_plan_free(plan);
}

/* --- timeouts --- */

static void ends_a_step_that_takes_longer_than_its_timeout(void)
{
    struct plan *plan = fake_plan_new();
    guint slow = fake_plan_add(plan, OPERATION_SQL, "slow", "sleep 10000");
    guint quick = fake_plan_add(plan, OPERATION_SQL, "quick", "sleep 120");
    struct options *options =
        fake_options_new(plan, common_options(), "timeout", VALUE_STRING, "50ms");
    fake_plan_at(plan, slow)->common = options;
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.workers = 2});
    fake_assert_status(result, slow, STEP_FAILED);
    fake_assert_status(result, quick, STEP_OK);
    g_assert_cmpstr(fake_step(result, slow)->message, ==, "timed out after 0.05 s");
    g_assert_cmpint(fake_step(result, slow)->duration_us, <, 1000 * 1000);
    g_assert_cmpuint(fake_count(&fake, "rollback"), ==, 1);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void lets_no_timeout_hit_the_next_step(void)
{
    struct plan *plan = fake_plan_new();
    for (guint i = 0; i < 300; i++) {
        g_autofree char *sql = g_strdup_printf("sleep %u", i % 3);
        guint index = fake_plan_add(plan, OPERATION_SQL, "sql", sql);
        if (i % 3 == 1)
            fake_plan_at(plan, index)->common =
                fake_options_new(plan, common_options(), "timeout", VALUE_STRING, "1ms");
    }
    struct fake fake;
    fake_init(&fake);
    AUTO(run_result) result = fake_run(&fake, plan, (struct run_options){.workers = 3});
    for (guint i = 0; i < 300; i++)
        if (i % 3 != 1)
            fake_assert_status(result, i, STEP_OK);
    fake_clear(&fake);
    fake_plan_free(plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/run/random", runs_each_step_once_and_after_what_it_waits_for);
    g_test_add_func("/run/random-failures", skips_exactly_what_waits_for_a_failed_step);
    g_test_add_func("/run/reason", says_which_failed_step_a_skipped_one_waits_for);
    g_test_add_func("/run/place", points_at_the_place_in_the_users_text);
    g_test_add_func("/run/fail-fast", starts_nothing_after_a_failure_when_told_to_fail_fast);
    g_test_add_func("/run/lost", starts_nothing_after_the_engine_was_lost);
    g_test_add_func("/run/parallel", runs_independent_steps_at_the_same_time);
    g_test_add_func("/run/chain", takes_one_session_for_a_chain_of_steps);
    g_test_add_func("/run/selection", passes_over_what_was_not_selected_but_keeps_its_order);
    g_test_add_func("/run/timeout", ends_a_step_that_takes_longer_than_its_timeout);
    g_test_add_func("/run/timeout-next", lets_no_timeout_hit_the_next_step);
    return g_test_run();
}
