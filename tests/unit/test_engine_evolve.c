/* SPDX-License-Identifier: Apache-2.0 */
/* Files whose values go into a table that is there: which types it keeps, gets, or insists on. And
 * what is told of sources that are read without a table. */
#include "engine_files.h"

/* A table of one row and one column `a`, and a file that is added to it. */
static const struct evolve_case {
    const char *format;
    const char *table; /* the row, with its type */
    const char *text;
    const char *types; /* that the source declares, or NULL */
    enum schema_policy schema;
    const char *type; /* of the table afterwards; NULL: it is refused */
    const char *rows; /* of the table, or a part of the message */
} evolve_cases[] = {
    {"csv", "1.00::DECIMAL(12,2)", "a\n1.5\n", NULL, SCHEMA_EVOLVE, "DECIMAL(12,2)", "1.00\n1.50"},
    {"csv", "1::BIGINT", "a\nx\n", NULL, SCHEMA_EVOLVE, "VARCHAR", "1\nx"},
    {"csv", "1::BIGINT", "a\nx\n", "a|BIGINT", SCHEMA_EVOLVE, NULL,
     "a.csv, line 2, column a: 'x' is not exactly a BIGINT"},
    {"csv", "1::SMALLINT", "a\n70000\n", "a|INTEGER", SCHEMA_EVOLVE, "INTEGER", "1\n70000"},
    {"csv", "1::SMALLINT", "a\n70000\n", "a|INTEGER", SCHEMA_STRICT, NULL,
     "70000 is not exactly a SMALLINT"},
    {"csv", "'x'", "a\n007\n", "a|BIGINT", SCHEMA_STRICT, NULL,
     "a.csv, line 2, column a: '007' is not exactly a BIGINT"},
    {"csv", "'x'", "a\n007\n", NULL, SCHEMA_STRICT, "VARCHAR", "x\n007"},
    {"csv", "9007199254740993::BIGINT", "a\n1.5\n", NULL, SCHEMA_EVOLVE, NULL,
     "9007199254740993 is not exactly a DOUBLE"},
    {"csv", "1::BIGINT", "b\nx\n", "b|BIGINT", SCHEMA_STRICT, NULL,
     "b BIGINT is only in the rows; a BIGINT is only in the table"},
    {"json", "1.00::DECIMAL(12,2)", "{\"a\":1.5}", NULL, SCHEMA_EVOLVE, "DECIMAL(12,2)",
     "1.00\n1.50"},
    {"json", "1::INTEGER", "{\"a\":5}", NULL, SCHEMA_EVOLVE, "INTEGER", "1\n5"},
    {"json", "1::INTEGER", "{\"a\":5000000000}", NULL, SCHEMA_EVOLVE, "BIGINT", "1\n5000000000"},
    {"json", "DATE '2024-01-01'", "{\"a\":\"2024-01-05 10:00:00\"}", NULL, SCHEMA_EVOLVE,
     "TIMESTAMP", "2024-01-01 00:00:00\n2024-01-05 10:00:00"},
    {"json", "1::BIGINT", "{\"a\":\"x\"}", NULL, SCHEMA_EVOLVE, "VARCHAR", "1\nx"},
    {"json", "1::BIGINT", "{\"a\":\"x\"}", "a|BIGINT", SCHEMA_EVOLVE, NULL,
     "a.json, record 1, column a: 'x' is not exactly a BIGINT"},
    {"json", "1::BIGINT", "{\"a\":1.5}", NULL, SCHEMA_STRICT, NULL,
     "a.json, record 1, column a: '1.5' is not exactly a BIGINT"},
};

static struct relation *evolve_file(struct engine_case *test, const struct evolve_case *evolve)
{
    const bool is_csv = strcmp(evolve->format, "csv") == 0;
    g_autofree char *name = g_strconcat("a.", evolve->format, NULL);
    struct relation *file = relation_of(test, evolve->format, name, evolve->text);
    if (evolve->types)
        set_items(file, is_csv ? "types" : "columns", SETTING_PAIRS, evolve->types);
    return file;
}

static void test_a_table_evolves(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(evolve_cases); i++) {
        const struct evolve_case *evolve = &evolve_cases[i];
        const struct target target = {.name = "t", .mode = WRITE_APPEND, .schema = evolve->schema};
        g_autofree char *make =
            g_strdup_printf("CREATE OR REPLACE TABLE t AS SELECT %s AS a", evolve->table);
        AUTO(relation) file = evolve_file(test, evolve);
        GError *error = NULL;
        gint64 rows = 0;
        run(test, make);
        g_test_message("%s %s %s", evolve->format, evolve->table, evolve->text);
        const bool is_loaded = case_load(test, &target, file, NULL, &rows, &error);
        if (!evolve->type) {
            g_assert_false(is_loaded);
            check_error(evolve->text, error, &(struct expected_error){0, -2, evolve->rows});
            expect_rows(test, "SELECT count(*) FROM t", "1");
            continue;
        }
        g_assert_no_error(error);
        expect_rows(test, "SELECT DISTINCT typeof(a) FROM t", evolve->type);
        expect_rows(test, "SELECT a::VARCHAR FROM t", evolve->rows);
    }
}

static void evolve(struct engine_case *test, const char *make, const char *query)
{
    const struct target target = {.name = "t", .mode = WRITE_APPEND, .schema = SCHEMA_EVOLVE};
    g_autoptr(GError) error = NULL;
    gint64 rows = 0;
    run(test, make);
    case_create(test, &target, query, &rows, &error);
    g_assert_no_error(error);
}

static void copy_file(const char *from, const char *to)
{
    g_autofree char *content = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(from, &content, &length, NULL));
    g_assert_true(g_file_set_contents(to, content, (gssize)length, NULL));
}

/* What lies on the disk while a database is open is what a process leaves that is killed: the log
 * must be readable. */
static void expect_after_crash(const char *path, const char *wanted)
{
    struct engine_case test;
    g_autofree char *copy = g_strconcat(path, ".copy", NULL);
    g_autofree char *log = g_strconcat(path, ".wal", NULL);
    g_autofree char *copied_log = g_strconcat(copy, ".wal", NULL);
    const struct engine_options options = {.path = copy, .timezone = "UTC"};
    copy_file(path, copy);
    copy_file(log, copied_log);
    case_open(&test, &options);
    expect_rows(&test, "SELECT a::VARCHAR FROM t", wanted);
    case_tear_down(&test, NULL);
}

static void test_what_evolved_outlives_a_crash(void)
{
    static const char *const cases[][3] = {
        {"CREATE OR REPLACE TABLE t AS SELECT 1::BIGINT AS a", "SELECT 1.5::DOUBLE AS a",
         "1.0\n1.5"},
        {"CREATE OR REPLACE TABLE t AS SELECT 1.50::DECIMAL(5,2) AS a", "SELECT 'x' AS a",
         "1.50\nx"},
        {"CREATE OR REPLACE TABLE t AS SELECT DATE '2024-01-01' AS a",
         "SELECT TIMESTAMP '2024-01-01 10:00:00' AS a", "2024-01-01 00:00:00\n2024-01-01 10:00:00"},
        {"CREATE OR REPLACE TABLE t AS SELECT 1::TINYINT AS a", "SELECT 300 AS a, 'y' AS b",
         "1\n300"},
    };
    g_autofree char *folder = g_dir_make_tmp("sqlflow-evolve-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "t.duckdb", NULL);
    const struct engine_options options = {.path = path, .timezone = "UTC"};
    struct engine_case test;
    case_open(&test, &options);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        evolve(&test, cases[i][0], cases[i][1]);
        expect_after_crash(path, cases[i][2]);
    }
    case_tear_down(&test, NULL);
    g_autofree char *command = g_strdup_printf("rm -rf %s", folder);
    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
}

/* Every form that JSON records come in. */
static const struct record_case {
    const char *text;
    const char *format; /* or NULL */
    const char *count;
} record_cases[] = {
    {"[{\"a\":1}, null, {\"a\":2}]", NULL, "3"},
    {"{\"a\":1}\n\nnull\n{\"a\":2}", NULL, "3"},
    {"{\"a\":1}{\"a\":2}", NULL, "2"},
    {"[{\"a\":1}]\n[{\"a\":2},{\"a\":3}]", NULL, "2"},
    {"[{\"a\":1},{\"a\":2}]", "newline_delimited", "1"},
    {"[[{\"a\":1}],[]]", "array", "2"},
    {"[1, \"[2, 3]\", true, null, [4, {\"a\":5}]]", NULL, "5"},
    {"[]", NULL, "0"},
    {"", NULL, "0"},
};

static void test_json_records_are_counted(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(record_cases); i++) {
        const struct record_case *record = &record_cases[i];
        AUTO(relation) file = relation_of(test, "json", "a.json", record->text);
        if (record->format)
            set(file, "format", SETTING_TEXT, record->format);
        g_test_message("%s", record->text);
        load(test, file, NULL);
        expect_rows(test, "SELECT count(*) FROM t", record->count);
        load(test, file, "false");
    }
}

/* The notes since the last call, as lines. */
static char *notes_of(struct engine_case *test)
{
    struct written written = {.notes = NULL};
    g_autoptr(GString) lines = g_string_new(NULL);
    test->class->take_notes(test->session, &written);
    for (guint i = 0; written.notes && i < written.notes->len; i++)
        g_string_append_printf(lines, "%s%s", i ? "\n" : "",
                               (const char *)g_ptr_array_index(written.notes, i));
    written_clear(&written);
    return g_strdup(lines->str);
}

static void expect_notes(struct engine_case *test, const char *wanted)
{
    g_autofree char *found = notes_of(test);
    if (!strstr(found, wanted) || !*wanted != !*found)
        g_error("'%s' isn't in: %s", wanted, found);
}

static void test_sources_tell_what_was_found(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    AUTO(relation) csv = relation_of(test, "csv", "a.csv", "a,b\n1,2\n3\n1,x\n");
    AUTO(relation)
    json = relation_of(test, "json", "a.json", "{\"a\":[0.1234567890123456789]}\n");
    set(csv, "sample_size", SETTING_INTEGER, "1");
    set(csv, "ignore_errors", SETTING_BOOLEAN, "true");
    g_assert_true(test->class->define_source(test->engine, "c", csv, &error));
    g_assert_true(test->class->define_source(test->engine, "j", json, &error));
    expect_notes(test, "");
    run(test, "CREATE TABLE u AS SELECT * FROM c");
    g_autofree char *notes = notes_of(test);
    g_assert_nonnull(strstr(notes, "c.b: kept as text, 'x' at line 4"));
    g_assert_nonnull(strstr(notes, "c: 1 of 3 records left out, the first: "));
    run(test, "CREATE TABLE v AS SELECT * FROM c");
    expect_notes(test, "");
    run(test, "CREATE TABLE w AS SELECT * FROM j");
    expect_notes(test, "j.a: values in it are kept as text, such as 0.1234567890123456789");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/evolve/" name, struct engine_case, NULL, case_set_up, function,            \
               case_tear_down)
    CASE("a table evolves by what the values are", test_a_table_evolves);
    g_test_add_func("/engine/evolve/what evolved outlives a crash",
                    test_what_evolved_outlives_a_crash);
    CASE("JSON records are counted", test_json_records_are_counted);
    CASE("sources tell what was found in them", test_sources_tell_what_was_found);
    return g_test_run();
}
