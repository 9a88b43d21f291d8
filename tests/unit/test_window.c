/* SPDX-License-Identifier: Apache-2.0 */
/* The macros of an incremental body. */
#include "lang/window.h"

#include <string.h>

static const struct window_macros macros = {
    .start_date = "DATE '2024-01-05'",
    .end_date = "E",
    .start_dt = "S",
    .end_dt = "T",
};

static struct windowed *replace(const char *sql)
{
    g_autoptr(GError) error = NULL;
    struct windowed *windowed = windowed_new(sql, strlen(sql), &macros, &error);
    g_assert_no_error(error);
    return windowed;
}

static void macros_are_replaced_outside_of_quotes_only(void)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"SELECT 1", "SELECT 1"},
        {"SELECT @start_date, @end_date, @start_dt, @end_dt", "SELECT DATE '2024-01-05', E, S, T"},
        {"WHERE d >= @START_DATE AND d < @End_Date", "WHERE d >= DATE '2024-01-05' AND d < E"},
        {"WHERE d>=@start_dt AND d<@end_dt", "WHERE d>=S AND d<T"},
        {"SELECT '@start_dt', \"@start_dt\", $$@start_dt$$, E'@start_dt'",
         "SELECT '@start_dt', \"@start_dt\", $$@start_dt$$, E'@start_dt'"},
        {"/* @start_dt */ x -- @end_dt\n@end_dt", "/* @start_dt */ x -- @end_dt\nT"},
        {"SELECT @ start_dt, @start, @start_dts, @\"start_dt\", start_dt, @-1",
         "SELECT @ start_dt, @start, @start_dts, @\"start_dt\", start_dt, @-1"},
        {"f(@start_dt,@end_dt)", "f(S,T)"},
        {"größe @start_dt", "größe S"},
        {"@start_dt@end_dt", "ST"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(windowed) windowed = replace(cases[i][0]);
        g_assert_cmpstr(windowed->text, ==, cases[i][1]);
    }
}

static void positions_lead_back_to_the_body(void)
{
    /*                 0       8            21       30   */
    const char *sql = "WHERE d >= @start_date AND e < @end_dt AND nocol";
    AUTO(windowed) windowed = replace(sql);
    for (gsize i = 0; i <= strlen(windowed->text); i++) {
        const gint64 at = windowed_position(windowed, (gint64)i);
        g_assert_cmpint(at, >=, 0);
        g_assert_cmpint(at, <=, (gint64)strlen(sql));
        const bool inside = sql[at] == '@';
        if (!inside)
            g_assert_cmpint(sql[at], ==, windowed->text[i]);
    }
    const char *found = strstr(windowed->text, "nocol");
    const char *literal = strstr(windowed->text, "2024");
    g_assert_cmpint(windowed_position(windowed, found - windowed->text), ==,
                    strstr(sql, "nocol") - sql);
    g_assert_cmpint(windowed_position(windowed, literal - windowed->text), ==,
                    strstr(sql, "@start_date") - sql);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(function) g_test_add_func("/window/" #function, function)
    TEST(macros_are_replaced_outside_of_quotes_only);
    TEST(positions_lead_back_to_the_body);
    return g_test_run();
}
