/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says while it is stuck in something, by a thread of its own. */
#include "cli/activity.h"

#include <string.h>

enum { STUCK_MS = 1150, SHORT_ONES = 200 };

/* What a stream got; the caller's. */
static char *taken(FILE *file)
{
    char text[4096];
    rewind(file);
    const gsize length = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    return g_strndup(text, length);
}

static struct call call_to(FILE *file, bool is_terminal)
{
    return (struct call){.err = {.file = file, .is_terminal = is_terminal, .utf8 = true}};
}

static void a_line_is_redrawn_and_taken_away(void)
{
    FILE *file = tmpfile();
    const struct call call = call_to(file, true);
    struct activity *activity = activity_begin(&call, "opening %s", "a.duckdb");
    g_usleep(STUCK_MS * 1000);
    activity_end(activity);
    g_autofree char *text = taken(file);
    const char *first = "\r\033[Kopening a.duckdb";
    const char *last = "\r\033[K";
    g_assert_true(g_str_has_prefix(text, first));
    g_assert_nonnull(strstr(text + 1, first));
    g_assert_true(g_str_has_suffix(text, last));
    g_assert_false(g_str_has_suffix(text, first));
}

static void nothing_is_said_about_what_is_quick(void)
{
    FILE *file = tmpfile();
    const struct call call = call_to(file, true);
    for (guint i = 0; i < SHORT_ONES; i++)
        activity_end(activity_begin(&call, "number %u", i));
    g_autofree char *text = taken(file);
    g_assert_cmpstr(text, ==, "");
}

static void nothing_is_said_where_quiet_is_wanted(void)
{
    FILE *file = tmpfile();
    struct call call = call_to(file, true);
    call.quiet = true;
    struct activity *activity = activity_begin(&call, "opening");
    g_usleep(STUCK_MS * 1000);
    activity_end(activity);
    activity_end(NULL);
    g_autofree char *text = taken(file);
    g_assert_cmpstr(text, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/activity/a line is redrawn and taken away", a_line_is_redrawn_and_taken_away);
    g_test_add_func("/activity/nothing is said about what is quick",
                    nothing_is_said_about_what_is_quick);
    g_test_add_func("/activity/nothing is said where quiet is wanted",
                    nothing_is_said_where_quiet_is_wanted);
    return g_test_run();
}
