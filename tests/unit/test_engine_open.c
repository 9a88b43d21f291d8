/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a database: it opens, or it says why; never another one instead. */
#include "engine_case.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct folder {
    char *path;
};

static void folder_set_up(struct folder *folder, gconstpointer data)
{
    (void)data;
    folder->path = g_dir_make_tmp("sqlflow-open-XXXXXX", NULL);
    g_assert_nonnull(folder->path);
}

static void folder_tear_down(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *command = g_strdup_printf("rm -rf %s", folder->path);
    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    g_free(folder->path);
}

static char *in_folder(const struct folder *folder, const char *name)
{
    return g_build_filename(folder->path, name, NULL);
}

/* Opens, runs the statement, closes. */
static void run_once(const char *path, const char *sql)
{
    struct engine_case test;
    case_open(&test, &(struct engine_options){.path = path});
    run(&test, sql);
    case_tear_down(&test, NULL);
}

static void expect_open_error(const struct engine_options *options,
                              const struct expected_error *wanted)
{
    GError *error = NULL;
    struct engine *engine = NULL;
    g_assert_false(case_class()->open(options, &engine, &error));
    g_assert_null(engine);
    check_error(options->path, error, wanted);
}

static guint count_files(const struct folder *folder)
{
    guint count = 0;
    GDir *files = g_dir_open(folder->path, 0, NULL);
    while (g_dir_read_name(files))
        count++;
    g_dir_close(files);
    return count;
}

static void test_what_is_written_is_there_again(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = in_folder(folder, "it's [1] a.duckdb");
    run_once(path, "CREATE TABLE t AS SELECT 42 a");
    g_assert_cmpuint(count_files(folder), ==, 1); /* no WAL, nothing temporary */
    struct engine_case test;
    case_open(&test, &(struct engine_options){.path = path, .read_only = true});
    expect_rows(&test, "FROM t", "42");
    GError *error = NULL;
    gint64 rows;
    g_assert_false(test.class->execute(test.session, "CREATE TABLE u (a INT)", &rows, &error));
    check_error("read only", error, &(struct expected_error){ERROR_DATA, -1, "read-only"});
    case_tear_down(&test, NULL);
}

static void test_options_are_honoured(struct folder *folder, gconstpointer data)
{
    (void)data;
    struct engine_case test;
    const struct engine_options options = {
        .memory_limit = "300MB",
        .threads = 3,
        .temp_directory = folder->path,
        .timezone = "Europe/Berlin",
    };
    case_open(&test, &options);
    expect_rows(&test, "SELECT current_setting('threads'), current_setting('memory_limit')",
                "3|286.1 MiB");
    expect_rows(&test, "SELECT current_setting('TimeZone')", "Europe/Berlin");
    g_autofree char *sql =
        g_strdup_printf("SELECT current_setting('temp_directory') = '%s'", folder->path);
    expect_rows(&test, sql, "true");
    expect_rows(&test, "SELECT abs(epoch(now()) - epoch(get_current_timestamp())) < 1", "true");
    expect_rows(&test,
                "SELECT name FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', "
                "'autoload_known_extensions', 'allow_community_extensions') AND value <> 'false'",
                "");
    case_tear_down(&test, NULL);
    expect_open_error(&(struct engine_options){.path = NULL, .memory_limit = "lots"},
                      &(struct expected_error){ERROR_USAGE, -1, "lots"});
    expect_open_error(&(struct engine_options){.path = NULL, .timezone = "Mars"},
                      &(struct expected_error){0, -1, "Mars"});
}

static void test_a_memory_limit_holds(struct folder *folder, gconstpointer data)
{
    (void)data;
    (void)folder;
    struct engine_case test;
    const struct engine_options options = {
        .memory_limit = "20MB", .temp_directory = "", .threads = 1};
    case_open(&test, &options);
    GError *error = NULL;
    gint64 rows;
    g_assert_false(test.class->execute(
        test.session,
        "CREATE TABLE t AS SELECT range, repeat('x', 100) || range FROM range(3000000)", &rows,
        &error));
    check_error("memory", error, &(struct expected_error){ERROR_SYSTEM, -1, NULL});
    case_tear_down(&test, NULL);
}

static void test_missing_things(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *nowhere = in_folder(folder, "no/such/a.duckdb");
    expect_open_error(&(struct engine_options){.path = nowhere},
                      &(struct expected_error){ERROR_USAGE, -1, "there is no folder"});
    g_autofree char *missing = in_folder(folder, "a.duckdb");
    expect_open_error(&(struct engine_options){.path = missing, .read_only = true},
                      &(struct expected_error){ERROR_USAGE, -1, "there is no database"});
    expect_open_error(&(struct engine_options){.path = folder->path},
                      &(struct expected_error){ERROR_SYSTEM, -1, "directory"});
    g_assert_cmpuint(count_files(folder), ==, 0);
}

static void test_what_is_no_database(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = in_folder(folder, "a.duckdb");
    static const char *const texts[] = {"hello", ""};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
        expect_open_error(&(struct engine_options){.path = path},
                          &(struct expected_error){ERROR_SYSTEM, -1, "not a valid DuckDB"});
    }
    g_autofree char *kept = NULL;
    g_assert_true(g_file_get_contents(path, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, "");
}

/* DuckDB's checksum of a block. */
static guint64 checksum(const guint64 *words, gsize count)
{
    guint64 sum = 5381;
    for (gsize i = 0; i < count; i++)
        sum ^= words[i] * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    return sum;
}

static void test_a_newer_storage_version(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = in_folder(folder, "a.duckdb");
    run_once(path, "CREATE TABLE t (a INT)");
    guint64 header[512]; /* checksum, "DUCK" and version, .. */
    int file = open(path, O_RDWR);
    g_assert_cmpint(pread(file, header, sizeof header, 0), ==, sizeof header);
    g_assert_cmpuint(header[0], ==, checksum(header + 1, 511));
    ((guint8 *)header)[12] = 200;
    header[0] = checksum(header + 1, 511);
    g_assert_cmpint(pwrite(file, header, sizeof header, 0), ==, sizeof header);
    close(file);
    expect_open_error(&(struct engine_options){.path = path},
                      &(struct expected_error){ERROR_SYSTEM, -1, "newer version of DuckDB"});
}

/* A process that holds the database until it is told to stop. */
static GPid hold(const char *path, int *out_stop)
{
    int ready[2], stop[2];
    g_assert_cmpint(pipe(ready), ==, 0);
    g_assert_cmpint(pipe(stop), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        close(stop[1]);
        struct engine *engine = NULL;
        bool opened = case_class()->open(&(struct engine_options){.path = path}, &engine, NULL);
        char byte = opened ? 'y' : 'n';
        ssize_t written = write(ready[1], &byte, 1);
        ssize_t got = read(stop[0], &byte, 1); /* until the other end is closed */
        if (engine)
            case_class()->close(engine);
        _exit(written == 1 && got == 0 ? 0 : 1);
    }
    close(stop[0]);
    close(ready[1]);
    char byte = 'n';
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    g_assert_true(byte == 'y');
    close(ready[0]);
    *out_stop = stop[1];
    return child;
}

static gpointer let_go_later(gpointer data)
{
    g_usleep(400 * 1000);
    close(GPOINTER_TO_INT(data));
    return NULL;
}

static void test_a_lock_is_waited_for_and_named(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *path = in_folder(folder, "a.duckdb");
    int stop = -1;
    GPid holder = hold(path, &stop);
    g_autofree char *named = g_strdup_printf("in use by process %d (", (int)holder);
    gint64 before = g_get_monotonic_time();
    expect_open_error(&(struct engine_options){.path = path},
                      &(struct expected_error){ERROR_SYSTEM, -1, named});
    g_assert_cmpint(g_get_monotonic_time() - before, <, 2000 * 1000);
    expect_open_error(&(struct engine_options){.path = path, .read_only = true},
                      &(struct expected_error){ERROR_SYSTEM, -1, "test_engine_open"});
    before = g_get_monotonic_time();
    expect_open_error(&(struct engine_options){.path = path, .wait_lock_ms = 300},
                      &(struct expected_error){ERROR_SYSTEM, -1, named});
    g_assert_cmpint(g_get_monotonic_time() - before, >=, 300 * 1000);

    GThread *thread = g_thread_new("stop", let_go_later, GINT_TO_POINTER(stop));
    g_autoptr(GError) error = NULL;
    struct engine *engine = NULL;
    case_class()->open(&(struct engine_options){.path = path, .wait_lock_ms = 20000}, &engine,
                       &error);
    g_assert_no_error(error);
    case_class()->close(engine);
    g_thread_join(thread);
    g_assert_cmpint(waitpid(holder, NULL, 0), ==, holder);
}

static void test_engines_by_name(struct folder *folder, gconstpointer data)
{
    (void)data;
    (void)folder;
    GError *error = NULL;
    g_assert_null(engine_load("duckdbx", &error));
    check_error("name", g_steal_pointer(&error),
                &(struct expected_error){ERROR_USAGE, -1, "no engine 'duckdbx'"});
    g_assert_cmpstr(case_class()->name, ==, "duckdb");
    g_assert_true(case_class()->version()[0] == 'v');
    g_autofree char *libraries = g_strdup(g_getenv("SQLFLOW_LIBDIR"));
    g_setenv("SQLFLOW_LIBDIR", "/nowhere", TRUE);
    g_assert_null(engine_load("duckdb", &error));
    check_error("module", error,
                &(struct expected_error){ERROR_SYSTEM, -1, "/nowhere/engine_duckdb.so is missing"});
    g_setenv("SQLFLOW_LIBDIR", libraries, TRUE);
}

static void test_a_module_of_another_build_is_refused(struct folder *folder, gconstpointer data)
{
    (void)folder;
    (void)data;
    const struct engine_module same = {.version = SQLFLOW_VERSION, .records = ENGINE_RECORDS};
    struct engine_module older = same;
    struct engine_module smaller = same;
    g_autoptr(GError) error = NULL;
    g_assert_true(engine_module_check(&same, "/x/engine.so", &error));
    older.version = "0.0.1";
    g_assert_false(engine_module_check(&older, "/x/engine.so", &error));
    check_error("version", g_steal_pointer(&error),
                &(struct expected_error){ERROR_SYSTEM, -1,
                                         "'/x/engine.so' is of another build of sqlflow than the "
                                         "program (0.0.1"});
    smaller.records[0] -= (guint32)sizeof(void *);
    g_assert_false(engine_module_check(&smaller, "/x/engine.so", &error));
    check_error("records", g_steal_pointer(&error),
                &(struct expected_error){ERROR_SYSTEM, -1, "install both anew from one build"});
}

static void copy_file(const char *from, const char *to)
{
    g_autofree char *data = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(from, &data, &length, NULL));
    g_assert_true(g_file_set_contents(to, data, (gssize)length, NULL));
}

/* What lies on the disk while a database is open is what a process leaves that is killed: that of
 * one that ran the statements, as left.duckdb; its path. */
static char *crash_after(const struct folder *folder, const char *const *statements)
{
    g_autofree char *path = in_folder(folder, "a.duckdb");
    g_autofree char *log = in_folder(folder, "a.duckdb.wal");
    g_autofree char *left_log = in_folder(folder, "left.duckdb.wal");
    char *left = in_folder(folder, "left.duckdb");
    struct engine_case test;
    case_open(&test, &(struct engine_options){.path = path});
    for (; *statements; statements++)
        run(&test, *statements);
    copy_file(path, left);
    copy_file(log, left_log);
    case_tear_down(&test, NULL);
    return left;
}

static void test_what_a_crash_left_can_be_read(struct folder *folder, gconstpointer data)
{
    (void)data;
    static const char *const statements[] = {"CREATE TABLE t AS SELECT range::INT x FROM range(3)",
                                             "CREATE UNIQUE INDEX i ON t (x)", NULL};
    g_autofree char *left = crash_after(folder, statements);
    struct engine_case test;
    case_open(&test, &(struct engine_options){.path = left, .read_only = true});
    expect_rows(&test, "SELECT sum(x) FROM t", "3");
    case_tear_down(&test, NULL);
}

static void test_functions_in_what_a_crash_left(struct folder *folder, gconstpointer data)
{
    (void)data;
    static const char *const statements[] = {
        "CREATE OR REPLACE TABLE t AS SELECT range::INT x FROM range(3)",
        "ALTER TABLE t ADD COLUMN y INT DEFAULT (abs(-7))",
        "ALTER TABLE t ALTER x TYPE VARCHAR USING concat('n', x)", NULL};
    for (gint read_only = 0; read_only < 2; read_only++) {
        g_autofree char *left = crash_after(folder, statements);
        struct engine_case test;
        case_open(&test, &(struct engine_options){.path = left, .read_only = read_only});
        expect_rows(&test, "SELECT string_agg(x, ' ' ORDER BY x), sum(y) FROM t", "n0 n1 n2|21");
        case_tear_down(&test, NULL);
    }
}

static void test_a_log_without_its_database(struct folder *folder, gconstpointer data)
{
    (void)data;
    static const char *const statements[] = {"CREATE TABLE t AS SELECT 1 x", NULL};
    g_autofree char *left = crash_after(folder, statements);
    g_assert_cmpint(unlink(left), ==, 0);
    expect_open_error(&(struct engine_options){.path = left},
                      &(struct expected_error){ERROR_USAGE, -1, "left.duckdb.wal is there"});
    g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
}

/* ATTACH has DuckDB make a file. */
static void test_a_new_database_is_as_the_engine_makes_it(struct folder *folder, gconstpointer data)
{
    (void)data;
    g_autofree char *ours = in_folder(folder, "ours.duckdb");
    g_autofree char *theirs = in_folder(folder, "theirs.duckdb");
    g_autofree char *sql = g_strdup_printf("ATTACH '%s' AS other", theirs);
    run_once(ours, sql);
    g_autofree char *made = NULL;
    g_autofree char *wanted = NULL;
    gsize made_length = 0;
    gsize wanted_length = 0;
    g_assert_true(g_file_get_contents(ours, &made, &made_length, NULL));
    g_assert_true(g_file_get_contents(theirs, &wanted, &wanted_length, NULL));
    g_assert_cmpuint(made_length, ==, wanted_length);
    g_assert_true(memcmp(made, wanted, made_length) == 0);
}

static void test_what_a_crash_left_is_removed(struct folder *folder, gconstpointer data)
{
    (void)data;
    static const char *const names[] = {".a.duckdb.tmp-0123abcd", ".a.duckdb.tmp-0123abcd.wal",
                                        ".a.duckdb.tmp-0123abcde", ".b.duckdb.tmp-0123abcd"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = in_folder(folder, names[i]);
        g_assert_true(g_file_set_contents(name, "", 0, NULL));
    }
    g_autofree char *path = in_folder(folder, "a.duckdb");
    run_once(path, "SELECT 1");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = in_folder(folder, names[i]);
        g_assert_true(g_file_test(name, G_FILE_TEST_EXISTS) == (i >= 2));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/open/" name, struct folder, NULL, folder_set_up, function, folder_tear_down)
    CASE("engines are found by name", test_engines_by_name);
    CASE("a module of another build is refused", test_a_module_of_another_build_is_refused);
    /* Forks, so before DuckDB has threads here. */
    CASE("a lock is waited for and its holder named", test_a_lock_is_waited_for_and_named);
    CASE("what is written is there again", test_what_is_written_is_there_again);
    CASE("what a crash left beside a database is removed", test_what_a_crash_left_is_removed);
    CASE("what a crash left can be read", test_what_a_crash_left_can_be_read);
    CASE("functions in what a crash left can be read", test_functions_in_what_a_crash_left);
    CASE("a log without its database makes no other one", test_a_log_without_its_database);
    CASE("a new database is as the engine makes it", test_a_new_database_is_as_the_engine_makes_it);
    CASE("options are honoured", test_options_are_honoured);
    CASE("a memory limit holds", test_a_memory_limit_holds);
    CASE("missing files and folders are said", test_missing_things);
    CASE("what is no database is left alone", test_what_is_no_database);
    CASE("a newer storage version is said", test_a_newer_storage_version);
    return g_test_run();
}
