/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures are tried again, how often and after how long. */
#include "fake_plan.h"

#include "base/error.h"
#include "run/retry.h"

static const struct retry_rule usual = {.tries = RETRY_TRIES, .delay_us = RETRY_SHORTEST_US};

static GError *failure_new(enum error_kind kind, gint64 retry_after_us)
{
    GError *error = NULL;
    struct error_details details = {.position = -1, .retry_after_us = retry_after_us};
    error_set_full(&error, kind, &details, "503 Service Unavailable");
    return error;
}

static gint64 wait_after(const struct retry_rule *rule, guint tries, gint64 former_us,
                         enum error_kind kind, gint64 retry_after_us, GRand *random)
{
    g_autoptr(GError) error = failure_new(kind, retry_after_us);
    return retry_wait(rule, tries, former_us, error, random);
}

static void only_transient_failures_are_tried_again(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (enum error_kind kind = ERROR_USAGE; kind <= ERROR_LOST; kind++) {
        gint64 wait = wait_after(&usual, 1, 0, kind, 0, random);
        if (kind == ERROR_TRANSIENT)
            g_assert_cmpint(wait, >=, 0);
        else
            g_assert_cmpint(wait, ==, -1);
    }
    g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_INTR, "EINTR");
    g_assert_cmpint(retry_wait(&usual, 1, 0, foreign, random), ==, -1);
}

static void tries_come_to_an_end(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    const struct retry_rule once = {.tries = 1, .delay_us = 1};
    g_assert_cmpint(wait_after(&usual, 2, 0, ERROR_TRANSIENT, 0, random), >=, 0);
    g_assert_cmpint(wait_after(&usual, 3, 0, ERROR_TRANSIENT, 0, random), ==, -1);
    g_assert_cmpint(wait_after(&once, 1, 0, ERROR_TRANSIENT, 0, random), ==, -1);
}

/* The waits of many tries stay within their bounds, and come near both ends. */
static void assert_bounds(const struct retry_rule *rule, gint64 former, gint64 least, gint64 most)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    gint64 shortest = G_MAXINT64;
    gint64 longest = 0;
    for (guint i = 0; i < 2000; i++) {
        gint64 wait = wait_after(rule, 1, former, ERROR_TRANSIENT, 0, random);
        shortest = MIN(shortest, wait);
        longest = MAX(longest, wait);
    }
    g_assert_cmpint(shortest, >=, least);
    g_assert_cmpint(longest, <=, most);
    g_assert_cmpint(shortest, <=, least + (most - least) / 50);
    g_assert_cmpint(longest, >=, most - (most - least) / 50);
}

static void waits_lie_between_the_shortest_and_three_times_the_former(void)
{
    const struct retry_rule none = {.tries = 3, .delay_us = 1};
    assert_bounds(&usual, 0, 500 * 1000, 1500 * 1000);
    assert_bounds(&usual, 4000 * 1000, 500 * 1000, 12 * 1000 * 1000);
    assert_bounds(&none, 0, 1, 2);
}

static void waits_are_capped_unless_the_shortest_is_longer(void)
{
    const struct retry_rule slow = {.tries = 3, .delay_us = 60 * 1000 * 1000};
    assert_bounds(&usual, 29 * 1000 * 1000, 500 * 1000, 30 * 1000 * 1000);
    assert_bounds(&usual, 600 * 1000 * 1000, 500 * 1000, 30 * 1000 * 1000);
    assert_bounds(&slow, 0, 60 * 1000 * 1000, 60 * 1000 * 1000);
}

static void the_same_seed_gives_the_same_waits(void)
{
    g_autoptr(GRand) first = g_rand_new_with_seed(42);
    g_autoptr(GRand) second = g_rand_new_with_seed(42);
    g_autoptr(GRand) other = g_rand_new_with_seed(43);
    gint64 wait = 0;
    gint64 other_wait = 0;
    guint differences = 0;
    for (guint i = 0; i < 20; i++) {
        gint64 former = wait;
        wait = wait_after(&usual, 1, former, ERROR_TRANSIENT, 0, first);
        g_assert_cmpint(wait, ==, wait_after(&usual, 1, former, ERROR_TRANSIENT, 0, second));
        other_wait = wait_after(&usual, 1, other_wait, ERROR_TRANSIENT, 0, other);
        differences += wait != other_wait;
    }
    g_assert_cmpuint(differences, >=, 19);
}

static void who_asks_for_peace_gets_it(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    const gint64 minute = 60 * G_USEC_PER_SEC;
    g_assert_cmpint(wait_after(&usual, 1, 0, ERROR_TRANSIENT, minute, random), ==, minute);
    g_assert_cmpint(wait_after(&usual, 1, 0, ERROR_TRANSIENT, 1, random), >=, 500 * 1000);
    g_assert_cmpint(wait_after(&usual, 1, 0, ERROR_DATA, minute, random), ==, -1);
    g_assert_cmpint(wait_after(&usual, 3, 0, ERROR_TRANSIENT, minute, random), ==, -1);
}

static void who_asks_for_more_than_an_hour_is_not_asked_again(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    const gint64 hour = 3600 * (gint64)G_USEC_PER_SEC;
    g_assert_cmpint(wait_after(&usual, 1, 0, ERROR_TRANSIENT, hour, random), ==, hour);
    g_assert_cmpint(wait_after(&usual, 1, 0, ERROR_TRANSIENT, hour + 1, random), ==, -1);
}

/* --- what counts --- */

struct rules {
    struct plan *plan;
    guint source;
    guint load;
};

static void rules_init(struct rules *rules)
{
    rules->plan = fake_plan_new();
    rules->source = fake_plan_add(rules->plan, OPERATION_SOURCE, "orders", NULL);
    rules->load = fake_plan_add(rules->plan, OPERATION_LOAD, "load_orders", NULL);
    fake_plan_at(rules->plan, rules->load)->source = rules->source;
}

static void say(struct rules *rules, guint operation, const char *name, const char *value)
{
    enum value_kind kind = g_str_equal(name, "retries") ? VALUE_NUMBER : VALUE_STRING;
    struct operation *record = fake_plan_at(rules->plan, operation);
    options_free(record->common);
    record->common = fake_options_new(rules->plan, common_options(), name, kind, value);
}

static void assert_rule(struct rules *rules, guint operation, const struct retry_options *options,
                        guint tries, gint64 delay_us)
{
    struct retry_rule rule = retry_rule(rules->plan, fake_plan_at(rules->plan, operation), options);
    g_assert_cmpuint(rule.tries, ==, tries);
    g_assert_cmpint(rule.delay_us, ==, delay_us);
}

static void each_part_comes_from_the_first_who_says_it(void)
{
    struct rules rules;
    rules_init(&rules);
    struct retry_options options = {.random = NULL};
    assert_rule(&rules, rules.load, &options, 3, 500 * 1000);
    options.profile = (struct retry_rule){.tries = 5, .delay_us = 10};
    assert_rule(&rules, rules.load, &options, 5, 10);
    say(&rules, rules.source, "retries", "0");
    assert_rule(&rules, rules.load, &options, 1, 10);
    say(&rules, rules.load, "retry_delay", "2s");
    assert_rule(&rules, rules.load, &options, 1, 2 * G_USEC_PER_SEC);
    say(&rules, rules.load, "retries", "7");
    assert_rule(&rules, rules.load, &options, 8, 10);
    assert_rule(&rules, rules.source, &options, 1, 10);
    options.call.tries = 2;
    assert_rule(&rules, rules.load, &options, 2, 10);
    options.call.delay_us = retry_delay_us(0);
    assert_rule(&rules, rules.load, &options, 2, 1);
    fake_plan_free(rules.plan);
}

static void a_source_speaks_for_those_who_read_it_without_a_table(void)
{
    struct rules rules;
    rules_init(&rules);
    guint reader = fake_plan_add(rules.plan, OPERATION_SQL, "reader", "do");
    guint other = fake_plan_add(rules.plan, OPERATION_SQL, "other", "do");
    g_array_append_val(fake_plan_at(rules.plan, reader)->unloaded_sources, rules.source);
    say(&rules, rules.source, "retries", "9");
    const struct retry_options options = {.random = NULL};
    assert_rule(&rules, reader, &options, 10, 500 * 1000);
    assert_rule(&rules, other, &options, 3, 500 * 1000);
    fake_plan_free(rules.plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retry/kinds", only_transient_failures_are_tried_again);
    g_test_add_func("/retry/tries", tries_come_to_an_end);
    g_test_add_func("/retry/bounds", waits_lie_between_the_shortest_and_three_times_the_former);
    g_test_add_func("/retry/cap", waits_are_capped_unless_the_shortest_is_longer);
    g_test_add_func("/retry/seed", the_same_seed_gives_the_same_waits);
    g_test_add_func("/retry/after", who_asks_for_peace_gets_it);
    g_test_add_func("/retry/after-long", who_asks_for_more_than_an_hour_is_not_asked_again);
    g_test_add_func("/retry/rule", each_part_comes_from_the_first_who_says_it);
    g_test_add_func("/retry/rule-source", a_source_speaks_for_those_who_read_it_without_a_table);
    return g_test_run();
}
