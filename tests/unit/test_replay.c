/* SPDX-License-Identifier: Apache-2.0 */
/* A run as its folder tells it. */
#include "fake_engine.h"
#include "fake_plan.h"
#include "temporary.h"

#include "run/events.h"
#include "run/folder.h"
#include "run/replay.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* A folder that a process left that is gone now. */
static char *left_folder(const char *directory, const char *events)
{
    char *folder = g_build_filename(directory, "20261123T081500Z-1a2b3c4d", NULL);
    g_autofree char *path = temporary_write(folder, "events.jsonl", events, -1);
    g_autofree char *plan =
        temporary_write(folder, "plan.json",
                        "{\"operations\": [{\"id\": \"source_s\", \"type\": \"source\"},"
                        " {\"id\": \"load_a\", \"type\": \"load\", \"name\": \"a\"},"
                        " {\"id\": \"export_a\", \"type\": \"export\", \"name\": \"a.csv\"}]}",
                        -1);
    return folder;
}

#define STARTED                                                                                    \
    "{\"time\":\"2026-11-23T08:15:00.250Z\",\"event\":\"run_started\",\"run_id\":\"r\","           \
    "\"pipeline\":\"orders\",\"profile\":\"dev\",\"engine\":\"e\",\"pid\":42,\"steps\":2}\n"
#define LOAD_STARTED                                                                               \
    "{\"time\":\"2026-11-23T08:15:01.500Z\",\"event\":\"step_started\",\"id\":\"load_a\"}\n"

static const struct step_result *step_at(const struct replay *replay, guint index)
{
    g_assert_cmpuint(index, <, replay->result->steps->len);
    return &g_array_index(replay->result->steps, struct step_result, index);
}

static void read_all(struct replay *replay, const struct run_observer *observer)
{
    GError *error = NULL;
    g_assert_true(replay_read(replay, observer, &error));
    g_assert_no_error(error);
}

static void gives_the_same_records_as_the_run(void)
{
    TEMPORARY directory = temporary_new();
    struct plan *plan = fake_plan_new();
    struct fake fake;
    fake_init(&fake);
    guint first = fake_plan_add(plan, OPERATION_TRANSFORM, "transform_a", "do");
    guint second = fake_plan_add(plan, OPERATION_CHECK, "check_b", "rows 3");
    guint third = fake_plan_add(plan, OPERATION_SQL, "sql_c", "fail here");
    guint fourth = fake_plan_add(plan, OPERATION_SQL, "sql_d", "do");
    fake_plan_wait(plan, second, first);
    fake_plan_wait(plan, fourth, third);
    AUTO(run_result)
    result = fake_run(&fake, plan, (struct run_options){.directory = directory});
    AUTO(replay) replay = replay_new(result->folder);
    read_all(replay, NULL);

    g_assert_cmpint(replay->state, ==, RUN_STATE_OVER);
    g_assert_false(replay->is_alive);
    g_assert_cmpuint(replay->steps, ==, 4);
    g_assert_cmpstr(replay->result->run_id, ==, result->run_id);
    g_assert_cmpstr(replay->plan->pipeline, ==, "orders");
    g_assert_cmpint(replay->result->outcome, ==, RUN_FAILED);
    g_assert_cmpint(replay->result->duration_us, ==, result->duration_us);
    g_assert_cmpint(ABS(replay->result->started_at - result->started_at), <, 1000);
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *told = step_at(replay, i);
        const struct step_result *was = fake_step(result, i);
        g_assert_cmpstr(told->operation->id, ==, was->operation->id);
        g_assert_cmpint(told->operation->type, ==, was->operation->type);
        g_assert_cmpstr(step_status_name(told->status), ==, step_status_name(was->status));
        g_assert_cmpint(told->rows, ==, was->rows);
        g_assert_cmpint(told->duration_us, ==, was->duration_us);
        g_assert_cmpstr(told->message, ==, was->message);
    }
    g_assert_cmpuint(step_at(replay, second)->found->count, ==, 3);
    g_assert_cmpstr(rows_cell(step_at(replay, second)->found, 2, 0)->text, ==, "3");
    g_assert_cmpint(error_kind(step_at(replay, third)->error), ==, ERROR_DATA);
    g_assert_cmpstr(step_at(replay, third)->error->message, ==, "orders.sf:1:6: told to fail");
    fake_plan_free(plan);
    fake_clear(&fake);
}

static void a_process_that_is_gone_without_a_word_has_crashed(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *folder = left_folder(directory, STARTED LOAD_STARTED);
    AUTO(replay) replay = replay_new(folder);
    read_all(replay, NULL);
    g_assert_cmpint(replay->state, ==, RUN_STATE_CRASHED);
    g_assert_cmpint(replay->pid, ==, 42);
    g_assert_cmpint(replay->heard_at - replay->result->started_at, ==, 1250000);
    g_assert_cmpint(step_at(replay, 1)->status, ==, STEP_RUNNING);
    g_assert_cmpint(step_at(replay, 1)->started_us, ==, 1250000);
    g_assert_cmpint(step_at(replay, 2)->status, ==, STEP_PENDING);
    g_assert_true(step_at(replay, 2)->is_selected);
    g_assert_false(step_at(replay, 0)->is_selected);
}

static void half_a_line_waits_for_its_end(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *folder =
        left_folder(directory, STARTED "{\"time\":\"2026-11-23T08:15:01.500Z\",");
    AUTO(replay) replay = replay_new(folder);
    read_all(replay, NULL);
    g_assert_cmpint(step_at(replay, 1)->status, ==, STEP_PENDING);
    g_assert_cmpstr(replay->lines->str, ==, STARTED);

    g_autofree char *path =
        temporary_write(folder, "events.jsonl",
                        STARTED LOAD_STARTED "{\"event\":\"of a later version\"}\nno JSON\n", -1);
    read_all(replay, NULL);
    g_assert_cmpint(step_at(replay, 1)->status, ==, STEP_RUNNING);
    read_all(replay, NULL);
    g_assert_cmpuint(replay->lines->len, ==, 0);
}

static void knows_which_steps_are_to_run(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *folder = left_folder(
        directory,
        "{\"event\":\"run_started\",\"run_id\":\"r\",\"selected\":[\"load_a\", \"nope\"]}\n");
    AUTO(replay) replay = replay_new(folder);
    read_all(replay, NULL);
    g_assert_true(step_at(replay, 1)->is_selected);
    g_assert_false(step_at(replay, 2)->is_selected);
    g_assert_cmpstr(replay->plan->profile, ==, "");
}

static void waits_for_the_plan_of_a_run_that_lives(void)
{
    TEMPORARY directory = temporary_new();
    struct run_folder run = {0};
    GError *error = NULL;
    g_assert_true(run_folder_open(&run, directory, "20261123T081500Z-1a2b3c4d", &error));
    AUTO(replay) replay = replay_new(run.path);
    read_all(replay, NULL);
    g_assert_cmpint(replay->state, ==, RUN_STATE_RUNNING);
    g_assert_null(replay->result->run_id);
    run_folder_close(&run);

    g_autofree char *folder = left_folder(directory, STARTED LOAD_STARTED);
    g_autofree char *plan = g_build_filename(folder, "plan.json", NULL);
    g_assert_true(path_remove(plan, NULL));
    read_all(replay, NULL);
    g_assert_cmpint(replay->state, ==, RUN_STATE_CRASHED);
    g_assert_cmpstr(step_at(replay, 0)->operation->id, ==, "load_a");
}

static void tells_why_a_run_could_not_start(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *folder = left_folder(
        directory, STARTED "{\"event\":\"waiting\",\"message\":\"held by 7\",\"wait_lock_ms\":5}\n"
                           "{\"event\":\"run_finished\",\"outcome\":\"failed\",\"duration_us\":7,"
                           "\"error\":{\"kind\":\"system\",\"message\":\"held by 7\"}}\n");
    AUTO(replay) replay = replay_new(folder);
    read_all(replay, NULL);
    g_assert_cmpint(replay->state, ==, RUN_STATE_OVER);
    g_assert_error(replay->failure, SQLFLOW_ERROR, ERROR_SYSTEM);
    g_assert_cmpstr(replay->waiting->message, ==, "held by 7");
}

static void keeps_the_tries_of_a_step(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *folder = left_folder(
        directory, STARTED LOAD_STARTED
        "{\"time\":\"2026-11-23T08:15:02.000Z\",\"event\":\"step_retry\",\"id\":\"load_a\","
        "\"try\":1,\"wait_us\":250000,\"error\":{\"kind\":\"transient\",\"message\":\"503\"}}\n");
    AUTO(replay) replay = replay_new(folder);
    read_all(replay, NULL);
    const struct step_result *step = step_at(replay, 1);
    g_assert_cmpint(step->status, ==, STEP_RETRYING);
    g_assert_cmpstr(step_last_try(step)->error->message, ==, "503");
    g_assert_cmpint(step_next_try(step), ==, 2000000);
    g_assert_cmpint(step_last_try(step)->duration_us, ==, 500000);
}

static void fails_where_there_is_nothing_to_read(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *folder = g_build_filename(directory, "gone", NULL);
    AUTO(replay) replay = replay_new(folder);
    g_autoptr(GError) error = NULL;
    g_assert_false(replay_read(replay, NULL, &error));
    g_assert_nonnull(strstr(error->message, "gone/events.jsonl"));
}

static gint64 limit_file_size(gint64 bytes)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    gint64 former = (gint64)limit.rlim_cur;
    limit.rlim_cur = (rlim_t)bytes;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    return former;
}

/* As on a full disk: the kernel writes what fits, and then no more. */
static void half_a_line_that_could_be_written_is_taken_back(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *path = g_build_filename(directory, "events.jsonl", NULL);
    struct events events;
    g_autoptr(GError) error = NULL;
    g_assert_true(events_open(&events, path, &error));
    events_phase_started(&events, PHASE_OPENING);
    events_flush(&events);
    gint64 whole = file_size(path);
    g_assert_cmpint(whole, >, 0);

    sighandler_t former_handler = signal(SIGXFSZ, SIG_IGN);
    gint64 former = limit_file_size(whole + 10);
    events_phase_started(&events, PHASE_RUNNING);
    events_flush(&events);
    limit_file_size(former);
    signal(SIGXFSZ, former_handler);
    g_assert_nonnull(events.error);
    g_assert_cmpint(file_size(path), ==, whole);

    events_phase_started(&events, PHASE_CLOSING);
    events_flush(&events);
    g_assert_cmpint(file_size(path), ==, whole);
    events_close(&events);
}

/* --- a live run, followed --- */

struct follower {
    struct replay *replay;
    GString *notes;
};

static void note_started(void *notes, const struct step_result *step)
{
    g_string_append_printf(notes, "start %s;", step->operation->id);
}

static void note_finished(void *notes, const struct step_result *step)
{
    g_string_append_printf(notes, "%s %s;", step_status_name(step->status), step->operation->id);
}

static void note_end(void *notes, const struct run_result *result)
{
    g_string_append_printf(notes, "end %s", run_outcome_name(result->outcome));
}

/* In the middle of the run, on the coordinator's thread: what was told so far is in the file. */
static void follow_tick(void *data, const GArray *steps, const struct progress *progress)
{
    struct follower *follower = data;
    struct run_observer observer = {.step_started = note_started,
                                    .step_finished = note_finished,
                                    .run_finished = note_end,
                                    .user_data = follower->notes};
    (void)steps;
    (void)progress;
    g_assert_nonnull(follower->replay);
    read_all(follower->replay, &observer);
    g_assert_cmpint(follower->replay->state, ==, RUN_STATE_RUNNING);
}

static void find_folder(void *data, const struct plan *plan, const struct run_result *result,
                        guint steps)
{
    struct follower *follower = data;
    (void)plan;
    (void)steps;
    follower->replay = replay_new(result->folder);
}

static void a_follower_is_told_what_the_run_does(void)
{
    TEMPORARY directory = temporary_new();
    struct plan *plan = fake_plan_new();
    struct fake fake;
    fake_init(&fake);
    guint slow = fake_plan_add(plan, OPERATION_SQL, "sql_1", "sleep 250");
    fake_plan_wait(plan, fake_plan_add(plan, OPERATION_SQL, "sql_2", "do"), slow);
    struct follower follower = {.notes = g_string_new(NULL)};
    struct run_observer observer = {
        .run_started = find_folder, .tick = follow_tick, .user_data = &follower};
    const struct run_observer *const observers[] = {&observer, NULL};
    AUTO(run_result)
    result =
        fake_run(&fake, plan, (struct run_options){.directory = directory, .observers = observers});
    g_assert_cmpstr(follower.notes->str, ==, "start sql_1;");
    struct run_observer last = {.step_started = note_started,
                                .step_finished = note_finished,
                                .run_finished = note_end,
                                .user_data = follower.notes};
    read_all(follower.replay, &last);
    g_assert_cmpstr(follower.notes->str, ==, "start sql_1;ok sql_1;start sql_2;ok sql_2;end ok");
    replay_free(follower.replay);
    g_string_free(follower.notes, TRUE);
    fake_plan_free(plan);
    fake_clear(&fake);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/same", gives_the_same_records_as_the_run);
    g_test_add_func("/replay/crashed", a_process_that_is_gone_without_a_word_has_crashed);
    g_test_add_func("/replay/half-a-line", half_a_line_waits_for_its_end);
    g_test_add_func("/replay/selected", knows_which_steps_are_to_run);
    g_test_add_func("/replay/plan", waits_for_the_plan_of_a_run_that_lives);
    g_test_add_func("/replay/failure", tells_why_a_run_could_not_start);
    g_test_add_func("/replay/tries", keeps_the_tries_of_a_step);
    g_test_add_func("/replay/missing", fails_where_there_is_nothing_to_read);
    g_test_add_func("/events/full", half_a_line_that_could_be_written_is_taken_back);
    g_test_add_func("/replay/follow", a_follower_is_told_what_the_run_does);
    return g_test_run();
}
