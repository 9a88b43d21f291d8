/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of the table of statement classes (language.md, "Order") that runs: what stands below
 * sees its effect, whichever of eight sessions it runs on.
 */
#include "pipeline.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WORKERS = 8, PROBES = 8 };

struct row {
    const char *statement; /* what is needed before it, and itself last */
    const char *probe;     /* a query that shows its effect, in each session */
    const char *expected;  /* its first cell */
};

static const struct row session_rows[] = {
    {"SET SESSION TimeZone = 'Asia/Tokyo'", "SELECT current_setting('TimeZone')", "Asia/Tokyo"},
    {"SET GLOBAL memory_limit = '700MB'",
     "SELECT current_setting('memory_limit') <> '' AND current_setting('memory_limit') LIKE '667%'",
     "true"},
    {"SET VARIABLE factor = 3", "SELECT getvariable('factor') * 2", "6"},
    {"SET SESSION TimeZone = 'Asia/Tokyo'; RESET SESSION TimeZone",
     "SELECT current_setting('TimeZone') = 'Asia/Tokyo'", "false"},
    {"ATTACH ':memory:' AS other; CREATE TABLE other.t AS SELECT 7 AS n; USE other",
     "SELECT n FROM t", "7"},
    {"PRAGMA default_order = 'DESC'", "SELECT x FROM (VALUES (1), (2)) v(x) ORDER BY x", "2"},
    {"ATTACH ':memory:' AS other",
     "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'other'", "1"},
    {"ATTACH ':memory:' AS other; DETACH other",
     "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'other'", "0"},
    {"LOAD json", "SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'json'", "true"},
    {"CREATE TABLE source AS SELECT 5 AS n; PREPARE five AS SELECT n FROM source",
     "SELECT count(*) FROM duckdb_prepared_statements() WHERE name = 'five'", "1"},
};

static const struct row definition_rows[] = {
    {"CREATE MACRO twice(x) AS x * 2", "SELECT twice(21)", "42"},
    {"CREATE FUNCTION thrice(x) AS x * 3", "SELECT thrice(14)", "42"},
    {"CREATE TYPE mood AS ENUM ('sad', 'glad')", "SELECT 'glad'::mood", "glad"},
    {"CREATE SEQUENCE numbers START 40", "SELECT nextval('numbers') >= 40", "true"},
    {"CREATE SCHEMA shop; CREATE TABLE shop.t AS SELECT 1 AS n", "SELECT n FROM shop.t", "1"},
    {"CREATE TABLE t AS SELECT 1 AS n; COMMENT ON TABLE t IS 'about t'",
     "SELECT comment FROM duckdb_tables() WHERE table_name = 't'", "about t"},
    {"CALL pragma_version()", "SELECT 1", "1"},
    {"CREATE TABLE t AS SELECT 9 AS n; ATTACH ':memory:' AS copy; "
     "COPY FROM DATABASE memory TO copy",
     "SELECT n FROM copy.t", "9"},
    {"CREATE TABLE t AS SELECT 8 AS n; EXPORT DATABASE 'kept'; ATTACH ':memory:' AS other; "
     "USE other; IMPORT DATABASE 'kept'",
     "SELECT n FROM other.t", "8"},
    {"CREATE TABLE t AS SELECT 1 AS n; VACUUM", "SELECT n FROM t", "1"},
    {"CREATE TABLE t (n INT); PREPARE fill AS INSERT INTO t VALUES (6); EXECUTE fill",
     "SELECT n FROM t", "6"},
};

/* Steps that take long enough for eight sessions to be opened, the statement, the probes. */
static char *text_of(const struct row *row)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < WORKERS; i++)
        g_string_append_printf(
            text, "CREATE TABLE busy_%u AS SELECT count(*) AS n FROM range(3000000) r(i);\n", i);
    g_string_append_printf(text, "%s;\n", row->statement);
    for (guint i = 0; i < PROBES; i++)
        g_string_append_printf(text, "%s;\n", row->probe);
    return g_string_free(text, FALSE);
}

static void check_rows(const struct row *rows, guint count)
{
    for (guint i = 0; i < count; i++) {
        struct pipeline pipeline;
        pipeline_open(&pipeline);
        g_autofree char *text = text_of(&rows[i]);
        g_test_message("%s", rows[i].statement);
        pipeline_run(&pipeline, text, (struct run_options){.workers = WORKERS});
        pipeline_assert_ok(&pipeline);
        for (guint j = 0; j < PROBES; j++) {
            g_autofree char *id = g_strdup_printf("query_%u", j + 1);
            const struct rows *found = pipeline_step(&pipeline, id)->found;
            g_assert_cmpuint(found->count, >, 0);
            g_assert_cmpstr(rows_cell(found, 0, 0)->text, ==, rows[i].expected);
        }
        pipeline_close(&pipeline);
    }
}

static void session_statements_reach_all_sessions(void)
{
    check_rows(session_rows, G_N_ELEMENTS(session_rows));
}

static void definitions_are_there_for_all_that_stands_below(void)
{
    check_rows(definition_rows, G_N_ELEMENTS(definition_rows));
}

/* A socket that somebody could connect to; its port is told. */
static int listen_somewhere(guint *out_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof address;
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
    g_assert_cmpint(listen(fd, 8), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
    *out_port = ntohs(address.sin_port);
    return fd;
}

/* The plan refuses a URL that it sees; these it doesn't. */
static void no_statement_reaches_the_network(void)
{
    static const char *const texts[] = {
        "CREATE TABLE t AS FROM read_csv('http' || '://127.0.0.1:%u/a.csv');\n",
        "CREATE TABLE t AS FROM read_parquet(['http' || '://127.0.0.1:%u/a.parquet']);\n",
        "CREATE TABLE t AS FROM read_text(concat('http', '://127.0.0.1:%u/a.txt'));\n",
    };
    guint port = 0;
    int fd = listen_somewhere(&port);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct pipeline pipeline;
        pipeline_open(&pipeline);
        g_autoptr(GString) text = g_string_new(texts[i]);
        g_autofree char *digits = g_strdup_printf("%u", port);
        g_string_replace(text, "%u", digits, 1);
        pipeline_run(&pipeline, text->str, (struct run_options){.workers = WORKERS});
        g_test_message("%s", pipeline_step(&pipeline, "transform_t")->message);
        g_assert_cmpint(pipeline_step(&pipeline, "transform_t")->status, ==, STEP_FAILED);
        g_assert_cmpint(accept(fd, NULL, NULL), ==, -1);
        g_assert_cmpint(errno, ==, EAGAIN);
        pipeline_close(&pipeline);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/classes/session", session_statements_reach_all_sessions);
    g_test_add_func("/classes/definition", definitions_are_there_for_all_that_stands_below);
    g_test_add_func("/classes/network", no_statement_reaches_the_network);
    return g_test_run();
}
