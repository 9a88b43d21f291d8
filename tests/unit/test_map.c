/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of PARAMS and OPTIONS: JSON with positions, and what is allowed besides. */
#include "lang/parser.h"

#include <string.h>

/* The map as strict JSON, or the errors as `SFnnnn line:column message`, one a line. */
static char *parse(const char *data)
{
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("m.sf", data, strlen(data), &error);
    g_assert_no_error(error);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    AUTO(value) map = map_parse(&lexer, diagnostics);
    g_assert_cmpuint(lexer.offset, <=, text->length);
    if (map) {
        g_assert_cmpuint(diagnostics_count(diagnostics), ==, 0);
        return value_to_json(map);
    }
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < diagnostics_count(diagnostics); i++) {
        const struct diagnostic *entry = diagnostics_get(diagnostics, i);
        const struct place place = text_place(text, entry->at.offset);
        g_string_append_printf(out, "%sSF%04d %u:%u %s", i ? "\n" : "", (int)entry->code,
                               place.line, place.column, entry->message);
    }
    return g_string_free(out, FALSE);
}

struct map_case {
    const char *text;
    const char *expected;
};

static void check(const struct map_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_test_message("%s", cases[i].text);
        g_autofree char *found = parse(cases[i].text);
        g_assert_cmpstr(found, ==, cases[i].expected);
    }
}

#define CHECK(cases) check(cases, G_N_ELEMENTS(cases))

static void json_is_read(void)
{
    static const struct map_case cases[] = {
        {"{}", "{}"},
        {" { \"a\" : [ ] , \"b\" : { } } ", "{\"a\": [], \"b\": {}}"},
        {"{\"a\":[1,-2.50,1e5,0,0.1E-3],\"b\":[true,false,null]}",
         "{\"a\": [1, -2.50, 1e5, 0, 0.1E-3], \"b\": [true, false, null]}"},
        {"{\"a\": 123456789012345678901234567890.10}",
         "{\"a\": 123456789012345678901234567890.10}"},
        {"{\"\": \"\"}", "{\"\": \"\"}"},
        {"{\"a\": {\"b\": [{\"c\": [[1]]}]}}", "{\"a\": {\"b\": [{\"c\": [[1]]}]}}"},
    };
    CHECK(cases);
}

static void escapes_are_decoded(void)
{
    static const struct map_case cases[] = {
        {"{\"a\": \"\\\"\\\\\\/\\n\\t\\r\\b\\f\"}", "{\"a\": \"\\\"\\\\/\\n\\t\\r\\b\\f\"}"},
        {"{\"a\": \"\\u00e9\\u4E2D\"}", "{\"a\": \"é中\"}"},
        {"{\"a\": \"\\ud83d\\ude00!\"}", "{\"a\": \"😀!\"}"},
        {"{\"\\u0061b\": 1}", "{\"ab\": 1}"},
        {"{\"a\": 'it''s \\n'}", "{\"a\": \"it's \\\\n\"}"},
    };
    CHECK(cases);
}

static void more_than_json_is_allowed(void)
{
    static const struct map_case cases[] = {
        {"{\"a\": [1, 2, ], }", "{\"a\": [1, 2]}"},
        {"{ -- c }\n a: 1, /* } */ 'b' : 'x' }", "{\"a\": 1, \"b\": \"x\"}"},
        {"{type: TRUE, null: Null}", "{\"type\": true, \"null\": null}"},
        {"{é_1: 'a;b\nc'}", "{\"é_1\": \"a;b\\nc\"}"},
        {"{\"d\": \";\", \"e\": \"}\"}", "{\"d\": \";\", \"e\": \"}\"}"},
    };
    CHECK(cases);
}

static void variables_stay_as_written(void)
{
    static const struct map_case cases[] = {
        {"{a: ${x}, b: [${y|\"} ,\"}]}", "{\"a\": \"${x}\", \"b\": [\"${y|\\\"} ,\\\"}\"]}"},
        {"{a: \"p/${x}.csv\", '${k}': 1}", "{\"a\": \"p/${x}.csv\", \"${k}\": 1}"},
    };
    CHECK(cases);
}

static void wrong_structure_is_told_once_at_its_place(void)
{
    static const struct map_case cases[] = {
        {"[1]", "SF0102 1:1 expected a map, {..}"},
        {"{a 1}", "SF0102 1:4 expected ':' after the key, found '1'"},
        {"{a = 1}", "SF0102 1:4 expected ':' after the key, found '='"},
        {"{a: 1 b: 2}", "SF0102 1:7 expected ',' or '}', found 'b'"},
        {"{a: 1,, b: 2}", "SF0102 1:7 expected a key, found ','"},
        {"{1: 2}", "SF0102 1:2 expected a key, found '1'"},
        {"{${x}: 2}", "SF0102 1:2 expected a key, found '$'"},
        {"{a: }", "SF0102 1:5 expected a value, found '}'"},
        {"{a: [1 2]}", "SF0102 1:8 expected ',' or ']', found '2'"},
        {"{a: [1, 2}", "SF0102 1:10 expected ',' or ']', found '}'"},
        {"{a: (1)}", "SF0102 1:5 expected a value, found '('"},
        {"{a: $x}", "SF0102 1:5 expected a value, found '$x'"},
        {"{a: $$x$$}", "SF0102 1:5 expected a value, found '$$x$$'"},
    };
    CHECK(cases);
}

static void unclosed_things_are_told_at_their_start(void)
{
    static const struct map_case cases[] = {
        {"{", "SF0103 1:1 this map has no end"},
        {"{a", "SF0103 1:1 this map has no end"},
        {"{a:", "SF0103 1:1 this map has no end"},
        {"{a: 1;", "SF0103 1:1 this map has no end"},
        {"{a: {b: 1};", "SF0103 1:1 this map has no end"},
        {"{a: {b: 1;", "SF0103 1:5 this map has no end"},
        {"{a: [1,", "SF0103 1:5 this list has no end"},
        {"{a: \"x}\n", "SF0103 1:5 this string, which ends on its line, has no end"},
        {"{\"a: 1}\n", "SF0103 1:2 this string, which ends on its line, has no end"},
        {"{a: 'x}\n", "SF0103 1:5 this string has no end"},
        {"{a: /* x }", "SF0103 1:5 this comment has no end"},
        {"{a: ${x\n}", "SF0103 1:5 this variable has no end"},
    };
    CHECK(cases);
}

static void wrong_values_keys_and_escapes_are_all_told(void)
{
    static const struct map_case cases[] = {
        {"{a: 1, b: 2, a: 3, \"b\": 4}", "SF0110 1:14 the key 'a' stands twice in this map\n"
                                         "SF0110 1:20 the key 'b' stands twice in this map"},
        {"{a: {b: 1}, c: {b: 2}}", "{\"a\": {\"b\": 1}, \"c\": {\"b\": 2}}"},
        {"{a: 007, b: +1, c: 1., d: .5, e: 0x1F, f: --1\n}",
         "SF0109 1:5 not a number as JSON has them\n"
         "SF0109 1:13 not a number as JSON has them\n"
         "SF0109 1:20 not a number as JSON has them\n"
         "SF0109 1:27 not a number as JSON has them\n"
         "SF0109 1:34 not a number as JSON has them"},
        {"{a: eu, b: data/x}", "SF0109 1:5 a text in a map takes quotes\n"
                               "SF0109 1:12 a text in a map takes quotes"},
        {"{a: 1e, b: 1e+, c: -}", "SF0109 1:5 not a number as JSON has them\n"
                                  "SF0109 1:12 not a number as JSON has them\n"
                                  "SF0109 1:20 not a number as JSON has them"},
        {"{\"a\": \"\\q\", \"b\": \"\\u12\", \"\\ud800\": \"\\udc00\"}",
         "SF0108 1:8 \\q stands for no character\n"
         "SF0108 1:19 \\u stands for no character\n"
         "SF0108 1:27 \\ud800 stands for no character\n"
         "SF0108 1:37 \\udc00 stands for no character"},
        {"{\"a\": \"\\u0000\", \"b\": \"\\$x\", \"c\": \"\\${x}\"}",
         "SF0108 1:8 \\u0000 stands for no character\n"
         "SF0108 1:23 \\$ stands for no character"},
        {"{a: \"\\é\"}", "SF0108 1:6 \\é stands for no character"},
    };
    CHECK(cases);
}

static void a_second_key_shows_the_first(void)
{
    AUTO(text) text = text_new("m.sf", "{a: 1,\n a: 2}", 13, NULL);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    g_assert_null(map_parse(&lexer, diagnostics));
    const struct diagnostic *entry = diagnostics_get(diagnostics, 0);
    g_assert_cmpuint(entry->at.offset, ==, 8);
    g_assert_cmpuint(entry->related.offset, ==, 1);
    g_assert_cmpstr(entry->related_hint, ==, "first here");
}

static void keys_and_values_know_their_places(void)
{
    const char *data = "x {a: 'b', \"c\": [1, ${d}]} y";
    AUTO(text) text = text_new("m.sf", data, strlen(data), NULL);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    struct lexer lexer;
    lexer_init(&lexer, text, 1, text->length);
    AUTO(value) map = map_parse(&lexer, diagnostics);
    g_assert_nonnull(map);
    g_assert_cmpuint(lexer.offset, ==, 26);
    g_assert_cmpuint(map->span.offset, ==, 2);
    g_assert_cmpuint(map->span.length, ==, 24);
    const struct member *first = g_ptr_array_index(map->members, 0);
    g_assert_cmpuint(first->key_span.offset, ==, 3);
    g_assert_cmpuint(first->value->span.offset, ==, 6);
    g_assert_cmpuint(first->value->span.length, ==, 3);
    const struct member *second = g_ptr_array_index(map->members, 1);
    g_assert_cmpuint(second->key_span.offset, ==, 11);
    g_assert_cmpuint(second->key_span.length, ==, 3);
    g_assert_cmpuint(second->value->span.offset, ==, 16);
    g_assert_cmpuint(second->value->span.length, ==, 9);
    const struct value *variable = g_ptr_array_index(second->value->items, 1);
    g_assert_true(data[variable->span.offset] == '$');
    g_assert_cmpuint(variable->span.length, ==, 4);
}

static char *nested(guint depth)
{
    GString *out = g_string_new("{a: ");
    for (guint i = 1; i < depth; i++)
        g_string_append_c(out, '[');
    for (guint i = 1; i < depth; i++)
        g_string_append_c(out, ']');
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}

static void nesting_has_a_limit(void)
{
    g_autofree char *deepest = nested(200);
    g_autofree char *good = parse(deepest);
    g_assert_true(*good == '{');
    g_autofree char *deeper = nested(201);
    g_autofree char *bad = parse(deeper);
    g_assert_cmpstr(bad, ==, "SF0115 1:204 more than 200 maps and lists inside each other");
}

static void long_maps_take_linear_time(void)
{
    GString *text = g_string_new("{");
    for (guint i = 0; i < 200000; i++)
        g_string_append_printf(text, "k%u: %u,\n", i, i);
    g_string_append(text, "k77777: 1}");
    g_test_timer_start();
    g_autofree char *found = parse(text->str);
    g_assert_cmpfloat(g_test_timer_elapsed(), <, 5.0);
    g_assert_cmpstr(found, ==, "SF0110 200001:1 the key 'k77777' stands twice in this map");
    g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/map/json", json_is_read);
    g_test_add_func("/map/escapes", escapes_are_decoded);
    g_test_add_func("/map/more_than_json", more_than_json_is_allowed);
    g_test_add_func("/map/variables", variables_stay_as_written);
    g_test_add_func("/map/structure", wrong_structure_is_told_once_at_its_place);
    g_test_add_func("/map/unclosed", unclosed_things_are_told_at_their_start);
    g_test_add_func("/map/all_told", wrong_values_keys_and_escapes_are_all_told);
    g_test_add_func("/map/second_key", a_second_key_shows_the_first);
    g_test_add_func("/map/places", keys_and_values_know_their_places);
    g_test_add_func("/map/nesting", nesting_has_a_limit);
    g_test_add_func("/map/linear", long_maps_take_linear_time);
    return g_test_run();
}
