/* SPDX-License-Identifier: Apache-2.0 */
/* What MODE means for the plan. */
#include "plan_fixture.h"

#define DATA "SOURCE raw TYPE CSV PARAMS {\"path\": \"a.csv\"};\n"

/* The modes read what is in their table: their fingerprints carry what wrote it. */
static void a_mode_hangs_on_what_is_there(void)
{
    static const char *const modes[] = {"", " MODE REPLACE", " MODE APPEND",
                                        " MODE UPSERT KEY (a)"};
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *load =
            g_strdup_printf(DATA "CREATE TABLE t AS SELECT 1 AS a; LOAD raw INTO t%s;", modes[i]);
        PLANNED planned = plan_text("/project", "a.sf", load);
        const bool replaces = i < 2;
        g_autofree char *waits = plan_waits(planned.plan);
        g_assert_cmpstr(waits, ==,
                        replaces ? "load_t: source_raw transform_t~"
                                 : "load_t: source_raw transform_t");
        g_assert_cmpint(plan_at(planned.plan, 2)->is_replacing, ==, replaces);
    }
}

static char *fingerprint_of(const char *sf)
{
    PLANNED planned = plan_text("/project", "a.sf", sf);
    return g_strdup(plan_at(planned.plan, 0)->fingerprint);
}

static void keys_are_part_of_the_fingerprint(void)
{
    g_autofree char *one = fingerprint_of("CREATE TABLE t MODE UPSERT KEY (a) AS SELECT 1 a, 2 b;");
    g_autofree char *same = fingerprint_of("CREATE TABLE t MODE MERGE KEYS a AS SELECT 1 a, 2 b;");
    g_autofree char *two = fingerprint_of("CREATE TABLE t MODE UPSERT KEY (b) AS SELECT 1 a, 2 b;");
    g_assert_cmpstr(one, ==, same);
    g_assert_cmpstr(one, !=, two);
}

static void a_schema_policy_needs_a_table_that_stays(void)
{
    static const struct {
        const char *sf;
        const char *messages;
    } cases[] = {
        {.sf = "CREATE TABLE t MODE APPEND OPTIONS {\"schema\": \"evolve\"} AS SELECT 1 a;",
         .messages = ""},
        {.sf = "CREATE TABLE t OPTIONS {\"schema\": \"evolve\"} AS SELECT 1 a;",
         .messages = "SF0608 1:25 option 'schema' has no effect on a table that is replaced"},
        {.sf = "CREATE VIEW t OPTIONS {\"schema\": \"evolve\"} AS SELECT 1 a;",
         .messages =
             "SF0601 1:24 unknown option 'schema' for CREATE (there are retries, "
             "max_retries, retry_delay, timeout, timeout_seconds, tags, depends_on, repeatable)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        PLANNED planned = plan_text("/project", "a.sf", cases[i].sf);
        g_autofree char *messages = planned_messages(&planned);
        g_assert_cmpstr(messages, ==, cases[i].messages);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(function) g_test_add_func("/modes/" #function, function)
    TEST(a_mode_hangs_on_what_is_there);
    TEST(keys_are_part_of_the_fingerprint);
    TEST(a_schema_policy_needs_a_table_that_stays);
    return g_test_run();
}
