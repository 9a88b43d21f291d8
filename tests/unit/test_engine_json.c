/* SPDX-License-Identifier: Apache-2.0 */
/* JSON in: every digit and every offset, or an error. Lines out: as DuckDB's COPY writes them. */
#include "engine_files.h"

/* Records of one member `a`, the type that it gets, its values, and what is noted. */
static const struct json_case {
    const char *records;
    const char *type;
    const char *rows;
    const char *note; /* NULL: nothing is */
} json_cases[] = {
    {"{\"a\":9007199254740993}", "BIGINT", "9007199254740993", NULL},
    {"{\"a\":9007199254740993}\n{\"a\":1.5}", "DECIMAL(17,1)", "9007199254740993.0\n1.5", NULL},
    {"[{\"a\":9007199254740993},\n{\"a\":1.5}]", "DECIMAL(17,1)", "9007199254740993.0\n1.5", NULL},
    {"{\"a\":18446744073709551615}\n{\"a\":-1}", "HUGEINT", "18446744073709551615\n-1", NULL},
    {"{\"a\":123456789012345678901234567890}", "DECIMAL(30,0)", "123456789012345678901234567890",
     NULL},
    {"{\"a\":0.1234567890123456789}\n{\"a\":2}", "DECIMAL(20,19)",
     "0.1234567890123456789\n2.0000000000000000000", NULL},
    {"{\"a\":0.30000000000000004}\n{\"a\":1.10}", "DOUBLE", "0.30000000000000004\n1.1", NULL},
    {"{\"a\":1e400}\n{\"a\":1}", "VARCHAR", "1e400\n1", "t.a: kept as text, such as 1e400"},
    {"{\"a\":1e-400}", "VARCHAR", "1e-400", "t.a: kept as text, such as 1e-400"},
    {"{\"a\":0.12345678901234567891}\n{\"a\":\"00501\"}", "VARCHAR",
     "0.12345678901234567891\n00501", "t.a: kept as text, such as 0.12345678901234567891"},
    {"{\"a\":1}\n{\"a\":\"x\"}", "JSON", "1\n\"x\"", NULL},
    {"{\"a\":[1.5, 9007199254740993]}", "VARCHAR[]", "[1.5, 9007199254740993]",
     "t.a: values in it are kept as text, such as 9007199254740993"},
    {"{\"a\":{\"b\":[{\"c\":9007199254740993,\"d\":0.12345678901234567890}]}}",
     "STRUCT(b STRUCT(c BIGINT, d VARCHAR)[])",
     "{'b': [{'c': 9007199254740993, 'd': 0.12345678901234567890}]}",
     "t.a: values in it are kept as text"},
    {"{\"a\":{\"at\":{\"from\":1}}}", "STRUCT(\"at\" STRUCT(\"from\" BIGINT))",
     "{'at': {'from': 1}}", NULL},
    {"{\"a\":\"2024-01-05\"}", "DATE", "2024-01-05", NULL},
    {"{\"a\":\"2024-1-5\"}", "VARCHAR", "2024-1-5", NULL},
    {"{\"a\":\"epoch\"}", "VARCHAR", "epoch", NULL},
    {"{\"a\":\"10:00:00.5\"}", "TIME", "10:00:00.5", NULL},
    {"{\"a\":\"00501\"}\n{\"a\":\"true\"}", "VARCHAR", "00501\ntrue", NULL},
    {"{\"a\":\"2024-01-05T13:45:00\"}", "TIMESTAMP", "2024-01-05 13:45:00", NULL},
    {"{\"a\":\"2024-01-05T13:45:00Z\"}\n{\"a\":\"2024-01-05T13:45:00+02:00\"}",
     "TIMESTAMP WITH TIME ZONE", "2024-01-05 13:45:00+00\n2024-01-05 11:45:00+00", NULL},
    {"{\"a\":\"2024-01-05T13:45:00Z\"}\n{\"a\":\"2024-01-05T13:45:00\"}", "VARCHAR",
     "2024-01-05T13:45:00Z\n2024-01-05T13:45:00", NULL},
    {"{\"a\":{\"t\":\"2024-01-05T13:45:00+02:00\"}}", "STRUCT(t VARCHAR)",
     "{'t': '2024-01-05T13:45:00+02:00'}", "t.a: values in it are kept as text"},
    {"{\"a\":\"a \\\"1.5\\\" \\\\\"}", "VARCHAR", "a \"1.5\" \\", NULL},
};

static void test_json_keeps_digits_and_offsets(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(json_cases); i++) {
        const struct json_case *json = &json_cases[i];
        const struct target target = {.name = "t"};
        struct written written = {.notes = NULL};
        g_autoptr(GError) error = NULL;
        AUTO(relation) relation = relation_of(test, "json", "a.json", json->records);
        g_test_message("%s", json->records);
        test->class->load(test->session, &target, relation, NULL, &written, &error);
        g_assert_no_error(error);
        expect_rows(test, "SELECT DISTINCT typeof(a) FROM t", json->type);
        expect_rows(test, "SELECT a::VARCHAR FROM t", json->rows);
        g_assert_cmpuint(written.notes ? written.notes->len : 0, ==, json->note ? 1 : 0);
        if (json->note)
            g_assert_true(g_str_has_prefix(g_ptr_array_index(written.notes, 0), json->note));
        written_clear(&written);
    }
}

static const struct json_misfit {
    const char *type;
    const char *value;
} json_misfits[] = {
    {"INTEGER", "1.75"},
    {"TINYINT", "300"},
    {"DATE", "\"2024-01-05 10:00:00\""},
    {"DECIMAL(5,2)", "1.234"},
    {"BOOLEAN", "1"},
    {"TIMESTAMP", "\"2024-01-05 10:00:00.1234567\""},
    {"STRUCT(x DECIMAL(5,2))", "{\"x\":1.234}"},
    {"STRUCT(x INTEGER)", "{\"x\":1.75}"},
    {"STRUCT(x INTEGER)", "{\"x\":1,\"y\":2}"},
    {"STRUCT(x DATE)", "{\"x\":\"2024-01-05T10:00:00\"}"},
    {"STRUCT(x TIMESTAMP)", "{\"x\":\"2024-01-05T10:00:00+02:00\"}"},
    {"STRUCT(x INTEGER)", "{\"x\":\"007\"}"},
    {"DOUBLE[]", "[1.5,0.1234567890123456789]"},
    {"DECIMAL(38,9)[]", "[0.12345678901]"},
    {"MAP(VARCHAR, TINYINT)", "{\"k\":300}"},
    {"STRUCT(x INTEGER[])", "{\"x\":[1,[2]]}"},
};

static void test_json_declared_types_must_fit(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(json_misfits); i++) {
        const struct json_misfit *misfit = &json_misfits[i];
        g_autofree char *text = g_strdup_printf("{\"b\":1}\n{\"a\":%s}\n", misfit->value);
        g_autofree char *columns = g_strdup_printf("a|%s|b|BIGINT", misfit->type);
        AUTO(relation) relation = relation_of(test, "json", "a.json", text);
        set_items(relation, "columns", SETTING_PAIRS, columns);
        GError *error = NULL;
        gint64 rows;
        g_test_message("%s %s", misfit->type, misfit->value);
        g_assert_false(try_load(test, relation, NULL, &rows, &error));
        check_error(misfit->type, error,
                    &(struct expected_error){ERROR_DATA, -1, "a.json, record 2, column a: '"});
    }
}

static const struct json_fit {
    const char *type;
    const char *value;
    const char *text; /* of what is loaded */
} json_fits[] = {
    {"STRUCT(x DECIMAL(38,20), y VARCHAR)",
     "{\"x\":12345678901234567.12345678901234567890,\"y\":\"a\\u0041\\\"b\"}",
     "{'x': 12345678901234567.12345678901234567890, 'y': 'aA\"b'}"},
    {"STRUCT(x DECIMAL(5,2), y FLOAT, z DOUBLE)", "{\"y\":0.1,\"x\":1.5,\"z\":1e3}",
     "{'x': 1.50, 'y': 0.1, 'z': 1000.0}"},
    {"STRUCT(x INTEGER, y INTEGER)", "{\"y\":2}", "{'x': NULL, 'y': 2}"},
    {"STRUCT(a STRUCT(b HUGEINT[]), t TIMESTAMP WITH TIME ZONE)",
     "{\"a\":{\"b\":[123456789012345678901234567890,null]},\"t\":\"2024-01-05T10:00:00+02:00\"}",
     "{'a': {'b': [123456789012345678901234567890, NULL]}, 't': '2024-01-05 08:00:00+00'}"},
    {"MAP(VARCHAR, DECIMAL(4,1))", "{\"k\":1.5,\"l\":-0.5}", "{k=1.5, l=-0.5}"},
    {"INTEGER[][]", "[[1,2],[],null]", "[[1, 2], [], NULL]"},
    {"STRUCT(d DATE, n INTEGER)[]", "[{\"d\":\"2024-01-05\",\"n\":\"5\"}]",
     "[{'d': 2024-01-05, 'n': 5}]"},
    {"STRUCT(x INTEGER)", "null", "NULL"},
};

static void test_json_nested_types_keep_digits(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(json_fits); i++) {
        g_autofree char *text = g_strdup_printf("{\"b\":1}\n{\"a\":%s}\n", json_fits[i].value);
        g_autofree char *columns = g_strdup_printf("a|%s|b|BIGINT", json_fits[i].type);
        AUTO(relation) relation = relation_of(test, "json", "a.json", text);
        set_items(relation, "columns", SETTING_PAIRS, columns);
        g_test_message("%s %s", json_fits[i].type, json_fits[i].value);
        load(test, relation, NULL);
        expect_rows(test, "SELECT DISTINCT typeof(a) FROM t", json_fits[i].type);
        expect_rows(test, "SELECT a::VARCHAR FROM t WHERE b IS NULL", json_fits[i].text);
    }
}

static void test_json_declared_types_that_fit(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation)
    relation = relation_of(test, "json", "a.json",
                           "{\"a\":7,\"b\":0.1234567890123456789,\"c\":\"x\",\"d\":[1]}\n");
    set_items(relation, "columns", SETTING_PAIRS,
              "a|UTINYINT|b|DECIMAL(38,19)|c|VARCHAR|d|INTEGER[]");
    load(test, relation, NULL);
    expect_rows(test, "SELECT typeof(a), b, c, d FROM t", "UTINYINT|0.1234567890123456789|x|[1]");
}

/* A type is told to DuckDB's reader, since there is a date: each of its words may be a member. */
static void test_json_members_called_like_words_of_sql(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autofree char *words =
        case_rows(test, test->session, "SELECT keyword_name FROM duckdb_keywords()");
    g_auto(GStrv) lines = g_strsplit(words, "\n", -1);
    g_autoptr(GString) record = g_string_new("{\"d\":\"2024-01-05\",\"o\":{\"x\":1");
    for (char **line = lines; *line; line++)
        g_string_append_printf(record, ",\"%s\":2", *line);
    g_string_append(record, "}}");
    AUTO(relation) relation = relation_of(test, "json", "a.json", record->str);
    g_assert_cmpint(load(test, relation, NULL), ==, 1);
    expect_rows(test, "SELECT d, o.\"order\", o.\"at\", o.x FROM t", "2024-01-05|2|2|1");
}

/* DuckDB names them anew; read by that name they would be NULL. */
static void test_json_members_without_a_name_of_their_own(struct engine_case *test,
                                                          gconstpointer data)
{
    (void)data;
    static const struct {
        const char *records;
        const char *rows; /* NULL: an error */
    } cases[] = {
        {"{\"a\":1,\"A\":2}", "1|2"},
        {"{\"\":1,\"b\":2}", "1|2"},
        {"{\"a\":1,\"a_1\":2,\"C0\":3,\"d\":\"2024-01-05\"}", "1|2|3|2024-01-05"},
        {"{\"a\":1,\"A\":2,\"d\":\"2024-01-05\"}", NULL},
        {"{\"\":1,\"d\":\"2024-01-05\"}", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        gint64 rows;
        AUTO(relation) relation = relation_of(test, "json", "a.json", cases[i].records);
        g_test_message("%s", cases[i].records);
        const bool loaded = try_load(test, relation, NULL, &rows, &error);
        if (cases[i].rows)
            g_assert_no_error(error);
        else
            check_error(cases[i].records, error,
                        &(struct expected_error){ERROR_DATA, -1, "a.json: two members"});
        g_assert_cmpint(loaded, ==, cases[i].rows != NULL);
        if (cases[i].rows)
            expect_rows(test, "FROM t", cases[i].rows);
    }
}

/* DuckDB would take the mark and all behind it for one value. */
static void test_json_behind_a_byte_order_mark(struct engine_case *test, gconstpointer data)
{
    static const char *const texts[] = {"\xEF\xBB\xBF[{\"a\":1,\"b\":\"x\"}]",
                                        "\xEF\xBB\xBF{\"a\":1,\"b\":\"x\"}\n"};
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        AUTO(relation) relation = relation_of(test, "json", "a.json", texts[i]);
        g_assert_cmpint(load(test, relation, NULL), ==, 1);
        expect_rows(test, "SELECT a, b FROM t", "1|x");
    }
}

/* Copies that are read instead of the file keep its name, and live as long as the source. */
static void test_json_sources_read_copies(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    AUTO(relation)
    relation = relation_of(test, "json", "a.json", "{\"a\":0.1234567890123456789}\n");
    set(relation, "filename", SETTING_BOOLEAN, "true");
    g_assert_true(test->class->define_source(test->engine, "s", relation, &error));
    g_autofree char *path = case_file(test, "a.json", NULL);
    g_autofree char *wanted = g_strconcat("0.1234567890123456789|", path, NULL);
    expect_rows(test, "FROM s", wanted);
    expect_rows(test, "SELECT a FROM s", "0.1234567890123456789");
}

static struct relation *lines_to(const char *path)
{
    struct relation *relation = relation_new("json");
    g_ptr_array_add(relation->paths, g_strdup(path));
    set(relation, "format", SETTING_TEXT, "newline_delimited");
    set(relation, "compression", SETTING_TEXT, "none");
    return relation;
}

/* Each type with its least and greatest value and NULL; each byte that a text may have; more rows
 * than come at once, in their order. What isn't finite is refused elsewhere. */
static const char *const lines_queries[] = {
    "SELECT * EXCLUDE (double_array) REPLACE ("
    "CASE WHEN isfinite(\"double\") THEN \"double\" END AS \"double\", "
    "CASE WHEN isfinite(\"float\") THEN \"float\" END AS \"float\") FROM test_all_types()",
    "SELECT c || 'a' || c AS \"a\"\"b\\\", c AS \"c\td\", [c] AS l "
    "FROM (SELECT chr(i::INTEGER) AS c FROM range(1, 12000) t(i))",
    "SELECT i, i % 7 = 0 AS \"truth\", -i AS n, (i / 100.0)::DECIMAL(12,2) AS p, 'x' || i AS t, "
    "repeat('\"', i::INT % 40) AS q, CASE WHEN i % 3 = 0 THEN i END AS maybe, "
    "DATE '1969-01-01' + i::INT AS d, TIMESTAMP '1969-01-01 00:00:00.5' + to_seconds(i) AS ts "
    "FROM range(150000) t(i) ORDER BY i % 1000, i",
    "SELECT (i / 10.0)::DECIMAL(4,1) AS a, (-i)::DECIMAL(4,0) AS b, (i / 1000.0)::DECIMAL(9,3) AS "
    "c, "
    "(i * 12345678 / 10000.0)::DECIMAL(15,4) AS d, (i / 100000.0)::DECIMAL(15,5) AS e, "
    "(i * 1000000007)::DECIMAL(15,0) AS f, (i / 4.0)::DECIMAL(16,2) AS g, (i / 4.0)::DECIMAL(38,2) "
    "AS h, "
    "(i / -10000.0)::DECIMAL(4,4) AS j, [(i / 4.0)::DECIMAL(5,2)] AS k "
    "FROM range(-999, 1000) t(i)",
    "SELECT 99999999999.9999::DECIMAL(15,4) AS a, -99999999999.9999::DECIMAL(15,4) AS b, "
    "999999999999999::DECIMAL(15,0) AS c, -0.0001::DECIMAL(4,4) AS d",
    "SELECT repeat('long \"', 100000) AS t FROM range(20)",
    "SELECT 1 AS nothing WHERE false",
};

static void test_json_lines_are_those_of_copy(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(lines_queries); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = case_file(test, "lines.json", NULL);
        g_autofree char *copied = case_file(test, "copied.json", NULL);
        g_autofree char *copy =
            g_strdup_printf("COPY (%s) TO '%s' (FORMAT json)", lines_queries[i], copied);
        AUTO(relation) relation = lines_to(path);
        gint64 rows = -1, wanted_rows = -1;
        test->class->export(test->session, lines_queries[i], relation, &rows, &error);
        g_assert_no_error(error);
        test->class->execute(test->session, copy, &wanted_rows, &error);
        g_assert_no_error(error);
        g_assert_cmpint(rows, ==, wanted_rows);
        g_autofree char *made = NULL;
        g_autofree char *wanted = NULL;
        gsize length = 0, wanted_length = 0;
        g_assert_true(g_file_get_contents(path, &made, &length, NULL));
        g_assert_true(g_file_get_contents(copied, &wanted, &wanted_length, NULL));
        g_assert_cmpuint(length, ==, wanted_length);
        g_assert_true(memcmp(made, wanted, length) == 0);
    }
}

static void test_json_lines_fail(struct engine_case *test, gconstpointer data)
{
    (void)data;
    gint64 rows = -1;
    AUTO(relation) full = lines_to("/dev/full");
    GError *error = NULL;
    g_assert_false(test->class->export(test->session, "FROM range(500000)", full, &rows, &error));
    check_error("full", error,
                &(struct expected_error){ERROR_SYSTEM, -1, "can't write '/dev/full'"});
    g_autofree char *path = case_file(test, "lines.json", NULL);
    AUTO(relation) lines = lines_to(path);
    error = NULL;
    g_assert_false(test->class->export(
        test->session,
        "SELECT CASE WHEN range = 499999 THEN error('late') ELSE range END FROM range(500000)",
        lines, &rows, &error));
    check_error("late", error, &(struct expected_error){ERROR_DATA, -1, "late"});
    g_assert_cmpint(rows, ==, -1);
    expect_rows(test, "SELECT 1", "1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/json/" name, struct engine_case, NULL, case_set_up, function,              \
               case_tear_down)
    CASE("behind a byte order mark", test_json_behind_a_byte_order_mark);
    CASE("JSON keeps digits and offsets", test_json_keeps_digits_and_offsets);
    CASE("JSON declared types must fit", test_json_declared_types_must_fit);
    CASE("JSON declared types that fit", test_json_declared_types_that_fit);
    CASE("JSON nested types keep digits", test_json_nested_types_keep_digits);
    CASE("JSON members called like words of SQL", test_json_members_called_like_words_of_sql);
    CASE("JSON members without a name of their own", test_json_members_without_a_name_of_their_own);
    CASE("JSON sources read copies", test_json_sources_read_copies);
    CASE("JSON lines are those of COPY", test_json_lines_are_those_of_copy);
    CASE("JSON lines fail", test_json_lines_fail);
    return g_test_run();
}
