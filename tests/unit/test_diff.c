/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two texts, as `diff -u` has it. */
#include "base/diff.h"

static void check(const char *before, const char *after, const char *wanted)
{
    g_autoptr(GString) out = g_string_new(NULL);
    diff_append(out, "a", before, "b", after);
    g_assert_cmpstr(out->str, ==, wanted);
}

static void the_same_text_has_no_difference(void)
{
    check("", "", "");
    check("a\nb\n", "a\nb\n", "");
}

static void a_change_has_three_lines_around_it(void)
{
    check("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
          "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
    check("", "a\n", "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n");
    check("a\n", "", "--- a\n+++ b\n@@ -1 +0,0 @@\n-a\n");
    check("a\nb\n", "a\n", "--- a\n+++ b\n@@ -1,2 +1 @@\n a\n-b\n");
}

static void near_changes_are_one_and_far_ones_two(void)
{
    check("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
          "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
    check("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
          "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
          "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

static void moved_lines_and_repeated_ones_are_found(void)
{
    check("{\n a\n}\n{\n b\n}\n", "{\n a\n}\n{\n c\n}\n{\n b\n}\n",
          "--- a\n+++ b\n@@ -2,5 +2,8 @@\n  a\n }\n {\n+ c\n+}\n+{\n  b\n }\n");
    check("x\na\nb\n", "a\nb\nx\n", "--- a\n+++ b\n@@ -1,3 +1,3 @@\n-x\n a\n b\n+x\n");
    check("y\ny\n", "y\n", "--- a\n+++ b\n@@ -1,2 +1 @@\n y\n-y\n");
}

static void a_last_line_without_an_end_is_told(void)
{
    check("a", "a\n", "--- a\n+++ b\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
    check("a\nb", "c\nb",
          "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/diff/" #name, name)
    ADD(the_same_text_has_no_difference);
    ADD(a_change_has_three_lines_around_it);
    ADD(near_changes_are_one_and_far_ones_two);
    ADD(moved_lines_and_repeated_ones_are_found);
    ADD(a_last_line_without_an_end_is_told);
#undef ADD
    return g_test_run();
}
