/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of runs: made, kept, and whether their runs are alive. */
#include "temporary.h"

#include "base/error.h"
#include "run/folder.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char first_id[] = "20261123T081500Z-0000000a";
static const char second_id[] = "20261123T081501Z-0000000b";

static void open_folder(struct run_folder *folder, const char *directory, const char *run_id)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(run_folder_open(folder, directory, run_id, &error));
    g_assert_no_error(error);
}

static void a_run_is_alive_until_it_is_closed(void)
{
    TEMPORARY directory = temporary_new();
    struct run_folder folder;
    open_folder(&folder, directory, first_id);
    g_autofree char *path = g_strdup(folder.path);
    g_assert_true(run_folder_is_alive(path));
    run_folder_close(&folder);
    g_assert_false(run_folder_is_alive(path));
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    g_assert_false(run_folder_is_alive(directory));
}

/* The lock must not end when somebody reads the file, as other kinds of locks would. */
static void reading_the_locked_file_changes_nothing(void)
{
    TEMPORARY directory = temporary_new();
    struct run_folder folder;
    open_folder(&folder, directory, first_id);
    g_autofree char *events = g_build_filename(folder.path, "events.jsonl", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(events, &text, NULL, NULL));
    g_assert_true(run_folder_is_alive(folder.path));
    run_folder_close(&folder);
}

/* Makes a folder in a process of its own, which is killed then. */
static void a_killed_run_is_dead(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *path = g_build_filename(directory, first_id, NULL);
    int ready[2];
    g_assert_cmpint(pipe(ready), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        struct run_folder folder;
        bool made = run_folder_open(&folder, directory, first_id, NULL);
        (void)!write(ready[1], made ? "y" : "n", 1);
        pause();
        _exit(0);
    }
    char answer = 0;
    g_assert_cmpint(read(ready[0], &answer, 1), ==, 1);
    g_assert_cmpint(answer, ==, 'y');
    g_assert_true(run_folder_is_alive(path));
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    g_assert_false(run_folder_is_alive(path));
    close(ready[0]);
    close(ready[1]);
}

static void a_living_run_is_not_removed_however_old(void)
{
    TEMPORARY directory = temporary_new();
    struct run_folder old;
    open_folder(&old, directory, "20200101T000000Z-0000000c");
    for (guint i = 0; i < RUNS_KEPT + 5; i++) {
        g_autofree char *run_id = g_strdup_printf("20210101T0000%02uZ-0000000d", i);
        struct run_folder next;
        open_folder(&next, directory, run_id);
        run_folder_close(&next);
    }
    g_assert_true(run_folder_is_alive(old.path));
    run_folder_close(&old);
    g_autoptr(GPtrArray) ids = run_folder_list(directory);
    g_assert_cmpuint(ids->len, ==, RUNS_KEPT + 1);
    g_assert_cmpstr(ids->pdata[1], ==, "20210101T000005Z-0000000d");
}

static void what_a_crash_left_half_made_or_half_removed_goes(void)
{
    TEMPORARY directory = temporary_new();
    g_autofree char *half = g_strdup_printf(".%s/events.jsonl", first_id);
    g_autofree char *link = g_strdup_printf(".latest.tmp-%s", first_id);
    g_autofree char *folder_made = temporary_write(directory, half, "", 0);
    g_autofree char *link_made = temporary_write(directory, link, "", 0);
    g_autofree char *kept = temporary_write(directory, ".mine", "", 0);
    struct run_folder folder;
    open_folder(&folder, directory, second_id);
    run_folder_close(&folder);
    g_assert_false(g_file_test(folder_made, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(link_made, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
}

static void ids_are_told_from_other_names(void)
{
    g_autofree char *run_id = run_id_new(G_USEC_PER_SEC, "00c0ffee");
    g_assert_cmpstr(run_id, ==, "19700101T000001Z-00c0ffee");
    g_assert_true(run_id_is(run_id));
    g_assert_cmpstr(run_id_token(run_id), ==, "00c0ffee");
    g_assert_false(run_id_is("latest"));
    g_assert_false(run_id_is("19700101T000001Z-00c0ffee.old"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/folder/a run is alive until it is closed", a_run_is_alive_until_it_is_closed);
    g_test_add_func("/folder/reading the locked file changes nothing",
                    reading_the_locked_file_changes_nothing);
    g_test_add_func("/folder/a killed run is dead", a_killed_run_is_dead);
    g_test_add_func("/folder/a living run is not removed however old",
                    a_living_run_is_not_removed_however_old);
    g_test_add_func("/folder/what a crash left half made or half removed goes",
                    what_a_crash_left_half_made_or_half_removed_goes);
    g_test_add_func("/folder/ids are told from other names", ids_are_told_from_other_names);
    return g_test_run();
}
