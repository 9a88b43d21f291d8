/* SPDX-License-Identifier: Apache-2.0 */
/* From a pipeline's text to the engine no byte of a query changes. (What DuckDB makes of the same
 * queries is in tests/cli/sql.bats.) */
#include "fake_engine.h"
#include "plan_fixture.h"

#include "base/file.h"

#include <unistd.h>

static const char *const bodies[] = {
    "SELECT a::INT, 'Mr. Smith', 'two  spaces', 'it''s', 1e5, a <> b",
    "SELECT x->>'$.a' /* c ; */, y -- c ; TO 'x' TYPE CSV\n  FROM t",
    "SELECT $$ ; $$, $q$ ' ; $$ $q$, E'\\n;\\'', E'\\\\'",
    "SELECT [1,2][1], {'a': 1}.a, list_transform([1], lambda x: x + 1), list_filter([1], x -> x)",
    "FROM t SELECT \"quoted; name\", \"a\\\"",
    "WITH c AS (SELECT 1 AS \"to\") SELECT CASE WHEN c.to = 1 THEN 1 END, CAST(c.to AS INT) FROM c",
    "SELECT DATE '2020-01-01' - INTERVAL 1 DAY, EXTRACT(YEAR FROM d), a IS DISTINCT FROM b FROM t",
    "SELECT @x, @start_date, \303\244 AS gr\303\266\303\237e, '\360\237\246\206' FROM \"\303\274\"",
    "PIVOT t ON k IN ('a', 'b') USING sum(v) GROUP BY g",
    "SELECT\t1,\r\n\t2  ,  3",
    "SELECT source, type, \"to\", mode, key, load FROM source, type, mode, key, load",
    "VALUES (1, 'go TO ''x'' TYPE CSV')",
    "(SELECT 1) UNION ALL (SELECT ';')",
};

/* The statements that came, in their order. */
static void keep(void *user_data, const char *sql)
{
    g_ptr_array_add(user_data, g_strdup(sql));
}

static GPtrArray *run_text(const char *folder, const char *sf)
{
    GPtrArray *seen = g_ptr_array_new_with_free_func(g_free);
    struct fake fake;
    fake_init(&fake);
    fake.enter = keep;
    fake.user_data = seen;
    PLANNED planned = plan_text(folder, "a.sf", sf);
    g_assert_nonnull(planned.plan);
    struct run_result *result =
        fake_run(&fake, planned.plan, (struct run_options){.workers = 1, .limit = 10});
    for (guint i = 0; i < planned.plan->operations->len; i++)
        fake_assert_status(result, i, STEP_OK);
    run_result_free(result);
    fake_clear(&fake);
    return seen;
}

static void bodies_reach_the_engine_byte_for_byte(void)
{
    g_autofree char *folder = g_dir_make_tmp("sqlflow-bodies-XXXXXX", NULL);
    g_autofree char *former = g_get_current_dir();
    g_assert_cmpint(chdir(folder), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autofree char *sf =
            g_strdup_printf("CREATE TABLE made AS %s\n;\n%s\n;\nEXPORT %s\nTO 'made.csv';\n",
                            bodies[i], bodies[i], bodies[i]);
        g_autoptr(GPtrArray) seen = run_text(folder, sf);
        g_assert_cmpuint(seen->len, ==, 3);
        for (guint k = 0; k < seen->len; k++)
            g_assert_cmpstr(g_ptr_array_index(seen, k), ==, bodies[i]);
    }
    g_assert_cmpint(chdir(former), ==, 0);
    g_assert_true(path_remove(folder, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bodies/bytes", bodies_reach_the_engine_byte_for_byte);
    return g_test_run();
}
