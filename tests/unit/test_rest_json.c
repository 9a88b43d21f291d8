/* SPDX-License-Identifier: Apache-2.0 */
/* JSON by pieces of its text (connect/rest/json.h). */
#include "base/error.h"
#include "connect/rest/json.h"

#include <string.h>

static struct json_piece checked(const char *text)
{
    struct json_piece piece = {.text = NULL};
    g_autoptr(GError) error = NULL;
    g_assert_true(json_check(text, strlen(text), &piece, &error));
    g_assert_no_error(error);
    return piece;
}

static void test_right(void)
{
    static const char *const texts[] = {
        "0",      "-0.5e+10", "[]",           "{}",   " [1 , \"\\u00e4\\\"\" , null ]\n",
        "\"\"",   "true",     "{\"a\":[{}]}", "1E5",  "[[[]],[[]]]",
        "\"ä{\"", "1e400",    "[false]",      "-123", "{\"a\":1,\"a\":2}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_nonnull(checked(texts[i]).text);
}

static void test_wrong(void)
{
    static const char *const texts[] = {
        "",    " ",   "[",  "[1,]",   "{\"a\"}", "{\"a\":}",    "{a:1}", "01",
        "1.",  "-",   "1e", "\"a",    "\"\\x\"", "\"\\u12g4\"", "tru",   "[1] 2",
        "nul", "[1}", "{]", "\"\t\"", "+1",      ".5",          "\"\\",  "\xff",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct json_piece piece;
        g_autoptr(GError) error = NULL;
        g_test_message("text %" G_GSIZE_FORMAT, i);
        g_assert_false(json_check(texts[i], strlen(texts[i]), &piece, &error));
        g_assert_cmpint(error_kind(error), ==, ERROR_DATA);
    }
}

static void test_depth(void)
{
    for (gsize depth = 499; depth < 503; depth++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (gsize i = 0; i < depth; i++)
            g_string_append_c(text, '[');
        for (gsize i = 0; i < depth; i++)
            g_string_append_c(text, ']');
        struct json_piece piece;
        g_assert_cmpint(json_check(text->str, text->len, &piece, NULL), ==, depth <= 500);
    }
}

static void assert_found(const char *text, const char *path, const char *wanted)
{
    struct json_piece found;
    const bool is_there = json_find(checked(text), path, &found);
    g_autofree char *got = is_there ? g_strndup(found.text, found.length) : NULL;
    g_assert_cmpstr(got, ==, wanted);
}

static void test_paths(void)
{
    const char *text =
        " {\"a\": {\"b\": [1, {\"c\": \"}]\"} , 1.10]}, \"\\u0061b\": 2, \"n\": null}";
    assert_found(text, "a.b.1.c", "\"}]\"");
    assert_found(text, "$.a.b.2", "1.10");
    assert_found(text, "a.b.-1", "1.10");
    assert_found(text, "ab", "2");
    assert_found(text, "n", "null");
    assert_found(text, "a.b.3", NULL);
    assert_found(text, "a.c", NULL);
    assert_found(text, "n.x", NULL);
    assert_found("[]", "-1", NULL);
    assert_found("7", "$", "7");
}

static void test_odd_paths(void)
{
    const char *text =
        "{\"@o.next\": 1, \"a\": {\"b.c\": {\"d\": 2}, \"b\": {\"d\": 3}}, \"$v\": 4, "
        "\"l\": [{\"e\": null}, {\"e\": []}, {\"e\": {\"m\": 5}}]}";
    assert_found(text, "@o.next", "1");
    assert_found(text, "a.b.c.d", "2");
    assert_found(text, "a.b.d", "3");
    assert_found(text, "$v", "4");
    assert_found(text, "$.$v", "4");
}

static void test_something(void)
{
    static const char *const nothing[] = {"null", "false", "0", "-0.0e5", "\"\"", "[ ]", "{ }"};
    static const char *const things[] = {"true", "0.01", "\" \"", "[null]", "{\"a\":0}"};
    for (gsize i = 0; i < G_N_ELEMENTS(nothing); i++)
        g_assert_false(json_is_something(checked(nothing[i])));
    for (gsize i = 0; i < G_N_ELEMENTS(things); i++)
        g_assert_true(json_is_something(checked(things[i])));
}

static void assert_something(const char *text, const char *path, const char *wanted)
{
    struct json_piece found;
    const bool is_there = json_find_something(checked(text), path, &found);
    g_autofree char *got = is_there ? g_strndup(found.text, found.length) : NULL;
    g_assert_cmpstr(got, ==, wanted);
}

static void test_any(void)
{
    const char *text = "{\"l\": [{\"e\": null}, {\"e\": []}, {\"e\": {\"m\": 5}}], \"n\": 0}";
    assert_something(text, "l.*.e", "{\"m\": 5}");
    assert_something(text, "l.*.e.m", "5");
    assert_something(text, "l.*.f", NULL);
    assert_something(text, "n.*.f", NULL);
    assert_something(text, "n", NULL);
    assert_something(text, "l.2.e.m", "5");
    assert_something("[{\"a\": [{\"e\": 0}]}, {\"a\": [{\"e\": 1}]}]", "*.a.*.e", "1");
    assert_something("[{\"e\": false}]", "*.e", NULL);
}

static void test_flat(void)
{
    g_autoptr(GString) out = g_string_new("before{\n");
    g_autoptr(GError) error = NULL;
    const char *text =
        "{\"a\": {\"b\": 1.10, \"c\": {\"d\\\"\": [{\"e\":\n1}]}}, \"f\": {}, \"g\": \"ä\"}";
    g_assert_true(json_append_flat(out, checked(text), &error));
    g_assert_cmpstr(out->str, ==,
                    "before{\n{\"a_b\":1.10,\"a_c_d\\\"\":[{\"e\": 1}],\"f\":{},\"g\":\"ä\"}");
    g_assert_false(json_append_flat(out, checked("{\"a_b\": 1, \"a\": {\"b\": 2}}"), &error));
    g_assert_cmpint(error_kind(error), ==, ERROR_DATA);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rest/json/what is JSON is taken", test_right);
    g_test_add_func("/rest/json/what isn't is refused", test_wrong);
    g_test_add_func("/rest/json/depth has a limit", test_depth);
    g_test_add_func("/rest/json/paths lead to pieces", test_paths);
    g_test_add_func("/rest/json/names with dots", test_odd_paths);
    g_test_add_func("/rest/json/something and nothing", test_something);
    g_test_add_func("/rest/json/any element with something", test_any);
    g_test_add_func("/rest/json/objects become flat, digits stay", test_flat);
    return g_test_run();
}
