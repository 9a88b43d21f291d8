/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that ended before the journal had them. */
#include "temporary.h"

#include "run/begun.h"

#define ID(time, token) "20261123T" time "Z-" token

/* A folder of a run, with what is in its events. */
static void leave_run(const char *runs, const char *run_id, const char *events)
{
    g_autofree char *folder = g_build_filename(runs, run_id, NULL);
    g_assert_true(folder_make(folder, NULL));
    g_free(temporary_write(folder, "events.jsonl", events, -1));
}

/* Its first event, with more members. */
static char *begins(const char *time, const char *pipeline, const char *profile, const char *more)
{
    return g_strdup_printf("{\"time\":\"2026-11-23T%sZ\",\"event\":\"run_started\",\"pipeline\":"
                           "\"%s\",\"profile\":\"%s\",\"journalled\":true%s}\n",
                           time, pipeline, profile, more);
}

static const char opening[] = "{\"event\":\"phase\",\"phase\":\"opening\"}\n";

static char *found_id(const char *runs, const char *pipeline, const char *profile)
{
    bool is_alive = true;
    AUTO(past_run) run = begun_in_vain(runs, pipeline, profile, &is_alive);
    g_assert_true(!run || !is_alive);
    return g_strdup(run ? run->run_id : "none");
}

static void finds_the_newest_run_of_a_pipeline(void)
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
        g_autofree char *event =
            begins(left[i].time, left[i].pipeline, left[i].profile, ",\"steps\":3");
        leave_run(runs, left[i].run_id, event);
    }
    leave_run(runs, ID("081504", "44444444"), "");
    leave_run(runs, ID("081505", "55555555"), "{\"time\":\"20");
    static const char *const wanted[][3] = {
        {"orders", "dev", ID("081501", "11111111")},
        {"orders", "prod", ID("081502", "22222222")},
        {"items", "dev", ID("081503", "33333333")},
        {"items", "prod", "none"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *found = found_id(runs, wanted[i][0], wanted[i][1]);
        g_assert_cmpstr(found, ==, wanted[i][2]);
    }
    temporary_clear(&runs);
}

/* Each behind a run that did come to nothing. */
static void passes_over_what_the_journal_knows(void)
{
    static const struct {
        const char *more, *events;
        bool is_found;
    } cases[] = {
        {",\"steps\":3", "", true},
        {",\"steps\":3", opening, true},
        {",\"steps\":3", "{\"event\":\"phase\",\"pha", true},
        {",\"steps\":3", "{\"event\":\"phase\",\"phase\":\"running\"}\n", false},
        {",\"steps\":3,\"continues\":\"x\"", opening, false},
        {",\"steps\":0", "", false},
        {",\"steps\":3,\"journalled\":false", opening, false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *runs = temporary_new();
        g_autofree char *before = begins("08:15:00.000", "orders", "dev", ",\"steps\":3");
        g_autofree char *first = begins("08:15:01.000", "orders", "dev", cases[i].more);
        g_autofree char *events = g_strconcat(first, opening, cases[i].events, NULL);
        leave_run(runs, ID("081500", "00000000"), before);
        leave_run(runs, ID("081501", "11111111"), events);
        g_autofree char *found = found_id(runs, "orders", "dev");
        g_assert_cmpstr(found, ==, cases[i].is_found ? ID("081501", "11111111") : "none");
        temporary_clear(&runs);
    }
}

static void knows_what_the_run_was_called_with(void)
{
    char *runs = temporary_new();
    g_autofree char *event = begins("08:15:00.250", "orders", "dev",
                                    ",\"steps\":3,\"now_us\":1795421700250123,\"selection\":"
                                    "{\"select\":[\"a\"]},\"variables\":{\"day\":\"today\"}");
    leave_run(runs, ID("081500", "ffffffff"), event);
    bool is_alive = true;
    AUTO(past_run) run = begun_in_vain(runs, "orders", "dev", &is_alive);
    g_assert_nonnull(run);
    g_assert_false(is_alive);
    g_assert_cmpstr(run->run_id, ==, ID("081500", "ffffffff"));
    g_assert_cmpstr(run->outcome, ==, "started");
    g_assert_cmpint(run->started_us, ==, 1795421700250000);
    g_assert_cmpint(run->now_us, ==, 1795421700250123);
    g_assert_cmpstr(run->selection, ==, "{\"select\":[\"a\"]}");
    g_assert_cmpstr(run->variables, ==, "{\"day\":\"today\"}");
    temporary_clear(&runs);
}

static void finds_nothing_where_there_is_no_folder(void)
{
    g_autofree char *found = found_id("/no/such/folder", "orders", "dev");
    g_assert_cmpstr(found, ==, "none");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/begun/newest", finds_the_newest_run_of_a_pipeline);
    g_test_add_func("/begun/journalled", passes_over_what_the_journal_knows);
    g_test_add_func("/begun/call", knows_what_the_run_was_called_with);
    g_test_add_func("/begun/no-folder", finds_nothing_where_there_is_no_folder);
    return g_test_run();
}
