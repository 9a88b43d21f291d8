/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, views, schemas, sources and their names. */
#include "engine_case.h"

static gint64 create(struct engine_case *test, const char *name, const char *query)
{
    g_autoptr(GError) error = NULL;
    const struct target target = {.name = name};
    gint64 rows = -2;
    if (!case_create(test, &target, query, &rows, &error))
        g_error("%s: %s", name, error->message);
    return rows;
}

static gint64 create_view(struct engine_case *test, const char *name, const char *query)
{
    g_autoptr(GError) error = NULL;
    const struct target target = {.name = name, .is_view = true};
    gint64 rows = -2;
    if (!case_create(test, &target, query, &rows, &error))
        g_error("%s: %s", name, error->message);
    return rows;
}

static enum table_kind kind(struct engine_case *test, const char *name)
{
    return test->class->table_exists(test->session, name);
}

static void test_create_replaces_either_kind(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(create(test, "t", "FROM range(5)"), ==, 5);
    g_assert_cmpint(create(test, "t", "SELECT * FROM t WHERE range < 2 -- the old one"), ==, 2);
    g_assert_cmpint(create_view(test, "t", "SELECT 1 x -- c"), ==, -1);
    g_assert_cmpint(kind(test, "T"), ==, TABLE_VIEW);
    g_assert_cmpint(create(test, "t", "SELECT 2 x"), ==, 1);
    g_assert_cmpint(kind(test, "t"), ==, TABLE_BASE);
    g_assert_cmpint(kind(test, "nosuch"), ==, TABLE_NONE);
    expect_rows(test, "FROM t", "2");
}

static void test_a_failed_create_leaves_what_was_there(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    const struct target target = {.name = "t"};
    const char *body = "SELECT error('no')";
    gint64 rows = -2;
    create_view(test, "t", "SELECT 1 x");
    g_assert_false(case_create(test, &target, body, &rows, &error));
    check_error(body, g_steal_pointer(&error), &(struct expected_error){ERROR_DATA, -1, "no"});
    g_assert_cmpint(kind(test, "t"), ==, TABLE_VIEW);
    body = "SELECT 1,\n  nocol FROM t";
    g_assert_false(case_create(test, &target, body, &rows, &error));
    check_error(body, error, &(struct expected_error){ERROR_DATA, 12, "nocol"});
    expect_rows(test, "FROM t", "1");
}

static void test_keep_declaration_matches_names(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    const struct target target = {.name = "t", .keep_declaration = true};
    gint64 rows = -2;
    run(test, "CREATE TABLE t (a BIGINT, b VARCHAR DEFAULT 'd')");
    run(test, "INSERT INTO t VALUES (1, 'old'), (2, 'old')");
    case_create(test, &target, "SELECT b || '!' AS b, a::INT AS a FROM t", &rows, &error);
    g_assert_no_error(error);
    g_assert_cmpint(rows, ==, 2);
    expect_rows(test, "FROM t ORDER BY a", "1|old!\n2|old!");
    expect_rows(test, "SELECT typeof(a) FROM t LIMIT 1", "BIGINT");
    GError *failure = NULL;
    g_assert_false(case_create(test, &target, "SELECT 1 AS c", &rows, &failure));
    check_error("keep", failure, &(struct expected_error){ERROR_DATA, -1, "c"});
    expect_rows(test, "SELECT count(*) FROM t", "2");
}

static const char *const hostile_names[] = {
    "\"a;b\"",    "\"a\"\"b\"", "\"a.b\"", "\"it's\"",      "\"-- c\"", "\"/*\"", "größe",
    "\"select\"", "source",     "mode",    "\"new\nline\"", "\"${x}\"", "\"%s\"", "\" \"",
};

static void test_hostile_names(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(hostile_names); i++) {
        const char *name = hostile_names[i];
        g_autoptr(GPtrArray) columns = NULL;
        g_test_message("%s", name);
        g_assert_cmpint(create(test, name, "SELECT 1 AS x"), ==, 1);
        g_assert_cmpint(kind(test, name), ==, TABLE_BASE);
        g_assert_true(test->class->table_columns(test->session, name, &columns, &error));
        g_assert_cmpuint(columns->len, ==, 1);
        g_assert_cmpint(create_view(test, name, "SELECT 1 AS x"), ==, -1);
        g_assert_cmpint(kind(test, name), ==, TABLE_VIEW);
    }
    g_autoptr(GPtrArray) names = NULL;
    g_assert_true(test->class->table_list(test->session, &names, &error));
    g_assert_cmpuint(names->len, ==, G_N_ELEMENTS(hostile_names));
    for (guint i = 0; i < names->len; i++)
        g_assert_cmpint(kind(test, g_ptr_array_index(names, i)) == TABLE_VIEW ||
                            strpbrk(g_ptr_array_index(names, i), "; -/$%\n'"),
                        ==, TRUE);
}

static void test_schemas(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    create(test, "x", "SELECT 'main' AS w");
    create_view(test, "y", "SELECT 'main' AS w");
    g_assert_true(test->class->create_schema(test->session, "we,ird \"q", &error));
    g_assert_true(test->class->create_schema(test->session, "we,ird \"q", &error));
    g_assert_true(test->class->create_schema(test->session, "a", &error));
    g_assert_true(test->class->use_schema(test->session, "we,ird \"q", &error));
    create(test, "x", "SELECT 'weird' AS w");
    g_assert_true(test->class->use_schema(test->session, "a", &error));
    create(test, "x", "SELECT 'a' AS w");
    create(test, "y", "SELECT 'a' AS w"); /* not instead of the view in main */
    expect_rows(test, "SELECT x.w, y.w FROM x, y", "a|a");
    create(test, "z", "SELECT 'a' AS w");
    g_assert_true(test->class->use_schema(test->session, NULL, &error));
    g_assert_no_error(error);
    expect_rows(test, "SELECT x.w, y.w FROM x, y", "main|main");
    expect_rows(test, "SELECT w FROM a.x", "a");
    expect_rows(test, "SELECT w FROM \"we,ird \"\"q\".x", "weird");
    g_assert_cmpint(kind(test, "z"), ==, TABLE_NONE);
    g_assert_cmpint(kind(test, "a.z"), ==, TABLE_BASE);
    g_assert_cmpint(kind(test, "memory.a.z"), ==, TABLE_BASE);
    g_assert_cmpint(kind(test, "memory.x"), ==, TABLE_BASE);
    g_assert_cmpint(kind(test, "memory.y"), ==, TABLE_VIEW);
    g_autoptr(GPtrArray) names = NULL;
    g_assert_true(test->class->table_list(test->session, &names, &error));
    g_ptr_array_add(names, NULL);
    g_autofree char *joined = g_strjoinv(" ", (char **)names->pdata);
    g_assert_cmpstr(joined, ==, "\"we,ird \"\"q\".x a.x a.y a.z x y");
    g_ptr_array_set_size(names, (gint)names->len - 1);
}

static void test_use_survives_a_schema(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    run(test, "ATTACH ':memory:' AS other");
    run(test, "USE other");
    g_assert_true(test->class->use_schema(test->session, "main", &error));
    g_assert_true(test->class->use_schema(test->session, NULL, &error));
    g_assert_no_error(error);
    create(test, "t", "SELECT 1 a");
    expect_rows(test, "SELECT current_database()", "other");
    expect_rows(test, "FROM other.main.t", "1");
}

static void test_columns_of_what_is_missing(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    GPtrArray *columns = NULL;
    g_assert_false(test->class->table_columns(test->session, "nosuch", &columns, &error));
    check_error("nosuch", error, &(struct expected_error){ERROR_DATA, -1, "nosuch"});
    g_assert_null(columns);
}

static struct relation *csv_relation(struct engine_case *test, const char *name, const char *text)
{
    struct relation *relation = relation_new("csv");
    g_ptr_array_add(relation->paths, case_file(test, name, text));
    return relation;
}

static void test_a_source_is_read_without_load(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    AUTO(relation) relation = csv_relation(test, "s.csv", "a,b\n1,x\n2,y\n");
    g_assert_true(test->class->define_source(test->engine, "src", relation, &error));
    expect_rows(test, "SELECT count(*) FROM SRC", "2");
    expect_rows(test, "SELECT src.b FROM src WHERE a = 2", "y");
    struct session *other = NULL;
    g_assert_true(test->class->session_new(test->engine, &other, &error));
    g_autofree char *rows = case_rows(test, other, "FROM src JOIN src s2 USING (a)");
    g_assert_cmpstr(rows, ==, "1|x|x\n2|y|y");
    test->class->session_free(other);
    g_assert_cmpint(kind(test, "src"), ==, TABLE_NONE);

    create(test, "src", "SELECT 'a real table wins' AS w");
    expect_rows(test, "FROM src", "a real table wins");
    run(test, "DROP TABLE src");
    g_assert_true(test->class->begin(test->session, &error));
    expect_rows(test, "SELECT count(*) FROM src", "2");
    test->class->rollback(test->session);
    expect_rows(test, "SELECT count(*) FROM src", "2");
}

static void test_a_source_first_read_in_a_transaction(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    AUTO(relation) relation = csv_relation(test, "s.csv", "a\n1\n2\n");
    g_assert_true(test->class->define_source(test->engine, "a.\"s;rc\"", relation, &error));
    g_assert_true(test->class->begin(test->session, &error));
    expect_rows(test, "SELECT count(*) FROM \"s;rc\"", "2");
    test->class->rollback(test->session);
    expect_rows(test, "SELECT count(*) FROM a.\"s;rc\"", "2");
}

/* Binding looks at the first rows, running at all; the one must not hold for the other. */
static void test_sources_with_any_name(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const char *const names[] = {"\"a;b\"", "\"a\"\"b\"", "\"it's\"",
                                        "größe",   "a",          "\"x y\""};
    AUTO(relation) relation = csv_relation(test, "s.csv", "c\n1\n");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *sql = g_strconcat("SELECT c FROM ", names[i], NULL);
        g_test_message("%s", names[i]);
        test->class->define_source(test->engine, names[i], relation, &error);
        g_assert_no_error(error);
        expect_rows(test, sql, "1");
    }
}

static void test_a_source_is_described_from_its_first_rows(struct engine_case *test,
                                                           gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) columns = NULL;
    g_autoptr(GString) text = g_string_new("a\n");
    for (guint i = 0; i < 30000; i++)
        g_string_append_printf(text, "%u\n", i);
    g_string_append(text, "007\n");
    AUTO(relation) relation = csv_relation(test, "s.csv", text->str);
    g_assert_true(test->class->define_source(test->engine, "src", relation, &error));
    g_assert_true(test->class->describe(test->session, "FROM src", &columns, &error));
    g_assert_no_error(error);
    const struct column *column = g_ptr_array_index(columns, 0);
    g_assert_cmpstr(column->type, ==, "BIGINT");
    expect_rows(test, "SELECT typeof(a) FROM src WHERE a = '007'", "VARCHAR");
}

static void test_sources_that_cannot_be_told_apart(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    AUTO(relation) relation = csv_relation(test, "s.csv", "a\n1\n");
    g_assert_true(test->class->define_source(test->engine, "src", relation, &error));
    g_assert_false(test->class->define_source(test->engine, "a.src", relation, &error));
    check_error("a.src", error, &(struct expected_error){ERROR_PLAN, -1, "LOAD one of them"});
}

static void test_a_source_without_its_file(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    gint64 rows;
    AUTO(relation) relation = csv_relation(test, "later.csv", NULL);
    g_assert_true(test->class->define_source(test->engine, "src", relation, &error));
    g_assert_false(test->class->execute(test->session, "FROM src", &rows, &error));
    check_error("src", error, &(struct expected_error){ERROR_DATA, -1, "source src: "});
    g_free(case_file(test, "later.csv", "a\n1\n"));
    expect_rows(test, "FROM src", "1");
}

enum { SESSIONS = 8, ROUNDS = 25 };

struct worker {
    struct engine_case *test;
    guint number;
};

static gpointer work(gpointer data)
{
    struct worker *worker = data;
    const struct engine_class *class = worker->test->class;
    g_autoptr(GError) error = NULL;
    struct session *session = NULL;
    class->session_new(worker->test->engine, &session, &error);
    g_assert_no_error(error);
    g_autofree char *name = g_strdup_printf("t%u", worker->number);
    const struct target target = {.name = name};
    for (guint i = 0; i < ROUNDS; i++) {
        struct written written = {.notes = NULL};
        gint64 rows = -2;
        g_assert_true(class->begin(session, &error));
        class->create(session, &target, "SELECT * FROM src, range(100)", &written, &error);
        g_assert_no_error(error);
        g_assert_cmpint(written.rows.inserted, ==, 300);
        class->execute(session, "INSERT INTO journal SELECT now(), 1", &rows, &error);
        g_assert_no_error(error);
        g_assert_true(class->commit(session, &error));
        g_assert_no_error(error);
    }
    class->session_free(session);
    return NULL;
}

static void test_sessions_work_at_once(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    AUTO(relation) relation = csv_relation(test, "s.csv", "a\n1\n2\n3\n");
    g_assert_true(test->class->define_source(test->engine, "src", relation, &error));
    run(test, "CREATE TABLE journal (made TIMESTAMPTZ, n INT)");
    struct worker workers[SESSIONS];
    GThread *threads[SESSIONS];
    for (guint i = 0; i < SESSIONS; i++) {
        workers[i] = (struct worker){.test = test, .number = i};
        threads[i] = g_thread_new("worker", work, &workers[i]);
    }
    for (guint i = 0; i < SESSIONS; i++)
        g_thread_join(threads[i]);
    expect_rows(test, "SELECT count(*), count(DISTINCT made) FROM journal", "200|1");
    expect_rows(test, "SELECT count(*) FROM t7", "300");
}

/* A database is called as its file, and a copy of the file otherwise. */
static void test_a_record_view_goes_with_its_database(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) columns = columns_new();
    g_autofree char *path = case_file(test, "first.duckdb", NULL);
    g_autofree char *attach = g_strdup_printf("ATTACH '%s' AS \"it's\"", path);
    g_autofree char *again = g_strdup_printf("ATTACH '%s' AS other", path);
    run(test, attach);
    run(test, "CREATE TABLE \"it's\".log (run INTEGER, record VARCHAR)");
    run(test, "INSERT INTO \"it's\".log VALUES (1, '{\"the name\": \"a\\u0027b\", \"n\": 3}'), "
              "(2, '{\"n\": 4}'), (3, '{\"the name\": \"c\", \"n\": null, \"more\": 1}')");
    columns_add(columns, "the name", "VARCHAR");
    columns_add(columns, "n", "INTEGER");
    test->class->create_record_view(test->session, "\"it's\".main.shown", "log", columns, &error);
    g_assert_no_error(error);
    run(test, "DETACH \"it's\"");
    run(test, again);
    expect_rows(test, "SELECT run, \"the name\", n FROM other.shown ORDER BY run",
                "1|a'b|3\n3|c|NULL");
    expect_rows(test, "SELECT typeof(n) FROM other.shown LIMIT 1", "INTEGER");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/table/" name, struct engine_case, NULL, case_set_up, function,             \
               case_tear_down)
    CASE("create replaces a table or a view by either", test_create_replaces_either_kind);
    CASE("a failed create leaves what was there", test_a_failed_create_leaves_what_was_there);
    CASE("a declared table keeps its declaration", test_keep_declaration_matches_names);
    CASE("any name can be a table", test_hostile_names);
    CASE("a schema is used and left again", test_schemas);
    CASE("USE survives a schema", test_use_survives_a_schema);
    CASE("columns of a table that isn't there are an error", test_columns_of_what_is_missing);
    CASE("a source is read without LOAD", test_a_source_is_read_without_load);
    CASE("a source first read in a transaction outlives it",
         test_a_source_first_read_in_a_transaction);
    CASE("a source is described from its first rows",
         test_a_source_is_described_from_its_first_rows);
    CASE("any name can be a source", test_sources_with_any_name);
    CASE("two sources with one last name are refused", test_sources_that_cannot_be_told_apart);
    CASE("a source may get its file later", test_a_source_without_its_file);
    CASE("eight sessions work at once", test_sessions_work_at_once);
    CASE("a record view goes with its database", test_a_record_view_goes_with_its_database);
    return g_test_run();
}
