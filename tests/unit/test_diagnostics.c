/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cover.h"
#include "base/diagnostics.h"

#include <string.h>
#include <sys/prctl.h>

static struct text *make_text(const char *path, const char *data)
{
    g_autoptr(GError) error = NULL;
    struct text *text = text_new(path, data, strlen(data), &error);
    g_assert_no_error(error);
    return text;
}

static struct span find(const struct text *text, const char *word)
{
    const char *at = strstr(text->data, word);
    g_assert_nonnull(at);
    return (struct span){
        .text = text, .offset = (guint32)(at - text->data), .length = (guint32)strlen(word)};
}

static void assert_rendered(struct diagnostics *list, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(list, false, out);
    g_assert_cmpstr(out->str, ==, expected);
}

static void the_caret_stands_under_the_place(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("p/o.sf", "a\nb\nc\n  \"delimeter\": \";\",\n");
    diagnostics_add(list, SF_EXPECTED, find(text, "\"delimeter\""), "did you mean 'delimiter'?",
                    "unknown option '%s' for csv", "delimeter");
    assert_rendered(list, "error[SF0102]: unknown option 'delimeter' for csv\n"
                          "  --> p/o.sf:4:3\n"
                          "   |\n"
                          " 4 |   \"delimeter\": \";\",\n"
                          "   |   ^^^^^^^^^^^ did you mean 'delimiter'?\n");
}

static void wide_characters_and_tabs_keep_the_caret_in_place(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", "\t表 é bad");
    diagnostics_add(list, SF_EXPECTED, find(text, "bad"), NULL, "no");
    assert_rendered(list, "error[SF0102]: no\n"
                          "  --> t.sf:1:6\n"
                          "   |\n"
                          " 1 | \t表 é bad\n"
                          "   | \t     ^^^\n");
}

static void a_long_line_is_cut_around_the_place(void)
{
    g_autofree char *left = g_strnfill(100000, 'l');
    g_autofree char *right = g_strnfill(100000, 'r');
    g_autofree char *data = g_strdup_printf("%sX%s", left, right);
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", data);
    diagnostics_add(list, SF_EXPECTED, find(text, "X"), NULL, "no");
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(list, false, out);
    g_assert_cmpuint(out->len, <, 600);
    g_assert_nonnull(strstr(out->str, "lXr"));
    g_assert_nonnull(strstr(out->str, "…"));
}

static void control_characters_do_not_reach_the_terminal(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", "a \033[31m b");
    diagnostics_add(list, SF_EXPECTED, find(text, "b"), "\033[2J", "no \033]0;x\a");
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(list, false, out);
    g_assert_null(strchr(out->str, '\033'));
    g_assert_null(strchr(out->str, '\a'));
}

static void messages_are_sorted_and_said_once(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", "one two");
    diagnostics_add(list, SF_EXPECTED, find(text, "two"), NULL, "second");
    diagnostics_add(list, SF_EXPECTED, find(text, "one"), NULL, "first");
    diagnostics_add(list, SF_EXPECTED, find(text, "one"), NULL, "again");
    g_assert_cmpuint(diagnostics_count(list), ==, 2);
    g_assert_cmpuint(diagnostics_errors(list), ==, 2);
    g_assert_cmpstr(diagnostics_get(list, 0)->message, ==, "first");
    g_assert_cmpstr(diagnostics_get(list, 1)->message, ==, "second");
}

static void twenty_are_shown_and_the_rest_counted(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", "0123456789012345678901234");
    for (guint32 i = 0; i < 23; i++)
        diagnostics_add(list, SF_EXPECTED, (struct span){.text = text, .offset = i, .length = 1},
                        NULL, "no %u", i);
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(list, false, out);
    g_assert_nonnull(strstr(out->str, "no 19"));
    g_assert_null(strstr(out->str, "no 20"));
    g_assert_true(g_str_has_suffix(out->str, "\n3 more errors\n"));
}

static void millions_of_messages_are_only_counted(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", "x");
    struct span at = {.text = text};
    for (at.offset = 0; at.offset < 2 * DIAGNOSTICS_KEPT; at.offset++)
        diagnostics_add(list, SF_UNUSED_VARIABLE, at, NULL, "unused");
    diagnostics_add(list, SF_EXPECTED, at, NULL, "an error behind all warnings");
    diagnostics_add(list, SF_UNUSED_VARIABLE, at, NULL, "unused");
    diagnostics_relate(list, at, "belongs to what was left out");
    g_assert_cmpuint(diagnostics_count(list), ==, DIAGNOSTICS_KEPT + 1);
    g_assert_cmpuint(diagnostics_warnings(list), ==, 2 * DIAGNOSTICS_KEPT + 1);
    g_assert_cmpuint(diagnostics_errors(list), ==, 1);
    const struct diagnostic *last = diagnostics_get(list, DIAGNOSTICS_KEPT);
    g_assert_cmpint((int)last->code, ==, SF_EXPECTED);
    g_assert_null(last->related_hint);
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(list, false, out);
    g_assert_true(g_str_has_suffix(out->str, "\n19981 more warnings\n"));
}

static void an_included_file_shows_its_chain(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) outer = make_text("main.sf", "INCLUDE 'part.sf';");
    AUTO(text) inner = make_text("part.sf", "bad");
    inner->included_at = find(outer, "'part.sf'");
    diagnostics_add(list, SF_EXPECTED, find(inner, "bad"), NULL, "no");
    assert_rendered(list, "error[SF0102]: no\n"
                          "  --> part.sf:1:1\n"
                          "   |\n"
                          " 1 | bad\n"
                          "   | ^^^\n"
                          "   = included at main.sf:1:9\n");
}

static void a_second_place_is_shown_below(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", "first\nsecond");
    diagnostics_add(list, SF_EXPECTED, find(text, "second"), NULL, "twice");
    diagnostics_relate(list, find(text, "first"), "first here");
    assert_rendered(list, "error[SF0102]: twice\n"
                          "  --> t.sf:2:1\n"
                          "   |\n"
                          " 2 | second\n"
                          "   | ^^^^^^\n"
                          "  ::: t.sf:1:1\n"
                          "   |\n"
                          " 1 | first\n"
                          "   | ----- first here\n");
}

static void every_code_has_its_own_number(void)
{
    for (const struct code_info *a = code_table(); a->code; a++) {
        g_assert_true(a->title[0] != '\0');
        g_assert_true(code_info(a->code) == a);
    }
    g_assert_null(code_info((enum code)9999));
}

static void lines_that_look_secret_are_covered(void)
{
    static const char *const cases[][2] = {
        {"\"password\": \"hé\\\"x\", \"host\": \"h\"", "\"password\": \"*****\", \"host\": \"h\""},
        {"{api_key: 'it''s', port: 1}", "{api_key: '*****', port: 1}"},
        {"{password: 1234, port: 1}", "{password: ****, port: 1}"},
        {"'token': 'pre${pw}x'", "'token': '***${pw}*'"},
        {"'password': {\"env\": \"PW\"}", "'password': {\"env\": \"PW\"}"},
        {"'password': 'open", "'password': '****"},
        {"set Db_Password = 'x y';", "set Db_Password = '***';"},
        {"url: 'pg://u:pw@h/d'", "url: 'pg://u:**@h/d'"},
        {"key: 'a.csv', keys: 'k'", "key: 'a.csv', keys: 'k'"},
        {"SELECT token::TEXT, a.secret FROM t WHERE token = 'x'",
         "SELECT token::TEXT, a.secret FROM t WHERE token = 'x'"},
        {"https://h:80/x?a=b@c", "https://h:80/x?a=b@c"},
        {"", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = g_strdup(cases[i][0]);
        cover_line(line);
        g_assert_cmpstr(line, ==, cases[i][1]);
    }
}

static void secrets_are_covered_in_all_that_is_told(void)
{
    AUTO(diagnostics) list = diagnostics_new();
    AUTO(text) text = make_text("t.sf", "SET a = 'geheim' bad");
    AUTO(secrets) secrets = secrets_new();
    secrets_add(secrets, "geheim");
    secrets_add_addresses(secrets, "postgresql://u:p%27w@h/d");
    g_assert_cmpint(prctl(PR_GET_DUMPABLE), ==, 0);
    diagnostics_add(list, SF_EXPECTED, find(text, "bad"), "not geheim", "near 'geheim'");
    diagnostics_hide(list, secrets);
    diagnostics_add(list, SF_EXPECTED, (struct span){0}, NULL, "p'w, p''w and p%%27w");
    assert_rendered(list, "error[SF0102]: ***, *** and ***\n"
                          "\n"
                          "error[SF0102]: near '***'\n"
                          "  --> t.sf:1:18\n"
                          "   |\n"
                          " 1 | SET a = '******' bad\n"
                          "   |                  ^^^ not ***\n");
}

/* As servers give back what they were sent. */
static void secrets_are_covered_in_every_spelling(void)
{
    AUTO(secrets) secrets = secrets_new();
    secrets_add(secrets, "gehei\\m\"'1");
    static const char *const users[] = {"", "a", "ab", "abc", "Zoë"};
    for (gsize i = 0; i < G_N_ELEMENTS(users); i++) {
        g_autofree char *pair = g_strconcat(users[i], ":gehei\\m\"'1:rest", NULL);
        g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
        g_autofree char *shown = secrets_mask(secrets, encoded);
        gsize length = 0;
        g_autofree guchar *decoded = g_base64_decode(encoded, &length);
        g_assert_nonnull(strstr(shown, "***"));
        g_assert_nonnull(strstr((const char *)decoded, "gehei"));
        g_assert_cmpuint(strlen(shown), <, strlen(encoded) - 8);
    }
    g_autofree char *json = secrets_mask(secrets, "{\"pw\": \"gehei\\\\m\\\"'1\"}");
    g_assert_cmpstr(json, ==, "{\"pw\": \"***\"}");
    secrets_add(secrets, "ab");
    g_autofree char *plain = secrets_mask(secrets, "YWI= YW ab");
    g_assert_cmpstr(plain, ==, "YWI= YW ***");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/diagnostics/the caret stands under the place",
                    the_caret_stands_under_the_place);
    g_test_add_func("/diagnostics/wide characters and tabs keep the caret in place",
                    wide_characters_and_tabs_keep_the_caret_in_place);
    g_test_add_func("/diagnostics/a long line is cut around the place",
                    a_long_line_is_cut_around_the_place);
    g_test_add_func("/diagnostics/control characters do not reach the terminal",
                    control_characters_do_not_reach_the_terminal);
    g_test_add_func("/diagnostics/messages are sorted and said once",
                    messages_are_sorted_and_said_once);
    g_test_add_func("/diagnostics/twenty are shown and the rest counted",
                    twenty_are_shown_and_the_rest_counted);
    g_test_add_func("/diagnostics/millions of messages are only counted",
                    millions_of_messages_are_only_counted);
    g_test_add_func("/diagnostics/an included file shows its chain",
                    an_included_file_shows_its_chain);
    g_test_add_func("/diagnostics/a second place is shown below", a_second_place_is_shown_below);
    g_test_add_func("/diagnostics/lines that look secret are covered",
                    lines_that_look_secret_are_covered);
    g_test_add_func("/diagnostics/secrets are covered in all that is told",
                    secrets_are_covered_in_all_that_is_told);
    g_test_add_func("/diagnostics/secrets are covered in every spelling",
                    secrets_are_covered_in_every_spelling);
    g_test_add_func("/diagnostics/every code has its own number", every_code_has_its_own_number);
    return g_test_run();
}
