/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables, sizes and durations, the table of connectors. */
#include "base/quantity.h"
#include "connect/connector.h"
#include "connect/format/format.h"
#include "connect/registry.h"
#include "connect/storage/storage.h"
#include "lang/lexer.h"
#include "lang/parser.h"

#include <string.h>

/* A map checked against a connector's table. */
struct checked {
    struct text *text;
    struct value *map;
    struct diagnostics *diagnostics;
    struct options *options;
};

static struct checked check(const char *connector, guint use, const char *map)
{
    struct checked checked = {.diagnostics = diagnostics_new()};
    struct lexer lexer;
    checked.text = text_new("t.sf", map, strlen(map), NULL);
    lexer_init(&lexer, checked.text, 0, checked.text->length);
    checked.map = map_parse(&lexer, checked.diagnostics);
    g_assert_nonnull(checked.map);
    const struct format *found = format_find(connector);
    checked.options = options_check(found->options, use, found->name, checked.map,
                                    checked.map->span, checked.diagnostics);
    return checked;
}

static void checked_clear(struct checked *checked)
{
    options_free(checked->options);
    value_free(checked->map);
    diagnostics_free(checked->diagnostics);
    text_free(checked->text);
}

static void assert_accepted(const char *connector, guint use, const char *map)
{
    struct checked checked = check(connector, use, map);
    if (diagnostics_count(checked.diagnostics))
        g_error("%s: %s", map, diagnostics_get(checked.diagnostics, 0)->message);
    g_assert_nonnull(checked.options);
    checked_clear(&checked);
}

/* The one message, its code, and the text that it points at. */
static void assert_message(const char *connector, guint use, const char *map, enum code code,
                           const char *at, const char *message)
{
    struct checked checked = check(connector, use, map);
    g_assert_cmpuint(diagnostics_count(checked.diagnostics), ==, 1);
    const struct diagnostic *found = diagnostics_get(checked.diagnostics, 0);
    g_autofree char *pointed = span_dup(found->at);
    g_assert_cmpstr(found->message, ==, message);
    g_assert_cmpint(found->code, ==, code);
    g_assert_cmpstr(pointed, ==, at);
    g_assert_true((checked.options == NULL) == (found->severity == SEVERITY_ERROR));
    checked_clear(&checked);
}

static void every_option_of_csv_is_taken(void)
{
    assert_accepted(
        "csv", OPTION_FOR_SOURCE,
        "{path: 'a.csv', header: true, delimiter: ';', quote: '\"', escape: '\\', "
        "encoding: 'utf-8', compression: 'gzip', skip: 2, nullstr: ['NA', '-'], "
        "columns: {a: 'BIGINT', b: 'VARCHAR'}, types: {a: 'INTEGER'}, all_varchar: false, "
        "sample_size: -1, dateformat: '%d.%m.%Y', timestampformat: '%H:%M', "
        "decimal_separator: ',', union_by_name: true, filename: true, hive_partitioning: true, "
        "ignore_errors: true, null_padding: true, comment: '#', new_line: 'crlf', "
        "max_line_size: '8MB', names: ['a'], thousands: '.', retries: 2, retry_delay: '1s', "
        "timeout: '1m', tags: ['x'], depends_on: 'y'}");
    assert_accepted("csv", OPTION_FOR_SOURCE,
                    "{path: ['a', 'b'], has_header: false, sep: '\\t', quote_char: '', "
                    "null_values: 'NA', max_retries: 1, timeout_seconds: 30}");
    assert_accepted("csv", OPTION_FOR_EXPORT,
                    "{header: false, delim: '|', quote: \"'\", escape: '', null: 'NA', "
                    "dateformat: '%Y', timestampformat: '%Y', compression: 'zstd', "
                    "partition_by: ['a']}");
    assert_accepted("csv", OPTION_FOR_EXPORT, "{file_size: '64MB'}");
}

static void every_option_of_parquet_and_json_is_taken(void)
{
    assert_accepted("parquet", OPTION_FOR_SOURCE,
                    "{path: 'a', columns: ['x'], union_by_name: true, filename: true, "
                    "hive_partitioning: true}");
    assert_accepted("parquet", OPTION_FOR_EXPORT,
                    "{compression: 'snappy', row_group_size: 1000, partition_by: 'x'}");
    assert_accepted("parquet", OPTION_FOR_EXPORT, "{file_size: 1000000}");
    assert_accepted("json", OPTION_FOR_SOURCE, "{path: 'a', format: 'newline_delimited'}");
    assert_accepted("json", OPTION_FOR_EXPORT, "{format: 'array', compression: 'none'}");
}

static void an_unknown_option_is_pointed_at(void)
{
    struct checked checked =
        check("csv", OPTION_FOR_SOURCE, "{\"path\": \"a\", \"delimeter\": \";\"}");
    const struct diagnostic *found = diagnostics_get(checked.diagnostics, 0);
    g_autofree char *pointed = span_dup(found->at);
    g_assert_null(checked.options);
    g_assert_cmpstr(found->message, ==, "unknown option 'delimeter' for csv");
    g_assert_cmpstr(found->hint, ==, "did you mean 'delimiter'?");
    g_assert_cmpstr(pointed, ==, "\"delimeter\"");
    checked_clear(&checked);
}

static void wrong_values_are_pointed_at(void)
{
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 1}", SF_OPTION_TYPE, "1",
                   "option 'path' takes a string or a list of strings, this is a number");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: ['a', 2]}", SF_OPTION_TYPE, "2",
                   "option 'path' takes strings in its list, this is a number");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: []}", SF_OPTION_VALUE, "[]",
                   "option 'path' is an empty list");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', header: 'yes'}", SF_OPTION_TYPE, "'yes'",
                   "option 'header' takes true or false, this is a string");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', skip: 1.5}", SF_OPTION_VALUE, "1.5",
                   "option 'skip' takes a whole number, not 1.5");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', skip: -1}", SF_OPTION_VALUE, "-1",
                   "option 'skip' takes 0 to 2147483647, not -1");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', quote: 'ab'}", SF_OPTION_VALUE, "'ab'",
                   "option 'quote' takes one character of ASCII, or nothing, not 'ab'");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', delimiter: null}", SF_OPTION_TYPE, "null",
                   "option 'delimiter' takes a string, this is null");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', types: {x: 1}}", SF_OPTION_TYPE, "1",
                   "option 'types' takes names of types, such as \"INTEGER\", this is a number");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', encoding: 'koi8'}", SF_OPTION_VALUE,
                   "'koi8'", "option 'encoding' takes one of utf-8, utf-16, latin-1, not 'koi8'");
    assert_message("csv", OPTION_FOR_EXPORT, "{file_size: 'big'}", SF_OPTION_VALUE, "'big'",
                   "option 'file_size' takes a size such as 64MB, not 'big'");
}

static void a_missing_path_is_said_once(void)
{
    assert_message("csv", OPTION_FOR_SOURCE, "{}", SF_OPTION_MISSING, "{}",
                   "csv needs the option 'path'");
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 1}", SF_OPTION_TYPE, "1",
                   "option 'path' takes a string or a list of strings, this is a number");
}

static void one_option_by_two_names_is_an_error(void)
{
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', delim: ';', sep: ','}",
                   SF_OPTION_REPEATED, "sep", "option 'delimiter' is given twice");
}

static void what_excludes_something_is_refused_beside_it(void)
{
    assert_message("csv", OPTION_FOR_EXPORT, "{file_size: '1MB', partition_by: ['a']}",
                   SF_OPTION_CONFLICT, "'1MB'",
                   "the options 'file_size' and 'partition_by' of csv exclude each other");
}

static void what_has_no_effect_is_said(void)
{
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', batch_size: 10}", SF_OPTION_NO_EFFECT,
                   "batch_size",
                   "option 'batch_size' has no effect on csv (it is one of postgres)");
    assert_message("parquet", OPTION_FOR_EXPORT, "{delimiter: ';'}", SF_OPTION_NO_EFFECT,
                   "delimiter", "option 'delimiter' has no effect on parquet (it is one of csv)");
    assert_message("csv", OPTION_FOR_EXPORT, "{mode: 'append'}", SF_UNKNOWN_OPTION, "mode",
                   "unknown option 'mode' for csv");
}

static void options_have_their_use(void)
{
    assert_message("csv", OPTION_FOR_SOURCE, "{path: 'a', partition_by: ['x']}", SF_OPTION_USE,
                   "partition_by", "option 'partition_by' of csv is for EXPORT only");
    assert_message("csv", OPTION_FOR_EXPORT, "{skip: 1}", SF_OPTION_USE, "skip",
                   "option 'skip' of csv is for SOURCE only");
}

static void all_mistakes_are_told_at_once(void)
{
    struct checked checked =
        check("csv", OPTION_FOR_SOURCE, "{pth: 'a', header: 1, skip: 'x', sample_size: 1}");
    g_assert_cmpuint(diagnostics_errors(checked.diagnostics), ==, 4);
    checked_clear(&checked);
}

static void values_come_in_their_normal_form(void)
{
    struct checked checked =
        check("csv", OPTION_FOR_SOURCE,
              "{path: ['b', 'a'], sep: 'tab', has_header: false, max_line_size: '1.5KiB', "
              "encoding: 'Latin1', types: [['z', 'DATE'], ['a', 'BIGINT']], new_line: \"\\r\\n\", "
              "nullstr: 'NA'}");
    const struct options *options = checked.options;
    AUTO(relation) relation = relation_new("csv");
    options_to_relation(options, relation);
    g_assert_cmpstr(options_text(options, "delimiter"), ==, "\t");
    g_assert_cmpint(options_integer(options, "max_line_size", 0), ==, 1536);
    g_assert_cmpint(options_integer(options, "skip", 7), ==, 0);
    g_assert_cmpint(options_integer(options, "sample_size", 7), ==, 7);
    g_assert_false(options_boolean(options, "header", TRUE));
    g_assert_cmpstr(relation_get(relation, "encoding")->text, ==, "latin-1");
    g_assert_cmpstr(relation_get(relation, "new_line")->text, ==, "\\r\\n");
    const struct setting *types = relation_get(relation, "types");
    g_assert_cmpint(types->kind, ==, SETTING_PAIRS);
    g_assert_cmpstr(types->items->pdata[0], ==, "z");
    g_assert_cmpstr(types->items->pdata[3], ==, "BIGINT");
    g_assert_cmpint(relation_get(relation, "nullstr")->kind, ==, SETTING_LIST);
    g_assert_null(relation_get(relation, "path"));
    g_assert_null(relation_get(relation, "skip"));
    g_assert_cmpuint(connector_paths(options)->len, ==, 2);
    checked_clear(&checked);
}

static void common_options_are_read_from_the_same_map(void)
{
    struct checked checked =
        check("csv", OPTION_FOR_SOURCE, "{path: 'a', timeout: '500ms', max_retries: 2, tags: 'x'}");
    AUTO(options) common = options_check_common(checked.map, checked.diagnostics);
    g_assert_cmpfloat(options_seconds(common, "timeout", 0), ==, 0.5);
    g_assert_cmpint(options_integer(common, "retries", 0), ==, 2);
    g_assert_cmpuint(diagnostics_count(checked.diagnostics), ==, 0);
    g_assert_cmpstr(options_list(common, "tags")->pdata[0], ==, "x");
    g_assert_null(options_list(common, "depends_on"));
    checked_clear(&checked);

    struct checked wrong = check("csv", OPTION_FOR_SOURCE, "{path: 'a', timeout: 'soon'}");
    g_assert_null(options_check_common(wrong.map, wrong.diagnostics));
    g_assert_cmpint(diagnostics_get(wrong.diagnostics, 0)->code, ==, SF_OPTION_VALUE);
    checked_clear(&wrong);
}

static void sizes_and_durations(void)
{
    static const struct {
        const char *text;
        gint64 bytes; /* -1: none */
    } sizes[] = {{"0", 0},
                 {"10", 10},
                 {"64KB", 64000},
                 {"64kib", 65536},
                 {"1.5 MiB", 1572864},
                 {"2g", 2000000000},
                 {"9007199254740993", 9007199254740993},
                 {"-1", -1},
                 {"", -1},
                 {"KB", -1},
                 {"1e3", -1},
                 {"1.", -1},
                 {"1 2", -1},
                 {"9999999999TB", -1},
                 {"5 parsecs", -1}};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        gint64 bytes = -1;
        g_assert_true(size_parse(sizes[i].text, &bytes) == (sizes[i].bytes >= 0));
        g_assert_cmpint(bytes, ==, sizes[i].bytes);
    }
    gdouble seconds = -1;
    g_assert_true(duration_parse("500ms", &seconds) && seconds == 0.5);
    g_assert_true(duration_parse("1.5s", &seconds) && seconds == 1.5);
    g_assert_true(duration_parse("2m", &seconds) && seconds == 120);
    g_assert_true(duration_parse("3", &seconds) && seconds == 3);
    g_assert_false(duration_parse("1 year", &seconds));
    g_assert_false(duration_parse("100000d", &seconds));
    g_assert_cmpfloat(seconds, ==, 3);
}

static void connectors_are_found(void)
{
    AUTO(registry) registry = registry_new_own();
    g_assert_cmpstr(registry_find(registry, "CSV", NULL)->name, ==, "csv");
    g_assert_null(registry_find(registry, "mysql", NULL));
    g_assert_cmpstr(connector_refusal("MySQL"), ==, "is not supported yet");
    g_assert_nonnull(connector_refusal("shopify"));
    g_assert_null(connector_refusal("csv"));
    g_assert_cmpstr(format_for_path("out/a.CSV.gz")->name, ==, "csv");
    g_assert_cmpstr(format_for_path("a.tsv")->name, ==, "csv");
    g_assert_cmpstr(format_for_path("a.jsonl")->name, ==, "json");
    g_assert_cmpstr(format_for_path("a.parquet")->name, ==, "parquet");
    g_assert_null(format_for_path("a.txt"));
    g_assert_null(format_for_path(".csv"));
}

/* What is part of the program is described and looked at as what comes from outside. */
static void every_format_has_a_connector(void)
{
    AUTO(registry) registry = registry_new_own();
    for (guint i = 0; format_table()[i]; i++) {
        const struct connector *connector = registry_find(registry, format_table()[i]->name, NULL);
        g_assert_nonnull(connector);
        g_assert_true(connector->format == format_table()[i]);
        g_assert_true(connector->options == format_table()[i]->options);
        g_assert_nonnull(connector->descriptor);
        g_assert_null(connector->origin);
    }
    const struct connector *s3 = registry_find(registry, "s3", NULL);
    g_assert_true(s3->relates && !s3->format);
}

static void no_connector_is_refused(void)
{
    AUTO(registry) registry = registry_new_own();
    for (const char *const *name = connector_refused(); *name; name++) {
        g_assert_null(registry_find(registry, *name, NULL));
        g_assert_nonnull(connector_refusal(*name));
    }
}

static void a_destination_tells_what_options_leave_open(void)
{
    static const struct {
        const char *connector, *destination, *setting, *value;
    } cases[] = {
        {"csv", "a.tsv", "delimiter", "\t"},
        {"csv", "a.csv", "delimiter", ","},
        {"csv", "a.csv.gz", "compression", "gzip"},
        {"csv", "a.csv", "header", "true"},
        {"json", "a.json", "format", "array"},
        {"json", "a.ndjson.zst", "format", "newline_delimited"},
        {"json", "a.ndjson.zst", "compression", "zstd"},
        {"parquet", "a.parquet", "compression", "zstd"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct checked checked = check(cases[i].connector, OPTION_FOR_EXPORT, "{}");
        AUTO(relation) relation = NULL;
        g_assert_true(format_find(cases[i].connector)
                          ->sink(checked.options, cases[i].destination, "tmp", &relation, NULL));
        g_assert_cmpstr(relation_get(relation, cases[i].setting)->text, ==, cases[i].value);
        g_assert_cmpstr(relation->paths->pdata[0], ==, "tmp");
        checked_clear(&checked);
    }
}

static void assert_documented(const char *page, const char *title, const struct option *options)
{
    const char *start = strstr(page, title);
    g_assert_nonnull(start);
    const char *end = strstr(start + 1, "\n## ");
    g_autofree char *part = g_strndup(start, (gsize)(end - start));
    for (const struct option *option = options; option->name; option++) {
        g_autofree char *quoted = g_strdup_printf("`%s`", option->name);
        if (!strstr(part, quoted))
            g_error("%s is not documented below %s", option->name, title);
    }
}

/* docs/connectors.md has every option, in the connector's own part. */
static void every_option_is_documented(void)
{
    static const char *const titles[] = {"\n## CSV", "\n## Parquet", "\n## JSON"};
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "../../docs/connectors.md", NULL);
    g_autofree char *page = NULL;
    AUTO(registry) registry = registry_new_own();
    g_assert_true(g_file_get_contents(path, &page, NULL, NULL));
    for (guint i = 0; format_table()[i]; i++) {
        g_assert_cmpuint(i, <, G_N_ELEMENTS(titles));
        assert_documented(page, titles[i], format_table()[i]->options);
    }
    assert_documented(page, "\n## S3", registry_find(registry, "s3", NULL)->options);
    assert_documented(page, "\n## S3", storage_options());
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/option/every option of CSV is taken", every_option_of_csv_is_taken);
    g_test_add_func("/option/every option of Parquet and JSON is taken",
                    every_option_of_parquet_and_json_is_taken);
    g_test_add_func("/option/an unknown option is pointed at", an_unknown_option_is_pointed_at);
    g_test_add_func("/option/wrong values are pointed at", wrong_values_are_pointed_at);
    g_test_add_func("/option/a missing path is said once", a_missing_path_is_said_once);
    g_test_add_func("/option/one option by two names is an error",
                    one_option_by_two_names_is_an_error);
    g_test_add_func("/option/what has no effect is said", what_has_no_effect_is_said);
    g_test_add_func("/option/what excludes something is refused beside it",
                    what_excludes_something_is_refused_beside_it);
    g_test_add_func("/option/options have their use", options_have_their_use);
    g_test_add_func("/option/all mistakes are told at once", all_mistakes_are_told_at_once);
    g_test_add_func("/option/values come in their normal form", values_come_in_their_normal_form);
    g_test_add_func("/option/common options are read from the same map",
                    common_options_are_read_from_the_same_map);
    g_test_add_func("/option/sizes and durations", sizes_and_durations);
    g_test_add_func("/option/connectors are found", connectors_are_found);
    g_test_add_func("/option/every format has a connector", every_format_has_a_connector);
    g_test_add_func("/option/no connector is refused", no_connector_is_refused);
    g_test_add_func("/option/a destination tells what options leave open",
                    a_destination_tells_what_options_leave_open);
    g_test_add_func("/option/every option is documented", every_option_is_documented);
    return g_test_run();
}
