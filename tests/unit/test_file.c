/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_exchange = true;

/* Stands for the C library's, so that a file system can lack what this one has. */
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags)
{
    if (!has_exchange && (flags & RENAME_EXCHANGE)) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

struct folder {
    char *path;
};

static void folder_set_up(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    folder->path = g_dir_make_tmp("sqlflow-file-XXXXXX", &error);
    g_assert_no_error(error);
}

static void folder_tear_down(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_true(path_remove(folder->path, &error));
    g_assert_false(g_file_test(folder->path, G_FILE_TEST_EXISTS));
    g_free(folder->path);
}

static void assert_content(const char *path, const char *expected)
{
    g_autofree char *content = NULL;
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, expected);
}

static guint count_entries(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(folder))
        count++;
    return count;
}

static void write_or_fail(const char *path, const char *content)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(file_write(path, content, strlen(content), &error));
    g_assert_no_error(error);
}

static void folders_are_made_and_nothing_is_left_over(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(folder->path, "a", "b", "out.txt", NULL);
    write_or_fail(path, "one");
    write_or_fail(path, "two");
    assert_content(path, "two");
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpuint(count_entries(parent), ==, 1);
}

static void a_derived_file_replaces_the_former_one(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(folder->path, "a", "plan.json", NULL);
    write_or_fail(path, "former");
    g_assert_cmpint(chmod(path, 0640), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_true(file_write_derived(path, "new", 3, &error));
    assert_content(path, "new");
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0640);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpuint(count_entries(parent), ==, 1);
    g_assert_false(file_write_derived("/dev/full", "x", 1, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYSTEM);
}

static void a_plain_file_is_written_under_its_name(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(folder->path, "new", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(file_write_plain(path, "new", 3, &error));
    assert_content(path, "new");
    g_assert_cmpuint(count_entries(folder->path), ==, 1);
    g_assert_false(file_write_plain("/dev/full", "x", 1, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYSTEM);
}

static void mode_and_links_are_kept(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *real = g_build_filename(folder->path, "real.txt", NULL);
    g_autofree char *link = g_build_filename(folder->path, "link.txt", NULL);
    write_or_fail(real, "old");
    g_assert_cmpint(g_chmod(real, 0640), ==, 0);
    g_assert_cmpint(symlink("real.txt", link), ==, 0);
    write_or_fail(link, "new");
    assert_content(real, "new");
    struct stat status;
    g_assert_cmpint(lstat(link, &status), ==, 0);
    g_assert_true(S_ISLNK(status.st_mode));
    g_assert_cmpint(stat(real, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0640);
}

static void an_uncommitted_output_leaves_the_former_file(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder->path, "out.txt", NULL);
    write_or_fail(path, "old");
    struct output output = {0};
    g_assert_true(output_init(&output, path, "cafe", &error));
    g_assert_true(g_file_set_contents(output.temporary, "half", -1, NULL));
    output_clear(&output);
    assert_content(path, "old");
    g_assert_cmpuint(count_entries(folder->path), ==, 1);
}

/* Writes `name` into the folder that takes the place of `path`. */
static void write_folder(const char *path, const char *name)
{
    g_autoptr(GError) error = NULL;
    struct output output = {0};
    g_assert_true(output_init_folder(&output, path, "cafe", &error));
    g_assert_true(output_begin(&output, &error));
    g_autofree char *made = g_build_filename(output.temporary, name, NULL);
    write_or_fail(made, "new");
    g_assert_true(output_commit(&output, &error));
    g_assert_no_error(error);
    output_clear(&output);
}

static void a_folder_takes_the_place_of_the_former_one(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(folder->path, "parts", NULL);
    g_autofree char *old = g_build_filename(path, "year=1999", "old.csv", NULL);
    write_or_fail(old, "old");
    g_assert_cmpint(g_chmod(path, 0750), ==, 0);
    write_folder(path, "new.csv");
    g_autofree char *expected = g_build_filename(path, "new.csv", NULL);
    assert_content(expected, "new");
    g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0750);
    g_assert_cmpuint(count_entries(folder->path), ==, 1);
}

static void a_folder_takes_the_place_of_a_file_or_of_nothing(struct folder *folder,
                                                             gconstpointer data)
{
    (void)data;
    g_autofree char *file = g_build_filename(folder->path, "file", NULL);
    g_autofree char *nothing = g_build_filename(folder->path, "nothing", NULL);
    write_or_fail(file, "old");
    write_folder(file, "new.csv");
    write_folder(nothing, "new.csv");
    g_autofree char *below_file = g_build_filename(file, "new.csv", NULL);
    g_autofree char *below_nothing = g_build_filename(nothing, "new.csv", NULL);
    assert_content(below_file, "new");
    assert_content(below_nothing, "new");
    g_assert_cmpuint(count_entries(folder->path), ==, 2);
}

static void without_an_exchange_a_former_folder_stays(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder->path, "parts", NULL);
    has_exchange = false;
    write_folder(path, "old.csv");
    struct output output = {0};
    g_assert_true(output_init_folder(&output, path, "cafe", &error));
    g_assert_true(output_begin(&output, &error));
    g_assert_false(output_commit(&output, &error));
    has_exchange = true;
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYSTEM);
    g_assert_nonnull(strstr(error->message, "can't exchange"));
    output_clear(&output);
    g_autofree char *old = g_build_filename(path, "old.csv", NULL);
    g_assert_true(g_file_test(old, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(count_entries(folder->path), ==, 1);
}

/* Another one's generation may be in the hidden folder. */
static void a_generation_leaves_those_of_others_alone(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *other =
        g_build_filename(folder->path, ".sqlflow", "parts.tmp-0ther", "x.csv", NULL);
    g_autofree char *path = g_build_filename(folder->path, "parts", NULL);
    write_or_fail(other, "other");
    write_folder(path, "new.csv");
    assert_content(other, "other");
}

static void an_uncommitted_folder_leaves_the_former_one(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder->path, "parts", NULL);
    g_autofree char *old = g_build_filename(path, "old.csv", NULL);
    write_or_fail(old, "old");
    struct output output = {0};
    g_assert_true(output_init_folder(&output, path, "cafe", &error));
    g_assert_true(output_begin(&output, &error));
    g_autofree char *made = g_build_filename(output.temporary, "new.csv", NULL);
    write_or_fail(made, "half");
    output_clear(&output);
    assert_content(old, "old");
    g_assert_cmpuint(count_entries(folder->path), ==, 1);
}

static void a_device_is_written_directly(struct folder *folder, gconstpointer data)
{
    (void)folder;
    (void)data;
    g_autoptr(GError) error = NULL;
    struct output output = {0};
    g_assert_true(output_init(&output, "/dev/null", "cafe", &error));
    g_assert_cmpstr(output.temporary, ==, "/dev/null");
    g_assert_true(output_commit(&output, &error));
    output_clear(&output);
    g_assert_true(g_file_test("/dev/null", G_FILE_TEST_EXISTS));
}

static void a_full_disk_is_a_system_error(struct folder *folder, gconstpointer data)
{
    (void)folder;
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_false(file_write("/dev/full", "x", 1, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYSTEM);
    g_assert_cmpstr(error_details(error)->code, ==, "ENOSPC");
}

static void a_file_in_the_way_of_a_folder_is_named(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *file = g_build_filename(folder->path, "file", NULL);
    write_or_fail(file, "x");
    g_autofree char *below = g_build_filename(file, "out.txt", NULL);
    g_assert_false(file_write(below, "x", 1, &error));
    g_assert_nonnull(strstr(error->message, file));
}

static void only_old_half_made_files_are_swept(struct folder *folder, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *name;
        bool is_old;
        bool stays;
    } files[] = {
        {".plan.json.tmp-0123abcd", true, false},
        {".plan.json.tmp-0123abce", false, true},
        {"plan.json", true, true},
        {".plan.json.tmp-0123abcdef", true, true},
    };
    const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder->path, files[i].name, NULL);
        write_or_fail(path, "x");
        if (files[i].is_old)
            g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
    }
    temporary_sweep(folder->path);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder->path, files[i].name, NULL);
        g_assert_cmpint(g_file_test(path, G_FILE_TEST_EXISTS), ==, files[i].stays);
    }
}

static void removing_does_not_follow_links(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *kept = g_build_filename(folder->path, "kept", "x.txt", NULL);
    g_autofree char *kept_folder = g_path_get_dirname(kept);
    g_autofree char *doomed = g_build_filename(folder->path, "doomed", NULL);
    g_autofree char *link = g_build_filename(doomed, "link", NULL);
    write_or_fail(kept, "x");
    g_assert_true(folder_make(doomed, &error));
    g_assert_cmpint(symlink(kept_folder, link), ==, 0);
    g_assert_true(path_remove(doomed, &error));
    assert_content(kept, "x");
    g_assert_true(path_remove(doomed, &error));
    g_autofree char *below_a_file = g_build_filename(kept, "y", NULL);
    g_assert_false(path_remove(below_a_file, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/file/" name, struct folder, NULL, folder_set_up, function, folder_tear_down)
    ADD("folders are made and nothing is left over", folders_are_made_and_nothing_is_left_over);
    ADD("a derived file replaces the former one", a_derived_file_replaces_the_former_one);
    ADD("a plain file is written under its name", a_plain_file_is_written_under_its_name);
    ADD("mode and links are kept", mode_and_links_are_kept);
    ADD("an uncommitted output leaves the former file",
        an_uncommitted_output_leaves_the_former_file);
    ADD("a folder takes the place of the former one", a_folder_takes_the_place_of_the_former_one);
    ADD("a folder takes the place of a file or of nothing",
        a_folder_takes_the_place_of_a_file_or_of_nothing);
    ADD("without an exchange a former folder stays", without_an_exchange_a_former_folder_stays);
    ADD("only old half made files are swept", only_old_half_made_files_are_swept);
    ADD("a generation leaves those of others alone", a_generation_leaves_those_of_others_alone);
    ADD("an uncommitted folder leaves the former one", an_uncommitted_folder_leaves_the_former_one);
    ADD("a device is written directly", a_device_is_written_directly);
    ADD("a full disk is a system error", a_full_disk_is_a_system_error);
    ADD("a file in the way of a folder is named", a_file_in_the_way_of_a_folder_is_named);
    ADD("removing does not follow links", removing_does_not_follow_links);
    return g_test_run();
}
