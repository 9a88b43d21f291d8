/* SPDX-License-Identifier: Apache-2.0 */
/* Which steps a selector takes. */
#include "plan_fixture.h"

#include "base/error.h"

static const char pipeline[] =
    "SOURCE raw TYPE CSV PARAMS {\"path\": \"raw.csv\"};\n"
    "SOURCE more TYPE CSV PARAMS {\"path\": \"more.csv\"};\n"
    "SET SESSION TimeZone = 'UTC';\n"
    "CREATE OR REPLACE MACRO tax(x) AS x * 2;\n"
    "LOAD raw INTO a;\n"
    "CREATE OR REPLACE MACRO most() AS (SELECT max(x) FROM a);\n"
    "CREATE TABLE b OPTIONS {\"tags\": [\"nightly\"]} AS FROM a;\n"
    "CREATE TABLE c OPTIONS {\"tags\": [\"nightly\", \"slow\"]} AS FROM b;\n"
    "CREATE TABLE d AS FROM more;\n"
    "EXPORT c TO 'c.csv';\n"
    "EXPORT d TO 'd.csv';\n";

/* The ids of what is taken, in the order of the plan. */
static char *selected(const char *const *select, const char *const *exclude, GError **error)
{
    PLANNED planned = plan_text("/project", "a.sf", pipeline);
    g_assert_nonnull(planned.plan);
    GByteArray *marks = NULL;
    if (!plan_select(planned.plan, select, exclude, &marks, error))
        return NULL;
    g_assert_cmpuint(marks->len, ==, planned.plan->operations->len);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < marks->len; i++)
        if (marks->data[i])
            g_string_append_printf(out, "%s%s", out->len ? " " : "", plan_at(planned.plan, i)->id);
    g_byte_array_unref(marks);
    return g_string_free(out, FALSE);
}

#define SESSION "sql_set_timezone"

static void selectors_take_what_they_name(void)
{
    static const struct {
        const char *select;
        const char *expected;
    } cases[] = {
        {"b", SESSION " transform_b"},
        {"transform_b", SESSION " transform_b"},
        {"B", SESSION " transform_b"},
        {"a", "source_raw " SESSION " load_a"},
        {"d", "source_more " SESSION " transform_d"},
        {"b d", "source_more " SESSION " transform_b transform_d"},
        {"tag:nightly", SESSION " transform_b transform_c"},
        {"tag:nightly,tag:slow", SESSION " transform_c"},
        {"export_*", SESSION " export_csv_c export_csv_d"},
        {"*.csv", SESSION " export_csv_c export_csv_d"},
        {"+c", "source_raw " SESSION " sql_create_macro_tax load_a transform_b transform_c"},
        {"1+c", SESSION " transform_b transform_c"},
        {"b+", SESSION " transform_b transform_c export_csv_c"},
        {"b+1", SESSION " transform_b transform_c"},
        {"1+b+1", "source_raw " SESSION " load_a transform_b transform_c"},
        {"a+,tag:slow", SESSION " transform_c"},
        {"source_raw", "source_raw"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].select);
        const char *const select[] = {cases[i].select, NULL};
        g_autoptr(GError) error = NULL;
        g_autofree char *found = selected(select, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(found, ==, cases[i].expected);
    }
}

static void nothing_selected_is_all(void)
{
    g_autofree char *found = selected(NULL, NULL, NULL);
    g_assert_cmpstr(
        found, ==,
        "source_raw source_more sql_set_timezone sql_create_macro_tax load_a "
        "sql_create_macro_most transform_b transform_c transform_d export_csv_c export_csv_d");
}

static void what_is_excluded_is_taken_away(void)
{
    const char *const select[] = {"+export_*", NULL};
    const char *const exclude[] = {"tag:nightly", "d+", NULL};
    g_autofree char *found = selected(select, exclude, NULL);
    g_assert_cmpstr(
        found, ==,
        "source_raw source_more sql_set_timezone sql_create_macro_tax load_a export_csv_c");
}

static void several_selectors_are_or(void)
{
    const char *const select[] = {"b", "d", NULL};
    g_autofree char *found = selected(select, NULL, NULL);
    g_assert_cmpstr(found, ==, "source_more sql_set_timezone transform_b transform_d");
}

static void what_fits_nothing_is_an_error_with_the_nearest_name(void)
{
    static const struct {
        const char *select;
        const char *message;
    } cases[] = {
        {"transfrm_b", "no step of orders fits 'transfrm_b': did you mean 'transform_b'?"},
        {"tag:nigtly", "no step of orders fits 'tag:nigtly': did you mean 'tag:nightly'?"},
        {"b,zzzzzz", "no step of orders fits 'zzzzzz'"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const select[] = {cases[i].select, NULL};
        g_autoptr(GError) error = NULL;
        g_assert_null(selected(select, NULL, &error));
        g_assert_cmpint(error_kind(error), ==, ERROR_USAGE);
        g_assert_cmpstr(error->message, ==, cases[i].message);
        g_autoptr(GError) second = NULL;
        g_assert_null(selected(NULL, select, &second));
        g_assert_cmpstr(second->message, ==, cases[i].message);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/select/" #name, name)
    TEST(selectors_take_what_they_name);
    TEST(nothing_selected_is_all);
    TEST(what_is_excluded_is_taken_away);
    TEST(several_selectors_are_or);
    TEST(what_fits_nothing_is_an_error_with_the_nearest_name);
    return g_test_run();
}
