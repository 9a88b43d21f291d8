/* SPDX-License-Identifier: Apache-2.0 */
/* TYPE S3: a bucket and a key, in some format. */
#include "connect/files/files.h"

#include <glib.h>

static const char scheme[] = "s3://";

enum { BOTH = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_FOR_EXPORT };

static const struct sqlflow_option options[] = {
    {.name = "bucket", .type = SQLFLOW_OPTION_STRING, .flags = BOTH, .help = "the bucket"},
    {.name = "key",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .help = "the object's key, or a pattern such as raw/*.csv"},
    {.name = "prefix",
     .aliases = (const char *const[]){"path_prefix", NULL},
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH,
     .help = "a folder before the key; without a key all that is in it"},
    {.name = "path",
     .aliases = (const char *const[]){"uri", NULL},
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .excludes = "bucket",
     .help = "s3://bucket/key instead of these"},
    {.name = "format",
     .aliases = (const char *const[]){"file_format", NULL},
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH,
     .help = "csv, parquet, json or ndjson, with that format's options; else by the extension"},
    {.name = NULL},
};

static const char *text(const struct sqlflow_call *call, const char *name)
{
    return call->host->option_text(call->context, name);
}

static bool is_address(const char *text)
{
    return g_ascii_strncasecmp(text, scheme, sizeof scheme - 1) == 0;
}

/* "s3://bucket/prefix/rest", where there is a bucket. */
static char *join(const struct sqlflow_call *call, const char *rest)
{
    const char *prefix = text(call, "prefix");
    const bool has_slash = !prefix || !*prefix || g_str_has_suffix(prefix, "/");
    return g_strconcat(scheme, text(call, "bucket"), "/", prefix ? prefix : "",
                       has_slash ? "" : "/", rest, NULL);
}

static bool lacks(const struct sqlflow_call *call, const char *name, struct sqlflow_error *error)
{
    return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                            call->destination
                                ? "s3 needs the option '%s', or TO 's3://BUCKET/KEY'"
                                : "s3 needs the option '%s', or a \"path\" of s3://BUCKET/KEY",
                            name);
}

/* NULL after an error. */
static char *address_of(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    const char *key = call->destination ? call->destination : text(call, "key");
    const char *whole = call->destination ? call->destination : text(call, "path");
    if (whole && is_address(whole))
        return g_strdup(whole);
    if (!text(call, "bucket")) {
        lacks(call, "bucket", error);
        return NULL;
    }
    if (key || text(call, "prefix"))
        return join(call, key ? key : "**");
    lacks(call, "key", error);
    return NULL;
}

static bool relate(const struct sqlflow_call *call, struct sqlflow_relation *relation,
                   struct sqlflow_error *error)
{
    g_autofree char *address = address_of(call, error);
    if (!address)
        return false;
    call->host->relation_path(relation, address);
    if (text(call, "format"))
        call->host->relation_format(relation, text(call, "format"));
    return true;
}

/* The object, the bucket, or without one the account. */
static bool check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    const char *path = text(call, "path");
    g_autofree char *bucket = g_strconcat(scheme, text(call, "bucket"), NULL);
    return call->host->find_files(call->context, path ? path : bucket, NULL, error);
}

static bool discover(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                     struct sqlflow_error *error)
{
    const char *path = text(call, "path");
    g_autofree char *objects = text(call, "bucket") ? join(call, "**") : g_strdup(scheme);
    return call->host->find_files(call->context, path ? path : objects, listing, error);
}

const struct sqlflow_connector s3_connector = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof(struct sqlflow_connector),
    .name = "s3",
    .summary = "objects of S3 and stores that speak its language, in any format",
    .abilities = SQLFLOW_SOURCE | SQLFLOW_EXPORT,
    .option_size = sizeof(struct sqlflow_option),
    .options = options,
    .check = check,
    .discover = discover,
    .relate = relate,
};
