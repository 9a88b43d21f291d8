/* SPDX-License-Identifier: Apache-2.0 */
/* The page of the documentation, as text; tests/page looks at it in a browser. */
#include "docs/page.h"

#include <string.h>

static char *page_of(const char *model)
{
    GString *page = g_string_new(NULL);
    page_write(model, page);
    return g_string_free(page, FALSE);
}

static guint count(const char *text, const char *part)
{
    guint found = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        found++;
    return found;
}

static void test_no_markup(void)
{
    g_autofree char *page =
        page_of("{\"project\": \"</script><script>alert(1)</script><!-- {{script}}\"}");
    g_assert_cmpuint(count(page, "alert(1)"), ==, 1);
    g_assert_nonnull(strstr(page, "\"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>"));
    g_assert_nonnull(strstr(page, "\\u003c!-- {{script}}\"}</script>"));
    g_assert_cmpuint(count(page, "<script"), ==, 2);
    g_assert_cmpuint(count(page, "</script"), ==, 2);
}

static void test_policy(void)
{
    g_autofree char *page = page_of("{}");
    g_assert_nonnull(
        strstr(page, "content=\"default-src 'none'; img-src data:; style-src 'sha256-"));
    g_assert_cmpuint(count(page, "'sha256-"), ==, 2);
    g_assert_cmpuint(count(page, "{{"), ==, 0);
    g_assert_cmpuint(count(page, "http://"), ==, count(page, "http://www.w3.org/2000/svg"));
    g_assert_cmpuint(count(page, "https://"), ==, 0);
}

static void test_same(void)
{
    g_autofree char *one = page_of("{}");
    g_autofree char *other = page_of("{}");
    g_assert_cmpstr(one, ==, other);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/page/what stands in a model is never markup", test_no_markup);
    g_test_add_func("/page/its policy allows its own script and style, and no address",
                    test_policy);
    g_test_add_func("/page/the same model gives the same page", test_same);
    return g_test_run();
}
