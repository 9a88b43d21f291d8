/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a column that grows, and what is written inside of them. Now is CASE_NOW_US:
 * 2026-01-02 03:04:05.678901 UTC. */
#include "engine_case.h"

struct window_case {
    struct window_request request;
    const char *limits; /* "start .. end", or a part of the error behind "!" */
    const char *macros; /* "start_date end_date start_dt end_dt" as the engine shows them */
};

/* The literals, as the engine reads them. */
static char *shown(struct engine_case *test, const char *first, const char *second)
{
    g_autofree char *sql = g_strdup_printf("SELECT CAST(%s AS VARCHAR) || ' .. ' || CAST(%s AS "
                                           "VARCHAR)",
                                           first ? first : "'-'", second ? second : "'-'");
    return case_rows(test, test->session, sql);
}

static void check_window(struct engine_case *test, const struct window_case *wanted)
{
    g_autoptr(GError) error = NULL;
    struct window window = {.start = NULL};
    g_test_message("%s", wanted->limits);
    if (!test->class->window(test->session, &wanted->request, &window, &error)) {
        g_assert_cmpint(*wanted->limits, ==, '!');
        check_error("window", g_steal_pointer(&error),
                    &(struct expected_error){.position = -1, .message = wanted->limits + 1});
        return;
    }
    g_autofree char *limits = shown(test, window.start, window.end);
    g_autofree char *dates = shown(test, window.start_date, window.end_date);
    g_autofree char *times = shown(test, window.start_dt, window.end_dt);
    g_autofree char *macros = g_strdup_printf("%s; %s", dates, times);
    g_assert_cmpstr(limits, ==, wanted->limits);
    if (wanted->macros)
        g_assert_cmpstr(macros, ==, wanted->macros);
    window_clear(&window);
}

#define ZONED "TIMESTAMP WITH TIME ZONE"

static const struct window_case windows[] = {
    {.request = {.type = "DATE"},
     .limits = "- .. 2026-01-03",
     .macros = "0001-01-01 .. 2026-01-03; 0001-01-01 00:00:00 .. 2026-01-03 00:00:00"},
    {.request = {.type = "DATE", .watermark = "2025-12-31", .lookback = "7 DAYS"},
     .limits = "2025-12-24 .. 2026-01-03",
     .macros = "2025-12-24 .. 2026-01-03; 2025-12-24 00:00:00 .. 2026-01-03 00:00:00"},
    {.request = {.type = "DATE", .watermark = "2024-03-31", .lookback = "1 month"},
     .limits = "2024-02-29 .. 2026-01-03"},
    {.request = {.type = "DATE", .watermark = "2025-12-31", .lookback = "3"},
     .limits = "2025-12-28 .. 2026-01-03"},
    {.request = {.type = "DATE", .watermark = "2025-12-31", .lookback = "-3 days"},
     .limits = "!LOOKBACK '-3 days' is none for a column of type DATE"},
    {.request = {.type = "DATE", .watermark = "2025-12-31", .lookback = "often"},
     .limits = "!LOOKBACK 'often' is none"},
    {.request = {.type = "TIMESTAMP", .watermark = "2025-12-31 23:00:00.000001"},
     .limits = "2025-12-31 23:00:00.000001 .. 2026-01-02 03:04:05.678901",
     .macros = "2025-12-31 .. 2026-01-03; 2025-12-31 23:00:00.000001 .. 2026-01-02 "
               "03:04:05.678901"},
    {.request = {.type = "TIMESTAMP", .watermark = "2025-12-31 23:00:00", .lookback = "90 minutes"},
     .limits = "2025-12-31 21:30:00 .. 2026-01-02 03:04:05.678901"},
    {.request = {.type = "TIMESTAMP", .watermark = "2025-12-31 23:00:00", .lookback = "7"},
     .limits = "!LOOKBACK '7' is none for a column of type TIMESTAMP: write 7 DAYS"},
    {.request = {.type = ZONED, .watermark = "2025-12-31 23:00:00+02", .lookback = "1 hour"},
     .limits = "2025-12-31 20:00:00+00 .. 2026-01-02 03:04:05.678901+00",
     .macros = "2025-12-31 .. 2026-01-03; 2025-12-31 20:00:00+00 .. 2026-01-02 "
               "03:04:05.678901+00"},
    {.request = {.type = "DATE", .start = "2025-01-01", .end = "2025-02-01", .lookback = "9 days"},
     .limits = "2025-01-01 .. 2025-02-01"},
    {.request = {.type = "TIMESTAMP", .start = "2025-01-01", .end = "2025-02-01"},
     .limits = "2025-01-01 00:00:00 .. 2025-02-01 00:00:00",
     .macros = "2025-01-01 .. 2025-02-01; 2025-01-01 00:00:00 .. 2025-02-01 00:00:00"},
    {.request = {.type = "DATE", .start = "2025-02-01", .end = "2025-01-01"},
     .limits = "!the window begins at 2025-02-01, after its end at 2025-01-01"},
    {.request = {.type = "DATE", .start = "soon"}, .limits = "!soon"},
    {.request = {.type = "DATE", .watermark = "2027-01-01"}, .limits = "2027-01-01 .. 2026-01-03"},
    {.request = {.type = "BIGINT"},
     .limits = "- .. -",
     .macros = "-9223372036854775808 .. 9223372036854775808; -9223372036854775808 .. "
               "9223372036854775808"},
    {.request = {.type = "INTEGER", .watermark = "100", .lookback = "30"},
     .limits = "70 .. -",
     .macros = "70 .. 2147483648; 70 .. 2147483648"},
    {.request = {.type = "TINYINT", .watermark = "-100", .lookback = "100"}, .limits = "-128 .. -"},
    {.request = {.type = "INTEGER", .watermark = "100", .lookback = "7 days"},
     .limits = "!LOOKBACK '7 days' is none for a column of type INTEGER: write a whole number"},
    {.request = {.type = "INTEGER", .start = "5", .end = "9"}, .limits = "5 .. 9"},
    {.request = {.type = "INTEGER", .start = "2025-01-01"}, .limits = "!2025-01-01"},
    {.request = {.type = "VARCHAR"}, .limits = "!the column is of type VARCHAR"},
    {.request = {.type = "DOUBLE"}, .limits = "!the column is of type DOUBLE"},
};

static void test_windows(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(windows); i++)
        check_window(test, &windows[i]);
}

static void test_days_are_those_of_the_time_zone(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct window_case wanted = {
        .request = {.type = ZONED, .watermark = "2025-12-31 23:30:00+00"},
        .limits = "2026-01-01 08:30:00+09 .. 2026-01-02 12:04:05.678901+09",
        .macros = "2026-01-01 .. 2026-01-03; 2026-01-01 08:30:00+09 .. 2026-01-02 "
                  "12:04:05.678901+09",
    };
    run(test, "SET TimeZone = 'Asia/Tokyo'");
    check_window(test, &wanted);
}

/* Writes into `t` inside of [start, end) of column c. */
struct inside_case {
    enum write_mode mode;
    const char *start, *end;
    const char *query;
    const char *wanted; /* rows of t, or a part of the error behind "!" */
    const char *counts; /* "read inserted updated unchanged deleted" */
};

static const struct inside_case insides[] = {
    {.mode = WRITE_WINDOW,
     .start = "3",
     .query = "SELECT i AS c, 'n' AS x FROM range(3, 6) r(i)",
     .wanted = "1|o\n2|o\n3|n\n4|n\n5|n",
     .counts = "3 3 0 0 2"},
    {.mode = WRITE_WINDOW,
     .start = "3",
     .end = "4",
     .query = "SELECT i AS c, 'n' AS x FROM range(9) r(i)",
     .wanted = "1|o\n2|o\n3|n\n4|o",
     .counts = "1 1 0 0 1"},
    {.mode = WRITE_WINDOW,
     .start = "3",
     .query = "SELECT c, x || '!' AS x FROM t",
     .wanted = "1|o\n2|o\n3|o!\n4|o!",
     .counts = "2 2 0 0 2"},
    {.mode = WRITE_WINDOW,
     .start = "9",
     .query = "FROM t",
     .wanted = "1|o\n2|o\n3|o\n4|o",
     .counts = "0 0 0 0 0"},
    {.mode = WRITE_WINDOW,
     .start = "3",
     .query = "SELECT 1 AS c, 'n' AS x",
     .wanted = "1|o\n2|o",
     .counts = "0 0 0 0 2"},
    {.mode = WRITE_WINDOW,
     .start = "3",
     .query = "SELECT NULL::BIGINT AS c, 'n' AS x",
     .wanted = "!the column (\"C\") is NULL in 1 row: {'c': NULL, 'x': n}"},
    {.mode = WRITE_WINDOW, .start = "3", .query = "SELECT 1 AS y, 'n' AS x", .wanted = "!c"},
    {.mode = WRITE_APPEND,
     .start = "3",
     .query = "SELECT * FROM (VALUES (1, 'n'), (3, 'o'), (3, 'o'), (4, 'n')) v(c, "
              "x) -- c",
     .wanted = "1|o\n2|o\n3|o\n3|o\n4|n\n4|o",
     .counts = "3 2 0 1 0"},
    {.mode = WRITE_UPSERT,
     .start = "3",
     .query = "SELECT * FROM (VALUES (1, 'n'), (3, 'o'), (4, 'n'), (5, 'n')) v(c, "
              "x)",
     .wanted = "1|o\n2|o\n3|o\n4|n\n5|n",
     .counts = "3 1 1 1 0"},
    {.mode = WRITE_REPLACE,
     .end = "3",
     .query = "SELECT i AS c, 'n' AS x FROM range(9) r(i)",
     .wanted = "0|n\n1|n\n2|n",
     .counts = "3 3 0 0 0"},
    {.mode = WRITE_REPLACE,
     .query = "SELECT NULL::BIGINT AS c",
     .wanted = "!the column (\"C\") is NULL in 1 row"},
};

static void check_inside(struct engine_case *test, const struct inside_case *inside)
{
    static const char *const keys[] = {"c", NULL};
    g_autofree char *start = g_strdup(inside->start);
    g_autofree char *end = g_strdup(inside->end);
    const struct window window = {.start = start, .end = end};
    const struct target target = {
        .name = "t", .mode = inside->mode, .keys = keys, .window = &window, .column = "C"};
    g_autoptr(GError) error = NULL;
    __attribute__((cleanup(written_clear))) struct written written = {.notes = NULL};
    g_test_message("%s", inside->query);
    run(test, "CREATE OR REPLACE TABLE t AS SELECT i AS c, 'o' AS x FROM range(1, 5) r(i)");
    if (!test->class->create(test->session, &target, inside->query, &written, &error)) {
        g_assert_cmpint(*inside->wanted, ==, '!');
        check_error(inside->query, g_steal_pointer(&error),
                    &(struct expected_error){ERROR_DATA, -2, inside->wanted + 1});
        expect_rows(test, "SELECT count(*) FROM t", "4");
        return;
    }
    const struct row_counts *rows = &written.rows;
    g_autofree char *counts =
        g_strdup_printf("%d %d %d %d %d", (int)rows->read, (int)rows->inserted, (int)rows->updated,
                        (int)rows->unchanged, (int)rows->deleted);
    g_assert_cmpstr(counts, ==, inside->counts);
    expect_rows(test, "SELECT * FROM t ORDER BY ALL", inside->wanted);
}

static void test_writes_stay_inside(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(insides); i++)
        check_inside(test, &insides[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name, function)                                                                       \
    g_test_add("/engine/window/" name, struct engine_case, NULL, case_set_up, function,            \
               case_tear_down)
    CASE("a window has limits and macros", test_windows);
    CASE("days are those of the time zone", test_days_are_those_of_the_time_zone);
    CASE("writes stay inside of their window", test_writes_stay_inside);
    return g_test_run();
}
