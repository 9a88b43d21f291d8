/* SPDX-License-Identifier: Apache-2.0 */
/* APPEND and UPSERT: rows into tables that stay. */
#include "engine_files.h"

/* What is written into `t`, and what comes of it. */
struct write_case {
    const char *table; /* "CREATE TABLE t ..", NULL: there is none */
    const char *query;
    const char *wanted; /* rows of t afterwards, or a part of the error behind "!" */
    const char *counts; /* "read inserted updated unchanged"; NULL: not looked at */
    const char *notes;  /* joined by "; "; NULL: none */
    enum schema_policy schema;
};

static char *notes_text(const struct written *written)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; written->notes && i < written->notes->len; i++)
        g_string_append_printf(text, "%s%s", i ? "; " : "",
                               (char *)g_ptr_array_index(written->notes, i));
    return g_string_free(text, FALSE);
}

static void check_written(const struct write_case *write, const struct written *written)
{
    const struct row_counts *rows = &written->rows;
    g_autofree char *counts = g_strdup_printf("%d %d %d %d", (int)rows->read, (int)rows->inserted,
                                              (int)rows->updated, (int)rows->unchanged);
    g_autofree char *notes = notes_text(written);
    if (write->counts)
        g_assert_cmpstr(counts, ==, write->counts);
    g_assert_cmpstr(notes, ==, write->notes ? write->notes : "");
}

static void check_write(struct engine_case *test, struct target target,
                        const struct write_case *write)
{
    g_autoptr(GError) error = NULL;
    struct written written = {.notes = NULL};
    g_test_message("%s <- %s", write->table ? write->table : "-", write->query);
    run(test, "DROP TABLE IF EXISTS t");
    if (write->table)
        run(test, write->table);
    target.name = "t";
    target.schema = write->schema;
    bool done = test->class->create(test->session, &target, write->query, &written, &error);
    if (*write->wanted == '!') {
        g_assert_false(done);
        check_error(write->query, g_steal_pointer(&error),
                    &(struct expected_error){ERROR_DATA, -2, write->wanted + 1});
    } else {
        g_assert_no_error(error);
        check_written(write, &written);
        expect_rows(test, "SELECT * FROM t ORDER BY ALL", write->wanted);
    }
    written_clear(&written);
}

#define TWO "CREATE TABLE t AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(id, x)"

static const struct write_case appends[] = {
    {.query = "SELECT 1 AS id, 'a' AS x", .wanted = "1|a", .counts = "1 1 0 0"},
    {.query = "SELECT 1 AS id WHERE false", .wanted = "", .counts = "0 0 0 0"},
    {.table = TWO,
     .query = "SELECT 'c' AS X, 3 AS ID",
     .wanted = "1|a\n2|b\n3|c",
     .counts = "1 1 0 0"},
    {.table = TWO,
     .query = "SELECT 3 AS id, 'c' AS x -- c",
     .wanted = "1|a\n2|b\n3|c",
     .counts = "1 1 0 0"},
    {.table = TWO, .query = "FROM t", .wanted = "1|a\n1|a\n2|b\n2|b", .counts = "2 2 0 0"},
    {.table = TWO,
     .query = "SELECT 3 AS id, 'c' AS x WHERE false",
     .wanted = "1|a\n2|b",
     .counts = "0 0 0 0"},
    {.table = TWO,
     .query = "SELECT 3 AS id, NULL AS x",
     .wanted = "1|a\n2|b\n3|NULL",
     .counts = "1 1 0 0"},
    {.table = TWO, .query = "VALUES (3, 'c')", .wanted = "!col0 INTEGER is only in the rows"},
    {.table = TWO, .query = "SELECT 3 AS id", .wanted = "!x VARCHAR is only in the table"},
    {.table = TWO,
     .query = "SELECT 3 AS id, 'c' AS x, 1 AS y",
     .wanted = "!y INTEGER is only in the rows"},
    {.table = TWO,
     .query = "SELECT 3::BIGINT AS id, 'c' AS x",
     .wanted = "!id is INTEGER in the table and BIGINT in the rows"},
    {.table = TWO, .query = "SELECT 3::SMALLINT AS id, 'c' AS x", .wanted = "1|a\n2|b\n3|c"},
    {.table = TWO,
     .query = "SELECT 3 AS id, 1 AS x",
     .wanted = "!x is VARCHAR in the table and INTEGER in the rows"},
    {.table = TWO,
     .query = "SELECT 3 AS id, 4 AS Id, 'c' AS x",
     .wanted = "!Id is twice in the rows"},
    {.table = TWO, .query = "SELECT 3 AS id, nocol AS x", .wanted = "!nocol"},
    {.table = "CREATE TABLE t (a DATE)",
     .query = "SELECT TIMESTAMP '2024-01-05 13:45:00' AS a",
     .wanted = "!a is DATE in the table and TIMESTAMP in the rows"},
    {.table = "CREATE TABLE t (a TIMESTAMP)",
     .query = "SELECT DATE '2024-01-05' AS a",
     .wanted = "2024-01-05 00:00:00"},
    {.table = "CREATE TABLE t (a DECIMAL(4,1))",
     .query = "SELECT 1.75 AS a",
     .wanted = "!a is DECIMAL(4,1) in the table and DECIMAL(3,2) in the rows"},
    {.table = "CREATE TABLE t (a DOUBLE)",
     .query = "SELECT 9007199254740992 AS a",
     .wanted = "9007199254740992.0"},
    {.table = "CREATE TABLE t (a DOUBLE)",
     .query = "SELECT 9007199254740993 AS a",
     .wanted = "!9007199254740993 is not exactly a DOUBLE"},
    {.table = "CREATE TABLE t (a ENUM('x', 'y'))", .query = "SELECT 'y' AS a", .wanted = "y"},
    {.table = "CREATE TABLE t (a ENUM('x', 'y'))", .query = "SELECT 'z' AS a", .wanted = "!z"},
    {.table = "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a + 1))",
     .query = "SELECT 1 AS a",
     .wanted = "1|2"},
    {.table = "CREATE TABLE t (a INT PRIMARY KEY)",
     .query = "SELECT * FROM (VALUES (1), (1)) v(a)",
     .wanted = "!constraint"},
    {.table = "CREATE TABLE t (\"a b\" INT, \"q\"\"\" INT)",
     .query = "SELECT 2 AS \"q\"\"\", 1 AS \"A B\"",
     .wanted = "1|2"},
};

static void test_append(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(appends); i++)
        check_write(test, (struct target){.mode = WRITE_APPEND}, &appends[i]);
}

static const struct write_case evolutions[] = {
    {.table = TWO,
     .query = "SELECT 3 AS id, 'c' AS x, 1.5 AS y",
     .wanted = "1|a|NULL\n2|b|NULL\n3|c|1.5",
     .counts = "1 1 0 0",
     .notes = "t: column y DECIMAL(2,1) added",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 3 AS id",
     .wanted = "1|a\n2|b\n3|NULL",
     .counts = "1 1 0 0",
     .notes = "t.x: not in the rows",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 3 AS id, 'c' AS x, NULL AS y",
     .wanted = "1|a|NULL\n2|b|NULL\n3|c|NULL",
     .notes = "t: column y INTEGER added",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 5000000000 AS id, 'c' AS x",
     .wanted = "1|a\n2|b\n5000000000|c",
     .notes = "t.id: INTEGER became BIGINT",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 1.5::DOUBLE AS id, 'c' AS x",
     .wanted = "1.0|a\n1.5|c\n2.0|b",
     .notes = "t.id: INTEGER became DOUBLE",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 1.25 AS id, 'c' AS x",
     .wanted = "1.00|a\n1.25|c\n2.00|b",
     .notes = "t.id: INTEGER became DECIMAL(12,2)",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT '007' AS id, 'c' AS x",
     .wanted = "007|c\n1|a\n2|b",
     .notes = "t.id: INTEGER became VARCHAR",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 3 AS id, 12 AS x",
     .wanted = "1|a\n2|b\n3|12",
     .schema = SCHEMA_EVOLVE},
    {.table = "CREATE TABLE t (a INT[])",
     .query = "SELECT 1 AS a",
     .wanted = "!a is INTEGER[] in the table and INTEGER in the rows",
     .schema = SCHEMA_EVOLVE},
    {.table = "CREATE TABLE t AS SELECT 9007199254740993 AS a",
     .query = "SELECT 0.5::DOUBLE AS a",
     .wanted = "!9007199254740993 is not exactly a DOUBLE",
     .schema = SCHEMA_EVOLVE},
    {.table = "CREATE TABLE t AS SELECT DATE '2024-01-05' AS a",
     .query = "SELECT TIMESTAMP '2024-01-06 01:02:03' AS a",
     .wanted = "2024-01-05 00:00:00\n2024-01-06 01:02:03",
     .notes = "t.a: DATE became TIMESTAMP",
     .schema = SCHEMA_EVOLVE},
    {.table = "CREATE TABLE t AS SELECT 200::UTINYINT AS a",
     .query = "SELECT (-1)::TINYINT AS a",
     .wanted = "-1\n200",
     .notes = "t.a: UTINYINT became SMALLINT",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 3 AS id, 'c' AS x, 1 AS y",
     .wanted = "1|a\n2|b\n3|c",
     .counts = "1 1 0 0",
     .notes = "t: column y of the rows is left out",
     .schema = SCHEMA_IGNORE},
    {.table = TWO,
     .query = "SELECT 3 AS id, 9 AS y",
     .wanted = "1|a\n2|b\n3|NULL",
     .notes = "t: column y of the rows is left out; t.x: not in the rows",
     .schema = SCHEMA_IGNORE},
    {.table = TWO,
     .query = "SELECT 9 AS y",
     .wanted = "!they have no column in common",
     .schema = SCHEMA_IGNORE},
    {.table = TWO,
     .query = "SELECT 3::BIGINT AS id, 'c' AS x",
     .wanted = "!id is INTEGER in the table and BIGINT in the rows",
     .schema = SCHEMA_IGNORE},
};

static void test_schema_policies(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(evolutions); i++)
        check_write(test, (struct target){.mode = WRITE_APPEND}, &evolutions[i]);
}

static const struct write_case upserts[] = {
    {.query = "SELECT 1 AS id, 'a' AS x", .wanted = "1|a", .counts = "1 1 0 0"},
    {.query = "SELECT NULL AS id, 'a' AS x", .wanted = "!the key (\"id\") is NULL in 1 row"},
    {.query = "SELECT 1 AS id FROM range(2)",
     .wanted = "!the key (\"id\") is there more than once"},
    {.query = "SELECT 1 AS k", .wanted = "!the key 'id' is no column of the rows, which has k"},
    {.table = TWO,
     .query = "SELECT 'c' AS x, 3 AS id",
     .wanted = "1|a\n2|b\n3|c",
     .counts = "1 1 0 0"},
    {.table = TWO,
     .query = "SELECT 2 AS id, 'B' AS x UNION ALL SELECT 3, 'c'",
     .wanted = "1|a\n2|B\n3|c",
     .counts = "2 1 1 0"},
    {.table = TWO, .query = "FROM t", .wanted = "1|a\n2|b", .counts = "2 0 0 2"},
    {.table = TWO,
     .query = "SELECT id, upper(x) AS x FROM t",
     .wanted = "1|A\n2|B",
     .counts = "2 0 2 0"},
    {.table = TWO,
     .query = "SELECT 2 AS id, NULL AS x",
     .wanted = "1|a\n2|NULL",
     .counts = "1 0 1 0"},
    {.table = TWO,
     .query = "SELECT 2 AS id, 'b' AS x WHERE false",
     .wanted = "1|a\n2|b",
     .counts = "0 0 0 0"},
    {.table = TWO,
     .query = "SELECT * FROM (VALUES (NULL, 'n'), (3, 'c'), (NULL, 'm')) v(id, x)",
     .wanted = "!is NULL in 2 rows: {'id': NULL, 'x': n}, {'id': NULL, 'x': m}"},
    {.table = TWO,
     .query = "SELECT * FROM (VALUES (3, 'n'), (4, 'c'), (3, 'm')) v(id, x)",
     .wanted = "!is there more than once in 2 rows: {'id': 3, 'x': n}, {'id': 3, 'x': m}"},
    {.table = TWO, .query = "SELECT 2 AS id", .wanted = "!x VARCHAR is only in the table"},
    {.table = "CREATE TABLE t (x VARCHAR)",
     .query = "SELECT 1 AS id, 'a' AS x",
     .wanted = "!the key 'id' is no column of the table 't', which has x"},
    {.table = TWO,
     .query = "SELECT 2 AS id UNION ALL SELECT 3",
     .wanted = "1|a\n2|b\n3|NULL",
     .counts = "2 1 0 1",
     .notes = "t.x: not in the rows",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 2 AS id, 'b' AS x, 7 AS y",
     .wanted = "1|a|NULL\n2|b|7",
     .counts = "1 0 1 0",
     .notes = "t: column y INTEGER added",
     .schema = SCHEMA_EVOLVE},
    {.table = TWO,
     .query = "SELECT 5000000000 AS id, 'b' AS x UNION ALL SELECT 2, 'c'",
     .wanted = "1|a\n2|c\n5000000000|b",
     .counts = "2 1 1 0",
     .notes = "t.id: INTEGER became BIGINT",
     .schema = SCHEMA_EVOLVE},
    {.table = "CREATE TABLE t (id INT)",
     .query = "SELECT i::INT AS id FROM range(3) r(i)",
     .wanted = "0\n1\n2",
     .counts = "3 3 0 0"},
    {.table = "CREATE TABLE t (id INT PRIMARY KEY, x INT)",
     .query = "SELECT 1 AS id, 2 AS x",
     .wanted = "1|2",
     .counts = "1 1 0 0"},
};

static void test_upsert(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const keys[] = {"id", NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(upserts); i++)
        check_write(test, (struct target){.mode = WRITE_UPSERT, .keys = keys}, &upserts[i]);
}

static void test_upsert_with_several_keys(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const keys[] = {"A", "q\" b", NULL};
    static const struct write_case cases[] = {
        {.table = "CREATE TABLE t AS SELECT 1 AS a, 2 AS \"q\"\" B\", 3 AS __old, 4 AS __new",
         .query =
             "SELECT 4 AS __new, 5 AS __old, 2 AS \"q\"\" b\", 1 AS a UNION ALL SELECT 1, 1, 1, 1",
         .wanted = "1|1|1|1\n1|2|5|4",
         .counts = "2 1 1 0"},
        {.table = "CREATE TABLE t AS SELECT 1 AS a, 2 AS \"q\"\" B\", 3 AS x",
         .query = "SELECT 1 AS a, NULL::INT AS \"q\"\" b\", 1 AS x",
         .wanted = "!is NULL in 1 row"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_write(test, (struct target){.mode = WRITE_UPSERT, .keys = keys}, &cases[i]);
}

static void test_a_failed_write_leaves_the_table(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const keys[] = {"id", NULL};
    static const char *const bodies[] = {
        "SELECT 1 AS id, 'a' AS x, 2 AS y FROM range(2)",
        "SELECT 1 AS id, error('no') AS x, 2 AS y",
        "SELECT 'a' AS x",
    };
    const struct target target = {
        .name = "t", .mode = WRITE_UPSERT, .keys = keys, .schema = SCHEMA_EVOLVE};
    run(test, TWO);
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GError) error = NULL;
        gint64 rows = -2;
        g_assert_false(case_create(test, &target, bodies[i], &rows, &error));
        expect_rows(test, "FROM t", "1|a\n2|b");
    }
    run(test, "CREATE VIEW v AS FROM t");
    const struct target view = {.name = "v", .mode = WRITE_APPEND};
    gint64 rows = -2;
    GError *error = NULL;
    g_assert_false(case_create(test, &view, "FROM t", &rows, &error));
    check_error("v", error, &(struct expected_error){ERROR_DATA, -1, "'v' is a view"});
}

static void test_positions_are_the_callers(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const keys[] = {"id", NULL};
    const struct target targets[] = {{.name = "t", .mode = WRITE_APPEND},
                                     {.name = "t", .mode = WRITE_UPSERT, .keys = keys}};
    run(test, TWO);
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        GError *error = NULL;
        gint64 rows = -2;
        g_assert_false(
            case_create(test, &targets[i], "SELECT 1 AS id,\n nocol AS x", &rows, &error));
        check_error("position", error, &(struct expected_error){ERROR_DATA, 17, "nocol"});
    }
}

struct load_case {
    const char *table;
    const char *csv;
    const char *where;
    enum schema_policy schema;
    const char *wanted;
    const char *notes;
};

/* A table's types are those that a CSV file is read with. */
static const struct load_case loads[] = {
    {.table = "CREATE TABLE t (id INT, zip VARCHAR)",
     .csv = "zip,id\n00501,1\n",
     .wanted = "1|00501"},
    {.table = "CREATE TABLE t (id DOUBLE, x DECIMAL(6,2))",
     .csv = "id,x\n1,1\n2,2.5\n",
     .where = "id > 1",
     .wanted = "2.0|2.50"},
    {.table = "CREATE TABLE t (id INT)", .csv = "id\n1\n1.5\n", .wanted = "!column id: '1.5'"},
    {.table = "CREATE TABLE t (id INT)",
     .csv = "id\n1\n1.5\n",
     .where = "id < 1.2",
     .wanted = "!column id: '1.5'"},
    {.table = "CREATE TABLE t (id INT)",
     .csv = "id,y\n1,2\n",
     .wanted = "!y BIGINT is only in the rows"},
    {.table = "CREATE TABLE t (id INT)",
     .csv = "id,y\n1,2\n",
     .schema = SCHEMA_IGNORE,
     .wanted = "1",
     .notes = "t: column y of the rows is left out"},
    {.table = "CREATE TABLE t (id INT)",
     .csv = "id,y\n1,2\n",
     .schema = SCHEMA_EVOLVE,
     .wanted = "1|2",
     .notes = "t: column y BIGINT added"},
    {.table = "CREATE TABLE t (id INT)",
     .csv = "id\n1\n1.5\n",
     .schema = SCHEMA_EVOLVE,
     .wanted = "1.0\n1.5",
     .notes = "t.id: INTEGER became DOUBLE"},
    {.table = "CREATE TABLE t (id DOUBLE)",
     .csv = "id\n1\n2\n",
     .schema = SCHEMA_EVOLVE,
     .wanted = "1.0\n2.0"},
    {.table = "CREATE TABLE t AS SELECT 5 AS id",
     .csv = "id\n1\n007\n",
     .schema = SCHEMA_EVOLVE,
     .wanted = "007\n1\n5",
     .notes = "t.id: INTEGER became VARCHAR"},
    {.table = "CREATE TABLE t (id INT, x INT)",
     .csv = "id\n1\n",
     .wanted = "!x INTEGER is only in the table"},
    {.table = "CREATE TABLE t (id INT)", .csv = "id\n", .wanted = ""},
};

static void check_load(struct engine_case *test, const struct load_case *load)
{
    g_autoptr(GError) error = NULL;
    struct written written = {.notes = NULL};
    const struct target target = {.name = "t", .mode = WRITE_APPEND, .schema = load->schema};
    AUTO(relation) relation = relation_of(test, "csv", "l.csv", load->csv);
    g_test_message("%s <- %s", load->table, load->csv);
    run(test, "DROP TABLE IF EXISTS t");
    run(test, load->table);
    bool done = test->class->load(test->session, &target, relation, load->where, &written, &error);
    g_autofree char *notes = notes_text(&written);
    written_clear(&written);
    if (*load->wanted == '!') {
        g_assert_false(done);
        check_error(load->csv, g_steal_pointer(&error),
                    &(struct expected_error){ERROR_DATA, -2, load->wanted + 1});
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpstr(notes, ==, load->notes ? load->notes : "");
    expect_rows(test, "SELECT * FROM t ORDER BY ALL", load->wanted);
}

static void test_csv_has_the_tables_types(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(loads); i++)
        check_load(test, &loads[i]);
}

/* A late row that doesn't fit the first ones' type, when there is no table yet. */
static void test_the_first_load_finds_types_from_all_rows(struct engine_case *test,
                                                          gconstpointer data)
{
    (void)data;
    static const char *const keys[] = {"a", NULL};
    g_autoptr(GString) text = g_string_new("a\n");
    for (guint i = 0; i < 30000; i++)
        g_string_append_printf(text, "%u\n", i);
    g_string_append(text, "007\n");
    AUTO(relation) relation = relation_of(test, "csv", "late.csv", text->str);
    const struct target target = {.name = "t", .mode = WRITE_UPSERT, .keys = keys};
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        gint64 rows = -2;
        case_load(test, &target, relation, NULL, &rows, &error);
        g_assert_no_error(error);
        g_assert_cmpint(rows, ==, 30001);
        expect_rows(test, "SELECT count(*), max(a) FILTER (starts_with(a, '00')) FROM t",
                    "30001|007");
    }
}

/* JSON's types are guessed from what is in the file. */
static void test_json_has_the_tables_types(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct load_case cases[] = {
        {.table = "CREATE TABLE t (a DOUBLE, d DATE)",
         .csv = "[{\"a\": 5, \"d\": \"2024-01-05\"}]",
         .wanted = "5.0|2024-01-05"},
        {.table = "CREATE TABLE t (a INT)", .csv = "[{\"a\": 5}]", .wanted = "5"},
        {.table = "CREATE TABLE t (a INT)",
         .csv = "[{\"a\": 5.5}]",
         .wanted = "!'5.5' is not exactly a INTEGER"},
        {.table = "CREATE TABLE t AS SELECT 1 AS a",
         .csv = "[{\"a\": 5.5}]",
         .schema = SCHEMA_EVOLVE,
         .wanted = "1.0\n5.5",
         .notes = "t.a: INTEGER became DOUBLE"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        struct written written = {.notes = NULL};
        const struct target target = {.name = "t", .mode = WRITE_APPEND, .schema = cases[i].schema};
        AUTO(relation) relation = relation_of(test, "json", "l.json", cases[i].csv);
        run(test, "DROP TABLE IF EXISTS t");
        run(test, cases[i].table);
        bool done = test->class->load(test->session, &target, relation, NULL, &written, &error);
        g_autofree char *notes = notes_text(&written);
        written_clear(&written);
        g_assert_cmpint(done, ==, *cases[i].wanted != '!');
        if (!done) {
            check_error(cases[i].csv, g_steal_pointer(&error),
                        &(struct expected_error){ERROR_DATA, -2, cases[i].wanted + 1});
            continue;
        }
        g_assert_cmpstr(notes, ==, cases[i].notes ? cases[i].notes : "");
        expect_rows(test, "SELECT * FROM t ORDER BY ALL", cases[i].wanted);
    }
}

/* An unqualified name is one of the schema in use, where the first write makes the table. */
static void test_the_schema_in_use(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const keys[] = {"id", NULL};
    g_autoptr(GError) error = NULL;
    const struct target target = {.name = "t", .mode = WRITE_UPSERT, .keys = keys};
    gint64 rows = -2;
    run(test, TWO);
    g_assert_true(test->class->create_schema(test->session, "a", &error));
    g_assert_true(test->class->use_schema(test->session, "a", &error));
    for (guint i = 0; i < 2; i++)
        g_assert_true(case_create(test, &target, "SELECT 9 AS id", &rows, &error));
    g_assert_true(test->class->use_schema(test->session, NULL, &error));
    expect_rows(test, "FROM t", "1|a\n2|b");
    expect_rows(test, "FROM a.t", "9");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/merge/" name, struct engine_case, NULL, case_set_up, function,             \
               case_tear_down)
    CASE("rows are appended by name, each value exactly", test_append);
    CASE("a table evolves or ignores as it is told", test_schema_policies);
    CASE("an upsert updates, inserts and leaves alone", test_upsert);
    CASE("keys may be several, of any name", test_upsert_with_several_keys);
    CASE("a failed write leaves the table as it was", test_a_failed_write_leaves_the_table);
    CASE("positions of errors are in the caller's text", test_positions_are_the_callers);
    CASE("CSV is read with the table's types", test_csv_has_the_tables_types);
    CASE("the first load finds types from all rows", test_the_first_load_finds_types_from_all_rows);
    CASE("JSON is taken for the table's types", test_json_has_the_tables_types);
    CASE("an unqualified name is of the schema in use", test_the_schema_in_use);
    return g_test_run();
}
