/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

static void gives_items_in_the_order_they_came(void)
{
    struct queue queue;
    queue_init(&queue);
    int values[100];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++)
            queue_push(&queue, &values[i]);
        for (int i = 0; i < 100; i++)
            g_assert_true(queue_pop(&queue) == &values[i]);
    }
    queue_clear(&queue);
}

static void keeps_the_order_when_it_grows_in_the_middle_of_the_ring(void)
{
    struct queue queue;
    queue_init(&queue);
    int values[64];
    for (int i = 0; i < 10; i++)
        queue_push(&queue, &values[i]);
    for (int i = 0; i < 10; i++)
        queue_pop(&queue);
    void *items[64];
    for (int i = 0; i < 64; i++)
        items[i] = &values[i];
    queue_push_all(&queue, items, 64);
    for (int i = 0; i < 64; i++)
        g_assert_true(queue_pop(&queue) == &values[i]);
    queue_clear(&queue);
}

static void takes_all_at_once(void)
{
    struct queue queue;
    queue_init(&queue);
    int values[3];
    queue_push(&queue, &values[0]);
    queue_push_quietly(&queue, &values[1]);
    queue_push(&queue, &values[2]);
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    queue_take(&queue, taken, 0);
    g_assert_cmpuint(taken->len, ==, 3);
    g_assert_true(g_ptr_array_index(taken, 1) == &values[1]);
    queue_take(&queue, taken, 0);
    g_assert_cmpuint(taken->len, ==, 3);
    queue_clear(&queue);
}

static void waits_no_longer_than_the_deadline(void)
{
    struct queue queue;
    queue_init(&queue);
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    gint64 before = g_get_monotonic_time();
    queue_take(&queue, taken, before + 30000);
    g_assert_cmpint(g_get_monotonic_time() - before, >=, 29000);
    g_assert_cmpuint(taken->len, ==, 0);
    queue_clear(&queue);
}

static void gives_what_is_left_and_then_null_after_closing(void)
{
    struct queue queue;
    queue_init(&queue);
    int value;
    queue_push(&queue, &value);
    queue_close(&queue);
    g_assert_true(queue_pop(&queue) == &value);
    g_assert_null(queue_pop(&queue));
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    queue_take(&queue, taken, G_MAXINT64);
    g_assert_cmpuint(taken->len, ==, 0);
    queue_clear(&queue);
}

/* Numbers go through `there`, are doubled by several threads, and come through `back`. */
struct relay {
    struct queue there;
    struct queue back;
};

struct number {
    int value;
};

static void *double_numbers(void *data)
{
    struct relay *relay = data;
    for (struct number *number; (number = queue_pop(&relay->there));) {
        number->value *= 2;
        if (number->value % 3 == 0)
            queue_push_quietly(&relay->back, number);
        else
            queue_push(&relay->back, number);
    }
    return NULL;
}

enum { NUMBERS = 20000, THREADS = 8 };

static void hands_items_over_between_many_threads(void)
{
    struct relay relay;
    queue_init(&relay.there);
    queue_init(&relay.back);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, double_numbers, &relay), ==, 0);
    g_autofree struct number *numbers = g_new(struct number, NUMBERS);
    for (int i = 0; i < NUMBERS; i++) {
        numbers[i].value = i;
        queue_push(&relay.there, &numbers[i]);
    }
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    while (taken->len < NUMBERS)
        queue_take(&relay.back, taken, g_get_monotonic_time() + 10000);
    gint64 sum = 0;
    for (guint i = 0; i < taken->len; i++)
        sum += ((struct number *)g_ptr_array_index(taken, i))->value;
    g_assert_cmpint(sum, ==, (gint64)NUMBERS * (NUMBERS - 1));
    queue_close(&relay.there);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    queue_clear(&relay.there);
    queue_clear(&relay.back);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queue/order", gives_items_in_the_order_they_came);
    g_test_add_func("/queue/growth", keeps_the_order_when_it_grows_in_the_middle_of_the_ring);
    g_test_add_func("/queue/take", takes_all_at_once);
    g_test_add_func("/queue/deadline", waits_no_longer_than_the_deadline);
    g_test_add_func("/queue/close", gives_what_is_left_and_then_null_after_closing);
    g_test_add_func("/queue/threads", hands_items_over_between_many_threads);
    return g_test_run();
}
