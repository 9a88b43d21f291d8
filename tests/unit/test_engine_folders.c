/* SPDX-License-Identifier: Apache-2.0 */
/* Columns that folders give: the same whether the engine reads the files or copies of them. */
#include "engine_files.h"

static const char *const folders[] = {
    "year=2024/zip=00501", "year=2025/zip=10001", "year=2025/zip=NULL",
    "year=2026/zip=a%20b", "year=2026/zip=",      "year=2026/zip=__HIVE_DEFAULT_PARTITION__",
};

static struct relation *partitioned(struct engine_case *test, const char *format, const char *text)
{
    struct relation *relation = relation_new(format);
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *folder = g_build_filename(test->folder, folders[i], NULL);
        g_autofree char *name = g_strdup_printf("%s/a.%s", folders[i], format);
        g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
        g_ptr_array_add(relation->paths, case_file(test, name, text));
    }
    set(relation, "hive_partitioning", SETTING_BOOLEAN, "true");
    return relation;
}

static void expect_folders(struct engine_case *test, const char *types)
{
    expect_rows(test, "SELECT DISTINCT typeof(year), typeof(zip) FROM t", types);
    expect_rows(test, "SELECT year, zip FROM t ORDER BY ALL NULLS LAST",
                "2024|00501\n2025|10001\n2025|NULL\n2026|\n2026|a b\n2026|NULL");
}

static void test_csv(struct engine_case *test, gconstpointer data)
{
    static const struct {
        const char *setting;
        enum setting_kind kind;
        const char *value;
    } cases[] = {
        {"filename", SETTING_BOOLEAN, "false"},     {"comment", SETTING_TEXT, "#"},
        {"ignore_errors", SETTING_BOOLEAN, "true"}, {"max_errors", SETTING_INTEGER, "6"},
        {"filename", SETTING_BOOLEAN, "true"},
    };
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const bool rejects = cases[i].kind == SETTING_INTEGER;
        AUTO(relation) csv = partitioned(test, "csv", rejects ? "a,b\n1,2\n3\n" : "a,b\n1,2\n");
        set(csv, cases[i].setting, cases[i].kind, cases[i].value);
        g_test_message("%s", cases[i].setting);
        g_assert_cmpint(load(test, csv, NULL), ==, G_N_ELEMENTS(folders));
        expect_folders(test, "BIGINT|VARCHAR");
        expect_rows(test, "SELECT DISTINCT a, b FROM t", "1|2");
    }
}

/* The name that is wanted is that of the file, and a folder's name goes before a column's. */
static void test_csv_copies(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) csv = partitioned(test, "csv", "a,zip\n1,2\n");
    set(csv, "comment", SETTING_TEXT, "#");
    set(csv, "filename", SETTING_BOOLEAN, "true");
    load(test, csv, NULL);
    expect_folders(test, "BIGINT|VARCHAR");
    g_autofree char *path = g_build_filename(test->folder, folders[0], "a.csv", NULL);
    expect_rows(test, "SELECT filename FROM t WHERE zip = '00501'", path);
}

/* DuckDB itself finds these types. */
static void test_json(struct engine_case *test, gconstpointer data)
{
    static const char *const texts[] = {"{\"a\":1}", "{\"a\":0.1234567890123456789}"};
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        AUTO(relation) json = partitioned(test, "json", texts[i]);
        load(test, json, NULL);
        expect_folders(test, "BIGINT|VARCHAR");
        expect_rows(test, "SELECT DISTINCT a FROM t", i ? "0.1234567890123456789" : "1");
    }
}

/* Some stand in a folder year=2024 and some don't. */
static void test_not_asked_for(struct engine_case *test, gconstpointer data)
{
    (void)data;
    AUTO(relation) csv = relation_new("csv");
    g_autofree char *folder = g_build_filename(test->folder, folders[0], NULL);
    g_autofree char *name = g_build_filename(folders[0], "a.csv", NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_ptr_array_add(csv->paths, case_file(test, name, "a\n1\n"));
    g_ptr_array_add(csv->paths, case_file(test, "b.csv", "a\n2\n"));
    set(csv, "hive_partitioning", SETTING_BOOLEAN, "false");
    g_assert_cmpint(load(test, csv, NULL), ==, 2);
    expect_rows(test, "FROM t ORDER BY a", "1\n2");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/folders/" name, struct engine_case, NULL, case_set_up, function,           \
               case_tear_down)
    CASE("of CSV files, read as they are and from copies", test_csv);
    CASE("copies keep the files' names", test_csv_copies);
    CASE("of JSON files", test_json);
    CASE("give none where they aren't asked for", test_not_asked_for);
    return g_test_run();
}
