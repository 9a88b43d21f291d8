/* SPDX-License-Identifier: Apache-2.0 */
/* Files out, and Parquet and JSON in: no value changes. */
#include "engine_files.h"

static void test_unknown_settings_are_errors(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const formats[] = {"csv", "json", "parquet"};
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        AUTO(relation) relation = relation_of(test, formats[i], "x", NULL);
        set(relation, "colour", SETTING_TEXT, "red");
        GError *error = NULL;
        gint64 rows;
        g_assert_false(try_load(test, relation, NULL, &rows, &error));
        check_error("load", g_steal_pointer(&error),
                    &(struct expected_error){ERROR_PLAN, -1, "'colour'"});
        g_assert_false(test->class->export(test->session, "SELECT 1", relation, &rows, &error));
        check_error("export", error, &(struct expected_error){ERROR_PLAN, -1, "'colour'"});
    }
}

static void test_json_both_shapes(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation)
    array = relation_of(test, "json", "a.json", "[{\"a\": 1, \"b\": {\"c\": [1, 2]}}]");
    g_assert_cmpint(load(test, array, NULL), ==, 1);
    expect_rows(test, "FROM t", "1|{'c': [1, 2]}");
    AUTO(relation)
    lines = relation_of(test, "json", "l.json", "{\"a\": 1}\n{\"a\": \"x\", \"b\": 2}\n");
    set(lines, "format", SETTING_TEXT, "newline_delimited");
    set_items(lines, "columns", SETTING_PAIRS, "a|VARCHAR|b|BIGINT");
    g_assert_cmpint(load(test, lines, "b IS NULL"), ==, 1);
    expect_rows(test, "FROM t", "1|NULL");
    AUTO(relation) broken = relation_of(test, "json", "b.json", "[{\"a\": 1}, {\"a\": ");
    GError *error = NULL;
    gint64 rows;
    g_assert_false(try_load(test, broken, NULL, &rows, &error));
    check_error("json", error, &(struct expected_error){ERROR_DATA, -1, "b.json"});
}

static struct relation *sink_of(struct engine_case *test, const char *format, const char *name)
{
    struct relation *relation = relation_of(test, format, name, NULL);
    return relation;
}

static gint64 export(struct engine_case *test, const char *query, const struct relation *relation)
{
    g_autoptr(GError) error = NULL;
    gint64 rows = -2;
    if (!test->class->export(test->session, query, relation, &rows, &error))
        g_error("%s: %s", query, error->message);
    return rows;
}

static void expect_file(const struct relation *relation, const char *wanted)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(g_ptr_array_index(relation->paths, 0), &text, NULL, NULL));
    g_assert_cmpstr(text, ==, wanted);
}

static void test_csv_export(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) csv = sink_of(test, "csv", "out.csv");
    const char *query = "SELECT 1 a, '' b, NULL c, 'x,\"y\"' d, 'TO ''f'' TYPE' AS \"to;\" -- end";
    g_assert_cmpint(export(test, query, csv), ==, 1);
    expect_file(csv, "a,b,c,d,to;\n1,\"\",,\"x,\"\"y\"\"\",TO 'f' TYPE\n");
    set(csv, "delimiter", SETTING_TEXT, ";");
    set(csv, "header", SETTING_BOOLEAN, "false");
    set(csv, "null", SETTING_TEXT, "NULL");
    set(csv, "quote", SETTING_TEXT, "'");
    set(csv, "escape", SETTING_TEXT, "'");
    set(csv, "dateformat", SETTING_TEXT, "%d.%m.%Y");
    set(csv, "timestampformat", SETTING_TEXT, "%Y");
    set(csv, "compression", SETTING_TEXT, "none");
    query = "SELECT NULL, 'NULL', 'it''s;', DATE '2024-12-31', TIMESTAMP '2024-12-31 00:00:00'";
    g_assert_cmpint(export(test, query, csv), ==, 1);
    expect_file(csv, "NULL;'NULL';'it''s;';31.12.2024;2024\n");
    g_assert_cmpint(export(test, "SELECT 1 a LIMIT 0", csv), ==, 0);
    expect_file(csv, "");
}

static void test_json_export(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) json = sink_of(test, "json", "out.json");
    set(json, "format", SETTING_TEXT, "newline_delimited");
    const char *query = "SELECT 1 a, {'b': [1.50, NULL]} s, 1.10 d, 0.1::DOUBLE f, NULL n";
    g_assert_cmpint(export(test, query, json), ==, 1);
    expect_file(json, "{\"a\":1,\"s\":{\"b\":[1.5,null]},\"d\":1.1,\"f\":0.1,\"n\":null}\n");
    set(json, "format", SETTING_TEXT, "array");
    g_assert_cmpint(export(test, "FROM range(2)", json), ==, 2);
    expect_file(json, "[\n\t{\"range\":0},\n\t{\"range\":1}\n]\n");
    g_assert_cmpint(export(test, "FROM range(0)", json), ==, 0);
    expect_file(json, "[\n\t\n]\n");
}

static void test_exports_take_any_query(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const queries[] = {
        "VALUES (1)",
        "FROM one",
        "TABLE one",
        "(SELECT 1)",
        "WITH c AS (SELECT 1 x) SELECT * FROM c",
        "PIVOT (SELECT 1 a, 'x' b) ON b USING sum(a)",
        "UNPIVOT (SELECT 1 a) ON a",
        "SELECT 1 -- ) TO 'x'",
        "SELECT x FROM one ORDER BY x DESC LIMIT 1",
    };
    static const char *const formats[] = {"csv", "json", "parquet"};
    run(test, "CREATE TABLE one AS SELECT 1 x");
    for (gsize i = 0; i < G_N_ELEMENTS(queries) * G_N_ELEMENTS(formats); i++) {
        AUTO(relation) sink = sink_of(test, formats[i % G_N_ELEMENTS(formats)], "out");
        g_test_message("%s", queries[i / G_N_ELEMENTS(formats)]);
        g_assert_cmpint(export(test, queries[i / G_N_ELEMENTS(formats)], sink), ==, 1);
    }
}

static void test_export_errors_have_their_place(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const formats[] = {"csv", "json", "parquet"};
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        AUTO(relation) sink = sink_of(test, formats[i], "out");
        GError *error = NULL;
        gint64 rows;
        const char *query =
            "SELECT 1.5::DOUBLE d, sum(1) h, CAST(x AS INT) FROM (VALUES ('y')) t(x) "
            "GROUP BY x";
        g_assert_false(test->class->export(test->session, query, sink, &rows, &error));
        check_error(formats[i], error,
                    &(struct expected_error){ERROR_DATA, strstr(query, "CAST") - query, "'y'"});
    }
}

/* Writes the value with the format, reads it again: the text of it, or how it was refused. */
static char *round_trip(struct engine_case *test, const char *format, const char *value)
{
    AUTO(relation) file = sink_of(test, format, "trip");
    g_autofree char *query = g_strdup_printf("SELECT %s AS c, 1 AS k", value);
    g_autoptr(GError) error = NULL;
    gint64 rows;
    if (!test->class->export(test->session, query, file, &rows, &error))
        return g_strdup(strstr(error->message, "CAST(") ? "refused" : error->message);
    g_assert_cmpint(rows, ==, 1);
    load(test, file, NULL);
    return case_rows(test, test->session, "SELECT c FROM t");
}

static const char *const exact_values[] = {
    "170141183460469231731687303715884105::HUGEINT",
    "5::UHUGEINT",
    "0.1::DOUBLE",
    "12345678901234567890123456.789::DECIMAL(38,3)",
    "1.10::DECIMAL(5,2)",
    "'10:00:00.123456'::TIME",
    "TIMESTAMP '2020-01-01 00:00:00.123456'",
    "TIMESTAMP_NS '2020-01-01 00:00:00.123456789'",
    "TIMESTAMP_S '2020-01-01 00:00:01'",
    "TIMESTAMP_MS '2020-01-01 00:00:00.123'",
    "TIMESTAMPTZ '2020-01-01 00:00:00.123456+02'",
    "DATE '2020-01-01'",
    "'8ee9e4f7-1f36-4b55-9a4b-0e8f2a7f7c11'::UUID",
    "'\\xAA\\x00'::BLOB",
    "'0101x'::VARCHAR",
    "'a'::ENUM('a', 'b')",
    "true",
    "255::UTINYINT",
    "18446744073709551615::UBIGINT",
    "(-9223372036854775808)::BIGINT",
    "'12345678901234567890123'::BIGNUM",
    "'tab\t\"quote\" ünï, \r\n'",
    "''",
    "NULL::VARCHAR",
};

/* Types are the reader's matter (CSV and JSON have few), values must be the same texts. */
static void test_no_value_changes(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(exact_values); i++) {
        g_autofree char *cast = g_strdup_printf("SELECT CAST(%s AS VARCHAR)", exact_values[i]);
        g_autofree char *wanted = case_rows(test, test->session, cast);
        g_autofree char *back = round_trip(test, "parquet", exact_values[i]);
        g_test_message("%s", exact_values[i]);
        g_assert_cmpstr(back, ==, wanted);
        AUTO(relation) csv = sink_of(test, "csv", "trip.csv");
        g_autofree char *query = g_strdup_printf("SELECT %s AS c, 1 AS k", exact_values[i]);
        export(test, query, csv);
        set(csv, "all_varchar", SETTING_BOOLEAN, "true");
        load(test, csv, NULL);
        expect_rows(test, "SELECT c FROM t", wanted);
        AUTO(relation) json = sink_of(test, "json", "trip.json");
        export(test, query, json);
        /* DuckDB reads numbers of JSON as doubles: those the file itself must have in full. */
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(json->paths->pdata[0], &text, NULL, NULL));
        if (strstr(text, "\"c\":\"") || strstr(text, "\"c\":null")) {
            set_items(json, "columns", SETTING_PAIRS, "c|VARCHAR|k|INT");
            load(test, json, NULL);
            expect_rows(test, "SELECT c FROM t", wanted);
        } else if (!strstr(exact_values[i], "1.10")) {
            g_assert_nonnull(strstr(text, wanted));
        }
    }
}

static const struct refused {
    const char *format;
    const char *value;
} refused_values[] = {
    {"parquet", "INTERVAL '1 day 3 microseconds'"},
    {"parquet", "'10:00:00.123456+02'::TIMETZ"},
    {"parquet", "union_value(n := 1)"},
    {"parquet", "[5::HUGEINT]"},
    {"parquet", "{'a': INTERVAL 1 DAY}"},
    {"csv", "union_value(n := 1)"},
    {"json", "'nan'::DOUBLE"},
    {"json", "'inf'::FLOAT"},
};

static void test_what_would_change_is_refused(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(refused_values); i++) {
        g_autofree char *found =
            round_trip(test, refused_values[i].format, refused_values[i].value);
        g_test_message("%s %s", refused_values[i].format, refused_values[i].value);
        g_assert_cmpstr(found, ==, "refused");
    }
    g_free(case_file(test, "trip", NULL));
    g_autofree char *large =
        round_trip(test, "parquet", "170141183460469231731687303715884105727::HUGEINT");
    g_assert_nonnull(strstr(large, "170141183460469231731687303715884105727"));
    g_autofree char *struct_field = round_trip(test, "parquet", "{'INTERVAL': 1}");
    g_assert_cmpstr(struct_field, ==, "{'INTERVAL': 1}");
    g_autofree char *enum_word = round_trip(test, "parquet", "'UNION'::ENUM('UNION')");
    g_assert_cmpstr(enum_word, ==, "UNION");
}

static void test_equal_names_are_refused(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const formats[] = {"json", "parquet"};
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        AUTO(relation) sink = sink_of(test, formats[i], "out");
        GError *error = NULL;
        gint64 rows;
        g_assert_false(
            test->class->export(test->session, "SELECT 1 a, 2 \"A\"", sink, &rows, &error));
        check_error("names", error, &(struct expected_error){ERROR_DATA, -1, "two columns"});
    }
}

static void test_parquet_settings(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) sink = sink_of(test, "parquet", "p.parquet");
    g_assert_cmpint(export(test, "SELECT range a, 'x' b, range % 2 c FROM range(5000)", sink), ==,
                    5000);
    g_autofree char *metadata = g_strdup_printf(
        "SELECT DISTINCT compression FROM parquet_metadata('%s/p.parquet')", test->folder);
    expect_rows(test, metadata, "ZSTD");
    set(sink, "compression", SETTING_TEXT, "snappy");
    set(sink, "row_group_size", SETTING_INTEGER, "2048");
    export(test, "SELECT range a, 'x' b, range % 2 c FROM range(5000)", sink);
    expect_rows(test, metadata, "SNAPPY");
    AUTO(relation) source = sink_of(test, "parquet", "p.parquet");
    set_items(source, "columns", SETTING_LIST, "c|a");
    g_assert_cmpint(load(test, source, "a < 3"), ==, 3);
    expect_rows(test, "FROM t", "0|0\n1|1\n0|2");
}

static void test_parquet_files_must_fit_together(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const others[] = {"SELECT 2 a", "SELECT 2 a, 'y' b, 3 c",
                                         "SELECT 2.5 a, 'y' b"};
    AUTO(relation) first = sink_of(test, "parquet", "1.parquet");
    AUTO(relation) second = sink_of(test, "parquet", "2.parquet");
    AUTO(relation) both = sink_of(test, "parquet", "1.parquet");
    g_ptr_array_add(both->paths, case_file(test, "2.parquet", NULL));
    export(test, "SELECT 1 a, 'x' b", first);
    export(test, "SELECT 'y' b, 2 a", second);
    g_assert_cmpint(load(test, both, NULL), ==, 2);
    expect_rows(test, "FROM t ORDER BY a", "1|x\n2|y");
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        GError *error = NULL;
        gint64 rows;
        export(test, others[i], second);
        g_assert_false(try_load(test, both, NULL, &rows, &error));
        check_error(
            others[i], error,
            &(struct expected_error){ERROR_DATA, -1, "but the first file has (a INTEGER, b)"});
    }
    set(both, "union_by_name", SETTING_BOOLEAN, "true");
    load(test, both, NULL);
    expect_rows(test, "FROM t ORDER BY a", "1.0|x\n2.5|y");
}

/* A member that only the last of many objects has. */
static void test_json_members_far_down_count(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 30000; i++)
        g_string_append_printf(text, "{\"a\": %u}\n", i);
    g_string_append(text, "{\"a\": 1.75, \"b\": 2}\n");
    AUTO(relation) relation = relation_of(test, "json", "far.json", text->str);
    g_assert_cmpint(load(test, relation, NULL), ==, 30001);
    expect_rows(test, "SELECT a, b FROM t WHERE b IS NOT NULL", "1.75|2");
}

static void test_partitioned_exports(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const formats[] = {"csv", "parquet"};
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *name = g_strconcat("folder-", formats[i], NULL);
        AUTO(relation) sink = sink_of(test, formats[i], name);
        set_items(sink, "partition_by", SETTING_LIST, "it's");
        g_assert_cmpint(export(test, "SELECT range a, range % 2 AS \"it's\" FROM range(10)", sink),
                        ==, 10);
        g_autofree char *files =
            g_strdup_printf("SELECT count(*) FROM glob('%s/%s/*/*')", test->folder, name);
        expect_rows(test, files, "2");
        AUTO(relation) empty = sink_of(test, formats[i], i ? "empty1" : "empty0");
        set_items(empty, "partition_by", SETTING_LIST, "b");
        g_assert_cmpint(export(test, "SELECT 1 a, 2 b LIMIT 0", empty), ==, 0);
        g_autofree char *file =
            g_strdup_printf("%s/empty%d/data_0.%s", test->folder, (int)i, formats[i]);
        g_assert_true(g_file_test(file, G_FILE_TEST_IS_REGULAR));
    }
    AUTO(relation) sized = sink_of(test, "csv", "sized");
    set(sized, "file_size", SETTING_INTEGER, "100000");
    g_assert_cmpint(export(test, "SELECT range a FROM range(1000000)", sized), ==, 1000000);
    g_autofree char *count =
        g_strdup_printf("SELECT count(*) > 2 FROM glob('%s/sized/*')", test->folder);
    expect_rows(test, count, "true");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/files/" name, struct engine_case, NULL, case_set_up, function,             \
               case_tear_down)
    CASE("an unknown setting is an error", test_unknown_settings_are_errors);
    CASE("JSON comes as an array or as lines", test_json_both_shapes);
    CASE("CSV export", test_csv_export);
    CASE("JSON export", test_json_export);
    CASE("an export takes any query", test_exports_take_any_query);
    CASE("errors of an export have their place", test_export_errors_have_their_place);
    CASE("no value changes on its way out and in", test_no_value_changes);
    CASE("what would change is refused", test_what_would_change_is_refused);
    CASE("equal names are refused where they can't be told apart", test_equal_names_are_refused);
    CASE("Parquet settings", test_parquet_settings);
    CASE("Parquet files must fit together", test_parquet_files_must_fit_together);
    CASE("JSON members far down count", test_json_members_far_down_count);
    CASE("exports into folders", test_partitioned_exports);
    return g_test_run();
}
