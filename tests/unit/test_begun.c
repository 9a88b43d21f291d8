/* SPDX-License-Identifier: Apache-2.0 */
/* Which run of a pipeline began last. */
#include "temporary.h"

#include "run/begun.h"

#define ID(time, token) "20261123T" time "Z-" token

/* A folder of a run, with what is in its events. */
static void leave_run(const char *runs, const char *run_id, const char *event)
{
    g_autofree char *folder = g_build_filename(runs, run_id, NULL);
    g_assert_true(folder_make(folder, NULL));
    g_free(temporary_write(folder, "events.jsonl", event, -1));
}

static char *begins(const char *time, const char *pipeline, const char *profile)
{
    return g_strdup_printf("{\"time\":\"2026-11-23T%sZ\",\"event\":\"run_started\","
                           "\"pipeline\":\"%s\",\"profile\":\"%s\"}\n{\"event\":\"more\"}\n",
                           time, pipeline, profile);
}

static void test_the_newest_run_is_found(void)
{
    char *runs = temporary_new();
    static const struct {
        const char *run_id, *time, *pipeline, *profile;
    } left[] = {
        {ID("081500", "ffffffff"), "08:15:00.900", "orders", "dev"},
        {ID("081501", "eeeeeeee"), "08:15:01.100", "orders", "dev"},
        {ID("081501", "11111111"), "08:15:01.800", "orders", "dev"},
        {ID("081502", "22222222"), "08:15:02.000", "orders", "prod"},
        {ID("081503", "33333333"), "08:15:03.000", "items", "dev"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(left); i++) {
        g_autofree char *event = begins(left[i].time, left[i].pipeline, left[i].profile);
        leave_run(runs, left[i].run_id, event);
    }
    leave_run(runs, ID("081504", "44444444"), "");
    leave_run(runs, ID("081505", "55555555"), "{\"time\":\"20");
    static const char *const wanted[][3] = {
        {"orders", "dev", ID("081501", "11111111")},
        {"orders", "prod", ID("081502", "22222222")},
        {"items", "dev", ID("081503", "33333333")},
        {"items", "prod", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *found = begun_newest(runs, wanted[i][0], wanted[i][1]);
        g_assert_cmpstr(found, ==, wanted[i][2]);
    }
    temporary_clear(&runs);
}

static void test_no_folder_has_no_runs(void)
{
    g_assert_null(begun_newest("/no/such/folder", "orders", "dev"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/run/begun/the newest run of a pipeline is found by its events",
                    test_the_newest_run_is_found);
    g_test_add_func("/run/begun/where there is no folder there is no run",
                    test_no_folder_has_no_runs);
    return g_test_run();
}
