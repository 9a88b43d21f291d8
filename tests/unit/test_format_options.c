/* SPDX-License-Identifier: Apache-2.0 */
/* Every option of every format has the effect that it is documented with, through connector and
 * engine; a test walks the tables, so that none is left out. */
#include "connect/format/format.h"
#include "engine_case.h"
#include "lang/lexer.h"
#include "lang/parser.h"

/* A map of options, checked. */
struct request {
    struct diagnostics *diagnostics;
    struct text *text;
    struct value *map;
    struct options *options;
};

static void request_init(struct request *request, const char *format, guint use, const char *map)
{
    const struct format *found = format_find(format);
    struct lexer lexer;
    request->diagnostics = diagnostics_new();
    request->text = text_new("t.sf", map, strlen(map), NULL);
    lexer_init(&lexer, request->text, 0, request->text->length);
    request->map = map_parse(&lexer, request->diagnostics);
    request->options = options_check(found->options, use, format, request->map, request->map->span,
                                     request->diagnostics);
    if (diagnostics_count(request->diagnostics))
        g_error("%s: %s", map, diagnostics_get(request->diagnostics, 0)->message);
}

static void request_clear(struct request *request)
{
    options_free(request->options);
    value_free(request->map);
    text_free(request->text);
    diagnostics_free(request->diagnostics);
}

struct source_case {
    const char *option; /* that the case is about */
    const char *format;
    const char *map;   /* besides the path */
    const char *name;  /* of the file, or a pattern */
    const char *data;  /* NULL: made by `make` */
    const char *query; /* over the table t */
    const char *rows;  /* or a part of the error, behind "!" */
};

static const struct source_case csv_cases[] = {
    {"path", "csv", "", "a.csv", "a,b\n1,2\n", "FROM t", "1|2"},
    {"header", "csv", "header: false", "a.csv", "a,b\n1,2\n", "FROM t", "a|b\n1|2"},
    {"delimiter", "csv", "sep: '::'", "a.csv", "a::b\n1::x,y\n", "SELECT b FROM t", "x,y"},
    {"quote", "csv", "quote: '~'", "a.csv", "a,b\n~x,y~,\"2\"\n", "FROM t", "x,y|\"2\""},
    {"escape", "csv", "escape: '!'", "a.csv", "a,b\n\"x!\"y\",2\n", "SELECT a FROM t", "x\"y"},
    {"encoding", "csv", "encoding: 'latin-1'", "a.csv", "a\n\xe9\n", "FROM t", "é"},
    {"compression", "csv", "compression: 'none'", "a.csv.gz", "a,b\n1,2\n", "FROM t", "1|2"},
    {"skip", "csv", "skip: 1", "a.csv", "title\na,b\n1,2\n", "SELECT b FROM t", "2"},
    {"nullstr", "csv", "nullstr: ['NA', '-']", "a.csv", "a,b\nNA,-\n1,\n", "FROM t",
     "NULL|NULL\n1|NULL"},
    {"columns", "csv", "columns: {x: 'VARCHAR', y: 'INTEGER'}, header: false", "a.csv", "1,2\n",
     "SELECT typeof(x), typeof(y) FROM t", "VARCHAR|INTEGER"},
    {"types", "csv", "types: {a: 'VARCHAR'}", "a.csv", "a,b\n007,1\n", "FROM t", "007|1"},
    {"names", "csv", "names: ['x', 'y']", "a.csv", "a,b\n1,2\n", "SELECT y FROM t", "2"},
    {"all_varchar", "csv", "all_varchar: true", "a.csv", "a,b\n1.50,2\n",
     "SELECT a, typeof(b) FROM t", "1.50|VARCHAR"},
    {"sample_size", "csv", "sample_size: 1", "a.csv", NULL,
     "SELECT count(*), min(typeof(a)) FROM t", "10000|VARCHAR"},
    {"dateformat", "csv", "dateformat: '%d.%m.%Y'", "a.csv", "a\n02.01.2024\n",
     "SELECT a, typeof(a) FROM t", "2024-01-02|DATE"},
    {"timestampformat", "csv", "timestampformat: '%d.%m.%Y %H-%M'", "a.csv",
     "a\n02.01.2024 10-30\n", "SELECT a, typeof(a) FROM t", "2024-01-02 10:30:00|TIMESTAMP"},
    {"decimal_separator", "csv", "decimal_separator: ',', types: {a: 'DOUBLE'}", "a.csv",
     "a;b\n1,5;2\n", "SELECT a * 2 FROM t", "3.0"},
    {"thousands", "csv", "thousands: ',', types: {a: 'DOUBLE'}", "a.csv", "a;b\n1,234.5;2\n",
     "SELECT a FROM t", "1234.5"},
    {"null_padding", "csv", "null_padding: true", "a.csv", "a,b\n1\n2,3\n", "FROM t",
     "1|NULL\n2|3"},
    {"comment", "csv", "comment: '#'", "a.csv", "a,b\n#1,2\n3,4\n", "FROM t", "3|4"},
    {"new_line", "csv", "new_line: 'lf'", "a.csv", "a,b\r\n1,2\r\n", "FROM t", "!a.csv"},
    {"max_line_size", "csv", "max_line_size: 20", "a.csv",
     "a,b\n1,2\n1,22222222222222222222222222222222222222222222\n", "FROM t", "!line"},
    {"union_by_name", "csv", "union_by_name: true", "u?.csv", NULL, "SELECT a, b FROM t ORDER BY a",
     "1|2\n3|NULL"},
    {"filename", "csv", "filename: true", "a.csv", "a,b\n1,2\n",
     "SELECT parse_filename(filename) FROM t", "a.csv"},
    {"hive_partitioning", "csv", "hive_partitioning: true", "year=*/a.csv", NULL,
     "SELECT a, year FROM t ORDER BY a", "1|2023\n2|2024"},
    {"ignore_errors", "csv", "ignore_errors: true", "a.csv", "a,b\n1,2\n3,4,5\n6,7\n", "FROM t",
     "1|2\n6|7"},
    {"max_errors", "csv", "max_errors: 1", "a.csv", "a,b\n1,2\n3,4,5\n6,7\n", "FROM t", "1|2\n6|7"},
    {"max_errors", "csv", "max_errors: 0", "a.csv", "a,b\n1,2\n3,4,5\n6,7\n", "FROM t", "!line 3"},
    {"rejects_file", "csv", "rejects_file: '/dev/null'", "a.csv", "a,b\n1,2\n3,4,5\n", "FROM t",
     "1|2"},
    {.option = NULL},
};

static const struct source_case json_cases[] = {
    {"path", "json", "", "a.json", "[{\"a\": 1, \"b\": {\"c\": [1, 2]}}]",
     "SELECT a, b.c[2] FROM t", "1|2"},
    {"format", "json", "format: 'newline_delimited'", "a.json", "{\"a\": 1}\n{\"a\": 2}\n",
     "FROM t", "1\n2"},
    {"format", "json", "format: 'array'", "a.json", "{\"a\": 1}\n{\"a\": 2}\n", "FROM t",
     "!a.json"},
    {"compression", "json", "compression: 'none'", "a.json.gz", "[{\"a\": 1}]", "FROM t", "1"},
    {"columns", "json", "columns: {b: 'VARCHAR'}", "a.json", "[{\"a\": 1, \"b\": 2}]", "FROM t",
     "2"},
    {"sample_size", "json", "sample_size: 1", "a.json", "[{\"a\": 1}, {\"a\": \"x\"}]", "FROM t",
     "!a.json"},
    {"maximum_object_size", "json", "maximum_object_size: '100MB'", "a.json", NULL,
     "SELECT length(a) FROM t", "40000000"},
    {"dateformat", "json", "dateformat: '%d.%m.%Y'", "a.json", "[{\"a\": \"02.01.2024\"}]",
     "SELECT a, typeof(a) FROM t", "2024-01-02|DATE"},
    {"timestampformat", "json", "timestampformat: '%d.%m.%Y %H-%M'", "a.json",
     "[{\"a\": \"02.01.2024 10-30\"}]", "SELECT a, typeof(a) FROM t",
     "2024-01-02 10:30:00|TIMESTAMP"},
    {"union_by_name", "json", "union_by_name: true", "u?.json", NULL,
     "SELECT a, b FROM t ORDER BY a", "1|2\n3|NULL"},
    {"filename", "json", "filename: true", "a.json", "[{\"a\": 1}]",
     "SELECT parse_filename(filename) FROM t", "a.json"},
    {"hive_partitioning", "json", "hive_partitioning: true", "year=*/a.json", NULL,
     "SELECT a, year FROM t ORDER BY a", "1|2023\n2|2024"},
    {.option = NULL},
};

static const struct source_case parquet_cases[] = {
    {"path", "parquet", "", "a.parquet", NULL, "FROM t", "1|2"},
    {"columns", "parquet", "columns: ['b']", "a.parquet", NULL, "FROM t", "2"},
    {"union_by_name", "parquet", "union_by_name: true", "u?.parquet", NULL,
     "SELECT a, b FROM t ORDER BY a", "1|2\n3|NULL"},
    {"filename", "parquet", "filename: true", "a.parquet", NULL,
     "SELECT parse_filename(filename) FROM t", "a.parquet"},
    {"hive_partitioning", "parquet", "hive_partitioning: true", "year=*/a.parquet", NULL,
     "SELECT a, year FROM t ORDER BY a", "1|2023\n2|2024"},
    {.option = NULL},
};

/* Files that the engine itself writes. */
static void copy_to(struct engine_case *test, const char *query, const char *name)
{
    g_autofree char *path = g_build_filename(test->folder, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_autofree char *sql = g_strdup_printf("COPY (%s) TO '%s'", query, path);
    run(test, sql);
}

static void make_files(struct engine_case *test, const struct source_case *source)
{
    const char *extension = strrchr(source->name, '.');
    g_autofree char *one = g_strconcat("u1", extension, NULL);
    g_autofree char *two = g_strconcat("u2", extension, NULL);
    g_autofree char *single = g_strconcat("a", extension, NULL);
    g_autofree char *first = g_strconcat("year=2023/a", extension, NULL);
    g_autofree char *second = g_strconcat("year=2024/a", extension, NULL);
    if (strcmp(source->option, "maximum_object_size") == 0) {
        copy_to(test, "SELECT repeat('x', 40000000) AS a", single);
        return;
    }
    if (strcmp(source->format, "csv") == 0 && strcmp(source->option, "sample_size") == 0) {
        copy_to(test, "SELECT i::VARCHAR AS a FROM range(9999) t(i) UNION ALL SELECT 'x'", single);
        return;
    }
    copy_to(test, "SELECT 1 AS a, 2 AS b", single);
    copy_to(test, "SELECT 1 AS a, 2 AS b", one);
    copy_to(test, "SELECT 3 AS a", two);
    copy_to(test, "SELECT 1 AS a", first);
    copy_to(test, "SELECT 2 AS a", second);
}

static bool load(struct engine_case *test, const struct source_case *source, GError **error)
{
    if (source->data)
        g_free(case_file(test, source->name, source->data));
    else
        make_files(test, source);
    g_autofree char *map = g_strdup_printf("{path: '%s/%s'%s%s}", test->folder, source->name,
                                           *source->map ? ", " : "", source->map);
    const struct target target = {.name = "t"};
    struct request request;
    request_init(&request, source->format, OPTION_FOR_SOURCE, map);
    AUTO(relation) relation = NULL;
    gint64 rows = 0;
    const bool done = format_find(source->format)->scan(request.options, NULL, &relation, error) &&
                      case_load(test, &target, relation, NULL, &rows, error);
    request_clear(&request);
    return done;
}

static void check_source(struct engine_case *test, const struct source_case *source)
{
    g_autoptr(GError) error = NULL;
    const bool done = load(test, source, &error);
    if (*source->rows == '!') {
        if (done || !strstr(error->message, source->rows + 1))
            g_error("%s of %s: %s", source->option, source->format, done ? "done" : error->message);
        return;
    }
    if (!done)
        g_error("%s of %s: %s", source->option, source->format, error->message);
    g_autofree char *found = case_rows(test, test->session, source->query);
    if (strcmp(found, source->rows) != 0)
        g_error("%s of %s: %s", source->option, source->format, found);
}

static void sources_have_them(struct engine_case *test, gconstpointer data)
{
    for (const struct source_case *source = data; source->option; source++)
        check_source(test, source);
}

struct export_case {
    const char *option;
    const char *format;
    const char *map;
    const char *destination;
    const char *query;
    const char *content; /* of the file; NULL: looked at with `check` */
    const char *check;   /* a query with %s for the path, and its rows */
    const char *rows;
};

static const struct export_case export_cases[] = {
    {"header", "csv", "header: false", "a.csv", "SELECT 1 AS a", "1\n", NULL, NULL},
    {"delimiter", "csv", "delimiter: ';'", "a.csv", "SELECT 1 AS a, 'x;y' AS b", "a;b\n1;\"x;y\"\n",
     NULL, NULL},
    {"delimiter", "csv", "", "a.tsv", "SELECT 1 AS a, 2 AS b", "a\tb\n1\t2\n", NULL, NULL},
    {"quote", "csv", "quote: '~'", "a.csv", "SELECT 'x,y' AS a", "a\n~x,y~\n", NULL, NULL},
    {"escape", "csv", "escape: '!'", "a.csv", "SELECT 'x,\"y' AS a", "a\n\"x,!\"y\"\n", NULL, NULL},
    {"null", "csv", "null: 'NA'", "a.csv", "SELECT NULL AS a, '' AS b", "a,b\nNA,\n", NULL, NULL},
    {"dateformat", "csv", "dateformat: '%d.%m.%Y'", "a.csv", "SELECT DATE '2024-01-02' AS a",
     "a\n02.01.2024\n", NULL, NULL},
    {"timestampformat", "csv", "timestampformat: '%Y/%m/%d %H-%M'", "a.csv",
     "SELECT TIMESTAMP '2024-01-02 10:30:00' AS a", "a\n2024/01/02 10-30\n", NULL, NULL},
    {"compression", "csv", "compression: 'gzip'", "a.csv", "SELECT 1 AS a", NULL,
     "FROM read_csv('%s', compression = 'gzip', header = true)", "1"},
    {"partition_by", "csv", "partition_by: ['b']", "p", "SELECT 1 AS a, 2 AS b", NULL,
     "FROM read_csv('%s/b=2/*', header = true, hive_partitioning = false)", "1"},
    {"file_size", "csv", "file_size: '1MB'", "f", "SELECT 1 AS a", NULL, "FROM read_csv('%s/*')",
     "1"},
    {"compression", "parquet", "compression: 'snappy'", "a.parquet", "SELECT 1 AS a", NULL,
     "SELECT compression FROM parquet_metadata('%s')", "SNAPPY"},
    {"compression", "parquet", "", "a.parquet", "SELECT 1 AS a", NULL,
     "SELECT compression FROM parquet_metadata('%s')", "ZSTD"},
    {"row_group_size", "parquet", "row_group_size: 2048", "a.parquet", "FROM range(5000)", NULL,
     "SELECT num_row_groups FROM parquet_file_metadata('%s')", "3"},
    {"partition_by", "parquet", "partition_by: 'b'", "p", "SELECT 1 AS a, 2 AS b", NULL,
     "SELECT a FROM read_parquet('%s/b=2/*')", "1"},
    {"file_size", "parquet", "file_size: '1MB'", "f", "SELECT 1 AS a", NULL,
     "FROM read_parquet('%s/*')", "1"},
    {"format", "json", "format: 'newline_delimited'", "a.json", "FROM range(2) t(a)",
     "{\"a\":0}\n{\"a\":1}\n", NULL, NULL},
    {"format", "json", "", "a.json", "FROM range(2) t(a)", "[\n\t{\"a\":0},\n\t{\"a\":1}\n]\n",
     NULL, NULL},
    {"compression", "json", "", "a.json.gz", "SELECT 1 AS a", NULL,
     "FROM read_json('%s', compression = 'gzip')", "1"},
    {"dateformat", "json", "dateformat: '%d.%m.%Y'", "a.ndjson", "SELECT DATE '2024-01-02' AS a",
     "{\"a\":\"02.01.2024\"}\n", NULL, NULL},
    {"timestampformat", "json", "timestampformat: '%Y/%m/%d'", "a.ndjson",
     "SELECT TIMESTAMP '2024-01-02 10:30:00' AS a", "{\"a\":\"2024/01/02\"}\n", NULL, NULL},
    {.option = NULL},
};

static void check_export(struct engine_case *test, const struct export_case *export)
{
    g_autofree char *map = g_strdup_printf("{%s}", export->map);
    g_autofree char *path = g_strdup_printf("%s/tmp-%s", test->folder, export->option);
    g_autoptr(GError) error = NULL;
    struct request request;
    request_init(&request, export->format, OPTION_FOR_EXPORT, map);
    AUTO(relation) relation = NULL;
    gint64 rows = 0;
    g_assert_true(format_find(export->format)
                      ->sink(request.options, export->destination, path, &relation, &error));
    if (!test->class->export(test->session, export->query, relation, &rows, &error))
        g_error("%s of %s: %s", export->option, export->format, error->message);
    g_autofree char *content = NULL;
    if (export->content) {
        g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
        g_assert_cmpstr(content, ==, export->content);
    } else {
        g_auto(GStrv) parts = g_strsplit(export->check, "%s", 2);
        g_autofree char *query = g_strconcat(parts[0], path, parts[1], NULL);
        expect_rows(test, query, export->rows);
    }
    request_clear(&request);
    g_autofree char *command = g_strdup_printf("rm -rf %s", path);
    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
}

static void exports_have_them(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (const struct export_case *export = export_cases; export->option; export ++)
        check_export(test, export);
}

static bool source_has_case(const char *format, const char *option)
{
    static const struct source_case *const tables[] = {csv_cases, json_cases, parquet_cases};
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
        for (const struct source_case *source = tables[i]; source->option; source++)
            if (strcmp(source->format, format) == 0 && strcmp(source->option, option) == 0)
                return true;
    return false;
}

static bool export_has_case(const char *format, const char *option)
{
    for (const struct export_case *export = export_cases; export->option; export ++)
        if (strcmp(export->format, format) == 0 && strcmp(export->option, option) == 0)
            return true;
    return false;
}

static void none_is_left_out(void)
{
    for (guint i = 0; format_table()[i]; i++) {
        const char *format = format_table()[i]->name;
        for (const struct option *option = format_table()[i]->options; option->name; option++) {
            if ((option->flags & OPTION_FOR_SOURCE) && !source_has_case(format, option->name))
                g_error("no case of the option %s of a %s source", option->name, format);
            if ((option->flags & OPTION_FOR_EXPORT) && !export_has_case(format, option->name))
                g_error("no case of the option %s of a %s export", option->name, format);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/format options/CSV sources have them", struct engine_case, csv_cases, case_set_up,
               sources_have_them, case_tear_down);
    g_test_add("/format options/JSON sources have them", struct engine_case, json_cases,
               case_set_up, sources_have_them, case_tear_down);
    g_test_add("/format options/Parquet sources have them", struct engine_case, parquet_cases,
               case_set_up, sources_have_them, case_tear_down);
    g_test_add("/format options/exports have them", struct engine_case, NULL, case_set_up,
               exports_have_them, case_tear_down);
    g_test_add_func("/format options/none is left out", none_is_left_out);
    return g_test_run();
}
