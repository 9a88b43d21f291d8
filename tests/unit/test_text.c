/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/text.h"

#include <string.h>

static void assert_place(const struct text *text, gsize offset, guint line, guint column)
{
    struct place place = text_place(text, offset);
    g_assert_cmpuint(place.line, ==, line);
    g_assert_cmpuint(place.column, ==, column);
}

static void columns_count_characters(void)
{
    g_autoptr(GError) error = NULL;
    const char *data = "a\nü€x\r\n\nend";
    AUTO(text) text = text_new("t.sf", data, strlen(data), &error);
    g_assert_no_error(error);
    assert_place(text, 0, 1, 1);
    assert_place(text, 1, 1, 2);
    assert_place(text, 2, 2, 1);
    assert_place(text, 4, 2, 2);
    assert_place(text, 7, 2, 3);
    assert_place(text, strlen(data), 4, 4);
    assert_place(text, 9999, 4, 4);
}

static void lines_come_without_their_end(void)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("t.sf", "one\r\ntwo\n\nlast", 14, &error);
    static const char *const lines[] = {"one", "two", "", "last"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        gsize length = 99;
        const char *line = text_line(text, i + 1, &length);
        g_autofree char *copy = g_strndup(line, length);
        g_assert_cmpstr(copy, ==, lines[i]);
    }
}

static void a_bom_is_dropped(void)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("t.sf", "\xEF\xBB\xBFx", 4, &error);
    g_assert_cmpuint(text->length, ==, 1);
    g_assert_cmpstr(text->data, ==, "x");
}

static void an_empty_text_has_one_line(void)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("t.sf", "", 0, &error);
    assert_place(text, 0, 1, 1);
}

static void assert_refused(const char *data, gsize length, const char *pattern)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("t.sf", data, length, &error);
    g_assert_null(text);
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYNTAX);
    g_assert_true(g_pattern_match_simple(pattern, error->message));
}

static void wrong_bytes_are_named_with_their_place(void)
{
    assert_refused("ab\n\xC3\xBC\xFFz", 7, "t.sf:2:2: byte 0xff is not UTF-8*");
    assert_refused("ab\0c", 4, "t.sf:1:3: a NUL byte*");
    g_autofree char *huge = g_malloc0(TEXT_MAX_BYTES + 1);
    assert_refused(huge, TEXT_MAX_BYTES + 1, "t.sf: larger than 16 MiB*");
}

static void an_endless_file_ends_at_the_limit(void)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_load("zero", "/dev/zero", &error);
    g_assert_null(text);
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYNTAX);
}

static void a_missing_file_and_a_folder_are_usage_errors(void)
{
    static const char *const paths[] = {"/nowhere/at/all.sf", "/tmp"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        AUTO(text) text = text_load("x.sf", paths[i], &error);
        g_assert_null(text);
        g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, "'x.sf'"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/columns count characters", columns_count_characters);
    g_test_add_func("/text/lines come without their end", lines_come_without_their_end);
    g_test_add_func("/text/a BOM is dropped", a_bom_is_dropped);
    g_test_add_func("/text/an empty text has one line", an_empty_text_has_one_line);
    g_test_add_func("/text/wrong bytes are named with their place",
                    wrong_bytes_are_named_with_their_place);
    g_test_add_func("/text/an endless file ends at the limit", an_endless_file_ends_at_the_limit);
    g_test_add_func("/text/a missing file and a folder are usage errors",
                    a_missing_file_and_a_folder_are_usage_errors);
    return g_test_run();
}
