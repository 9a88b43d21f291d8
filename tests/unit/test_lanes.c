/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/lanes.h"

#include "base/error.h"

#include <pthread.h>
#include <string.h>

enum { COUNT = 8, FULL = 2, SIZE = 1000, SENT = 200 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    guint sending;
    guint most_sending;
    gsize bytes; /* of those that are being sent */
    gsize most_bytes;
    guint sent;
    guint wanted; /* nothing is sent before so many come at once */
} server = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static bool send_slowly(const struct lane_buffer *buffer, GError **error)
{
    pthread_mutex_lock(&server.lock);
    server.bytes += buffer->length;
    server.most_bytes = MAX(server.most_bytes, server.bytes);
    server.sending++;
    server.most_sending = MAX(server.most_sending, server.sending);
    pthread_cond_broadcast(&server.changed);
    while (server.most_sending < server.wanted)
        pthread_cond_wait(&server.changed, &server.lock);
    pthread_mutex_unlock(&server.lock);
    g_usleep(500);
    pthread_mutex_lock(&server.lock);
    server.bytes -= buffer->length;
    server.sending--;
    server.sent++;
    pthread_mutex_unlock(&server.lock);
    const bool is_bad = buffer->length > 0 && buffer->data[0] == '!';
    if (is_bad)
        error_set(error, ERROR_DATA, "bad");
    return !is_bad;
}

static void reset(guint wanted)
{
    server.sent = server.most_sending = 0;
    server.most_bytes = 0;
    server.wanted = wanted;
}

static bool give(struct lanes *lanes, char letter, gsize length, GError **error)
{
    struct lane_buffer *buffer = lanes_take(lanes, SIZE);
    memset(buffer->data, letter, length);
    buffer->length = length;
    return lanes_give(lanes, buffer, error);
}

static void send_all(gsize length, guint wanted)
{
    g_autoptr(GError) error = NULL;
    struct lanes *lanes = lanes_new(COUNT, FULL, send_slowly);
    reset(wanted);
    for (guint i = 0; i < SENT; i++)
        g_assert_true(give(lanes, 'a', length, &error));
    g_assert_true(lanes_join(lanes, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(server.sent, ==, SENT);
    lanes_free(lanes);
}

/* All that there are at once. */
static void test_small(void)
{
    send_all(10, COUNT);
    g_assert_cmpuint(server.most_sending, ==, COUNT);
}

/* The one that is being filled may become as large as these. */
static void test_large(void)
{
    send_all(SIZE, 1);
    g_assert_cmpuint(server.most_bytes, <=, FULL * SIZE);
    g_assert_cmpuint(server.most_sending, <=, FULL);
}

static void test_failure(void)
{
    g_autoptr(GError) error = NULL;
    struct lanes *lanes = lanes_new(COUNT, FULL, send_slowly);
    reset(1);
    (void)!give(lanes, '!', SIZE, NULL);
    guint given = 0;
    while (given < SENT && give(lanes, 'a', SIZE, &error))
        given++;
    g_assert_cmpuint(given, <, SENT);
    g_assert_error(error, SQLFLOW_ERROR, (int)ERROR_DATA);
    g_clear_error(&error);
    g_assert_false(lanes_join(lanes, &error));
    g_assert_error(error, SQLFLOW_ERROR, (int)ERROR_DATA);
    lanes_free(lanes);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lanes/small ones go all at once", test_small);
    g_test_add_func("/lanes/large ones within their memory", test_large);
    g_test_add_func("/lanes/nothing goes after a failure", test_failure);
    return g_test_run();
}
