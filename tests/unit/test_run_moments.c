/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources of another system are read at one moment of it, by several workers at once. */
#include "fake_engine.h"
#include "fake_plan.h"

#include "connect/connector.h"
#include "sqlflow/connector.h"

#include <stdio.h>
#include <string.h>

enum { STREAMS = 2 };

/* A server, and how it was read. */
struct server {
    pthread_mutex_t mutex; /* guards all below */
    guint made;            /* moments */
    guint ended;
    guint freed;
    guint readings;
    guint failures; /* so many more readings fail */
};

struct moment {
    struct sqlflow_call call;
    struct server *server; /* since its first reading */
    guint number;
    bool has_ended;
};

/* A source that is open. */
struct reading {
    const struct sqlflow_host *host;
    struct sqlflow_error *error; /* of its scan */
    bool fails;
};

static struct server *server_of(const struct sqlflow_call *call)
{
    void *address = NULL;
    const char *text = call->host->option_text(call->context, "server");
    g_assert_cmpint(sscanf(text, "%p", &address), ==, 1); /* NOLINT: ours */
    return address;
}

static void *moment_new(const struct sqlflow_call *call)
{
    struct moment *moment = g_new0(struct moment, 1);
    moment->call = *call;
    return moment;
}

static void moment_end(void *data)
{
    struct moment *moment = data;
    if (!moment->server)
        return;
    pthread_mutex_lock(&moment->server->mutex);
    moment->server->ended += !moment->has_ended;
    moment->has_ended = true;
    pthread_mutex_unlock(&moment->server->mutex);
}

static void moment_free(void *data)
{
    struct moment *moment = data;
    if (moment->server)
        moment->server->freed++;
    g_free(moment);
}

static bool source_open(const struct sqlflow_call *call, void **out, struct sqlflow_error *error)
{
    struct server *server = server_of(call);
    struct moment *moment = call->moment;
    struct reading *reading = g_new0(struct reading, 1);
    (void)error;
    pthread_mutex_lock(&server->mutex);
    if (!moment->server)
        moment->number = ++server->made;
    moment->server = server;
    server->readings++;
    *reading = (struct reading){.host = call->host, .fails = server->failures > 0};
    server->failures -= reading->fails;
    pthread_mutex_unlock(&server->mutex);
    moment->call.host->note(moment->call.context, "read at moment %u", moment->number);
    *out = reading;
    return true;
}

/* A column `n` of numbers. */
struct schema {
    struct ArrowSchema child;
    struct ArrowSchema *children[1];
};

static void release_child(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
    g_free(schema->private_data);
    schema->release = NULL;
}

static void make_schema(struct ArrowSchema *out)
{
    struct schema *schema = g_new(struct schema, 1);
    schema->child = (struct ArrowSchema){.format = "l", .name = "n", .release = release_child};
    schema->children[0] = &schema->child;
    *out = (struct ArrowSchema){.format = "+s",
                                .n_children = 1,
                                .children = schema->children,
                                .release = release_schema,
                                .private_data = schema};
}

static bool source_schema(void *source, struct ArrowSchema *out, struct sqlflow_error *error)
{
    (void)source;
    (void)error;
    make_schema(out);
    return true;
}

static bool scan_open(void *source, const struct sqlflow_scan *wanted, void **out,
                      uint32_t *out_streams, struct sqlflow_error *error)
{
    struct reading *reading = source;
    (void)error;
    reading->error = wanted->error;
    *out = source;
    *out_streams = STREAMS;
    return true;
}

static void scan_close(void *scan)
{
    (void)scan; /* it is the source */
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    (void)stream;
    make_schema(out);
    return 0;
}

/* There are no rows; all streams of a reading that fails tell it at the same time. */
static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    const struct reading *reading = stream->private_data;
    *out = (struct ArrowArray){0};
    if (reading->fails)
        reading->host->fail(reading->error, SQLFLOW_ERROR_TRANSIENT, "503", "the server is busy");
    return reading->fails;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static bool scan_stream(void *scan, uint32_t index, struct ArrowArrayStream *out,
                        struct sqlflow_error *error)
{
    (void)index;
    (void)error;
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = stream_next,
                                     .get_last_error = stream_error,
                                     .release = stream_release,
                                     .private_data = scan};
    return true;
}

static const struct sqlflow_connector batches = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof(struct sqlflow_connector),
    .name = "server",
    .abilities = SQLFLOW_SOURCE,
    .source_open = source_open,
    .source_close = g_free,
    .source_schema = source_schema,
    .scan_open = scan_open,
    .scan_stream = scan_stream,
    .scan_close = scan_close,
    .moment_new = moment_new,
    .moment_end = moment_end,
    .moment_free = moment_free,
};

static const struct option options[] = {
    {.name = "server", .type = OPTION_STRING, .flags = OPTION_FOR_SOURCE | OPTION_PLACE},
    {.name = NULL},
};

static const struct connector connector = {
    .name = "server", .options = options, .descriptor = &batches};

/* A SOURCE of the server and its LOAD; returns the index of that. */
static guint add_load(struct plan *plan, const struct server *server, guint number)
{
    g_autofree char *source_id = g_strdup_printf("source_%u", number);
    g_autofree char *load_id = g_strdup_printf("load_%u", number);
    g_autofree char *address = g_strdup_printf("%p", (const void *)server);
    const guint source = fake_plan_add(plan, OPERATION_SOURCE, source_id, NULL);
    fake_plan_at(plan, source)->connector = &connector;
    fake_plan_at(plan, source)->options =
        fake_options_new(plan, options, "server", VALUE_STRING, address);
    const guint load = fake_plan_add(plan, OPERATION_LOAD, load_id, NULL);
    fake_plan_at(plan, load)->source = source;
    return load;
}

static void server_init(struct server *server)
{
    *server = (struct server){.made = 0};
    pthread_mutex_init(&server->mutex, NULL);
}

/* The readings, all of them let go and freed. */
static void assert_read(const struct server *server, guint moments, guint readings)
{
    g_assert_cmpuint(server->made, ==, moments);
    g_assert_cmpuint(server->ended, ==, moments);
    g_assert_cmpuint(server->freed, ==, moments);
    g_assert_cmpuint(server->readings, ==, readings);
}

static const struct retry_options quick = {.call = {.tries = 5, .delay_us = 1000}};

static struct run_result *run_with(struct fake *fake, const struct plan *plan)
{
    fake_init(fake);
    return fake_run(fake, plan, (struct run_options){.workers = 4, .retry = quick});
}

static void reads_what_is_ready_at_one_moment_of_each_server(void)
{
    enum { LOADS = 12 };
    struct plan *plan = fake_plan_new();
    struct server servers[2];
    server_init(&servers[0]);
    server_init(&servers[1]);
    for (guint i = 0; i < LOADS; i++)
        add_load(plan, &servers[i % 2], i);
    struct fake fake;
    struct run_result *result = run_with(&fake, plan);
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    guint notes = 0;
    for (guint i = 0; i < LOADS; i++)
        notes += fake_step(result, 2 * i + 1)->notes ? fake_step(result, 2 * i + 1)->notes->len : 0;
    g_assert_cmpuint(notes, ==, LOADS);
    assert_read(&servers[0], 1, LOADS / 2);
    assert_read(&servers[1], 1, LOADS / 2);
    run_result_free(result);
    fake_clear(&fake);
    fake_plan_free(plan);
}

static void takes_another_moment_for_what_is_ready_later(void)
{
    struct plan *plan = fake_plan_new();
    struct server server;
    server_init(&server);
    const guint first = add_load(plan, &server, 0);
    fake_plan_wait(plan, add_load(plan, &server, 1), first);
    struct fake fake;
    struct run_result *result = run_with(&fake, plan);
    g_assert_cmpint(result->outcome, ==, RUN_OK);
    assert_read(&server, 2, 2);
    run_result_free(result);
    fake_clear(&fake);
    fake_plan_free(plan);
}

/* Readings that fail outside are repeated at the same moment; one that fails for good lets go. */
static void keeps_the_moment_for_the_next_try(void)
{
    enum { LOADS = 8 };
    for (guint failures = 0; failures <= 4; failures++) {
        struct plan *plan = fake_plan_new();
        struct server server;
        server_init(&server);
        server.failures = failures;
        for (guint i = 0; i < LOADS; i++)
            add_load(plan, &server, i);
        struct fake fake;
        struct run_result *result = run_with(&fake, plan);
        g_assert_cmpint(result->outcome, ==, RUN_OK);
        assert_read(&server, 1, LOADS + failures);
        run_result_free(result);
        fake_clear(&fake);
        fake_plan_free(plan);
    }
}

static void lets_the_moment_go_when_a_reading_fails_for_good(void)
{
    struct plan *plan = fake_plan_new();
    struct server server;
    server_init(&server);
    server.failures = 5;
    const guint load = add_load(plan, &server, 0);
    struct fake fake;
    struct run_result *result = run_with(&fake, plan);
    fake_assert_status(result, load, STEP_FAILED);
    g_assert_cmpstr(fake_step(result, load)->error->message, ==, "the server is busy");
    assert_read(&server, 1, 5);
    run_result_free(result);
    fake_clear(&fake);
    fake_plan_free(plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/moments/one", reads_what_is_ready_at_one_moment_of_each_server);
    g_test_add_func("/moments/later", takes_another_moment_for_what_is_ready_later);
    g_test_add_func("/moments/again", keeps_the_moment_for_the_next_try);
    g_test_add_func("/moments/failed", lets_the_moment_go_when_a_reading_fails_for_good);
    return g_test_run();
}
