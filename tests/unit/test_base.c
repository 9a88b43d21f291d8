/* SPDX-License-Identifier: Apache-2.0 */
/* Errors, values, names, the nearest name and arenas. */
#include "base/arena.h"
#include "base/error.h"
#include "base/name.h"
#include "base/nearest.h"
#include "base/value.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static void errno_tells_the_kind(void)
{
    static const struct {
        int value;
        enum error_kind kind;
        const char *code;
    } cases[] = {
        {.value = ENOENT, .kind = ERROR_USAGE, .code = "ENOENT"},
        {.value = EACCES, .kind = ERROR_PERMISSION, .code = "EACCES"},
        {.value = ENOSPC, .kind = ERROR_SYSTEM, .code = "ENOSPC"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        error_set_errno(&error, cases[i].value, "can't open '%s'", "x");
        g_assert_cmpint(error_kind(error), ==, cases[i].kind);
        g_assert_cmpstr(error_details(error)->code, ==, cases[i].code);
        g_assert_true(g_str_has_prefix(error->message, "can't open 'x': "));
    }
}

static void details_survive_copying(void)
{
    g_autoptr(GError) error = NULL;
    struct error_details details = {.code = (char[]){"Binder"}, .position = 42};
    error_set_full(&error, ERROR_DATA, &details, "100% wrong");
    g_autoptr(GError) copy = g_error_copy(error);
    g_assert_cmpstr(copy->message, ==, "100% wrong");
    g_assert_cmpstr(error_details(copy)->code, ==, "Binder");
    g_assert_cmpint(error_details(copy)->position, ==, 42);
    g_assert_null(error_details(copy)->suggestion);
}

static void another_domain_is_a_system_error_without_details(void)
{
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_IO, "io");
    g_assert_cmpint(error_kind(error), ==, ERROR_SYSTEM);
    g_assert_cmpint(error_details(error)->position, ==, -1);
}

static void values_print_as_strict_json(void)
{
    struct span nowhere = {0};
    AUTO(value) map = value_new(VALUE_MAP, nowhere, NULL);
    struct value *list = value_new(VALUE_LIST, nowhere, NULL);
    value_add_item(list, value_new(VALUE_NUMBER, nowhere, g_strdup("1.10")));
    value_add_item(list, value_new(VALUE_NULL, nowhere, NULL));
    value_add_item(list, value_new(VALUE_BOOLEAN, nowhere, g_strdup("true")));
    value_add_member(map, "a\"b", nowhere,
                     value_new(VALUE_STRING, nowhere, g_strdup("x\\\n\001ü")));
    value_add_member(map, "list", nowhere, list);
    g_autofree char *json = value_to_json(map);
    g_assert_cmpstr(json, ==, "{\"a\\\"b\": \"x\\\\\\n\\u0001ü\", \"list\": [1.10, null, true]}");
    g_assert_true(value_get(map, "list") == list);
    g_assert_null(value_get(map, "none"));
    g_assert_null(value_get(NULL, "none"));
}

static void names_of_one_table_have_one_key(void)
{
    static const struct {
        const char *text, *key;
    } cases[] = {
        {.text = "Daily", .key = "daily"},
        {.text = "\"Daily\"", .key = "daily"},
        {.text = "main.daily", .key = "daily"},
        {.text = "shop.main.daily", .key = "daily"},
        {.text = "SHOP.Daily", .key = "daily"},
        {.text = "other.daily", .key = "other.daily"},
        {.text = "other.main.daily", .key = "other.daily"},
        {.text = "\"a.b\"", .key = "\"a.b\""},
        {.text = "s.\"we\"\"ird\"", .key = "s.\"we\"\"ird\""},
        {.text = "main", .key = "main"},
        {.text = "Ünder", .key = "Ünder"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *key = name_key(cases[i].text, "shop");
        g_assert_cmpstr(key, ==, cases[i].key);
    }
}

static void what_is_no_name_does_not_split(void)
{
    static const char *const texts[] = {"",    ".",      "a.",   ".a",     "a..b",
                                        "\"a", "a\"b\"", "\"\"", "a.b.c.d"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_auto(GStrv) parts = name_split(texts[i]);
        g_assert_null(parts);
    }
}

static void quoting_leaves_nothing_open(void)
{
    g_autofree char *identifier = quote_identifier("a\"; DROP");
    g_assert_cmpstr(identifier, ==, "\"a\"\"; DROP\"");
    g_autofree char *literal = quote_literal("it's");
    g_assert_cmpstr(literal, ==, "'it''s'");
    g_autofree char *name = quote_name("s.\"a.\"\"b\"");
    g_assert_cmpstr(name, ==, "\"s\".\"a.\"\"b\"");
    g_autofree char *no_name = quote_name("a..b");
    g_assert_cmpstr(no_name, ==, "\"a..b\"");
}

static void the_nearest_name_is_found(void)
{
    static const char *const names[] = {"delimiter", "header", "quote", "source", "export", NULL};
    g_assert_cmpstr(nearest_name("delimeter", names), ==, "delimiter");
    g_assert_cmpstr(nearest_name("SORCE", names), ==, "source");
    g_assert_cmpstr(nearest_name("exprot", names), ==, "export");
    g_assert_null(nearest_name("zzzzzz", names));
    g_assert_null(nearest_name("", names));
    g_autofree char *hint = nearest_hint("heder", names);
    g_assert_cmpstr(hint, ==, "did you mean 'header'?");
}

static void an_arena_gives_room_of_its_own_to_all(void)
{
    enum { PIECES = 2000, LARGE = 1 << 20 };
    AUTO(arena) arena = arena_new();
    char *large = arena_take(arena, LARGE);
    memset(large, 'x', LARGE);
    char *texts[PIECES];
    gint64 *numbers[PIECES];
    for (guint i = 0; i < PIECES; i++) {
        g_autofree char *text = g_strdup_printf("piece %u", i);
        texts[i] = arena_text(arena, text, strlen(text));
        numbers[i] = arena_take(arena, 8 * (1 + i % 99));
        g_assert_cmpuint((gsize)numbers[i] % _Alignof(max_align_t), ==, 0);
        g_assert_cmpint(*numbers[i], ==, 0);
        *numbers[i] = i;
    }
    for (guint i = 0; i < PIECES; i++) {
        g_autofree char *text = g_strdup_printf("piece %u", i);
        g_assert_cmpstr(texts[i], ==, text);
        g_assert_cmpint(*numbers[i], ==, i);
    }
    for (gsize i = 0; i < LARGE; i++)
        g_assert_cmpint(large[i], ==, 'x');
}

static void an_arena_copies_bytes(void)
{
    AUTO(arena) arena = arena_new();
    const guint numbers[] = {1, 2, 3};
    guint *copy = arena_copy(arena, numbers, sizeof numbers);
    g_assert_cmpint(memcmp(copy, numbers, sizeof numbers), ==, 0);
    g_assert_nonnull(arena_copy(arena, NULL, 0));
    g_assert_cmpstr(arena_text(arena, "abc", 2), ==, "ab");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/errno tells the kind", errno_tells_the_kind);
    g_test_add_func("/error/details survive copying", details_survive_copying);
    g_test_add_func("/error/another domain is a system error without details",
                    another_domain_is_a_system_error_without_details);
    g_test_add_func("/value/values print as strict JSON", values_print_as_strict_json);
    g_test_add_func("/name/names of one table have one key", names_of_one_table_have_one_key);
    g_test_add_func("/name/what is no name does not split", what_is_no_name_does_not_split);
    g_test_add_func("/name/quoting leaves nothing open", quoting_leaves_nothing_open);
    g_test_add_func("/nearest/the nearest name is found", the_nearest_name_is_found);
    g_test_add_func("/arena/an arena gives room of its own to all",
                    an_arena_gives_room_of_its_own_to_all);
    g_test_add_func("/arena/an arena copies bytes", an_arena_copies_bytes);
    return g_test_run();
}
