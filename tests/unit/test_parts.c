/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are put aside and written as one stream, and the objects that it is cut into. */
#include "engine_files.h"

#include "run/steps/cut.h"

/* What the objects are, instead of a storage's. */
struct series {
    GHashTable *objects; /* address -> GString */
    GString *object;     /* that is being written, or NULL */
};

bool series_begin(struct series *series, const char *address, GError **error)
{
    (void)error;
    g_assert_null(series->object);
    series->object = g_string_new(NULL);
    g_assert_true(g_hash_table_insert(series->objects, g_strdup(address), series->object));
    return true;
}

bool series_write(struct series *series, const char *bytes, gsize length, GError **error)
{
    (void)error;
    g_string_append_len(series->object, bytes, (gssize)length);
    return true;
}

bool series_end(struct series *series, GError **error)
{
    (void)error;
    g_assert_nonnull(series->object);
    series->object = NULL;
    return true;
}

static void string_free(gpointer string)
{
    g_string_free(string, TRUE);
}

/* In pieces of so many bytes; the error, or NULL. *out: the objects, address -> GString. */
static GError *cut_text(const struct export_parts *parts, const char *text, gsize piece,
                        GHashTable **out)
{
    struct series series = {
        .objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, string_free)};
    GError *error = NULL;
    AUTO(cut) cut = cut_new(parts, "s3://b", &series);
    const gsize length = strlen(text);
    for (gsize at = 0; at < length && !error; at += piece)
        g_assert_cmpint(cut_write(cut, text + at, MIN(piece, length - at), &error), ==, !error);
    if (!error)
        g_assert_cmpint(cut_end(cut, &error), ==, !error);
    *out = series.objects;
    return error;
}

/* A part of each count of rows: s3://b/0, s3://b/1, .. */
static struct export_parts *parts_of(const gint64 *rows, guint count)
{
    struct export_parts *parts = export_parts_new();
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf("%u", i);
        export_parts_add(parts, path, rows[i]);
    }
    parts->quote = parts->escape = '"';
    return parts;
}

static const struct {
    const char *text;
    bool has_header;
    char quote, escape;
    gint64 rows[3];
    guint count;
    const char *objects[3];
} streams[] = {
    {"a\n1\n2\n3\n", true, '"', '"', {1, 2}, 2, {"a\n1\n", "a\n2\n3\n"}},
    {"1\n2\n3\n", false, '"', '"', {2, 1}, 2, {"1\n2\n", "3\n"}},
    {"a\n", true, '"', '"', {0}, 1, {"a\n"}},
    {"", false, '"', '"', {0}, 1, {""}},
    {"\n\n\n", false, '"', '"', {1, 1, 1}, 3, {"\n", "\n", "\n"}},
    {"\"a\nb\"\n\"1\n\"\"\n\"\n\"\"\"\n\"\n",
     true,
     '"',
     '"',
     {1, 1},
     2,
     {"\"a\nb\"\n\"1\n\"\"\n\"\n", "\"a\nb\"\n\"\"\"\n\"\n"}},
    {"'a\\'\n\\\\',1\n'\\\\'\n'\n'\n",
     false,
     '\'',
     '\\',
     {1, 1, 1},
     3,
     {"'a\\'\n\\\\',1\n", "'\\\\'\n", "'\n'\n"}},
    {"\\\n\\\n", false, '\'', '\\', {1, 1}, 2, {"\\\n", "\\\n"}},
    {"1\r\n\"\r\n\"\n", false, '"', '"', {1, 1}, 2, {"1\r\n", "\"\r\n\"\n"}},
};

static void cuts_where_parts_end(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(streams); i++) {
        AUTO(export_parts) parts = parts_of(streams[i].rows, streams[i].count);
        parts->has_header = streams[i].has_header;
        parts->quote = streams[i].quote;
        parts->escape = streams[i].escape;
        for (gsize piece = 1; piece <= strlen(streams[i].text) + 1; piece++) {
            g_autoptr(GHashTable) objects = NULL;
            g_autoptr(GError) error = cut_text(parts, streams[i].text, piece, &objects);
            g_assert_no_error(error);
            g_assert_cmpuint(g_hash_table_size(objects), ==, streams[i].count);
            for (guint k = 0; k < streams[i].count; k++) {
                g_autofree char *address = g_strdup_printf("s3://b/%u", k);
                const GString *object = g_hash_table_lookup(objects, address);
                g_assert_cmpstr(object->str, ==, streams[i].objects[k]);
            }
        }
    }
}

static void refuses_other_counts(void)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"1\n2\n3\n4\n", "more records"}, {"1\n2\n", "fewer records"}, {"1\n2\n3", "fewer records"},
        {"1\n2\n\"3\n", "fewer records"}, {"", "fewer records"},
    };
    AUTO(export_parts) parts = parts_of((const gint64[]){1, 2}, 2);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GHashTable) objects = NULL;
        g_autoptr(GError) error = cut_text(parts, cases[i].text, 2, &objects);
        const struct expected_error wanted = {ERROR_SYSTEM, -1, cases[i].message};
        check_error(cases[i].text, g_steal_pointer(&error), &wanted);
    }
}

/* "k=1/data_0.csv" and so on -> GString, of a folder. */
static void add_files(GHashTable *files, const char *folder, const char *above)
{
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    for (const char *name = NULL; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *key = g_strconcat(above, "/", name, NULL);
        char *text = NULL;
        if (g_file_get_contents(path, &text, NULL, NULL))
            g_hash_table_insert(files, g_steal_pointer(&key), g_string_new(text));
        else
            add_files(files, path, key);
        g_free(text);
    }
}

static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The engine promises no order inside of its files. */
static char *sorted(const GString *text)
{
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    qsort(lines, g_strv_length(lines), sizeof *lines, compare_lines);
    return g_strjoinv("\n", lines);
}

static void expect_same(GHashTable *found, GHashTable *wanted)
{
    GHashTableIter iter;
    gpointer key = NULL, value = NULL;
    g_assert_cmpuint(g_hash_table_size(found), ==, g_hash_table_size(wanted));
    g_hash_table_iter_init(&iter, wanted);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const GString *object = g_hash_table_lookup(found, key);
        if (!object)
            g_error("there is no %s", (const char *)key);
        g_autofree char *left = sorted(object);
        g_autofree char *right = sorted(value);
        g_assert_cmpstr(left, ==, right);
    }
}

/* Every kind of text and of partition. */
#define HOSTILE                                                                                    \
    "SELECT [NULL, '', 'a/b', '\u00e4 \u00f6', 'NULL', 'x=y&z%20', '../..', 'A', 'a', '+', '\n',"  \
    " '~_.-*()''!', '\"q\"', '\u9375', '__HIVE_DEFAULT_PARTITION__x'][1 + i % 15] AS \"k /1\","    \
    " (i % 3)::DECIMAL(8,2) AS d, DATE '2024-01-01' + (i % 2)::INT AS day, i % 2 = 0 AS flag,"     \
    " i::HUGEINT * 7 AS huge, i, [NULL, '', 'm\n\"l\", ;x', '\"\"\r\n', '\\' || i, 'NA', '''q'''," \
    " i::VARCHAR][1 + i % 8] AS text FROM range(600) r(i)"

static const struct {
    const char *partitions;
    const char *settings[8]; /* name, text, .. */
    const char *query;
} exports[] = {
    {"k /1|D|day|flag", {NULL}, HOSTILE},
    {"huge", {"header", "false"}, HOSTILE " LIMIT 50"},
    {"day", {"quote", "'", "escape", "\\", "delimiter", ";", "null", "NA"}, HOSTILE},
    {"flag|day", {"dateformat", "%d.%m.%Y", "header", "true", "escape", "'"}, HOSTILE},
    {"day", {NULL}, HOSTILE " LIMIT 0"},
    {"k", {NULL}, "SELECT i AS a, i + 1 AS \"A\", i % 2 AS k, i AS \"b\nc\" FROM range(9) r(i)"},
    {"k", {NULL}, "SELECT NULL AS a, 1::UUID AS k LIMIT 0"},
};

static struct relation *folder_relation(struct engine_case *test, const char *name,
                                        const char *partitions, const char *const *settings)
{
    struct relation *relation = relation_new("csv");
    g_ptr_array_add(relation->paths, g_build_filename(test->folder, name, NULL));
    for (gsize i = 0; i < 8 && settings[i]; i += 2)
        set(relation, settings[i], SETTING_TEXT, settings[i + 1]);
    set_items(relation, "partition_by", SETTING_LIST, partitions);
    return relation;
}

static void write_query(struct engine_case *test, const char *query,
                        const struct relation *relation)
{
    g_autoptr(GError) error = NULL;
    gint64 rows = 0;
    if (!test->class->export(test->session, query, relation, &rows, &error))
        g_error("%s: %s", query, error->message);
}

/* As objects of s3://b. */
static GHashTable *write_parts(struct engine_case *test, const char *query,
                               struct relation *relation, gsize piece)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    AUTO(export_parts) parts = NULL;
    GHashTable *objects = NULL;
    test->class->parts_gather(test->session, query, relation, &parts, &error);
    g_assert_no_error(error);
    g_assert_nonnull(parts);
    relation_remove(relation, "partition_by");
    write_query(test, parts->query, relation);
    g_file_get_contents(g_ptr_array_index(relation->paths, 0), &text, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GError) failure = cut_text(parts, text, piece, &objects);
    g_assert_no_error(failure);
    g_assert_true(test->class->parts_forget(test->session, &error));
    return objects;
}

static void makes_what_the_engine_makes(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(exports); i++) {
        g_autofree char *name = g_strdup_printf("folder%" G_GSIZE_FORMAT, i);
        g_autofree char *stream_name = g_strconcat(name, ".csv", NULL);
        AUTO(relation)
        folder = folder_relation(test, name, exports[i].partitions, exports[i].settings);
        AUTO(relation)
        stream = folder_relation(test, stream_name, exports[i].partitions, exports[i].settings);
        g_test_message("%s by %s", name, exports[i].partitions);
        write_query(test, exports[i].query, folder);
        g_autoptr(GHashTable) files =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, string_free);
        add_files(files, g_ptr_array_index(folder->paths, 0), "s3://b");
        g_autoptr(GHashTable) objects = write_parts(test, exports[i].query, stream, 1 + i * 1000);
        expect_same(objects, files);
    }
    expect_rows(test, "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '%sqlflow%'",
                "0");
}

/* Whatever the user has set. */
static void keeps_the_order_of_the_query(struct engine_case *test, gconstpointer data)
{
    static const char *const none[] = {NULL, NULL};
    (void)data;
    run(test, "SET default_collation = 'NOCASE'");
    run(test, "SET default_null_order = 'NULLS_LAST'");
    run(test, "SET preserve_insertion_order = false");
    AUTO(relation) stream = folder_relation(test, "x.csv", "k", none);
    g_autoptr(GHashTable) objects =
        write_parts(test,
                    "SELECT * FROM (VALUES (3, 'a'), (1, 'A'), (9, NULL), (2, 'a'), (5, 'A'), "
                    "(8, NULL)) v(x, k) ORDER BY x DESC",
                    stream, 3);
    static const char *const wanted[][2] = {
        {"s3://b/k=a/data_0.csv", "x\n3\n2\n"},
        {"s3://b/k=A/data_0.csv", "x\n5\n1\n"},
        {"s3://b/k=__HIVE_DEFAULT_PARTITION__/data_0.csv", "x\n9\n8\n"},
    };
    g_assert_cmpuint(g_hash_table_size(objects), ==, G_N_ELEMENTS(wanted));
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const GString *object = g_hash_table_lookup(objects, wanted[i][0]);
        g_assert_cmpstr(object->str, ==, wanted[i][1]);
    }
}

static void leaves_the_rest_to_the_engine(struct engine_case *test, gconstpointer data)
{
    static const struct {
        const char *partitions;
        const char *settings[4];
        const char *query;
    } cases[] = {
        {"k", {NULL}, "SELECT now() AS k, 1 AS a"},
        {"k", {NULL}, "SELECT 0.0::DOUBLE AS k, 1 AS a"},
        {"k", {NULL}, "SELECT INTERVAL 1 DAY AS k, 1 AS a"},
        {"k", {"quote", ""}, "SELECT 1 AS k, 1 AS a"},
        {"k", {"null", "\"x"}, "SELECT 1 AS k, 1 AS a"},
        {"k", {"compression", "gzip"}, "SELECT 1 AS k, 1 AS a"},
        {"k", {"file_size", "1000000"}, "SELECT 1 AS k, 1 AS a"},
        {"k", {NULL}, "SELECT 1 AS k"},
        {"x", {NULL}, "SELECT 1 AS k, 1 AS a"},
        {"k", {NULL}, "SELECT 1 AS k, 2 AS k, 3 AS a"},
        {"k", {NULL}, "SELECT 1 AS k, union_value(a := 1) AS a"},
        {"k", {NULL}, "PIVOT (SELECT 1 AS k, 'x' AS y) ON y USING count(*)"},
    };
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        const char *const settings[8] = {cases[i].settings[0], cases[i].settings[1]};
        AUTO(relation) relation = folder_relation(test, "x", cases[i].partitions, settings);
        AUTO(export_parts) parts = NULL;
        g_assert_true(
            test->class->parts_gather(test->session, cases[i].query, relation, &parts, &error));
        g_test_message("%s", cases[i].query);
        g_assert_null(parts);
    }
}

/* Before anything can be written. */
static void tells_what_is_wrong_with_the_rows(struct engine_case *test, gconstpointer data)
{
    static const struct {
        const char *query;
        const char *message;
    } cases[] = {
        {"SELECT 1 AS k, error('no: ' || i) AS a FROM range(9) r(i)", "no: "},
        {"SELECT '__HIVE_DEFAULT_PARTITION__' AS k, 1 AS a", "which as a folder means NULL"},
        {"SELECT nothing AS k", "nothing"},
    };
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(relation) relation = folder_relation(test, "x", "k", (const char *const[8]){NULL});
        AUTO(export_parts) parts = NULL;
        GError *error = NULL;
        g_assert_false(
            test->class->parts_gather(test->session, cases[i].query, relation, &parts, &error));
        const struct expected_error wanted = {ERROR_DATA, -2, cases[i].message};
        check_error(cases[i].query, error, &wanted);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parts/cuts_where_parts_end", cuts_where_parts_end);
    g_test_add_func("/parts/refuses_other_counts", refuses_other_counts);
#define TEST(name)                                                                                 \
    g_test_add("/parts/" #name, struct engine_case, NULL, case_set_up, name, case_tear_down)
    TEST(makes_what_the_engine_makes);
    TEST(keeps_the_order_of_the_query);
    TEST(leaves_the_rest_to_the_engine);
    TEST(tells_what_is_wrong_with_the_rows);
#undef TEST
    return g_test_run();
}
