/* SPDX-License-Identifier: Apache-2.0 */
#include "temporary.h"

#include "base/error.h"
#include "base/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct file_identity *get(const char *path)
{
    g_autoptr(GError) error = NULL;
    struct file_identity *identity = file_identity_get(path, &error);
    g_assert_no_error(error);
    return identity;
}

static void an_untouched_file_is_the_same(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = temporary_write(folder, "a.csv", "1234", -1);
    AUTO(file_identity) before = get(path);
    AUTO(file_identity) after = get(path);
    g_autofree char *left = file_identity_text(before);
    g_autofree char *right = file_identity_text(after);
    g_assert_true(file_identity_equal(before, after));
    g_assert_null(file_identity_change(before, after));
    g_assert_cmpstr(left, ==, right);
    g_assert_true(g_regex_match_simple("^4 \\d+\\.\\d{9} \\d+$", left, 0, 0));
}

/* Each of these happens to a file of four bytes. */
static void remove_it(const char *path)
{
    g_assert_cmpint(unlink(path), ==, 0);
}

static void truncate_it(const char *path)
{
    g_assert_cmpint(truncate(path, 2), ==, 0);
}

static void replace_it(const char *path)
{
    g_autofree char *other = g_strconcat(path, ".new", NULL);
    g_assert_true(g_file_set_contents(other, "1234", -1, NULL));
    g_assert_cmpint(rename(other, path), ==, 0);
}

static void append_to_it(const char *path)
{
    FILE *file = fopen(path, "ae");
    g_assert_nonnull(file);
    fputs("5", file);
    g_assert_cmpint(fclose(file), ==, 0);
}

static void touch_it(const char *path)
{
    const struct timespec times[] = {{.tv_sec = 1}, {.tv_sec = 1}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static void every_change_is_seen_and_named(void)
{
    static const struct {
        void (*happen)(const char *path);
        const char *change;
    } changes[] = {
        {remove_it, "was removed"},    {truncate_it, "was truncated"}, {replace_it, "was replaced"},
        {append_to_it, "was changed"}, {touch_it, "was changed"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        TEMPORARY folder = temporary_new();
        g_autofree char *path = temporary_write(folder, "a.csv", "1234", -1);
        AUTO(file_identity) before = get(path);
        changes[i].happen(path);
        AUTO(file_identity) after = get(path);
        g_assert_false(file_identity_equal(before, after));
        g_assert_cmpstr(file_identity_change(before, after), ==, changes[i].change);
    }
}

static void a_missing_file_has_an_identity(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = g_build_filename(folder, "a.csv", NULL);
    AUTO(file_identity) before = get(path);
    g_autofree char *text = file_identity_text(before);
    g_assert_cmpstr(text, ==, "missing");
    g_assert_null(file_identity_change(before, before));
    g_free(temporary_write(folder, "a.csv", "1234", -1));
    AUTO(file_identity) after = get(path);
    g_assert_cmpstr(file_identity_change(before, after), ==, "appeared");
}

static void a_list_is_sorted_and_has_each_once(void)
{
    TEMPORARY folder = temporary_new();
    static const char *const names[] = {"b", "c", "a", "b"};
    g_autoptr(GPtrArray) list = file_identities_new();
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_ptr_array_add(list, get(path));
    }
    file_identities_sort(list);
    g_assert_cmpuint(list->len, ==, 3);
    g_autofree char *path = g_build_filename(folder, "c", NULL);
    const struct file_identity *found = file_identities_find(list, path);
    g_assert_nonnull(found);
    g_assert_cmpstr(found->path, ==, path);
    g_assert_null(file_identities_find(list, folder));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/an untouched file is the same", an_untouched_file_is_the_same);
    g_test_add_func("/identity/every change is seen and named", every_change_is_seen_and_named);
    g_test_add_func("/identity/a missing file has an identity", a_missing_file_has_an_identity);
    g_test_add_func("/identity/a list is sorted and has each once",
                    a_list_is_sorted_and_has_each_once);
    return g_test_run();
}
