/* SPDX-License-Identifier: Apache-2.0 */
/* What workers record while they run, in whose transaction. */
#include "fake_engine.h"
#include "fake_plan.h"

#include <string.h>

enum { STEPS = 40, MOST_SESSIONS = 16 };

static void add_steps(struct plan *plan, GRand *random)
{
    for (guint i = 0; i < STEPS; i++) {
        g_autofree char *id = g_strdup_printf("step_%u", i);
        g_autofree char *sql =
            g_strdup_printf("%s #%u", g_rand_int_range(random, 0, 6) == 0 ? "fail" : "do", i);
        fake_plan_add(plan, OPERATION_SQL, id, sql);
        g_ptr_array_add(fake_plan_at(plan, i)->writes, g_strdup_printf("table_%u", i % 5));
        if (i > 0 && g_rand_boolean(random))
            fake_plan_wait(plan, i, (guint)g_rand_int_range(random, 0, (gint32)i));
    }
}

/* What a session has said since its last `begin`. */
struct transaction {
    guint step; /* 0: none yet */
    guint steps_recorded;
    guint writes_recorded;
};

/* The step that the line is about, from 1; 0: about none. */
static guint step_in(const char *line, const char *before)
{
    const char *found = strstr(line, before);
    return found ? (guint)g_ascii_strtoull(found + strlen(before), NULL, 10) + 1 : 0;
}

/* The same of the first record that has `mark`. */
static guint recorded_in(const char *line, const char *mark)
{
    g_auto(GStrv) records = g_strsplit(line, "), (", -1);
    for (char **record = records; *record; record++)
        if (strstr(*record, mark))
            return step_in(*record, "\"step\":\"step_");
    return 0;
}

static void assert_records(const struct transaction *transaction, const struct run_result *result)
{
    if (transaction->step == 0)
        return; /* of the journal's own */
    fake_assert_status(result, transaction->step - 1, STEP_OK);
    g_assert_cmpuint(transaction->steps_recorded, ==, transaction->step);
    g_assert_cmpuint(transaction->writes_recorded, ==, transaction->step);
}

/* Whether the line ended a step. */
static bool take_line(struct transaction *transaction, const char *line,
                      const struct run_result *result)
{
    const bool ends = g_str_has_suffix(line, ": commit");
    if (g_str_has_suffix(line, ": begin"))
        *transaction = (struct transaction){0};
    else if (strstr(line, "\"sqlflow\".log VALUES"))
        *transaction = (struct transaction){
            .step = transaction->step,
            .steps_recorded = recorded_in(line, "\"status\":\"done\""),
            .writes_recorded = recorded_in(line, "\"name\":\"table_"),
        };
    else if (strchr(line, '#'))
        transaction->step = step_in(line, "#");
    else if (ends)
        assert_records(transaction, result);
    return ends && transaction->step > 0;
}

static void run_and_check(guint32 seed, guint workers)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    struct plan *plan = fake_plan_new();
    plan->catalog = (char[]){"fake"};
    add_steps(plan, random);
    struct fake fake;
    fake_init(&fake);
    const struct run_journal journal = {.variables = "{\"day\":\"today\"}"};
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.workers = workers, .journal = &journal});
    struct transaction open[MOST_SESSIONS] = {{0}};
    guint recorded = 0;
    guint done = 0;
    for (guint i = 0; i < fake.log->len; i++) {
        const char *line = g_ptr_array_index(fake.log, i);
        const guint64 session = g_ascii_strtoull(line, NULL, 10);
        g_assert_cmpuint(session, <, MOST_SESSIONS);
        recorded += take_line(&open[session], line, result);
    }
    for (guint i = 0; i < STEPS; i++)
        done += fake_step(result, i)->status == STEP_OK;
    g_assert_cmpuint(done, >, 0);
    g_assert_cmpuint(recorded, ==, done);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void records_each_step_in_its_own_transaction(void)
{
    for (guint32 seed = 0; seed < 60; seed++)
        run_and_check(seed, seed % 8 + 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/run-journal/transactions", records_each_step_in_its_own_transaction);
    return g_test_run();
}
