/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connector for tests: moody.c that breaks one promise of the header, the one that its option
 * `promise` names. It tells its secrets to everybody.
 */
#include <sqlflow/connector.h>

#define sqlflow_connector(host) moody_connector(host)
#include "moody.c"
#undef sqlflow_connector

static const struct sqlflow_option rude_options[] = {
    {.name = "promise",
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH,
     .default_text = "",
     .help = "the one"},
    {.name = "tries",
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH,
     .default_text = "/dev/null",
     .help = "moody's"},
    {.name = "stall",
     .type = SQLFLOW_OPTION_BOOLEAN,
     .flags = BOTH,
     .default_text = "false",
     .help = "moody's"},
    {.name = "limit",
     .type = SQLFLOW_OPTION_SIZE,
     .flags = BOTH,
     .default_text = "64KB",
     .help = "a size"},
    {.name = "pause",
     .type = SQLFLOW_OPTION_DURATION,
     .flags = BOTH,
     .default_text = "500ms",
     .help = "a time"},
    {.name = "token",
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH | SQLFLOW_OPTION_SECRET,
     .help = "told to everybody"},
    {.name = "pins",
     .type = SQLFLOW_OPTION_LIST,
     .flags = BOTH | SQLFLOW_OPTION_SECRET,
     .help = "told to everybody"},
    {.name = NULL},
};

static bool breaks(const struct sqlflow_host *host, const struct sqlflow_context *context,
                   const char *promise)
{
    return strcmp(host->option_text(context, "promise"), promise) == 0;
}

/* The token, or the first pin. */
static const char *secret(const struct sqlflow_call *call)
{
    const char *token = call->host->option_text(call->context, "token");
    return token ? token : call->host->option_item(call->context, "pins", 0);
}

static bool rude_check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    const char *told = secret(call);
    return !told ||
           call->host->fail(error, SQLFLOW_ERROR_PERMISSION, told, "'%s' is refused", told);
}

static bool rude_discover(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                          struct sqlflow_error *error)
{
    (void)error;
    const char *told = secret(call);
    call->host->found(listing, "table", told ? told : "none", told);
    return true;
}

/* Tells its defaults, and what isn't there. */
static bool rude_open(const struct sqlflow_call *call, void **out, struct sqlflow_error *error)
{
    const char *pin = call->host->option_item(call->context, "pins", 7);
    call->host->note(call->context, "%s bytes, %s seconds, pin %s",
                     call->host->option_text(call->context, "limit"),
                     call->host->option_text(call->context, "pause"), pin ? pin : "none");
    return rude_check(call, error) && source_open(call, out, error);
}

static bool rude_schema(void *source, struct ArrowSchema *out, struct sqlflow_error *error)
{
    static int calls;
    const struct sqlflow_call *call = source;
    (void)error;
    make_schema(1, out);
    if (breaks(call->host, call->context, "a schema is released"))
        out->release(out);
    if (breaks(call->host, call->context, "columns stay the same") && calls++ > 0)
        out->children[0]->format = "u";
    return true;
}

static int other_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    (void)stream;
    make_schema(1, out);
    out->children[0]->name = "m";
    return 0;
}

static int no_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const struct scan *scan = stream->private_data;
    (void)out;
    scan->mood.host->fail(scan->error, SQLFLOW_ERROR_DATA, NULL, "no schema today");
    return EIO;
}

static int released_array(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    const int failed = next_array(stream, out);
    if (out->release)
        out->release(out);
    return failed;
}

static bool rude_stream(void *data, uint32_t index, struct ArrowArrayStream *out,
                        struct sqlflow_error *error)
{
    const struct scan *scan = data;
    const struct mood *mood = &scan->mood;
    if (!scan_stream(data, index, out, error))
        return false;
    if (breaks(mood->host, mood->context, "a stream is one"))
        *out = (struct ArrowArrayStream){0};
    if (breaks(mood->host, mood->context, "a stream has the wanted columns"))
        out->get_schema = other_schema;
    if (breaks(mood->host, mood->context, "a stream has a schema"))
        out->get_schema = no_schema;
    if (breaks(mood->host, mood->context, "an array is whole"))
        out->get_next = released_array;
    return true;
}

static bool rude_write(void *data, struct ArrowArrayStream *rows, int64_t *out_rows,
                       struct sqlflow_error *error)
{
    const struct sink *sink = data;
    const struct mood *mood = &sink->mood;
    struct ArrowArray array;
    if (breaks(mood->host, mood->context, "all rows are taken")) {
        if (rows->get_next(rows, &array) != 0 || !array.release)
            return false;
        *out_rows = array.length;
        array.release(&array);
        return true;
    }
    const bool written = sink_write(data, rows, out_rows, error);
    if (breaks(mood->host, mood->context, "rows are counted"))
        *out_rows += 1;
    if (breaks(mood->host, mood->context, "the caller releases"))
        rows->release(rows);
    return written;
}

static struct sqlflow_connector rude;

const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host)
{
    (void)host;
    rude = moody;
    rude.name = "rude";
    rude.options = rude_options;
    rude.check = rude_check;
    rude.discover = rude_discover;
    rude.source_open = rude_open;
    rude.source_schema = rude_schema;
    rude.scan_stream = rude_stream;
    rude.sink_write = rude_write;
    return &rude;
}
