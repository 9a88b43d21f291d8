/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An example of a connector: the lines of a text file as rows, and rows as lines of a file. It
 * needs sqlflow/connector.h and the C library, nothing else:
 *
 *   cc -std=c11 -D_POSIX_C_SOURCE=200809L -shared -fPIC -o plugins/lines.so lines.c
 */
#include <sqlflow/connector.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 4096, NAME_BYTES = 4096 };

static const struct sqlflow_option options[] = {
    {.name = "file",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_REQUIRED,
     .help = "the text file"},
    {.name = "ending",
     .type = SQLFLOW_OPTION_WORD,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .default_text = "unix",
     .words = (const char *const[]){"unix", "windows", NULL},
     .help = "how lines end"},
    {.name = NULL},
};

/* A file that can't be opened is the user's mistake; all else is the system's. */
static bool fail_errno(const struct sqlflow_host *host, struct sqlflow_error *error,
                       const char *file)
{
    const int code = errno;
    const enum sqlflow_error_kind kind = code == ENOENT ? SQLFLOW_ERROR_USAGE
                                         : code == EACCES || code == EPERM
                                             ? SQLFLOW_ERROR_PERMISSION
                                             : SQLFLOW_ERROR_SYSTEM;
    return host->fail(error, kind, NULL, "%s: %s", file, strerror(code));
}

static bool check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    const char *name = call->host->option_text(call->context, "file");
    FILE *file = fopen(name, "r");
    if (!file)
        return fail_errno(call->host, error, name);
    fclose(file);
    return true;
}

/* ---- A source: its columns are always the same two. ---- */

struct source {
    const struct sqlflow_host *host;
    const char *file;
};

static bool source_open(const struct sqlflow_call *call, void **out, struct sqlflow_error *error)
{
    if (!check(call, error))
        return false;
    struct source *source = malloc(sizeof *source);
    if (!source)
        return call->host->fail(error, SQLFLOW_ERROR_SYSTEM, NULL, "out of memory");
    source->host = call->host;
    source->file = call->host->option_text(call->context, "file");
    *out = source;
    return true;
}

static void source_close(void *source)
{
    free(source);
}

/* A schema and what it consists of, in one piece of memory. */
struct schema {
    struct ArrowSchema children[2];
    struct ArrowSchema *pointers[2];
};

static void schema_release(struct ArrowSchema *schema)
{
    free(schema->private_data);
    schema->release = NULL;
}

static void child_release(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static const char *const column_names[] = {"number", "line"};
static const char *const column_formats[] = {"l", "u"};

static bool make_schema(const uint32_t *columns, uint32_t count, struct ArrowSchema *out)
{
    struct schema *schema = calloc(1, sizeof *schema);
    if (!schema)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        schema->children[i] = (struct ArrowSchema){.format = column_formats[columns[i]],
                                                   .name = column_names[columns[i]],
                                                   .release = child_release};
        schema->pointers[i] = &schema->children[i];
    }
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = count,
                                .children = schema->pointers,
                                .release = schema_release,
                                .private_data = schema};
    return true;
}

static bool source_schema(void *data, struct ArrowSchema *out, struct sqlflow_error *error)
{
    static const uint32_t all[] = {0, 1};
    const struct source *source = data;
    return make_schema(all, 2, out) ||
           source->host->fail(error, SQLFLOW_ERROR_SYSTEM, NULL, "out of memory");
}

/* One reading: an open file, and the columns that are wanted. */
struct scan {
    const struct source *source;
    const struct sqlflow_context *context;
    FILE *file;
    int64_t number;
    uint32_t columns[2];
    uint32_t column_count;
    struct sqlflow_error *error;
};

static bool scan_open(void *data, const struct sqlflow_scan *wanted, void **out,
                      uint32_t *out_streams, struct sqlflow_error *error)
{
    const struct source *source = data;
    struct scan *scan = calloc(1, sizeof *scan);
    FILE *file = scan ? fopen(source->file, "r") : NULL;
    if (!file) {
        free(scan);
        return fail_errno(source->host, error, source->file);
    }
    scan->source = source;
    scan->context = wanted->context;
    scan->error = wanted->error;
    scan->file = file;
    scan->column_count = wanted->column_count;
    if (wanted->column_count > 0)
        memcpy(scan->columns, wanted->columns, wanted->column_count * sizeof(uint32_t));
    *out = scan;
    *out_streams = 1;
    return true;
}

static void scan_close(void *data)
{
    struct scan *scan = data;
    fclose(scan->file);
    free(scan);
}

/* The rows of one array. */
struct rows {
    int64_t *numbers;
    int32_t *ends;
    char *bytes;
    const void *number_buffers[2];
    const void *line_buffers[3];
    const void *no_buffers[1];
    struct ArrowArray children[2];
    struct ArrowArray *pointers[2];
};

static void rows_free(struct rows *rows)
{
    free(rows->numbers);
    free(rows->ends);
    free(rows->bytes);
    free(rows);
}

static void rows_release(struct ArrowArray *array)
{
    rows_free(array->private_data);
    array->release = NULL;
}

static void rows_child_release(struct ArrowArray *array)
{
    array->release = NULL;
}

static bool append_line(struct rows *rows, size_t at, size_t start, const char *line, size_t length)
{
    char *bytes = realloc(rows->bytes, start + length + 1);
    if (!bytes)
        return false;
    memcpy(bytes + start, line, length);
    rows->bytes = bytes;
    rows->ends[at + 1] = (int32_t)(start + length);
    return true;
}

/* At most BATCH_ROWS lines, or 1 GB. Fewer at the file's end; -1 when memory ran out. */
static int64_t read_lines(struct scan *scan, struct rows *rows)
{
    char *line = NULL;
    size_t capacity = 0, count = 0, bytes = 0;
    bool good = true;
    while (good && count < BATCH_ROWS && bytes < 1 << 30) {
        ssize_t length = getline(&line, &capacity, scan->file);
        if (length < 0)
            break;
        if (line[length - 1] == '\n')
            length--;
        good = append_line(rows, count, bytes, line, (size_t)length);
        bytes += (size_t)length;
        rows->numbers[count++] = ++scan->number;
    }
    free(line);
    return good ? (int64_t)count : -1;
}

static void fill_children(const struct scan *scan, struct rows *rows, int64_t count)
{
    rows->number_buffers[1] = rows->numbers;
    rows->line_buffers[1] = rows->ends;
    rows->line_buffers[2] = rows->bytes;
    for (uint32_t i = 0; i < scan->column_count; i++) {
        const bool is_line = scan->columns[i] == 1;
        rows->children[i] =
            (struct ArrowArray){.length = count,
                                .n_buffers = is_line ? 3 : 2,
                                .buffers = is_line ? rows->line_buffers : rows->number_buffers,
                                .release = rows_child_release};
        rows->pointers[i] = &rows->children[i];
    }
}

static struct rows *rows_new(void)
{
    struct rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return NULL;
    rows->numbers = calloc(BATCH_ROWS, sizeof(int64_t));
    rows->ends = calloc(BATCH_ROWS + 1, sizeof(int32_t));
    if (rows->numbers && rows->ends)
        return rows;
    rows_free(rows);
    return NULL;
}

static int stream_fail(struct scan *scan, enum sqlflow_error_kind kind, const char *problem)
{
    scan->source->host->fail(scan->error, kind, NULL, "%s: %s", scan->source->file, problem);
    return EIO;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct scan *scan = stream->private_data;
    if (scan->source->host->is_cancelled(scan->context))
        return stream_fail(scan, SQLFLOW_ERROR_CANCELLED, "cancelled");
    struct rows *rows = rows_new();
    const int64_t count = rows ? read_lines(scan, rows) : -1;
    if (count <= 0) {
        if (rows)
            rows_free(rows);
        *out = (struct ArrowArray){0};
        if (count < 0)
            return stream_fail(scan, SQLFLOW_ERROR_SYSTEM, "out of memory");
        return ferror(scan->file) ? stream_fail(scan, SQLFLOW_ERROR_SYSTEM, strerror(errno)) : 0;
    }
    fill_children(scan, rows, count);
    *out = (struct ArrowArray){.length = count,
                               .n_buffers = 1,
                               .buffers = rows->no_buffers,
                               .n_children = scan->column_count,
                               .children = rows->pointers,
                               .release = rows_release,
                               .private_data = rows};
    return 0;
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const struct scan *scan = stream->private_data;
    return make_schema(scan->columns, scan->column_count, out) ? 0 : ENOMEM;
}

/* Said by host->fail already. */
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

/* ---- A sink: one text column, written beside the destination and renamed at the end. ---- */

struct sink {
    const struct sqlflow_host *host;
    char destination[NAME_BYTES];
    char temporary[NAME_BYTES];
    const char *ending;
    FILE *file;
};

static bool sink_open(const struct sqlflow_call *call, const struct ArrowSchema *columns,
                      void **out, struct sqlflow_error *error)
{
    if (columns->n_children != 1 || strcmp(columns->children[0]->format, "u") != 0)
        return call->host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                                "lines are one column of text: write SELECT a || b");
    struct sink *sink = calloc(1, sizeof *sink);
    if (!sink)
        return call->host->fail(error, SQLFLOW_ERROR_SYSTEM, NULL, "out of memory");
    sink->host = call->host;
    snprintf(sink->destination, sizeof sink->destination, "%s", call->destination);
    snprintf(sink->temporary, sizeof sink->temporary, "%.4000s.tmp", call->destination);
    const char *ending = call->host->option_text(call->context, "ending");
    sink->ending = strcmp(ending, "windows") == 0 ? "\r\n" : "\n";
    sink->file = fopen(sink->temporary, "w");
    if (sink->file) {
        *out = sink;
        return true;
    }
    fail_errno(call->host, error, sink->temporary);
    free(sink);
    return false;
}

static bool is_null(const struct ArrowArray *column, int64_t index)
{
    const uint8_t *bits = column->null_count == 0 ? NULL : column->buffers[0];
    return bits && !(bits[index / 8] >> (index % 8) & 1);
}

static bool write_array(const struct sink *sink, const struct ArrowArray *array)
{
    const struct ArrowArray *column = array->children[0];
    const int32_t *ends = column->buffers[1];
    const char *bytes = column->buffers[2];
    for (int64_t i = 0; i < array->length; i++) {
        const int64_t at = array->offset + column->offset + i;
        const size_t length = is_null(column, at) ? 0 : (size_t)(ends[at + 1] - ends[at]);
        if (fwrite(bytes + ends[at], 1, length, sink->file) != length ||
            fputs(sink->ending, sink->file) == EOF)
            return false;
    }
    return true;
}

static bool sink_write(void *data, struct ArrowArrayStream *rows, int64_t *out_rows,
                       struct sqlflow_error *error)
{
    const struct sink *sink = data;
    struct ArrowArray array;
    *out_rows = 0;
    while (rows->get_next(rows, &array) == 0) {
        if (!array.release)
            return true;
        const bool written = write_array(sink, &array);
        *out_rows += array.length;
        array.release(&array);
        if (!written)
            return fail_errno(sink->host, error, sink->temporary);
    }
    return false;
}

static bool sink_commit(void *data, struct sqlflow_error *error)
{
    struct sink *sink = data;
    const int failed = fclose(sink->file);
    sink->file = NULL;
    if (failed == 0 && rename(sink->temporary, sink->destination) == 0)
        return true;
    return fail_errno(sink->host, error, sink->destination);
}

static void sink_close(void *data)
{
    struct sink *sink = data;
    if (sink->file)
        fclose(sink->file);
    remove(sink->temporary);
    free(sink);
}

static const struct sqlflow_connector lines = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof(struct sqlflow_connector),
    .name = "lines",
    .summary = "the lines of a text file",
    .abilities = SQLFLOW_SOURCE | SQLFLOW_EXPORT,
    .option_size = sizeof(struct sqlflow_option),
    .options = options,
    .check = check,
    .source_open = source_open,
    .source_close = source_close,
    .source_schema = source_schema,
    .scan_open = scan_open,
    .scan_stream = scan_stream,
    .scan_close = scan_close,
    .sink_open = sink_open,
    .sink_write = sink_write,
    .sink_commit = sink_commit,
    .sink_close = sink_close,
};

const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host)
{
    return host->abi == SQLFLOW_CONNECTOR_ABI ? &lines : NULL;
}
