/* SPDX-License-Identifier: Apache-2.0 */
/* What a CSV source finds out about its files, and what it refuses. */
#include "base/error.h"
#include "connect/format/format.h"
#include "lang/lexer.h"
#include "lang/parser.h"
#include "temporary.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* Scans a file, or several, with options such as "skip: 1". */
static struct relation *scan(const char *path, const char *options, GError **error)
{
    g_autofree char *map = g_strdup_printf("{path: '%s'%s%s}", path, *options ? ", " : "", options);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) text = text_new("t.sf", map, strlen(map), NULL);
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    AUTO(value) value = map_parse(&lexer, diagnostics);
    const struct format *csv = &csv_format;
    AUTO(options)
    checked =
        options_check(csv->options, OPTION_FOR_SOURCE, "csv", value, value->span, diagnostics);
    g_assert_nonnull(checked);
    struct relation *relation = NULL;
    return csv->scan(checked, NULL, &relation, error) ? relation : NULL;
}

/* "delimiter quote escape encoding" */
static char *describe(const struct relation *relation)
{
    return g_strdup_printf("%s %s %s %s", relation_get(relation, "delimiter")->text,
                           relation_get(relation, "quote")->text,
                           relation_get(relation, "escape")->text,
                           relation_get(relation, "encoding")->text);
}

static void assert_found(const char *name, const char *data, gssize length, const char *options,
                         const char *expected)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = temporary_write(folder, name, data, length);
    g_autoptr(GError) error = NULL;
    AUTO(relation) relation = scan(path, options, &error);
    if (!relation)
        g_error("%s: %s", data, error->message);
    g_autofree char *found = describe(relation);
    g_assert_cmpstr(found, ==, expected);
}

static void assert_refused(const char *name, const char *data, gssize length, const char *options,
                           const char *pattern)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = temporary_write(folder, name, data, length);
    g_autoptr(GError) error = NULL;
    AUTO(relation) relation = scan(path, options, &error);
    g_assert_null(relation);
    g_assert_error(error, SQLFLOW_ERROR, ERROR_DATA);
    if (!g_pattern_match_simple(pattern, error->message))
        g_error("%s", error->message);
}

static void delimiters_are_found(void)
{
    assert_found("a.csv", "a,b\n1,2\n", -1, "", ", \" \" utf-8");
    assert_found("a.csv", "a;b\n1,5;2,5\n", -1, "", "; \" \" utf-8");
    assert_found("a.csv", "a\tb\nx, y\tz\n", -1, "", "\t \" \" utf-8");
    assert_found("a.csv", "a|b\n1|2", -1, "", "| \" \" utf-8");
    assert_found("a.csv", "a,b\n\"1;2;3\",x\n", -1, "", ", \" \" utf-8");
    assert_found("a.csv", "a;b\n\"x\ny;z\";2\n", -1, "", "; \" \" utf-8");
    assert_found("a.csv", "a::b\n1::2\n", -1, "sep: '::'", ":: \" \" utf-8");
    assert_found("a.csv", "when;what\n2024-01-01 10:00:00,5;a|b\n", -1, "", "; \" \" utf-8");
}

static void one_column_is_one_column(void)
{
    assert_found("a.csv", "name\nx\n\ny\n", -1, "", ", \" \" utf-8");
    assert_found("a.csv", "name\nSmith, John\nDoe\n", -1, "", "; \" \" utf-8");
    assert_found("a.tsv", "name\nSmith, John\n", -1, "", "\t \" \" utf-8");
    assert_found("a.csv", "name", -1, "", ", \" \" utf-8");
}

static void quotes_and_escapes_are_found(void)
{
    assert_found("a.csv", "a,b\n\"x \"\"y\"\" z\",2\n", -1, "", ", \" \" utf-8");
    assert_found("a.csv", "a,b\n\"x \\\"y\\\" z\",2\n", -1, "", ", \" \\ utf-8");
    assert_found("a.csv", "a,b\n'x,y','z'\n'u','v'\n", -1, "", ", ' ' utf-8");
    assert_found("a.csv", "a,b\n'tis,x\nO'Neill,y\n", -1, "", ", \" \" utf-8");
    assert_found("a.csv", "a,b\n6' 2\" tall,x\n", -1, "", ", \" \" utf-8");
    assert_found("a.csv", "a,b\n\"x,y\n", -1, "quote: ''", ",   utf-8");
}

static void encodings_are_found(void)
{
    assert_found("a.csv",
                 "\xEF\xBB\xBF"
                 "a,b\n1,é\n",
                 -1, "", ", \" \" utf-8");
    assert_found("a.csv",
                 "\xff\xfe"
                 "a\0;\0b\0\n\0"
                 "1\0;\0\xe9\0\n\0",
                 18, "", "; \" \" utf-16");
    assert_found("a.csv",
                 "a\0;\0b\0\n\0"
                 "1\0;\0\xe9\0\n\0",
                 16, "encoding: 'utf16'", "; \" \" utf-16");
    assert_found("a.csv", "a;b\n1;\xe9\n", -1, "encoding: 'iso-8859-1'", "; \" \" latin-1");
    assert_refused("a.csv", "a;b\n1;\xe9\n", -1, "", "*line 2 is not UTF-8; give*encoding*");
    assert_refused("a.csv", "\xfe\xff\0a\0,\0b", 8, "", "*big end first*");
    assert_refused("a.csv", "a\0;\0b\0\n\0", 8, "", "*line 1 holds a NUL byte*utf-16*");
    assert_refused("a.csv", "\n<!DOCTYPE HTML>\n<title>Log in</title>", -1, "", "*a page of HTML*");
    assert_refused("a.csv", "\x1f\x8b\x08\0\xff\n", 6, "",
                   "*packed by gzip*\"compression\": \"gzip\"*");
    assert_refused("a.csv", "a,b\n1,x\0y\n", 10, "", "*line 2 holds a NUL byte*");
}

static void lines_that_do_not_fit_are_named(void)
{
    assert_refused("a.csv", "a,b\n1,2\n3,4,5\n", -1, "",
                   "*/a.csv: line 3 has 3 fields, the first line has 2 (delimiter ',')");
    assert_refused("a.csv", "a,b\n1,2\n3,4\n5,6\nx;y;z\n", -1, "",
                   "*: line 5 has 1 field, the first line has 2*");
    assert_refused("a.csv", "a,b\n\"1\n2\",2\n3\n", -1, "", "*: line 4 has 1 field,*");
    assert_refused("a.csv", "a,b\n1,\"2\n3,4\n", -1, "",
                   "*: line 2 opens a quote (\") that nothing*");
    assert_refused("a.csv", "a,b\n1,\"2\" x\n3,4\n", -1, "", "*: line 2 has text after a closing*");
    assert_refused("a.csv", "a,b\r\n1,2\n3,4\r\n", -1, "", "*: line 2 ends in another way*");
    assert_refused("a.csv", "a,b\n1,2,3\n", -1, "columns: {a: 'INT', b: 'INT'}",
                   "*: line 2 has 3 fields, the columns given are 2*");
}

static void options_allow_what_they_say(void)
{
    assert_found("a.csv", "a,b\n1,2\n3\n", -1, "null_padding: true", ", \" \" utf-8");
    assert_refused("a.csv", "a,b\n1,2\n3,4,5\n", -1, "null_padding: true", "*line 3 has 3 fields*");
    assert_found("a.csv", "a,b\n1,2\n3,4,5\n", -1, "ignore_errors: true", ", \" \" utf-8");
    assert_found("a.csv", "A title, here\nof two; lines\na;b\n1;2\n", -1, "skip: 2",
                 "; \" \" utf-8");
    assert_found("a.csv", "a;b\n# a, comment\n1;2\n", -1, "comment: '#'", "; \" \" utf-8");
    assert_found("a.csv", "1,2\n3,4\n", -1, "header: false", ", \" \" utf-8");
}

static void what_can_be_read_in_two_ways_is_refused(void)
{
    assert_refused("a.csv", "a,b;c\n1,2;3\n", -1, "",
                   "*both ',' (2 fields a line) and ';' (2) divide it evenly; give*delimiter*");
    assert_found("a.csv", "a,b;c\n1,2;3\n", -1, "delimiter: ';'", "; \" \" utf-8");
}

static void empty_files_have_an_outcome(void)
{
    assert_refused("a.csv", "", 0, "", "*is empty: it has no header line");
    assert_refused("a.csv", "\xEF\xBB\xBF", -1, "", "*is empty*");
    assert_refused("a.csv", "\n\na,b\n1,2\n", -1, "", "*line 1 is empty, not a header*skip*");
    assert_refused("a.csv", "sep=;\na;b\n1;2\n", -1, "", "*line 1 is a note for Excel*skip*");
    assert_found("a.csv", "sep=;\na;b\n1;2\n", -1, "skip: 1", "; \" \" utf-8");
    assert_found("a.csv", "a;b\n", -1, "", "; \" \" utf-8");
    assert_found("a.csv", "", 0, "columns: {a: 'INTEGER'}", ", \" \" utf-8");
    assert_found("a.csv", "", 0, "header: false", ", \" \" utf-8");
}

static void everything_is_pinned(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = temporary_write(folder, "a.csv", "a,b\n1,2\n", -1);
    AUTO(relation) relation = scan(path, "", NULL);
    static const char *const pinned[][2] = {
        {"header", "true"},         {"skip", "0"},   {"null_padding", "false"},
        {"ignore_errors", "false"}, {"comment", ""}, {"hive_partitioning", "false"}};
    for (gsize i = 0; i < G_N_ELEMENTS(pinned); i++)
        g_assert_cmpstr(relation_get(relation, pinned[i][0])->text, ==, pinned[i][1]);
    AUTO(relation) given = scan(path, "header: false, skip: 1", NULL);
    g_assert_cmpstr(relation_get(given, "header")->text, ==, "false");
    g_assert_cmpstr(relation_get(given, "skip")->text, ==, "1");
}

static void several_files_have_one_dialect(void)
{
    TEMPORARY folder = temporary_new();
    g_free(temporary_write(folder, "1.csv", "name\nx\n", -1));
    g_free(temporary_write(folder, "2.csv", "a;b\n1;2\n", -1));
    g_autofree char *pattern = g_build_filename(folder, "*.csv", NULL);
    AUTO(relation) relation = scan(pattern, "", NULL);
    g_assert_cmpuint(relation->paths->len, ==, 2);
    g_assert_cmpstr(relation_get(relation, "delimiter")->text, ==, ";");
    g_free(temporary_write(folder, "3.csv", "a,b\n1,2\n", -1));
    g_autoptr(GError) error = NULL;
    AUTO(relation) other = scan(pattern, "", &error);
    g_assert_null(other);
    g_assert_true(
        g_pattern_match_simple("*/3.csv has another delimiter than */2.csv*", error->message));
}

static char *write_gzip(const char *folder, const char *name, const char *data)
{
    char *path = g_build_filename(folder, name, NULL);
    gzFile file = gzopen(path, "wb");
    g_assert_cmpint(gzwrite(file, data, (unsigned)strlen(data)), ==, (int)strlen(data));
    g_assert_cmpint(gzclose(file), ==, Z_OK);
    return path;
}

static void compressed_files_are_looked_into(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = write_gzip(folder, "a.csv.gz", "a;b\n1;2\n");
    AUTO(relation) relation = scan(path, "", NULL);
    g_assert_cmpstr(relation_get(relation, "delimiter")->text, ==, ";");
    g_autofree char *other = write_gzip(folder, "b", "a|b\n1|2\n");
    AUTO(relation) named = scan(other, "compression: 'gzip'", NULL);
    g_assert_cmpstr(relation_get(named, "delimiter")->text, ==, "|");
    assert_refused("c.csv.gz", "a,b\n1,2\n", -1, "", "*not a whole gzip file*");
    assert_refused("c.csv.gz", "\x1f\x8b\x08\0\0\0\0\0\0\x03KL", 12, "", "*not a whole gzip file*");
    assert_refused("d.csv.zst", "a,b\n1,2\n", -1, "", "*not a whole zstd file*");
    char packed[100];
    const gsize size = ZSTD_compress(packed, sizeof packed, "a;b\n1;2\n", 8, 1);
    assert_found("e.csv.zst", packed, (gssize)size, "", "; \" \" utf-8");
    assert_refused("f.csv.zst", packed, (gssize)size - 1, "", "*it ends too early*");
}

/* A head that ends in a character, a quote or a line doesn't count what it cuts. */
static void large_files_are_judged_by_their_head(void)
{
    for (guint pad = 0; pad < 9; pad++) {
        g_autoptr(GString) data = g_string_new("a,b\n");
        for (guint i = 0; i < pad; i++)
            g_string_append_c(data, 'x');
        g_string_append(data, ",y\n");
        while (data->len < 300 * 1024)
            g_string_append(data, "\"zoë\nü\",\"\xF0\x9F\x98\x80\"\"\"\n");
        assert_found("a.csv", data->str, (gssize)data->len, "", ", \" \" utf-8");
    }
    g_autoptr(GString) wide = g_string_new(NULL);
    for (guint i = 0; i < 100000; i++)
        g_string_append_printf(wide, "%scolumn_%u", i ? ";" : "", i);
    g_string_append(wide, "\n");
    assert_found("a.csv", wide->str, (gssize)wide->len, "", "; \" \" utf-8");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/delimiters are found", delimiters_are_found);
    g_test_add_func("/csv/one column is one column", one_column_is_one_column);
    g_test_add_func("/csv/quotes and escapes are found", quotes_and_escapes_are_found);
    g_test_add_func("/csv/encodings are found", encodings_are_found);
    g_test_add_func("/csv/lines that do not fit are named", lines_that_do_not_fit_are_named);
    g_test_add_func("/csv/options allow what they say", options_allow_what_they_say);
    g_test_add_func("/csv/what can be read in two ways is refused",
                    what_can_be_read_in_two_ways_is_refused);
    g_test_add_func("/csv/empty files have an outcome", empty_files_have_an_outcome);
    g_test_add_func("/csv/everything is pinned", everything_is_pinned);
    g_test_add_func("/csv/several files have one dialect", several_files_have_one_dialect);
    g_test_add_func("/csv/compressed files are looked into", compressed_files_are_looked_into);
    g_test_add_func("/csv/large files are judged by their head",
                    large_files_are_judged_by_their_head);
    return g_test_run();
}
