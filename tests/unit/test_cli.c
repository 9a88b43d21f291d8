/* SPDX-License-Identifier: Apache-2.0 */
/* How rows, numbers and texts are shown, and how flags are read. */
#include "base/error.h"
#include "cli/flags.h"
#include "cli/rowformat.h"
#include "cli/summary.h"
#include "cli/table.h"

#include <string.h>

static struct rows *sample_rows(void)
{
    struct rows *rows = rows_new(0);
    columns_add(rows->columns, "n", "INTEGER");
    columns_add(rows->columns, "text", "VARCHAR");
    rows_append(rows, (const char *[]){"1", "日本"});
    rows_append(rows, (const char *[]){"-22", NULL});
    rows_append(rows, (const char *[]){"3", "a\tb\n\033[2J|\"c\""});
    return rows;
}

static char *table_text(const struct rows *rows, guint width, bool utf8, guint *hidden)
{
    struct table_style style = {.width = width, .utf8 = utf8};
    GString *out = g_string_new(NULL);
    table_write(rows, &style, out, hidden);
    return g_string_free(out, FALSE);
}

static void a_table_is_aligned_by_display_width(void)
{
    AUTO(rows) rows = sample_rows();
    g_autofree char *text = table_text(rows, 0, true, NULL);
    g_assert_cmpstr(text, ==,
                    "  n  text\n"
                    "───  ─────────────────\n"
                    "  1  日本\n"
                    "-22  NULL\n"
                    "  3  a\\tb\\n\\x1b[2J|\"c\"\n");
}

static void a_table_fits_its_width(void)
{
    AUTO(rows) rows = sample_rows();
    guint hidden = 7;
    g_autofree char *text = table_text(rows, 14, false, &hidden);
    g_assert_cmpstr(text, ==,
                    "  n  text\n"
                    "---  ---------\n"
                    "  1  日本\n"
                    "-22  NULL\n"
                    "  3  a\\tb\\n\\x~\n");
    g_assert_cmpuint(hidden, ==, 0);
}

static void columns_that_do_not_fit_are_left_out(void)
{
    AUTO(rows) rows = rows_new(0);
    for (guint i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("column_%u", i);
        columns_add(rows->columns, name, "VARCHAR");
    }
    rows_append(rows, (const char *[]){"a", "b", "c", "d", "e"});
    guint hidden = 0;
    g_autofree char *text = table_text(rows, 24, true, &hidden);
    g_assert_cmpstr(text, ==,
                    "column_0  …  column_4\n"
                    "────────  ─  ────────\n"
                    "a         …  e\n");
    g_assert_cmpuint(hidden, ==, 3);
}

static char *formatted(const char *format, const struct rows *rows)
{
    GString *out = g_string_new(NULL);
    row_format_write(row_format_find(format), rows, out);
    return g_string_free(out, FALSE);
}

static void csv_tells_null_from_empty_and_quotes(void)
{
    AUTO(rows) rows = sample_rows();
    rows_append(rows, (const char *[]){"4", ""});
    g_autofree char *text = formatted("csv", rows);
    g_assert_cmpstr(text, ==, "n,text\n1,日本\n-22,\n3,\"a\tb\n\033[2J|\"\"c\"\"\"\n4,\"\"\n");
}

static void json_keeps_digits_and_escapes(void)
{
    const struct {
        const char *type, *text, *json;
    } cases[] = {
        {"DECIMAL(38,2)", "1.10", "1.10"},
        {"HUGEINT", "170141183460469231731687303715884105727",
         "170141183460469231731687303715884105727"},
        {"DOUBLE", "inf", "\"inf\""},
        {"DOUBLE", "-nan", "\"-nan\""},
        {"BOOLEAN", "true", "true"},
        {"VARCHAR", "a\"\\\n\001\xff", "\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\""},
        {"DATE", "2024-01-05", "\"2024-01-05\""},
        {"DECIMAL(3,1)[]", "[1.0]", "\"[1.0]\""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *type = g_strdup(cases[i].type);
        g_autofree char *value = g_strdup(cases[i].text);
        struct column column = {.type = type};
        struct cell cell = {.text = value, .length = strlen(value)};
        g_autoptr(GString) out = g_string_new(NULL);
        json_append_cell(out, &column, &cell);
        g_assert_cmpstr(out->str, ==, cases[i].json);
    }
}

static void markdown_escapes_its_bars(void)
{
    AUTO(rows) rows = sample_rows();
    g_autofree char *text = formatted("markdown", rows);
    g_assert_nonnull(strstr(text, "| n | text |\n|---:|---|\n"));
    g_assert_nonnull(strstr(text, "a\tb<br>\033[2J\\|\"c\" |\n"));
}

static void no_rows_are_an_empty_list(void)
{
    AUTO(rows) rows = rows_new(0);
    columns_add(rows->columns, "n", "INTEGER");
    g_autofree char *text = formatted("json", rows);
    g_assert_cmpstr(text, ==, "[]\n");
}

static void counts_and_times_are_for_people(void)
{
    const struct {
        gint64 value;
        const char *text;
    } counts[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {-1234567, "-1,234,567"}};
    const struct {
        gint64 value;
        const char *text;
    } times[] = {{0, "0.00 s"},
                 {1234567, "1.23 s"},
                 {599990000, "599.99 s"},
                 {723 * G_USEC_PER_SEC, "12 min 03 s"}};
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autofree char *count = count_text(counts[i].value);
        g_autofree char *time = duration_text(times[i].value);
        g_assert_cmpstr(count, ==, counts[i].text);
        g_assert_cmpstr(time, ==, times[i].text);
    }
}

static void a_cut_text_never_exceeds_its_width(void)
{
    for (guint width = 0; width < 12; width++) {
        g_autoptr(GString) out = g_string_new(NULL);
        guint used = display_append_cut(out, "a日本語bcd", width, true);
        g_assert_cmpuint(used, <=, width);
        g_assert_cmpuint(display_width(out->str, out->len), ==, used);
    }
}

static bool parse(struct flags *flags, const char *words, GError **error)
{
    static const enum flag more[] = {FLAG_WORKERS, FLAG_SELECT, FLAG_FAIL_FAST, 0};
    g_auto(GStrv) argv = g_strsplit(words, " ", -1);
    bool fine = flags_parse(flags, "run", more, false, &argv, error) &&
                flags_read_environment(flags, more, error);
    if (fine)
        g_assert_cmpstr(argv[1], ==, "name");
    return fine;
}

static void flags_are_read_in_every_spelling(void)
{
    AUTO(flags) flags = flags_new();
    g_autoptr(GError) error = NULL;
    g_setenv("SQLFLOW_FAIL_FAST", "yes", TRUE);
    g_setenv("SQLFLOW_WORKERS", "7", TRUE);
    g_assert_true(
        parse(flags, "run --var=a=1 name --var b=2 --variables {} -w3 -pprod --select x", &error));
    g_assert_no_error(error);
    g_assert_cmpuint(flags_number(flags, FLAG_WORKERS, 0), ==, 3);
    g_assert_cmpstr(flags_text(flags, FLAG_PROFILE), ==, "prod");
    g_assert_cmpstr(flags_text(flags, FLAG_VARS), ==, "{}");
    g_assert_cmpstr(flags_list(flags, FLAG_VAR)[1], ==, "b=2");
    g_assert_null(flags_list(flags, FLAG_VAR)[2]);
    g_assert_true(flags_given(flags, FLAG_FAIL_FAST));
    g_unsetenv("SQLFLOW_FAIL_FAST");
    g_unsetenv("SQLFLOW_WORKERS");
}

static void what_follows_two_dashes_is_no_flag(void)
{
    AUTO(flags) flags = flags_new();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = g_strsplit("query -q -- -x --bogus", " ", -1);
    g_assert_true(flags_parse(flags, "query", NULL, false, &argv, &error));
    g_assert_cmpstr(argv[1], ==, "-x");
    g_assert_cmpstr(argv[2], ==, "--bogus");
    g_assert_true(flags_given(flags, FLAG_QUIET));
}

static void wrong_flags_are_usage_errors(void)
{
    const char *const cases[] = {"run --bogus",         "run --workers=x", "run --workers",
                                 "run --resume",        "run -Z",          "run --fail-fast=1",
                                 "run --log-format xml"};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(flags) flags = flags_new();
        g_autoptr(GError) error = NULL;
        bool fine = parse(flags, cases[i], &error) || flags_given(flags, FLAG_RESUME);
        g_assert_false(fine);
        g_assert_cmpint(error_kind(error), ==, ERROR_USAGE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cli/a table is aligned by display width",
                    a_table_is_aligned_by_display_width);
    g_test_add_func("/cli/a table fits its width", a_table_fits_its_width);
    g_test_add_func("/cli/columns that do not fit are left out",
                    columns_that_do_not_fit_are_left_out);
    g_test_add_func("/cli/csv tells null from empty and quotes",
                    csv_tells_null_from_empty_and_quotes);
    g_test_add_func("/cli/json keeps digits and escapes", json_keeps_digits_and_escapes);
    g_test_add_func("/cli/markdown escapes its bars", markdown_escapes_its_bars);
    g_test_add_func("/cli/no rows are an empty list", no_rows_are_an_empty_list);
    g_test_add_func("/cli/counts and times are for people", counts_and_times_are_for_people);
    g_test_add_func("/cli/a cut text never exceeds its width", a_cut_text_never_exceeds_its_width);
    g_test_add_func("/cli/flags are read in every spelling", flags_are_read_in_every_spelling);
    g_test_add_func("/cli/what follows two dashes is no flag", what_follows_two_dashes_is_no_flag);
    g_test_add_func("/cli/wrong flags are usage errors", wrong_flags_are_usage_errors);
    return g_test_run();
}
