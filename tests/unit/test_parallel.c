/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/parallel.h"

#include "base/error.h"

enum { COUNT = 5000, THREADS = 8, FAILS_AT = 40 };

struct counter {
    gint calls[COUNT]; /* atomic, by index */
    bool fails;
};

static bool count_call(gpointer data, guint index, GError **error)
{
    struct counter *counter = data;
    g_atomic_int_inc(&counter->calls[index]);
    if (!counter->fails || index < FAILS_AT)
        return true;
    error_set(error, ERROR_DATA, "no %u", index);
    return false;
}

static guint calls_made(const struct counter *counter)
{
    guint made = 0;
    for (guint i = 0; i < COUNT; i++) {
        g_assert_cmpint(counter->calls[i], <=, 1);
        made += (guint)counter->calls[i];
    }
    return made;
}

static void test_each_once(void)
{
    g_autoptr(GError) error = NULL;
    for (guint threads = 0; threads <= THREADS; threads++) {
        struct counter counter = {.fails = false};
        g_assert_true(parallel_run(COUNT, threads, count_call, &counter, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(calls_made(&counter), ==, COUNT);
    }
    struct counter none = {.fails = true};
    g_assert_true(parallel_run(0, THREADS, count_call, &none, &error));
    g_assert_cmpuint(calls_made(&none), ==, 0);
}

/* Those that are under way still end: one of each thread. GLib sets errors up at the first one, in
 * a way that ThreadSanitizer doesn't see: not in two threads at once. */
static void test_failure(void)
{
    g_autoptr(GError) first = NULL;
    g_autoptr(GError) error = NULL;
    error_set(&first, ERROR_DATA, "the first");
    struct counter counter = {.fails = true};
    g_assert_false(parallel_run(COUNT, THREADS, count_call, &counter, &error));
    g_assert_error(error, SQLFLOW_ERROR, (int)ERROR_DATA);
    const guint made = calls_made(&counter);
    g_assert_cmpuint(made, >, FAILS_AT);
    g_assert_cmpuint(made, <=, FAILS_AT + THREADS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parallel/each once", test_each_once);
    g_test_add_func("/parallel/a failure ends it", test_failure);
    return g_test_run();
}
