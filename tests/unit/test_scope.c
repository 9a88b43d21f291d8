/* SPDX-License-Identifier: Apache-2.0 */
/* Where values come from, what they look like, and what of a map they become. */
#include "variable_bench.h"

static const char *lookup_environment(const char *name, void *user_data)
{
    return g_str_equal(name, user_data) ? "from environment" : NULL;
}

static void the_first_level_that_has_a_value_wins(void)
{
    AUTO(variables) variables = variables_new();
    enum variable_origin origin = ORIGIN_DEFAULT;
    char name[] = "x";
    g_assert_null(variables_get(variables, "x", &origin));
    variables_set_environment(variables, lookup_environment, name);
    g_assert_cmpstr(variables_get(variables, "x", &origin), ==, "from environment");
    g_assert_cmpint(origin, ==, ORIGIN_ENVIRONMENT);
    static const enum variable_origin levels[] = {ORIGIN_SET, ORIGIN_PROFILE, ORIGIN_COMMAND_LINE};
    for (guint i = 0; i < G_N_ELEMENTS(levels); i++) {
        variables_set(variables, levels[i], "x", variable_origin_name(levels[i]), nowhere);
        variables_set(variables, ORIGIN_SET, "y", "z", nowhere);
        g_assert_cmpstr(variables_get(variables, "x", &origin), ==,
                        variable_origin_name(levels[i]));
        g_assert_cmpint(origin, ==, levels[i]);
    }
}

static void a_default_comes_last_of_the_five_levels(void)
{
    struct bench bench;
    bench_open(&bench, "${region|d} ${path|d} ${other|d}");
    char name[] = "path";
    variables_set_environment(bench.variables, lookup_environment, name);
    struct fragment fragment = {.span = whole(bench.text)};
    g_assert_true(fragment_resolve(&fragment, SYNTAX_WORD, bench.variables, bench.diagnostics));
    g_assert_cmpstr(fragment.text, ==, "eu from environment d");
    const GPtrArray *uses = variables_uses(bench.variables);
    static const enum variable_origin origins[] = {ORIGIN_COMMAND_LINE, ORIGIN_ENVIRONMENT,
                                                   ORIGIN_DEFAULT};
    g_assert_cmpuint(uses->len, ==, 3);
    for (guint i = 0; i < 3; i++) {
        const struct variable_use *use = g_ptr_array_index(uses, i);
        g_assert_cmpint(use->origin, ==, origins[i]);
    }
    fragment_reset(&fragment);
    bench_close(&bench);
}

static void a_child_sees_the_parent_and_keeps_its_own(void)
{
    AUTO(variables) parent = variables_new();
    variables_set(parent, ORIGIN_SET, "a", "1", nowhere);
    variables_set(parent, ORIGIN_SET, "b", "1", nowhere);
    AUTO(variables) child = variables_child(parent);
    variables_set(child, ORIGIN_SET, "b", "2", nowhere);
    variables_set(child, ORIGIN_SET, "c", "3", nowhere);
    g_assert_cmpstr(variables_get(child, "a", NULL), ==, "1");
    g_assert_cmpstr(variables_get(child, "b", NULL), ==, "2");
    g_assert_cmpstr(variables_get(parent, "b", NULL), ==, "1");
    g_assert_null(variables_get(parent, "c", NULL));
}

static void a_number_keeps_its_text(void)
{
    static const char *const numbers[] = {"0",    "-0",  "7",     "-7",
                                          "1.10", "0.5", "-12.0", "123456789012345678901234567890"};
    static const char *const texts[] = {"",   "-",  "00501", "01", "1.",  ".5", "1e5",
                                        "+1", "1 ", " 1",    "0x", "1_0", "--1"};
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_assert_true(text_is_number(numbers[i]));
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_false(text_is_number(texts[i]));
}

static void numbers_of_any_length_are_compared_exactly(void)
{
    static const struct {
        const char *left;
        const char *right;
        int order;
    } rows[] = {
        {"1", "1.0", 0},
        {"0", "-0.00", 0},
        {"2", "10", -1},
        {"-2", "-10", 1},
        {"1.5", "1.25", 1},
        {"1.5", "1.50", 0},
        {"1.05", "1.5", -1},
        {"-1", "1", -1},
        {"10", "9.99", 1},
        {"0.1", "0", 1},
        {"-0.1", "0", -1},
        {"123456789012345678901234567890", "123456789012345678901234567891", -1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        int order = number_compare(rows[i].left, rows[i].right);
        int reverse = number_compare(rows[i].right, rows[i].left);
        g_assert_cmpint((order > 0) - (order < 0), ==, rows[i].order);
        g_assert_cmpint((reverse > 0) - (reverse < 0), ==, -rows[i].order);
    }
}

static void values_that_grow_without_end_are_refused(void)
{
    struct bench bench;
    bench_open(&bench, "${a}${a}");
    g_autofree char *large = g_strnfill(RESOLVED_MAX_BYTES / 2 + 1, 'x');
    bench_set(&bench, "a", large);
    struct fragment fragment = {.span = whole(bench.text)};
    g_assert_false(fragment_resolve(&fragment, SYNTAX_WORD, bench.variables, bench.diagnostics));
    g_assert_cmpint((int)diagnostics_get(bench.diagnostics, 0)->code, ==, SF_LIMIT);
    fragment_reset(&fragment);
    bench_close(&bench);
}

static void a_value_that_is_not_utf8_is_refused(void)
{
    struct bench bench;
    bench_open(&bench, "'${a}'");
    bench_set(&bench, "a", "\xff");
    struct fragment fragment = {.span = whole(bench.text)};
    g_assert_false(fragment_resolve(&fragment, SYNTAX_SQL, bench.variables, bench.diagnostics));
    g_assert_cmpint((int)diagnostics_get(bench.diagnostics, 0)->code, ==, SF_BAD_VARIABLE);
    fragment_reset(&fragment);
    bench_close(&bench);
}

static struct value *string_at(const struct text *text, const char *source)
{
    const char *at = strstr(text->data, source);
    g_assert_nonnull(at);
    struct span span = {
        .text = text, .offset = (guint32)(at - text->data), .length = (guint32)strlen(source)};
    return value_new(VALUE_STRING, span, g_strdup(source));
}

static void a_bare_variable_in_a_map_is_what_its_value_looks_like(void)
{
    static const struct {
        const char *source;
        enum value_kind kind;
        const char *text;
    } rows[] = {
        {"${n}", VALUE_NUMBER, "5"},         {"${zip}", VALUE_STRING, "00501"},
        {"${yes}", VALUE_BOOLEAN, "true"},   {"${spaced}", VALUE_STRING, "a b"},
        {"\"${n}\"", VALUE_STRING, "5"},     {"'${n}'", VALUE_STRING, "5"},
        {"${p|5432}", VALUE_NUMBER, "5432"}, {"\"a\\\\${n}\"", VALUE_STRING, "a\\5"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct bench bench;
        bench_open(&bench, rows[i].source);
        AUTO(value) map = value_new(VALUE_MAP, whole(bench.text), NULL);
        value_add_member(map, "k", nowhere, string_at(bench.text, rows[i].source));
        ((struct member *)g_ptr_array_index(map->members, 0))->key_span =
            (struct span){.text = bench.text};
        g_assert_true(value_resolve(map, bench.variables, bench.diagnostics));
        const struct value *value = value_get(map, "k");
        g_assert_cmpint((int)value->kind, ==, (int)rows[i].kind);
        g_assert_cmpstr(value->text, ==, rows[i].text);
        bench_close(&bench);
    }
}

static void keys_that_become_equal_are_an_error(void)
{
    struct bench bench;
    bench_open(&bench, "{\"${region}\": 1, \"eu\": 2}");
    AUTO(value) map = value_new(VALUE_MAP, whole(bench.text), NULL);
    static const char *const keys[] = {"\"${region}\"", "\"eu\""};
    for (guint i = 0; i < 2; i++) {
        AUTO(value) key = string_at(bench.text, keys[i]);
        value_add_member(map, keys[i], key->span, value_new(VALUE_NULL, nowhere, NULL));
    }
    g_free(((struct member *)g_ptr_array_index(map->members, 1))->key);
    ((struct member *)g_ptr_array_index(map->members, 1))->key = g_strdup("eu");
    g_assert_false(value_resolve(map, bench.variables, bench.diagnostics));
    g_assert_cmpint((int)diagnostics_get(bench.diagnostics, 0)->code, ==, SF_DUPLICATE_KEY);
    bench_close(&bench);
}

static void a_variable_whose_set_failed_is_told_once(void)
{
    struct bench bench;
    bench_open(&bench, "'${x}' ${x|d}");
    variables_set_broken(bench.variables, "x", nowhere);
    struct fragment fragment = {.span = whole(bench.text)};
    g_assert_false(fragment_resolve(&fragment, SYNTAX_SQL, bench.variables, bench.diagnostics));
    g_assert_cmpuint(diagnostics_count(bench.diagnostics), ==, 0);
    fragment_reset(&fragment);
    bench_close(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/scope/" #name, name)
    ADD(the_first_level_that_has_a_value_wins);
    ADD(a_default_comes_last_of_the_five_levels);
    ADD(a_child_sees_the_parent_and_keeps_its_own);
    ADD(a_number_keeps_its_text);
    ADD(numbers_of_any_length_are_compared_exactly);
    ADD(values_that_grow_without_end_are_refused);
    ADD(a_value_that_is_not_utf8_is_refused);
    ADD(a_bare_variable_in_a_map_is_what_its_value_looks_like);
    ADD(keys_that_become_equal_are_an_error);
    ADD(a_variable_whose_set_failed_is_told_once);
#undef ADD
    return g_test_run();
}
