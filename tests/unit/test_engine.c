/* SPDX-License-Identifier: Apache-2.0 */
/* Statements: what runs, what it tells, and which errors come back from where. */
#include "engine_case.h"

static void test_row_counts(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(run(test, "CREATE TABLE t AS FROM range(10) r(a)"), ==, 10);
    g_assert_cmpint(run(test, "INSERT INTO t FROM range(7)"), ==, 7);
    g_assert_cmpint(run(test, "UPDATE t SET a = a WHERE a < 3"), ==, 6);
    g_assert_cmpint(run(test, "DELETE FROM t WHERE a = 1"), ==, 2);
    g_assert_cmpint(run(test, "MERGE INTO t USING (SELECT 5::BIGINT a) s ON t.a = s.a "
                              "WHEN MATCHED THEN DELETE"),
                    ==, 2);
    g_assert_cmpint(run(test, "INSERT INTO t VALUES (1), (2) RETURNING a"), ==, 2);
    g_assert_cmpint(run(test, "SELECT * FROM range(100000)"), ==, 100000);
    g_assert_cmpint(run(test, "CREATE VIEW v AS SELECT 1"), ==, -1);
    g_assert_cmpint(run(test, "CREATE TABLE e (a INT)"), ==, -1);
    g_assert_cmpint(run(test, "SET threads = 2"), ==, -1);
    g_assert_cmpint(run(test, "DROP TABLE e"), ==, -1);
    g_autofree char *path = case_file(test, "t.parquet", NULL);
    g_autofree char *out = g_strdup_printf("COPY t TO '%s'", path);
    g_autofree char *in = g_strdup_printf("COPY t FROM '%s'", path);
    g_assert_cmpint(run(test, out), ==, 15);
    g_assert_cmpint(run(test, in), ==, 15);
}

#define PIVOT_SQL "PIVOT (SELECT 1 a, 'x' b UNION ALL SELECT 2, 'y') ON b USING sum(a)"

static void test_pivot_is_one_statement(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(run(test, PIVOT_SQL), ==, 1);
    g_assert_cmpint(run(test, "CREATE TABLE p AS " PIVOT_SQL), ==, 1);
    g_assert_cmpint(run(test, "INSERT INTO p " PIVOT_SQL), ==, 1);
    g_assert_true(test->class->begin(test->session, &error));
    g_assert_cmpint(run(test, "INSERT INTO p " PIVOT_SQL), ==, 1);
    test->class->rollback(test->session);
    expect_rows(test, "FROM p", "1|2\n1|2");
}

static const struct failing {
    const char *sql;
    struct expected_error wanted;
} failing_statements[] = {
    {"SELECT * FROM nosuch", {ERROR_DATA, 14, "Table with name nosuch does not exist"}},
    {"SELECT 'ääää', foo FROM range(3)", {ERROR_DATA, 19, "column \"foo\" not found in FROM"}},
    {"SELECT 'ääää', 1 +", {ERROR_DATA, 22, "syntax error at end of input"}},
    {"SELECT 'ä' 'b'", {ERROR_DATA, 12, "syntax error"}},
    {"SELEC 1", {ERROR_DATA, 0, "syntax error"}},
    {"SELECT 'unterminated", {ERROR_DATA, 7, "unterminated"}},
    {"SELECT 'ää', CAST('x' AS INT)", {ERROR_DATA, 15, "Could not convert string 'x'"}},
    {"SELECT error('boom')", {ERROR_DATA, -1, "boom"}},
    {"SELECT * FROM 'nofile.csv'", {ERROR_DATA, -2, "No files found"}},
    {"BEGIN", {ERROR_PLAN, -1, "transaction of its own"}},
    {"COMMIT", {ERROR_PLAN, -1, NULL}},
    {"INSTALL httpfs", {ERROR_PLAN, -1, "nothing is fetched"}},
    {"FORCE INSTALL httpfs", {ERROR_PLAN, -1, "nothing is fetched"}},
    {"SELECT * FROM 'https://example.com/a.parquet'", {ERROR_DATA, -2, "declare a SOURCE"}},
    {"SELECT * FROM read_csv('s3://b/a.csv')", {ERROR_DATA, -2, "declare a SOURCE"}},
    {"SELECT ST_Point(1, 2)", {ERROR_DATA, -2, "nothing is installed"}},
    {"SELECT $1", {ERROR_DATA, -2, NULL}},
    {"", {ERROR_DATA, -1, "no statement"}},
    {"-- only a comment", {ERROR_DATA, -1, "no statement"}},
};

static void test_errors_have_kind_place_and_words(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(failing_statements); i++) {
        GError *error = NULL;
        gint64 rows = -2;
        const char *sql = failing_statements[i].sql;
        g_assert_false(test->class->execute(test->session, sql, &rows, &error));
        g_assert_cmpint(rows, ==, -2);
        check_error(sql, error, &failing_statements[i].wanted);
    }
}

static void test_names_that_are_near_are_suggested(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *sql, *suggestion;
    } cases[] = {
        {"SELECT amuont FROM (SELECT 1 AS id, 2 AS amount)", "did you mean 'amount'?"},
        {"SELECT nope FROM (SELECT 1 AS note, 2 AS id)", "did you mean 'note'?"},
        {"SELECT entirely FROM (SELECT 1 AS e)", "there is: e"},
        {"SELECT lenght('a')", "did you mean 'length'?"},
        {"SELECT * FROM nothing_near", NULL},
        {"SELECT 1 +", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gint64 rows = 0;
        g_assert_false(test->class->execute(test->session, cases[i].sql, &rows, &error));
        g_assert_cmpstr(error_details(error)->suggestion, ==, cases[i].suggestion);
        g_assert_null(strstr(error->message, "Candidate"));
        g_assert_null(strstr(error->message, "Did you mean"));
    }
}

static void test_late_errors_come_back(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct expected_error late = {ERROR_DATA, -1, "late"};
    const char *sql =
        "SELECT CASE WHEN range = 500000 THEN error('late') ELSE 'x' END FROM range(1000000)";
    GError *error = NULL;
    gint64 rows;
    g_assert_false(test->class->execute(test->session, sql, &rows, &error));
    check_error(sql, g_steal_pointer(&error), &late);
    AUTO(rows) kept = rows_new(0);
    struct row_sink sink = rows_sink(kept);
    g_assert_false(test->class->query(test->session, sql, &sink, &error));
    check_error(sql, g_steal_pointer(&error), &late);
    for (guint i = 0; i < 20; i++) {
        g_assert_true(test->class->begin(test->session, NULL));
        g_assert_false(test->class->execute(test->session, sql, &rows, &error));
        check_error(sql, g_steal_pointer(&error), &late);
        g_assert_false(test->class->commit(test->session, NULL));
    }
}

/* The position in a view's own text is no position in the statement. */
static void test_errors_inside_views_have_no_place(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct expected_error nowhere = {ERROR_DATA, -1, "\"a\" not found"};
    run(test, "CREATE TABLE base AS SELECT 1 a, 'q' b");
    run(test, "CREATE VIEW bv AS SELECT a, b FROM base");
    run(test, "ALTER TABLE base RENAME a TO a2");
    GError *error = NULL;
    gint64 rows;
    const char *sql = "SELECT 'a long text before it ............................', * FROM bv";
    g_assert_false(test->class->execute(test->session, sql, &rows, &error));
    check_error(sql, g_steal_pointer(&error), &nowhere);

    static const struct expected_error somewhere = {ERROR_DATA, 7, "nocol"};
    run(test, "ALTER TABLE base RENAME a2 TO a");
    sql = "SELECT nocol FROM bv";
    g_assert_false(test->class->execute(test->session, sql, &rows, &error));
    check_error(sql, error, &somewhere);
}

static void test_time_stands_still(struct engine_case *test, gconstpointer data)
{
    (void)data;
    const char *moment = "2026-01-02 03:04:05.678901+00";
    static const char *const calls[] = {"now()", "current_timestamp", "transaction_timestamp()",
                                        "get_current_timestamp()"};
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT %s", calls[i]);
        expect_rows(test, sql, moment);
    }
    expect_rows(test, "SELECT current_date, today(), current_date()",
                "2026-01-02|2026-01-02|2026-01-02");
    expect_rows(test, "SELECT current_time, localtimestamp, localtime",
                "03:04:05.678901+00|2026-01-02 03:04:05.678901|03:04:05.678901");
    run(test, "CREATE VIEW clock AS SELECT now() AS n");
    expect_rows(test, "FROM clock", moment);
    run(test, "SET TimeZone = 'Asia/Tokyo'");
    expect_rows(test, "SELECT current_date, localtimestamp",
                "2026-01-02|2026-01-02 12:04:05.678901");
    expect_rows(test, "SELECT now() - INTERVAL 1 DAY", "2026-01-01 12:04:05.678901+09");
}

static void test_transactions(struct engine_case *test, gconstpointer data)
{
    (void)data;
    GError *error = NULL;
    gint64 rows;
    g_assert_true(test->class->begin(test->session, &error));
    run(test, "CREATE TABLE t AS SELECT 1 a");
    test->class->rollback(test->session);
    g_assert_cmpint(test->class->table_exists(test->session, "t"), ==, TABLE_NONE);

    g_assert_true(test->class->begin(test->session, &error));
    run(test, "CREATE TABLE t AS SELECT 1 a");
    g_assert_true(test->class->commit(test->session, &error));
    g_assert_cmpint(test->class->table_exists(test->session, "t"), ==, TABLE_BASE);

    static const struct expected_error nothing = {ERROR_DATA, -1, "nothing is kept"};
    g_assert_true(test->class->begin(test->session, &error));
    run(test, "INSERT INTO t VALUES (2)");
    g_assert_false(test->class->execute(test->session, "SELECT CAST('x' AS INT)", &rows, NULL));
    g_assert_false(test->class->commit(test->session, &error));
    check_error("commit", error, &nothing);
    expect_rows(test, "FROM t", "1");
    test->class->rollback(test->session); /* fine without a transaction */
}

/* Two sessions at once: `second` may fail, or its commit after that of `first`. */
static GError *collide(struct engine_case *test, const char *first, const char *second)
{
    GError *error = NULL;
    gint64 rows;
    struct session *other = NULL;
    g_assert_true(test->class->session_new(test->engine, &other, NULL));
    g_assert_true(test->class->begin(test->session, NULL));
    g_assert_true(test->class->begin(other, NULL));
    run(test, first);
    bool done = test->class->execute(other, second, &rows, &error);
    g_assert_true(test->class->commit(test->session, NULL));
    g_assert_false(done && test->class->commit(other, &error));
    test->class->rollback(other);
    test->class->session_free(other);
    return error;
}

static void test_conflicts_are_transient(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *first, *second;
        enum error_kind kind;
    } table[] = {
        {"UPDATE t SET b = 1", "UPDATE t SET b = 2", ERROR_TRANSIENT},
        {"DELETE FROM t WHERE a = 1", "DELETE FROM t", ERROR_TRANSIENT},
        {"ALTER TABLE t ADD COLUMN c INT", "INSERT INTO t VALUES (7, 7)", ERROR_TRANSIENT},
        {"DROP TABLE t", "UPDATE t SET b = 2", ERROR_TRANSIENT},
        {"CREATE TABLE n AS SELECT 1 a", "CREATE TABLE n AS SELECT 2 a", ERROR_TRANSIENT},
        {"INSERT INTO keys VALUES ('conflict')", "INSERT INTO keys VALUES ('conflict')",
         ERROR_DATA},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        run(test, "CREATE OR REPLACE TABLE t AS SELECT 1 a, 0 b");
        run(test, "CREATE OR REPLACE TABLE keys (k VARCHAR PRIMARY KEY)");
        GError *error = collide(test, table[i].first, table[i].second);
        check_error(table[i].second, error, &(struct expected_error){table[i].kind, -1, NULL});
    }
}

/* Ends a statement from another thread. */
static gpointer interrupt_later(gpointer data)
{
    struct engine_case *test = data;
    g_usleep(200 * 1000);
    test->class->session_interrupt(test->session);
    return NULL;
}

static void test_interrupt_ends_a_statement(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct expected_error cancelled = {ERROR_CANCELLED, -1, NULL};
    GError *error = NULL;
    gint64 rows;
    test->class->session_interrupt(test->session); /* lost: nothing runs */
    g_assert_cmpint(run(test, "SELECT 1"), ==, 1);
    GThread *thread = g_thread_new("interrupt", interrupt_later, test);
    const char *sql = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b";
    bool ran = test->class->execute(test->session, sql, &rows, &error);
    g_thread_join(thread);
    g_assert_false(ran);
    check_error(sql, error, &cancelled);
    g_assert_cmpint(run(test, "SELECT 1"), ==, 1);
}

static gpointer watch_progress(gpointer data)
{
    struct engine_case *test = data;
    guint seen = 0;
    for (guint i = 0; i < 200 && !seen; i++) {
        struct progress progress = test->class->session_progress(test->session);
        seen = progress.share > 0 && progress.share <= 1;
        g_usleep(10 * 1000);
    }
    test->class->session_interrupt(test->session);
    return GUINT_TO_POINTER(seen);
}

static void test_progress_is_told(struct engine_case *test, gconstpointer data)
{
    (void)data;
    run(test, "CREATE TABLE t AS SELECT range a, hash(range) b FROM range(3000000)");
    GThread *thread = g_thread_new("progress", watch_progress, test);
    gint64 rows;
    test->class->execute(
        test->session,
        "SELECT count(*) FROM t WHERE regexp_matches(md5(md5(b::VARCHAR)), 'abc.*f')", &rows, NULL);
    g_assert_cmpuint(GPOINTER_TO_UINT(g_thread_join(thread)), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/" name, struct engine_case, NULL, case_set_up, function, case_tear_down)
    CASE("every statement tells its rows", test_row_counts);
    CASE("PIVOT is one statement, also in a transaction", test_pivot_is_one_statement);
    CASE("errors have a kind, a place and words", test_errors_have_kind_place_and_words);
    CASE("names that are near are suggested", test_names_that_are_near_are_suggested);
    CASE("an error in the middle of the rows is an error", test_late_errors_come_back);
    CASE("an error inside a view has no place in the text", test_errors_inside_views_have_no_place);
    CASE("time stands still", test_time_stands_still);
    CASE("transactions keep all or nothing", test_transactions);
    CASE("a conflict with another session may be over the next time", test_conflicts_are_transient);
    CASE("an interrupt ends a statement and not the next", test_interrupt_ends_a_statement);
    CASE("progress is told while a statement runs", test_progress_is_told);
    return g_test_run();
}
