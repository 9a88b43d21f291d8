/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/condition.h"
#include "lang/scope.h"

#include <string.h>

static const struct span nowhere;

static struct variables *make_variables(void)
{
    static const char *const pairs[][2] = {
        {"region", "eu"},   {"n", "9"},        {"zip", "00501"},
        {"yes", "true"},    {"no", "false"},   {"empty", ""},
        {"list", "us, eu"}, {"price", "1.10"}, {"negative", "-2"},
    };
    struct variables *variables = variables_new();
    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        variables_set(variables, ORIGIN_COMMAND_LINE, pairs[i][0], pairs[i][1], nowhere);
    return variables;
}

static struct text *make_text(const char *source)
{
    g_autoptr(GError) error = NULL;
    struct text *text = text_new("t.sf", source, strlen(source), &error);
    g_assert_no_error(error);
    return text;
}

static struct span whole(const struct text *text)
{
    return (struct span){.text = text, .length = (guint32)text->length};
}

static void assert_outcome(const char *source, bool expected)
{
    AUTO(variables) variables = make_variables();
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) text = make_text(source);
    bool holds = !expected;
    bool evaluated = condition_evaluate(whole(text), variables, diagnostics, &holds);
    if (!evaluated)
        g_test_message("%s: %s", source, diagnostics_get(diagnostics, 0)->message);
    g_assert_true(evaluated);
    g_assert_cmpuint(diagnostics_count(diagnostics), ==, 0);
    if (holds != expected)
        g_test_message("%s", source);
    g_assert_cmpint(holds, ==, expected);
    g_assert_true(condition_check(whole(text), variables, diagnostics));
}

static void assert_holds(const char *source)
{
    assert_outcome(source, true);
}

static void assert_fails_to_hold(const char *source)
{
    assert_outcome(source, false);
}

/* One message, with this code, at the first `place` of the source. */
static void assert_refused(const char *source, enum code code, const char *place)
{
    AUTO(variables) variables = make_variables();
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) text = make_text(source);
    bool holds = true;
    g_test_message("%s", source);
    g_assert_false(condition_evaluate(whole(text), variables, diagnostics, &holds));
    g_assert_false(holds);
    g_assert_cmpuint(diagnostics_count(diagnostics), ==, 1);
    const struct diagnostic *first = diagnostics_get(diagnostics, 0);
    g_autofree char *at = span_dup(first->at);
    g_assert_cmpint((int)first->code, ==, (int)code);
    g_assert_cmpstr(at, ==, place);
}

static void two_numbers_compare_as_numbers(void)
{
    assert_holds("${n} < 10");
    assert_holds("${n} = 9.0");
    assert_holds("9 <= ${n} AND 9 >= ${n}");
    assert_holds("${n} != 10");
    assert_holds("${price} == 1.1");
    assert_holds("${negative} < -1");
    assert_holds("${negative} =-2");
    assert_holds("123456789012345678901234567890 < 123456789012345678901234567891");
    assert_fails_to_hold("${n} > 10");
    assert_fails_to_hold("-1 <> -1.00");
}

static void all_else_compares_as_text(void)
{
    assert_holds("${region} = 'eu'");
    assert_holds("${region} = eu");
    assert_holds("${region} == \"eu\"");
    assert_holds("'${region}-1' = 'eu-1'");
    assert_holds("x_${region} = x_eu");
    assert_holds("${region}.${n} = eu.9");
    assert_holds("'9' > '10'");
    assert_holds("'9' > 10");
    assert_holds("${zip} = 00501");
    assert_holds("${zip} <> 501");
    assert_holds("${zip} = '00501'");
    assert_holds("${yes} = true AND ${yes} = 'true' AND ${no} <> ${yes}");
    assert_holds("${empty} = ''");
    assert_holds("'it''s' = \"it's\"");
    assert_holds("\"a\\\"b\" = 'a\"b'");
    assert_holds("v1.2 = 'v1.2'");
    assert_fails_to_hold("${region} = EU");
    assert_fails_to_hold("'1.0' = 1");
}

static void or_binds_less_than_and_than_not_than_a_comparison(void)
{
    assert_holds("true OR false AND false");
    assert_fails_to_hold("(true OR false) AND false");
    assert_holds("NOT false AND true");
    assert_fails_to_hold("NOT (false OR true)");
    assert_holds("NOT 1 = 2");
    assert_holds("NOT NOT true");
    assert_holds("not ${no} and not (1 > 2 or ${no})");
    assert_holds("(1 = 1) = (2 = 2)");
    assert_holds("(1 = 1) = true");
    assert_holds("false OR false OR true");
    assert_holds(" true -- and a comment\n /* or two */ ");
}

static void a_list_holds_what_is_equal_to_an_element(void)
{
    assert_holds("${region} IN ('us', 'eu')");
    assert_holds("${region} IN (us, eu)");
    assert_holds("${n} IN (1, 9.0)");
    assert_holds("${region} IN (${list})");
    assert_holds("${region} in ('x', ${list})");
    assert_holds("de NOT IN (${list})");
    assert_fails_to_hold("${region} NOT IN (us, eu)");
    assert_fails_to_hold("${region} IN ('${list}')");
}

static void an_undefined_variable_is_null_in_two_places(void)
{
    assert_holds("DEFINED(region)");
    assert_holds("defined( ${region} ) AND NOT DEFINED(nope)");
    assert_holds("${nope} IS NULL");
    assert_holds("${region} IS NOT NULL");
    assert_holds("${nope|x} IS NOT NULL");
    assert_holds("${empty} IS NOT NULL");
    assert_fails_to_hold("${nope} is not null");
    assert_fails_to_hold("'x' IS NULL");
    assert_holds("NOT DEFINED(nope) OR ${nope} = 1");
    assert_fails_to_hold("DEFINED(nope) AND ${nope} = 1");
    assert_holds("defined = 'defined'");
    assert_refused("${nope} = 1", SF_UNDEFINED_VARIABLE, "${nope}");
    assert_refused("1 = ${nope}", SF_UNDEFINED_VARIABLE, "${nope}");
    assert_refused("${nope}", SF_UNDEFINED_VARIABLE, "${nope}");
    assert_refused("${nope} IN (1)", SF_UNDEFINED_VARIABLE, "${nope}");
    assert_refused("1 IN (1, ${nope})", SF_UNDEFINED_VARIABLE, "${nope}");
    assert_refused("'x${nope}' = 1", SF_UNDEFINED_VARIABLE, "${nope}");
    assert_refused("x${nope} IS NULL", SF_UNDEFINED_VARIABLE, "${nope}");
}

static void a_value_alone_is_true_or_false(void)
{
    assert_holds("true");
    assert_holds("${yes}");
    assert_fails_to_hold("${no}");
    assert_refused("${region}", SF_CONDITION_VALUE, "${region}");
    assert_refused("1", SF_CONDITION_VALUE, "1");
    assert_refused("'true'", SF_CONDITION_VALUE, "'true'");
    assert_refused("true AND yes", SF_CONDITION_VALUE, "yes");
}

static void what_cannot_be_read_is_told_at_its_place(void)
{
    assert_refused("", SF_BAD_CONDITION, "");
    assert_refused("${n} =", SF_BAD_CONDITION, "");
    assert_refused("${n} = = 1", SF_BAD_CONDITION, "=");
    assert_refused("${n} => 1", SF_BAD_CONDITION, "=>");
    assert_refused("${n} + 1 = 2", SF_BAD_CONDITION, "+");
    assert_refused("${n} = 1 2", SF_BAD_CONDITION, "2");
    assert_refused("${n} = 1 ${n}", SF_BAD_CONDITION, "${n}");
    assert_refused("(1 = 1", SF_BAD_CONDITION, "(");
    assert_refused("(1 = 1 2)", SF_BAD_CONDITION, "2");
    assert_refused("1 = 1)", SF_BAD_CONDITION, ")");
    assert_refused("1 IN 2", SF_BAD_CONDITION, "2");
    assert_refused("1 IN ()", SF_BAD_CONDITION, ")");
    assert_refused("1 IN (1 2)", SF_BAD_CONDITION, "2");
    assert_refused("1 NOT 2", SF_BAD_CONDITION, "2");
    assert_refused("1 IS 2", SF_BAD_CONDITION, "2");
    assert_refused("${n} = NULL", SF_BAD_CONDITION, "NULL");
    assert_refused("${n} = 1e5", SF_BAD_CONDITION, "1e5");
    assert_refused("${n} = 1x", SF_BAD_CONDITION, "x");
    assert_refused("${n} = -x", SF_BAD_CONDITION, "x");
    assert_refused("AND true", SF_BAD_CONDITION, "AND");
    assert_refused("DEFINED(1)", SF_BAD_CONDITION, "1");
    assert_refused("DEFINED(a", SF_BAD_CONDITION, "");
    assert_refused("DEFINED(${})", SF_BAD_VARIABLE, "${}");
    assert_refused("${} = 1", SF_BAD_VARIABLE, "${}");
    assert_refused("'a", SF_BAD_CONDITION, "'a");
    assert_refused("\"\\q\" = 1", SF_BAD_ESCAPE, "\\q");
    assert_refused("${n:ident} = 1", SF_BAD_VARIABLE, "${n:ident}");
}

static void a_branch_not_taken_is_parsed_and_asks_for_no_value(void)
{
    AUTO(variables) variables = make_variables();
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) good = make_text("${nope} = 1 AND x_${nope} IN ('${nope}', ${nope})");
    g_assert_true(condition_check(whole(good), variables, diagnostics));
    AUTO(text) bad = make_text("${nope} = 1 AND");
    g_assert_false(condition_check(whole(bad), variables, diagnostics));
    g_assert_cmpuint(diagnostics_count(diagnostics), ==, 1);
    bool holds = false;
    AUTO(text) behind = make_text("false AND (1 =)");
    g_assert_false(condition_evaluate(whole(behind), variables, diagnostics, &holds));
}

static void brackets_are_limited(void)
{
    g_autoptr(GString) source = g_string_new(NULL);
    for (guint i = 0; i < 200; i++)
        g_string_append_c(source, '(');
    g_string_append(source, "true");
    for (guint i = 0; i < 200; i++)
        g_string_append_c(source, ')');
    assert_holds(source->str);
    g_string_prepend(source, "NOT ");
    assert_refused(source->str, SF_LIMIT, "(");
    g_autofree char *deep = g_strnfill(1000000, '(');
    assert_refused(deep, SF_LIMIT, "(");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/condition/" #name, name)
    ADD(two_numbers_compare_as_numbers);
    ADD(all_else_compares_as_text);
    ADD(or_binds_less_than_and_than_not_than_a_comparison);
    ADD(a_list_holds_what_is_equal_to_an_element);
    ADD(an_undefined_variable_is_null_in_two_places);
    ADD(a_value_alone_is_true_or_false);
    ADD(what_cannot_be_read_is_told_at_its_place);
    ADD(a_branch_not_taken_is_parsed_and_asks_for_no_value);
    ADD(brackets_are_limited);
#undef ADD
    return g_test_run();
}
