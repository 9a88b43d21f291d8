/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent while more comes: parts of an upload through a pipe, objects of a series. */
#include "http_service.h"

#include "base/error.h"
#include "connect/remote/s3.h"
#include "connect/remote/series.h"
#include "connect/remote/upload.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { LANES = 3, BLOCK = 256 * 1024 };

static const char begins[] = "{\"body\": \"<InitiateMultipartUploadResult><UploadId>u1</UploadId>"
                             "</InitiateMultipartUploadResult>\"}";

/* A store, and one that writes into the pipe. */
struct scene {
    struct storage_context context; /* first: what the module gets */
    const struct server *server;
    gint is_cancelled; /* atomic */
    pthread_mutex_t lock;
    gint64 moved; /* bytes, behind the lock */
    struct s3 *s3;
    struct s3_upload *upload;
    int pipe[2];
    gint is_ended; /* atomic */
    gsize blocks;  /* to be written */
    pthread_t writer;
};

static const char *option(const struct storage_context *context, const char *name)
{
    static const char *const plain[][2] = {{"access_key_id", "id"},  {"secret_access_key", "key"},
                                           {"region", "eu-west-1"},  {"url_style", "path"},
                                           {"max_concurrency", "3"}, {"part_size", "5242880"},
                                           {"use_ssl", "false"}};
    if (strcmp(name, "endpoint") == 0)
        return ((const struct scene *)context)->server->url;
    for (gsize i = 0; i < G_N_ELEMENTS(plain); i++)
        if (strcmp(name, plain[i][0]) == 0)
            return plain[i][1];
    return NULL;
}

static const char *environment(const struct storage_context *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static bool is_cancelled(gconstpointer context)
{
    struct scene *scene = (struct scene *)(guintptr)context;
    return g_atomic_int_get(&scene->is_cancelled) != 0;
}

static void moved(const struct storage_context *context, gint64 bytes)
{
    struct scene *scene = (struct scene *)(guintptr)context;
    pthread_mutex_lock(&scene->lock);
    scene->moved += bytes;
    pthread_mutex_unlock(&scene->lock);
}

/* Ends early when nobody reads any more. */
static void *write_blocks(void *data)
{
    struct scene *scene = data;
    g_autofree char *block = g_strnfill(BLOCK, 'x');
    bool goes_on = true;
    for (gsize i = 0; i < scene->blocks && goes_on; i++)
        goes_on = write(scene->pipe[1], block, BLOCK) == BLOCK;
    close(scene->pipe[1]);
    g_atomic_int_set(&scene->is_ended, 1);
    return NULL;
}

static void scene_open(struct scene *scene, const struct server *server)
{
    *scene =
        (struct scene){.context = {option, environment, is_cancelled, moved}, .server = server};
    pthread_mutex_init(&scene->lock, NULL);
    g_autoptr(GError) error = NULL;
    scene->s3 = s3_new(&scene->context, &error);
    g_assert_no_error(error);
}

static void scene_init(struct scene *scene, const struct server *server, gsize blocks)
{
    scene_open(scene, server);
    scene->blocks = blocks;
    g_autoptr(GError) error = NULL;
    scene->upload = s3_upload_open(scene->s3, "s3://b/x", LANES, &error);
    g_assert_no_error(error);
    g_assert_cmpint(pipe2(scene->pipe, O_CLOEXEC), ==, 0);
    g_assert_cmpint(fcntl(scene->pipe[0], F_SETFL, O_NONBLOCK), ==, 0);
    g_assert_cmpint(pthread_create(&scene->writer, NULL, write_blocks, scene), ==, 0);
}

static bool feed(struct scene *scene, GError **error)
{
    const bool fed = s3_upload_feed(scene->upload, scene->pipe[0], &scene->is_ended, error);
    close(scene->pipe[0]);
    pthread_join(scene->writer, NULL);
    return fed;
}

static void scene_clear(struct scene *scene)
{
    s3_upload_close(scene->upload);
    s3_free(scene->s3);
    pthread_mutex_destroy(&scene->lock);
}

static guint count(const char *text, const char *part)
{
    guint found = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        found++;
    return found;
}

static void sends_each_part_once(gconstpointer data)
{
    struct scene scene;
    g_autofree char *orders =
        g_strconcat(begins,
                    ", {\"headers\": {\"ETag\": \"\\\"0123456789abcdef0123456789abcdef\\\"\"}, "
                    "\"stays\": true}",
                    NULL);
    order(data, "/b/x", orders);
    scene_init(&scene, data, 60); /* 15 MiB: three parts */
    g_autoptr(GError) error = NULL;
    g_assert_true(feed(&scene, &error));
    g_assert_no_error(error);
    scene_clear(&scene);
    g_autofree char *log = log_of(data);
    g_assert_cmpuint(count(log, "\"PUT\""), ==, 3);
    for (guint i = 1; i <= 3; i++) {
        g_autofree char *part = g_strdup_printf("\"partNumber\": [\"%u\"]", i);
        g_assert_cmpuint(count(log, part), ==, 1);
    }
    g_assert_cmpuint(count(log, "\"DELETE\""), ==, 1);
    g_assert_cmpint(scene.moved, ==, 60 * BLOCK);
}

/* Whoever writes is let go. */
static void ends_when_a_part_is_refused(gconstpointer data)
{
    struct scene scene;
    g_autofree char *orders =
        g_strconcat(begins,
                    ", {\"status\": 403, \"stays\": true, \"body\": "
                    "\"<Error><Code>AccessDenied</Code><Message>no</Message></Error>\"}",
                    NULL);
    order(data, "/b/x", orders);
    scene_init(&scene, data, 10000);
    g_autoptr(GError) error = NULL;
    g_assert_false(feed(&scene, &error));
    g_assert_error(error, SQLFLOW_ERROR, (int)ERROR_PERMISSION);
    scene_clear(&scene);
}

static void *cancel_soon(void *data)
{
    struct scene *scene = data;
    g_usleep(200 * 1000);
    g_atomic_int_set(&scene->is_cancelled, 1);
    return NULL;
}

static void ends_soon_when_it_is_cancelled(gconstpointer data)
{
    struct scene scene;
    pthread_t canceller;
    g_autofree char *orders =
        g_strconcat(begins, ", {\"fault\": \"stall\", \"stays\": true}", NULL);
    order(data, "/b/x", orders);
    scene_init(&scene, data, 10000);
    g_assert_cmpint(pthread_create(&canceller, NULL, cancel_soon, &scene), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(feed(&scene, &error));
    g_assert_error(error, SQLFLOW_ERROR, (int)ERROR_CANCELLED);
    pthread_join(canceller, NULL);
    order(data, "/b/x", "{\"status\": 204}");
    scene_clear(&scene);
}

/* An object of so many bytes. */
static bool put(struct s3_series *series, const char *address, gsize length, GError **error)
{
    g_autofree char *bytes = g_strnfill(length, 'x');
    const gsize half = length / 2;
    return s3_series_begin(series, address, error) && s3_series_write(series, bytes, half, error) &&
           s3_series_write(series, bytes + half, length - half, error) &&
           s3_series_end(series, error);
}

static void sends_each_object_once(gconstpointer data)
{
    enum { OBJECTS = 40 };
    struct scene scene;
    scene_open(&scene, data);
    g_autoptr(GError) error = NULL;
    struct s3_series *series = s3_series_open(scene.s3);
    for (gsize i = 0; i < OBJECTS; i++) {
        g_autofree char *address = g_strdup_printf("s3://b/small/%" G_GSIZE_FORMAT ".", i);
        g_assert_true(put(series, address, i, &error));
    }
    g_assert_true(put(series, "s3://b/small/part", S3_MIN_PART, &error));
    g_autoptr(GPtrArray) identities = file_identities_new();
    g_assert_true(s3_series_finish(series, identities, &error));
    s3_series_close(series);
    file_identities_sort(identities);
    g_assert_cmpuint(identities->len, ==, OBJECTS + 1);
    g_assert_cmpint(file_identities_find(identities, "s3://b/small/7.")->size, ==, 7);
    g_assert_cmpint(file_identities_find(identities, "s3://b/small/part")->size, ==, S3_MIN_PART);
    scene_clear(&scene);
    g_autofree char *log = log_of(data);
    for (gsize i = 0; i < OBJECTS; i++) {
        g_autofree char *path = g_strdup_printf("\"/b/small/%" G_GSIZE_FORMAT ".\"", i);
        g_assert_cmpuint(count(log, path), ==, 1);
    }
    g_assert_cmpuint(count(log, "/b/small/part\""), ==, 1);
    g_assert_cmpint(scene.moved, ==, OBJECTS * (OBJECTS - 1) / 2 + S3_MIN_PART);
}

/* What was begun is ended: a large object, since a small one after it is refused. */
static void leaves_nothing_of_a_series_that_fails(gconstpointer data)
{
    struct scene scene;
    g_autofree char *orders =
        g_strconcat(begins, ", {\"headers\": {\"ETag\": \"e\"}, \"stays\": true}", NULL);
    order(data, "/b/series", orders);
    order(data, "/b/refused", "{\"status\": 403, \"stays\": true}");
    scene_open(&scene, data);
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = g_strnfill(S3_MIN_PART + 1, 'x');
    struct s3_series *series = s3_series_open(scene.s3);
    g_assert_true(put(series, "s3://b/refused", 1, &error));
    bool goes_on = s3_series_begin(series, "s3://b/series", &error);
    for (guint i = 0; i < 100 && goes_on; i++)
        goes_on = s3_series_write(series, bytes, S3_MIN_PART + 1, &error);
    g_assert_error(error, SQLFLOW_ERROR, (int)ERROR_PERMISSION);
    s3_series_close(series);
    scene_clear(&scene);
    g_autofree char *log = log_of(data);
    g_assert_cmpuint(count(log, "\"method\": \"DELETE\", \"path\": \"/b/series"), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    struct server server = {0};
    server_start(&server, "s3-upload");
    g_test_add_data_func("/s3-upload/parts", &server, sends_each_part_once);
    g_test_add_data_func("/s3-upload/refused", &server, ends_when_a_part_is_refused);
    g_test_add_data_func("/s3-upload/cancelled", &server, ends_soon_when_it_is_cancelled);
    g_test_add_data_func("/s3-upload/series", &server, sends_each_object_once);
    g_test_add_data_func("/s3-upload/series_refused", &server,
                         leaves_nothing_of_a_series_that_fails);
    const int status = g_test_run();
    server_stop(&server);
    return status;
}
