/* SPDX-License-Identifier: Apache-2.0 */
/* CSV in: every row and every digit, or an error. */
#include "engine_files.h"

/* CSV texts that are read as they stand. */
static const struct good_csv {
    const char *text;
    const char *rows; /* of `FROM t` */
} good_csvs[] = {
    {"a,b\n1,2\n3,4\n", "1|2\n3|4"},
    {"a,b\n1,2\n3,4", "1|2\n3|4"},
    {"a,b\r\n1,2\r\n3,4\r\n", "1|2\n3|4"},
    {"a,b\n1,\"\"\n3,x\n,\n", "1|\n3|x\nNULL|NULL"},
    {"a,b\n1,\"x \"\"y\"\" z\"\n3,\"two\nlines\"\n", "1|x \"y\" z\n3|two\nlines"},
    {"a,b\n1,2\n\n3,4\n", "1|2\n3|4"},
    {"#a,b\n#1,2\n#3,4\n", "#1|2\n#3|4"},
    {"a;b\n1;2\n", "1;2"},
    {"a,b\n", ""},
    {"a\n1\n\n2\n", "1\nNULL\n2"},
    {"note: three columns\n1\n2\n", "1\n2"},
    {"a,\"b, c\"\n1,2\n", "1|2"},
};

static void test_csv_is_read_as_it_stands(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(good_csvs); i++) {
        AUTO(relation) relation = relation_of(test, "csv", "good.csv", good_csvs[i].text);
        g_test_message("%s", good_csvs[i].text);
        load(test, relation, NULL);
        expect_rows(test, "FROM t", good_csvs[i].rows);
    }
}

/* CSV texts of which DuckDB alone would drop rows or say nothing of the line. */
static const struct bad_csv {
    const char *text;
    const char *message;
} bad_csvs[] = {
    {"a,b\n1,2\n3,4,5\n", "bad.csv, line 3: 2 fields expected, 3 found\n3,4,5"},
    {"a,b\n1,2\n3,4\n5,6\nx;y;z\n", "bad.csv, line 5: 2 fields expected, 1 found\nx;y;z"},
    {"a,b\n1,2\n3\n", "bad.csv, line 3: 2 fields expected, 1 found\n3"},
    {"a,b\n1,\"2\"x\n", "bad.csv, line 2: "},
    {"a,b\n1,\"2\n3,4\n", "bad.csv, line 2: "},
    {"a,b\r\n1,2\r\n3,4\n", "bad.csv, line 3: it ends in another way (LF, CR LF, CR) than"},
};

static void test_csv_with_a_wrong_line_is_an_error(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(bad_csvs); i++) {
        AUTO(relation) relation = relation_of(test, "csv", "bad.csv", bad_csvs[i].text);
        GError *error = NULL;
        gint64 rows;
        g_assert_false(try_load(test, relation, NULL, &rows, &error));
        check_error(bad_csvs[i].text, error,
                    &(struct expected_error){ERROR_DATA, -1, bad_csvs[i].message});
        g_assert_cmpint(test->class->table_exists(test->session, "t"), ==, TABLE_NONE);
    }
}

/* A wrong line, and a value that only the last row has, behind DuckDB's sample of 20,480 rows. */
static void test_csv_far_down_counts(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GString) text = g_string_new("n,d\n");
    for (guint i = 0; i < 60000; i++)
        g_string_append_printf(text, "%u,2024-01-05\n", i);
    gsize length = text->len;
    g_string_append(text, "1,2024-01-05,x\n");
    AUTO(relation) wrong = relation_of(test, "csv", "wrong.csv", text->str);
    GError *error = NULL;
    gint64 rows;
    g_assert_false(try_load(test, wrong, NULL, &rows, &error));
    check_error("wrong", error,
                &(struct expected_error){ERROR_DATA, -1, "wrong.csv, line 60002: 2 fields"});

    g_string_truncate(text, length);
    g_string_append(text, "1.75,2024-01-05 13:45:00\n");
    AUTO(relation) late = relation_of(test, "csv", "late.csv", text->str);
    g_assert_cmpint(load(test, late, NULL), ==, 60001);
    expect_rows(test, "FROM t WHERE n = 1.75", "1.75|2024-01-05 13:45:00");
}

static void test_csv_files_must_fit_together(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) relation = relation_of(test, "csv", "1.csv", "a,b\n1,x\n");
    g_ptr_array_add(relation->paths, case_file(test, "2.csv", "a,b\n2.5,y\n"));
    g_assert_cmpint(load(test, relation, NULL), ==, 2);
    expect_rows(test, "FROM t ORDER BY a", "1.0|x\n2.5|y");

    static const char *const others[] = {"a,b,c\n1,2,3\n", "a\n1\n", "b,a\nx,1\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_free(case_file(test, "2.csv", others[i]));
        GError *error = NULL;
        gint64 rows;
        g_assert_false(try_load(test, relation, NULL, &rows, &error));
        check_error(others[i], error,
                    &(struct expected_error){ERROR_DATA, -1, "but the first file has (a, b)"});
    }
    set(relation, "union_by_name", SETTING_BOOLEAN, "true");
    set(relation, "filename", SETTING_BOOLEAN, "true");
    g_assert_cmpint(load(test, relation, NULL), ==, 2);
    expect_rows(test, "SELECT a, b FROM t ORDER BY a", "1|x\n1|x");
}

static void test_csv_settings(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation)
    relation = relation_of(test, "csv", "it's [1].csv",
                           "skipped\n# a comment\nid;day;amount\n007;31.12.2024;1.234,5\n"
                           "'8;;';NA;-\n9\n");
    set(relation, "delimiter", SETTING_TEXT, ";");
    set(relation, "quote", SETTING_TEXT, "'");
    set(relation, "comment", SETTING_TEXT, "#");
    set(relation, "skip", SETTING_INTEGER, "1");
    set(relation, "dateformat", SETTING_TEXT, "%d.%m.%Y");
    set(relation, "decimal_separator", SETTING_TEXT, ",");
    set(relation, "thousands", SETTING_TEXT, ".");
    set(relation, "null_padding", SETTING_BOOLEAN, "true");
    set(relation, "encoding", SETTING_TEXT, "utf-8");
    set(relation, "compression", SETTING_TEXT, "none");
    set(relation, "new_line", SETTING_TEXT, "\\n");
    set(relation, "max_line_size", SETTING_INTEGER, "10000");
    set_items(relation, "nullstr", SETTING_LIST, "NA|-");
    set_items(relation, "types", SETTING_PAIRS, "id|VARCHAR|amount|DECIMAL(10,2)");
    g_assert_cmpint(load(test, relation, NULL), ==, 3);
    expect_rows(test, "FROM t", "007|2024-12-31|1234.50\n8;;|NULL|NULL\n9|NULL|NULL");
    expect_rows(test, "SELECT typeof(day) FROM t LIMIT 1", "DATE");
}

static void test_csv_columns(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) relation = relation_of(test, "csv", "c.csv", "a,b\n01,x\n");
    set_items(relation, "columns", SETTING_PAIRS, "a|VARCHAR|b|VARCHAR");
    load(test, relation, NULL);
    expect_rows(test, "FROM t", "01|x");
    set_items(relation, "columns", SETTING_PAIRS, "b|VARCHAR|a|VARCHAR");
    GError *error = NULL;
    gint64 rows;
    g_assert_false(try_load(test, relation, NULL, &rows, &error));
    check_error("columns", g_steal_pointer(&error),
                &(struct expected_error){ERROR_DATA, -1, "has the columns (a, b), but 'columns'"});

    AUTO(relation) noted = relation_of(test, "csv", "noted.csv", "# of 2025\na,b\n01,2\n# end\n");
    set(noted, "comment", SETTING_TEXT, "#");
    set_items(noted, "columns", SETTING_PAIRS, "a|VARCHAR|b|DECIMAL(5,2)");
    g_assert_cmpint(load(test, noted, NULL), ==, 1);
    expect_rows(test, "FROM t", "01|2.00");

    AUTO(relation) headless = relation_of(test, "csv", "h.csv", "01,x\n02,y\n");
    set(headless, "header", SETTING_BOOLEAN, "false");
    set_items(headless, "columns", SETTING_PAIRS, "n|VARCHAR|w|VARCHAR");
    g_assert_cmpint(load(test, headless, NULL), ==, 2);
    expect_rows(test, "SELECT n, w FROM t", "01|x\n02|y");
    set_items(headless, "columns", SETTING_PAIRS, "n|VARCHAR");
    g_assert_false(try_load(test, headless, NULL, &rows, &error));
    check_error("headless", g_steal_pointer(&error),
                &(struct expected_error){ERROR_DATA, -1, "but 'columns' says (n)"});

    AUTO(relation) bare = relation_of(test, "csv", "n.csv", "1,x\n2,y\n");
    set(bare, "header", SETTING_BOOLEAN, "false");
    set_items(bare, "names", SETTING_LIST, "n|w");
    load(test, bare, NULL);
    expect_rows(test, "SELECT n, w FROM t", "1|x\n2|y");
    set(bare, "all_varchar", SETTING_BOOLEAN, "true");
    load(test, bare, NULL);
    expect_rows(test, "SELECT typeof(n) FROM t LIMIT 1", "VARCHAR");
}

/* A column of texts, the type that it gets, and its rows. */
static const struct found_type {
    const char *texts; /* separated by | */
    const char *type;
    const char *rows; /* NULL: the texts as they stand */
} found_types[] = {
    {"1|-2|0", "BIGINT", NULL},
    {"9223372036854775807|-9223372036854775808", "BIGINT", NULL},
    {"9223372036854775808", "DECIMAL(19,0)", NULL},
    {"123456789012345678901234567890|0.25", "DECIMAL(32,2)",
     "123456789012345678901234567890.00|0.25"},
    {"1234567890123456789012345678901234567890", "VARCHAR", NULL},
    {"00501|10001", "VARCHAR", NULL},
    {"-0", "DOUBLE", "-0.0"},
    {"+5", "VARCHAR", NULL},
    {"1.75|2", "DOUBLE", "1.75|2.0"},
    {"0.1|123456789.012345", "DOUBLE", NULL},
    {"0.1234567890123456", "DECIMAL(17,16)", NULL},
    {"-0.0000000000000000", "DOUBLE", "-0.0"},
    {"1e3|-2.5E-7", "DOUBLE", "1000.0|-2.5e-07"},
    {"1e400", "VARCHAR", NULL},
    {"1e-400", "VARCHAR", NULL},
    {"nan|1.5", "DOUBLE", NULL},
    {"1.|2", "VARCHAR", NULL},
    {"1,000", "VARCHAR", NULL},
    {"true|FALSE", "BOOLEAN", "true|false"},
    {"yes|no", "VARCHAR", NULL},
    {"2024-02-29|0001-01-01", "DATE", NULL},
    {"2023-02-29", "VARCHAR", NULL},
    {"2024-2-9", "VARCHAR", NULL},
    {"12/31/2024", "VARCHAR", NULL},
    {"2024-01-05|2024-01-05 13:45:00", "TIMESTAMP", "2024-01-05 00:00:00|2024-01-05 13:45:00"},
    {"2024-01-05T13:45:00.123456", "TIMESTAMP", "2024-01-05 13:45:00.123456"},
    {"2024-01-05 13:45:00.1234567", "VARCHAR", NULL},
    {"2024-01-05T13:45:00Z|2024-01-05 13:45:00+0200", "TIMESTAMP WITH TIME ZONE",
     "2024-01-05 13:45:00+00|2024-01-05 11:45:00+00"},
    {"2024-01-05T13:45:00Z|2024-01-05T13:45:00", "VARCHAR", NULL},
    {"1969-12-31 23:59:59.5", "TIMESTAMP", NULL},
    {"13:45:00|00:00:00.5", "TIME", NULL},
    {"24:00:00", "VARCHAR", NULL},
    {"1| 2", "VARCHAR", NULL},
    {"1|x", "VARCHAR", NULL},
};

static void test_csv_types_lose_nothing(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(found_types); i++) {
        const struct found_type *found = &found_types[i];
        g_autoptr(GString) text = g_string_new(found->texts);
        g_string_replace(text, "|", "\",1\n\"", 0);
        g_string_prepend(text, "c,k\n\"");
        g_string_append(text, "\",1\n");
        AUTO(relation) relation = relation_of(test, "csv", "types.csv", text->str);
        g_test_message("%s", found->texts);
        load(test, relation, NULL);
        expect_rows(test, "SELECT DISTINCT typeof(c) FROM t", found->type);
        expect_rows(test, "SELECT string_agg(c::VARCHAR, '|') FROM t",
                    found->rows ? found->rows : found->texts);
    }
}

/* The value that doesn't fit stands behind all samples; the load is in its caller's transaction. */
static void test_csv_types_of_late_rows(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new("zip,n,day,ok\n");
    for (guint i = 0; i < 60000; i++)
        g_string_append_printf(text, "%u,%u,2024-01-05,true\n", 10000 + i % 90000, i);
    g_string_append(text, "00501,123456789012345678,05.01.2024,1\n");
    AUTO(relation) relation = relation_of(test, "csv", "late.csv", text->str);
    g_assert_true(test->class->begin(test->session, &error));
    g_assert_cmpint(load(test, relation, NULL), ==, 60001);
    g_assert_true(test->class->commit(test->session, &error));
    g_assert_no_error(error);
    expect_rows(test, "SELECT zip, n, day, ok FROM t WHERE zip = '00501'",
                "00501|123456789012345678|05.01.2024|1");
    expect_rows(test, "SELECT DISTINCT typeof(zip), typeof(n), typeof(day), typeof(ok) FROM t",
                "VARCHAR|BIGINT|VARCHAR|VARCHAR");
    g_assert_cmpint(load(test, relation, "n >= 59998"), ==, 3);

    g_assert_true(test->class->define_source(test->engine, "late", relation, &error));
    expect_rows(test, "SELECT zip, typeof(n) FROM late WHERE n > 100000", "00501|BIGINT");
}

/* What is declared must fit; file, record, column and value are told. */
static const struct misfit {
    const char *type;
    const char *text;
    const char *message;
} misfits[] = {
    {"BIGINT", "1.75", "misfit.csv, line 3, column c: '1.75' is not exactly a BIGINT"},
    {"INTEGER", "1.75", "line 3, column c: '1.75' is not exactly a INTEGER"},
    {"INTEGER", "3000000000", "line 3, column c: '3000000000'"},
    {"UTINYINT", "-1", "line 3, column c: '-1'"},
    {"DATE", "2024-01-05 13:45:00", "line 3, column c: '2024-01-05 13:45:00'"},
    {"TIMESTAMP", "2024-01-05 13:45:00.1234567", "line 3, column c"},
    {"DECIMAL(10,2)", "1.234", "line 3, column c: '1.234' is not exactly a DECIMAL(10,2)"},
    {"DOUBLE", "x", "line 3, column c: 'x'"},
    {"BOOLEAN", "maybe", "line 3, column c: 'maybe'"},
};

static void test_csv_declared_types_must_fit(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(misfits); i++) {
        g_autofree char *text = g_strdup_printf("c,k\n,1\n%s,2\n", misfits[i].text);
        g_autofree char *types = g_strdup_printf("C|%s", misfits[i].type);
        AUTO(relation) relation = relation_of(test, "csv", "misfit.csv", text);
        set_items(relation, "types", SETTING_PAIRS, types);
        GError *error = NULL;
        gint64 rows;
        g_test_message("%s %s", misfits[i].type, misfits[i].text);
        g_assert_false(try_load(test, relation, NULL, &rows, &error));
        check_error(misfits[i].text, error,
                    &(struct expected_error){ERROR_DATA, -1, misfits[i].message});
    }
}

static void test_csv_declared_types_that_fit(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation)
    relation = relation_of(test, "csv", "fit.csv", "a,b,c,d,e\n12,1.50,0.1234567890123456,007,\n");
    set_items(relation, "types", SETTING_PAIRS,
              "a|TINYINT|b|DECIMAL(4,1)|c|DOUBLE|d|VARCHAR|e|DATE");
    load(test, relation, "a = 12");
    expect_rows(test, "FROM t", "12|1.5|0.1234567890123456|007|NULL");
    expect_rows(test, "SELECT typeof(a), typeof(b), typeof(c), typeof(d), typeof(e) FROM t",
                "TINYINT|DECIMAL(4,1)|DOUBLE|VARCHAR|DATE");
}

/* A table that is declared has the types that its columns are read with. */
static void test_csv_into_a_declared_table(struct engine_case *test, gconstpointer data)
{
    (void)data;
    const struct target target = {.name = "t", .keep_declaration = true};
    AUTO(relation) relation = relation_of(test, "csv", "d.csv", "zip,n\n501,1\n10001,2\n");
    g_autoptr(GError) error = NULL;
    gint64 rows = -2;
    run(test, "CREATE TABLE t (n INTEGER, zip VARCHAR, also VARCHAR DEFAULT 'x')");
    case_load(test, &target, relation, NULL, &rows, &error);
    g_assert_no_error(error);
    g_assert_cmpint(rows, ==, 2);
    expect_rows(test, "FROM t", "1|501|x\n2|10001|x");
    g_free(case_file(test, "d.csv", "zip,n\n501,1.5\n"));
    GError *failure = NULL;
    g_assert_false(case_load(test, &target, relation, NULL, &rows, &failure));
    check_error("declared", failure, &(struct expected_error){ERROR_DATA, -1, "column n: '1.5'"});
    expect_rows(test, "SELECT count(*) FROM t", "2");
}

static void test_where_is_the_callers(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) relation = relation_of(test, "csv", "w.csv", "a,b\n1,x\n2,y\n3,z\n");
    g_assert_cmpint(load(test, relation, "a > 1 -- the first is odd"), ==, 2);
    g_assert_cmpint(load(test, relation, "a = 1 OR b = 'z'"), ==, 2);
    GError *error = NULL;
    gint64 rows;
    g_assert_false(try_load(test, relation, "a > 1 AND nocol", &rows, &error));
    check_error("where", error, &(struct expected_error){ERROR_DATA, 10, "nocol"});
    expect_rows(test, "SELECT count(*) FROM t", "2");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/csv/" name, struct engine_case, NULL, case_set_up, function, case_tear_down)
    CASE("CSV is read as it stands", test_csv_is_read_as_it_stands);
    CASE("CSV with a wrong line is an error that names it", test_csv_with_a_wrong_line_is_an_error);
    CASE("CSV rows far down count", test_csv_far_down_counts);
    CASE("CSV files must fit together", test_csv_files_must_fit_together);
    CASE("CSV settings reach the reader", test_csv_settings);
    CASE("CSV columns and names", test_csv_columns);
    CASE("CSV types lose nothing", test_csv_types_lose_nothing);
    CASE("CSV types hold for late rows, too", test_csv_types_of_late_rows);
    CASE("CSV declared types must fit", test_csv_declared_types_must_fit);
    CASE("CSV declared types that fit", test_csv_declared_types_that_fit);
    CASE("CSV goes into a declared table", test_csv_into_a_declared_table);
    CASE("WHERE is the caller's text", test_where_is_the_callers);
    return g_test_run();
}
