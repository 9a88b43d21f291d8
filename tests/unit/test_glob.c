/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "connect/glob.h"
#include "temporary.h"

#include <string.h>
#include <unistd.h>

static void patterns_fit_paths(void)
{
    static const struct {
        const char *pattern, *path;
        bool fits;
    } cases[] = {
        {"a.csv", "a.csv", true},
        {"*.csv", "a.csv", true},
        {"*.csv", "a/b.csv", false},
        {"*.csv", ".a.csv", false},
        {".*.csv", ".a.csv", true},
        {"a?.csv", "ab.csv", true},
        {"a?.csv", "aé.csv", true},
        {"a?.csv", "a.csv", false},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[^a]x", "ax", false},
        {"[]]x", "]x", true},
        {"[é-ü]", "ö", true},
        {"[a", "[a", true},
        {"**", "a/b/c", true},
        {"**/x", "x", true},
        {"**/x", "a/b/x", true},
        {"a/**/x", "a/x", true},
        {"a/**/x", "a/b/c/x", true},
        {"a/**/x", "b/x", false},
        {"a/**/x", "a/.git/x", false},
        {"**/b/**/d", "a/b/c/d", true},
        {"*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
        {"", "", true},
        {"", "a", false},
        {"\xff*", "\xff*", true},
        {"*", "\xff", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (glob_matches(cases[i].pattern, cases[i].path) != cases[i].fits)
            g_error("%s against %s", cases[i].pattern, cases[i].path);
}

static char *tree(void)
{
    static const char *const files[] = {"b.csv",      "a.csv",       "c.txt",        ".hidden.csv",
                                        "y/1/d.csv",  "y/2/e.csv",   "y/2/.g/h.csv", "z[1].csv",
                                        "y/2/f.json", ".cache/i.csv"};
    char *folder = temporary_new();
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        g_free(temporary_write(folder, files[i], "x", 1));
    return folder;
}

static void assert_expands(const char *folder, const char *pattern, const char *expected)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(wanted, g_build_filename(folder, pattern, NULL));
    g_assert_true(paths_expand(wanted, paths, &error));
    g_autoptr(GString) found = g_string_new(NULL);
    for (guint i = 0; i < paths->len; i++)
        g_string_append_printf(found, "%s%s", i ? " " : "",
                               (const char *)paths->pdata[i] + strlen(folder) + 1);
    g_assert_cmpstr(found->str, ==, expected);
}

static void files_come_sorted(void)
{
    TEMPORARY folder = tree();
    assert_expands(folder, "*.csv", "a.csv b.csv z[1].csv");
    assert_expands(folder, "**/*.csv", "a.csv b.csv y/1/d.csv y/2/e.csv z[1].csv");
    assert_expands(folder, "y/*/*.csv", "y/1/d.csv y/2/e.csv");
    assert_expands(folder, "y/**", "y/1/d.csv y/2/e.csv y/2/f.json");
    assert_expands(folder, "**/2/**/?.csv", "y/2/e.csv");
    assert_expands(folder, "[ab].csv", "a.csv b.csv");
    assert_expands(folder, "a.csv", "a.csv");
    assert_expands(folder, "y//*/d.csv", "y/1/d.csv");
}

static void a_file_of_that_name_wins_over_a_pattern(void)
{
    TEMPORARY folder = tree();
    assert_expands(folder, "z[1].csv", "z[1].csv");
}

static void loops_of_links_end(void)
{
    TEMPORARY folder = tree();
    g_autofree char *link = g_build_filename(folder, "y", "loop", NULL);
    g_assert_cmpint(symlink("..", link), ==, 0);
    assert_expands(folder, "**/d.csv", "y/1/d.csv");
    assert_expands(folder, "y/loop/*.csv", "y/loop/a.csv y/loop/b.csv y/loop/z[1].csv");
}

static void relative_patterns_start_here(void)
{
    TEMPORARY folder = tree();
    g_autofree char *before = g_get_current_dir();
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_assert_cmpint(g_chdir(folder), ==, 0);
    const bool done = glob_expand("y/?/*.csv", paths, NULL) && glob_expand("[a]*", paths, NULL);
    g_assert_cmpint(g_chdir(before), ==, 0);
    g_assert_true(done);
    g_assert_cmpstr(paths->pdata[0], ==, "y/1/d.csv");
    g_assert_cmpstr(paths->pdata[2], ==, "a.csv");
}

static void assert_refused(const char *folder, const char *path, const char *pattern)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(wanted, folder ? g_build_filename(folder, path, NULL) : g_strdup(path));
    g_assert_false(paths_expand(wanted, paths, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
    if (!g_pattern_match_simple(pattern, error->message))
        g_error("%s", error->message);
}

static void what_is_no_file_says_why(void)
{
    TEMPORARY folder = tree();
    assert_refused(folder, "b.cvs", "no file '*b.cvs'; did you mean '*/b.csv'?");
    assert_refused(folder, "nothing_like_it", "no file '*nothing_like_it'");
    assert_refused(folder, "q/*.csv", "no file fits '*'");
    assert_refused(folder, "y", "'*' is a folder: name its files, such as '*/y/*'");
    assert_refused(folder, "a.csv/b", "no file '*'");
    assert_refused(NULL, "-", "*standard input*not supported yet");
    assert_refused(NULL, "s3://b/k", "*only local files*");
    assert_refused(NULL, "/dev/null", "*is not a regular file*");
}

static void a_name_that_is_no_utf_8_is_told(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = g_build_filename(folder, "caf\xe9.csv", NULL);
    g_autofree char *pattern = g_build_filename(folder, "*.csv", NULL);
    g_autofree char *other = g_build_filename(folder, "*.json", NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(path, "a\n", -1, NULL));
    g_assert_true(glob_find(other, paths, &error));
    g_assert_cmpuint(paths->len, ==, 0);
    g_assert_false(glob_find(pattern, paths, &error));
    g_assert_nonnull(strstr(error->message, "caf\xef\xbf\xbd.csv' fits '"));
}

static void a_reader_covers_what_is_written(void)
{
    g_assert_true(glob_covers("out/a.csv", "out/a.csv"));
    g_assert_true(glob_covers("out/[ab].csv", "out/a.csv"));
    g_assert_true(glob_covers("out/**/x.csv", "out/a/b/x.csv"));
    g_assert_true(glob_covers("out/parts/*.parquet", "out/parts"));
    g_assert_false(glob_covers("out/*.csv", "out/a/b.csv"));
    g_assert_false(glob_covers("out/partsx", "out/parts"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/glob/patterns fit paths", patterns_fit_paths);
    g_test_add_func("/glob/a reader covers what is written", a_reader_covers_what_is_written);
    g_test_add_func("/glob/files come sorted", files_come_sorted);
    g_test_add_func("/glob/a file of that name wins over a pattern",
                    a_file_of_that_name_wins_over_a_pattern);
    g_test_add_func("/glob/loops of links end", loops_of_links_end);
    g_test_add_func("/glob/relative patterns start here", relative_patterns_start_here);
    g_test_add_func("/glob/what is no file says why", what_is_no_file_says_why);
    g_test_add_func("/glob/a name that is no UTF-8 is told", a_name_that_is_no_utf_8_is_told);
    return g_test_run();
}
