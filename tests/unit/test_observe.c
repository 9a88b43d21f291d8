/* SPDX-License-Identifier: Apache-2.0 */
/* How a run is told: lines of what goes on, JUnit XML. */
#include "fake_plan.h"

#include "cli/junit.h"
#include "cli/liveline.h"
#include "cli/progress.h"

#include <string.h>
#include <unistd.h>

static void times_left_are_told_when_they_can_be_guessed(void)
{
    const struct {
        gdouble share;
        gint64 elapsed_us;
        gint64 left_us;
    } cases[] = {
        {-1, 9000000, -1},       {0.01, 9000000, -1}, {0.5, 900000, -1}, {0.5, 4000000, 4000000},
        {0.8, 4000000, 1000000}, {1, 4000000, 0},     {1.5, 4000000, 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 left = live_time_left(cases[i].share, cases[i].elapsed_us);
        g_assert_cmpint(ABS(left - cases[i].left_us), <=, 1);
    }
}

static void rough_times_and_sizes_are_short(void)
{
    const struct {
        gint64 seconds;
        const char *text;
    } times[] = {
        {0, "0 s"}, {59, "59 s"}, {65, "1 min 05 s"}, {3600, "1 h 00 min"}, {90000, "25 h 00 min"}};
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree char *text = rough_duration_text(times[i].seconds * G_USEC_PER_SEC);
        g_assert_cmpstr(text, ==, times[i].text);
    }
    const struct {
        gint64 bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"}, {999, "999 B"}, {1500, "1.5 kB"}, {999999, "1.0 MB"}, {12000000000, "12.0 GB"}};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *text = size_text(sizes[i].bytes);
        g_assert_cmpstr(text, ==, sizes[i].text);
    }
}

struct stage {
    struct plan *plan;
    struct run_result *result;
    struct progress progress[4];
};

static void add_step(struct stage *stage, enum operation_type type, const char *id,
                     enum step_status status)
{
    guint index = fake_plan_add(stage->plan, type, id, "do");
    struct step_result step = {.operation = fake_plan_at(stage->plan, index),
                               .status = status,
                               .is_selected = true,
                               .rows = -1,
                               .bytes = -1,
                               .counts = row_counts_none()};
    g_array_append_val(stage->result->steps, step);
}

static struct step_result *step_at(struct stage *stage, guint index)
{
    return &g_array_index(stage->result->steps, struct step_result, index);
}

static void stage_init(struct stage *stage)
{
    *stage = (struct stage){.plan = fake_plan_new(), .result = g_new0(struct run_result, 1)};
    stage->result->run_id = g_strdup("20261123T081500Z-1a2b3c4d");
    stage->result->steps = g_array_new(FALSE, TRUE, sizeof(struct step_result));
    g_array_set_clear_func(stage->result->steps, step_result_clear);
    stage->result->outcome = RUN_OK;
}

static void stage_clear(struct stage *stage)
{
    run_result_free(stage->result);
    fake_plan_free(stage->plan);
}

static void a_running_line_fits_and_keeps_what_matters(void)
{
    struct stage stage;
    stage_init(&stage);
    add_step(&stage, OPERATION_EXPORT, "export_csv_with_a_long_name", STEP_RUNNING);
    struct progress progress = {.share = 0.25, .rows_done = 12345678, .bytes = 98765432};
    for (guint width = 40; width <= 200; width++) {
        struct summary_style style = {.width = width,
                                      .name_width = summary_name_width(stage.plan, width)};
        g_autoptr(GString) line = g_string_new(NULL);
        live_append_step(line, step_at(&stage, 0), &progress, 30 * G_USEC_PER_SEC, &style);
        g_assert_cmpuint(display_width(line->str, line->len - 1), <=, width);
        g_assert_cmpint(line->str[line->len - 1], ==, '\n');
        g_assert_true(strstr(line->str, "25 %") || width < 70);
        g_assert_true(strstr(line->str, "ETA 1 min 30 s") || width < 90);
    }
    struct summary_style wide = {.name_width = 20};
    g_autoptr(GString) line = g_string_new(NULL);
    live_append_step(line, step_at(&stage, 0), &progress, 30 * G_USEC_PER_SEC, &wide);
    g_assert_cmpstr(line->str, ==,
                    " run   export_csv_with_a_long_name 12,345,678 rows   30.00 s"
                    "   411,522 rows/s   98.8 MB   25 %   ETA 1 min 30 s\n");
    stage_clear(&stage);
}

/* --- the display where there is no terminal --- */

static char *taken(FILE *file)
{
    char text[4096];
    fflush(file);
    rewind(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    g_assert_cmpint(ftruncate(fileno(file), 0), ==, 0);
    rewind(file);
    return g_strdup(text);
}

static void elsewhere_there_is_a_line_at_the_start_every_ten_seconds_and_at_the_end(void)
{
    struct stage stage;
    stage_init(&stage);
    add_step(&stage, OPERATION_SQL, "sql_1", STEP_RUNNING);
    stage.progress[0] = (struct progress){.share = -1};
    stage.result->started_at = g_get_real_time() - 9 * G_USEC_PER_SEC;
    AUTO(flags) flags = flags_new();
    FILE *file = tmpfile();
    struct call call = {.flags = flags, .err = {.file = file}, .out = {.file = file}};
    AUTO(progress_display) display = progress_display_new(&call);
    const struct run_observer *observer = progress_display_observer(display);

    observer->run_started(observer->user_data, stage.plan, stage.result, 1);
    g_autofree char *start = taken(file);
    g_assert_cmpstr(start, ==, "orders: 1 step, profile dev, run 20261123T081500Z-1a2b3c4d\n");
    observer->tick(observer->user_data, stage.result->steps, stage.progress);
    g_autofree char *early = taken(file);
    g_assert_cmpstr(early, ==, "");

    stage.result->started_at -= 2 * G_USEC_PER_SEC;
    observer->run_started(observer->user_data, stage.plan, stage.result, 1);
    g_free(taken(file));
    observer->tick(observer->user_data, stage.result->steps, stage.progress);
    observer->tick(observer->user_data, stage.result->steps, stage.progress);
    g_autofree char *line = taken(file);
    g_assert_true(g_str_has_prefix(line, " run   sql_1 "));
    g_assert_nonnull(strstr(line, "11.0"));
    g_assert_true(strchr(line, '\n') == line + strlen(line) - 1);

    step_at(&stage, 0)->status = STEP_OK;
    observer->step_finished(observer->user_data, step_at(&stage, 0));
    observer->run_finished(observer->user_data, stage.result);
    g_autofree char *end = taken(file);
    g_assert_nonnull(strstr(end, " ok    sql_1"));
    g_assert_nonnull(strstr(end, "Done in"));
    (void)fclose(file);
    stage_clear(&stage);
}

/* --- JUnit XML --- */

static void no_control_character_comes_into_the_xml(void)
{
    struct stage stage;
    stage_init(&stage);
    add_step(&stage, OPERATION_SQL, "sql_1", STEP_SKIPPED);
    step_at(&stage, 0)->message =
        g_strdup("a\x01<&\"'>\xff\x7f\xc2\x85\xef\xbf\xbf ü\tb\nsecond line");
    AUTO(junit) junit = junit_new();
    g_assert_true(junit_is_empty(junit));
    junit_add_run(junit, stage.plan, stage.result);
    g_assert_false(junit_is_empty(junit));
    g_autofree char *text = junit_text(junit);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_nonnull(strstr(
        text, "<skipped message=\"a\\x01&lt;&amp;&quot;&apos;&gt;\xef\xbf\xbd\\x7f\\x85\\xffff"
              " ü\tb\">"));
    g_assert_nonnull(strstr(text, "b\nsecond line</skipped>"));
    g_assert_nonnull(strstr(text, "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\""));
    stage_clear(&stage);
}

static void every_status_has_its_element(void)
{
    const struct {
        enum step_status status;
        const char *element; /* NULL: passed */
    } cases[] = {
        {STEP_OK, NULL},
        {STEP_DONE, NULL},
        {STEP_WARNED, NULL},
        {STEP_FAILED, "<error "},
        {STEP_SKIPPED, "<skipped "},
        {STEP_NOT_RUN, "<skipped "},
        {STEP_CANCELLED, "<error "},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct stage stage;
        stage_init(&stage);
        add_step(&stage, OPERATION_SQL, "sql_1", cases[i].status);
        if (cases[i].status == STEP_FAILED)
            error_set(&step_at(&stage, 0)->error, ERROR_DATA, "no");
        AUTO(junit) junit = junit_new();
        junit_add_run(junit, stage.plan, stage.result);
        g_autofree char *text = junit_text(junit);
        const char *testcase = strstr(text, "<testcase classname=\"orders\" name=\"sql_1\"");
        g_assert_nonnull(testcase);
        g_assert_true(cases[i].element ? strstr(testcase, cases[i].element) != NULL
                                       : strstr(testcase, "time=\"0.000\"/>") != NULL);
        stage_clear(&stage);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/observe/left", times_left_are_told_when_they_can_be_guessed);
    g_test_add_func("/observe/short", rough_times_and_sizes_are_short);
    g_test_add_func("/observe/line", a_running_line_fits_and_keeps_what_matters);
    g_test_add_func("/observe/plain",
                    elsewhere_there_is_a_line_at_the_start_every_ten_seconds_and_at_the_end);
    g_test_add_func("/junit/characters", no_control_character_comes_into_the_xml);
    g_test_add_func("/junit/statuses", every_status_has_its_element);
    return g_test_run();
}
