/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of objects go when nobody reads them any more, also when their process was killed. */
#include "base/file.h"
#include "connect/storage/spool.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

static guint count_entries(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(entries))
        count++;
    return count;
}

static void put_copy(struct spool *spool)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    const int fd = spool_create(spool, "s3://bucket/a/b.csv", 3, &path, &error);
    g_assert_no_error(error);
    g_assert_true(g_str_has_suffix(path, "/b.csv"));
    close(fd);
}

static struct spool *open_spool(const char *above)
{
    g_autoptr(GError) error = NULL;
    struct spool *spool = spool_new_temporary(above, &error);
    g_assert_no_error(error);
    put_copy(spool);
    return spool;
}

/* What lies there is two minutes old. */
static void wait_two_minutes(const char *above)
{
    enum { SECONDS = 120 };
    const struct utimbuf times = {.actime = time(NULL) - SECONDS, .modtime = time(NULL) - SECONDS};
    g_autoptr(GDir) entries = g_dir_open(above, 0, NULL);
    for (const char *name; (name = g_dir_read_name(entries));) {
        g_autofree char *path = g_build_filename(above, name, NULL);
        g_assert_cmpint(utime(path, &times), ==, 0);
    }
}

/* As a process leaves it that is killed. */
static void abandon(const char *above)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(open_spool(above) == NULL);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
}

static void what_a_killed_process_left_goes_and_what_lives_stays(void)
{
    g_autofree char *above = g_dir_make_tmp("sqlflow-spool-XXXXXX", NULL);
    abandon(above);
    struct spool *living = open_spool(above);
    g_assert_cmpuint(count_entries(above), ==, 2); /* it could be one that is just being made */
    wait_two_minutes(above);
    struct spool *other = open_spool(above);
    g_assert_cmpuint(count_entries(above), ==, 2);
    put_copy(living);
    spool_free(other);
    g_assert_cmpuint(count_entries(above), ==, 1);
    spool_free(living);
    g_assert_cmpuint(count_entries(above), ==, 0);
    g_assert_true(path_remove(above, NULL));
}

static void a_copy_stands_in_the_folders_of_its_object(void)
{
    static const struct {
        const char *address;
        const char *end;
    } cases[] = {
        {"s3://b/year=2024/a b.csv", "/s3/b/year=2024/a b.csv"},
        {"s3://b/x//year=2024/a#b.csv", "/0/b/x/year=2024/a#b.csv"},
        {"s3://b/../k=1/.", "/1/b/k=1/object"},
        {"https://h:1/d/year%3D2024/a%20b.csv?sig=x/y=1", "/2/h:1/d/year=2024/a b.csv"},
        {"http://h", "/3/h"},
        {"http://h/", "/4/h/object"},
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *above = g_dir_make_tmp("sqlflow-spool-XXXXXX", NULL);
    struct spool *spool = spool_new_temporary(above, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = NULL;
        const int fd = spool_create(spool, cases[i].address, 3, &path, &error);
        g_assert_no_error(error);
        g_test_message("%s", path);
        g_assert_true(g_str_has_suffix(path, cases[i].end));
        close(fd);
    }
    spool_free(spool);
    g_assert_true(path_remove(above, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/spool/abandoned", what_a_killed_process_left_goes_and_what_lives_stays);
    g_test_add_func("/spool/folders", a_copy_stands_in_the_folders_of_its_object);
    return g_test_run();
}
