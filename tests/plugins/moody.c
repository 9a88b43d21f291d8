/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connector for tests that fails as often as it is told to, after it has given or taken rows, and
 * then works: three rows with one column n, or a file of as many bytes as there were rows. Every
 * try appends a byte to the file `tries`.
 */
#include <sqlflow/connector.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BOTH = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_FOR_EXPORT, ROWS = 3, NAME_BYTES = 4096 };

static const struct sqlflow_option options[] = {
    {.name = "tries",
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH | SQLFLOW_OPTION_REQUIRED,
     .help = "the file that counts"},
    {.name = "failures",
     .type = SQLFLOW_OPTION_INTEGER,
     .flags = BOTH,
     .default_text = "0",
     .help = "how many tries fail"},
    {.name = "after",
     .type = SQLFLOW_OPTION_INTEGER,
     .flags = BOTH,
     .help = "when to come again, in milliseconds"},
    {.name = "stall",
     .type = SQLFLOW_OPTION_BOOLEAN,
     .flags = BOTH,
     .default_text = "false",
     .help = "answer only to a cancel"},
    {.name = NULL},
};

struct mood {
    const struct sqlflow_host *host;
    const struct sqlflow_context *context;
    bool fails;
    bool stalls;
    long after; /* milliseconds */
};

static long number(const struct sqlflow_call *call, const char *name)
{
    const char *text = call->host->option_text(call->context, name);
    return text ? strtol(text, NULL, 10) : 0;
}

static void look_up(struct mood *mood, const struct sqlflow_call *call)
{
    const char *stall = call->host->option_text(call->context, "stall");
    *mood = (struct mood){.host = call->host, .context = call->context};
    mood->stalls = strcmp(stall, "true") == 0;
    mood->after = number(call, "after");
    FILE *tries = fopen(call->host->option_text(call->context, "tries"), "a");
    if (!tries)
        return;
    fputc('x', tries);
    mood->fails = ftell(tries) <= number(call, "failures");
    fclose(tries);
}

/* Until it is cancelled, when it is to stall. */
static void stall(const struct mood *mood)
{
    const struct timespec nap = {.tv_nsec = 10 * 1000 * 1000};
    while (mood->stalls && !mood->host->is_cancelled(mood->context))
        nanosleep(&nap, NULL);
}

/* True unless it is to fail. */
static bool cope(const struct mood *mood, struct sqlflow_error *error)
{
    if (mood->stalls)
        return mood->host->fail(error, SQLFLOW_ERROR_CANCELLED, NULL, "cancelled");
    if (!mood->fails)
        return true;
    mood->host->fail(error, SQLFLOW_ERROR_TRANSIENT, "503", "the service is busy");
    if (mood->after > 0)
        mood->host->retry_after(error, mood->after);
    return false;
}

static bool check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    (void)call;
    (void)error;
    return true;
}

/* ---- A source ---- */

static bool source_open(const struct sqlflow_call *call, void **out, struct sqlflow_error *error)
{
    struct sqlflow_call *kept = malloc(sizeof *kept);
    (void)error;
    if (!kept)
        abort();
    *kept = *call;
    *out = kept;
    return true;
}

static void release_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

struct schema {
    struct ArrowSchema child;
    struct ArrowSchema *children[1];
};

static void free_schema(struct ArrowSchema *schema)
{
    free(schema->private_data);
    schema->release = NULL;
}

static void make_schema(int64_t columns, struct ArrowSchema *out)
{
    struct schema *schema = malloc(sizeof *schema);
    if (!schema)
        abort();
    schema->child = (struct ArrowSchema){.format = "l", .name = "n", .release = release_schema};
    schema->children[0] = &schema->child;
    *out = (struct ArrowSchema){.format = "+s",
                                .n_children = columns,
                                .children = schema->children,
                                .release = free_schema,
                                .private_data = schema};
}

static bool source_schema(void *source, struct ArrowSchema *out, struct sqlflow_error *error)
{
    (void)source;
    (void)error;
    make_schema(1, out);
    return true;
}

struct scan {
    struct mood mood;
    struct sqlflow_error *error; /* where it tells why it breaks off */
    uint32_t columns;
    bool is_given; /* the rows */
};

static bool scan_open(void *source, const struct sqlflow_scan *wanted, void **out,
                      uint32_t *out_streams, struct sqlflow_error *error)
{
    struct scan *scan = calloc(1, sizeof *scan);
    (void)error;
    if (!scan)
        abort();
    look_up(&scan->mood, source);
    scan->mood.context = wanted->context;
    scan->error = wanted->error;
    scan->columns = wanted->column_count;
    *out = scan;
    *out_streams = 1;
    return true;
}

static void release_array(struct ArrowArray *array)
{
    array->release = NULL;
}

struct rows {
    int64_t numbers[ROWS];
    const void *buffers[2];
    const void *no_buffers[1];
    struct ArrowArray child;
    struct ArrowArray *children[1];
};

static void free_rows(struct ArrowArray *array)
{
    free(array->private_data);
    array->release = NULL;
}

static void make_rows(uint32_t columns, struct ArrowArray *out)
{
    struct rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        abort();
    for (int64_t i = 0; i < ROWS; i++)
        rows->numbers[i] = i + 1;
    rows->buffers[1] = rows->numbers;
    rows->children[0] = &rows->child;
    rows->child = (struct ArrowArray){
        .length = ROWS, .n_buffers = 2, .buffers = rows->buffers, .release = release_array};
    *out = (struct ArrowArray){.length = ROWS,
                               .n_buffers = 1,
                               .buffers = rows->no_buffers,
                               .n_children = columns,
                               .children = rows->children,
                               .release = free_rows,
                               .private_data = rows};
}

static int next_array(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct scan *scan = stream->private_data;
    if (!scan->is_given) {
        make_rows(scan->columns, out);
        scan->is_given = true;
        return 0;
    }
    stall(&scan->mood);
    *out = (struct ArrowArray){0};
    return cope(&scan->mood, scan->error) ? 0 : EAGAIN;
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const struct scan *scan = stream->private_data;
    make_schema(scan->columns, out);
    return 0;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "moody";
}

static void release_stream(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static bool scan_stream(void *scan, uint32_t index, struct ArrowArrayStream *out,
                        struct sqlflow_error *error)
{
    (void)index;
    (void)error;
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = next_array,
                                     .get_last_error = stream_error,
                                     .release = release_stream,
                                     .private_data = scan};
    return true;
}

/* ---- A sink ---- */

struct sink {
    struct mood mood;
    char destination[NAME_BYTES];
    char temporary[NAME_BYTES];
};

static bool sink_open(const struct sqlflow_call *call, const struct ArrowSchema *columns,
                      void **out, struct sqlflow_error *error)
{
    struct sink *sink = calloc(1, sizeof *sink);
    (void)columns;
    (void)error;
    if (!sink)
        abort();
    look_up(&sink->mood, call);
    snprintf(sink->destination, NAME_BYTES, "%s", call->destination);
    snprintf(sink->temporary, NAME_BYTES, "%.4000s.part", call->destination);
    *out = sink;
    return true;
}

static bool sink_write(void *data, struct ArrowArrayStream *rows, int64_t *out_rows,
                       struct sqlflow_error *error)
{
    const struct sink *sink = data;
    FILE *file = fopen(sink->temporary, "w");
    struct ArrowArray array;
    if (!file)
        abort();
    *out_rows = 0;
    while (rows->get_next(rows, &array) == 0 && array.release) {
        *out_rows += array.length;
        array.release(&array);
    }
    for (int64_t i = 0; i < *out_rows; i++)
        fputc('r', file);
    fclose(file);
    stall(&sink->mood);
    return cope(&sink->mood, error);
}

static bool sink_commit(void *data, struct sqlflow_error *error)
{
    const struct sink *sink = data;
    return rename(sink->temporary, sink->destination) == 0 ||
           sink->mood.host->fail(error, SQLFLOW_ERROR_SYSTEM, NULL, "can't rename");
}

static void sink_close(void *data)
{
    const struct sink *sink = data;
    remove(sink->temporary);
    free(data);
}

static const struct sqlflow_connector moody = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof(struct sqlflow_connector),
    .name = "moody",
    .summary = "fails as often as it is told to",
    .abilities = SQLFLOW_SOURCE | SQLFLOW_EXPORT,
    .option_size = sizeof(struct sqlflow_option),
    .options = options,
    .check = check,
    .source_open = source_open,
    .source_close = free,
    .source_schema = source_schema,
    .scan_open = scan_open,
    .scan_stream = scan_stream,
    .scan_close = free,
    .sink_open = sink_open,
    .sink_write = sink_write,
    .sink_commit = sink_commit,
    .sink_close = sink_close,
};

const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host)
{
    return host->abi == SQLFLOW_CONNECTOR_ABI ? &moody : NULL;
}
