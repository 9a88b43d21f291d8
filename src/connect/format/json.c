/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/format.h"

#include <string.h>

static const char *const extensions[] = {".json", ".ndjson", ".jsonl", NULL};
static const char *const line_extensions[] = {".ndjson", ".jsonl", NULL};
static const char *const format_words[] = {"auto",
                                           "array",
                                           "newline_delimited",
                                           "nd=newline_delimited",
                                           "ndjson=newline_delimited",
                                           "lines=newline_delimited",
                                           NULL};
static const char *const compression_words[] = {"auto", "none", "gzip", "zstd", NULL};
static const char *const size_aliases[] = {"max_object_size", NULL};
static const char *const dateformat_aliases[] = {"date_format", NULL};
static const char *const timestampformat_aliases[] = {"timestamp_format", NULL};

enum { BOTH = OPTION_FOR_SOURCE | OPTION_FOR_EXPORT };

static const struct option options_table[] = {
    {.name = "path",
     .type = OPTION_STRINGS,
     .flags = OPTION_FOR_SOURCE | OPTION_REQUIRED,
     .help = "a file, a pattern such as data/*.json, or a list of them"},
    {.name = "format",
     .type = OPTION_ENUM,
     .flags = BOTH,
     .default_text = "auto",
     .words = format_words,
     .help = "one array, or one object a line; auto: as the file shows, or its extension"},
    {.name = "compression",
     .type = OPTION_ENUM,
     .flags = BOTH,
     .default_text = "auto",
     .words = compression_words,
     .help = "auto: by the extension .gz or .zst"},
    {.name = "columns",
     .type = OPTION_TYPES,
     .flags = OPTION_FOR_SOURCE,
     .help = "exactly these members, with their types: {\"id\": \"BIGINT\"}"},
    {.name = "sample_size",
     .type = OPTION_INTEGER,
     .flags = OPTION_FOR_SOURCE,
     .minimum = -1,
     .maximum = G_MAXINT64,
     .help = "how many objects are looked at to find the types; -1: all"},
    {.name = "maximum_object_size",
     .aliases = size_aliases,
     .type = OPTION_SIZE,
     .flags = OPTION_FOR_SOURCE,
     .minimum = 1,
     .maximum = 1024 * 1024 * 1024,
     .help = "the largest object, such as 64MB"},
    {.name = "dateformat",
     .aliases = dateformat_aliases,
     .type = OPTION_STRING,
     .flags = BOTH,
     .help = "how dates are written, such as %d.%m.%Y"},
    {.name = "timestampformat",
     .aliases = timestampformat_aliases,
     .type = OPTION_STRING,
     .flags = BOTH,
     .help = "how timestamps are written, such as %Y-%m-%dT%H:%M:%S"},
    {.name = "union_by_name",
     .type = OPTION_BOOLEAN,
     .flags = OPTION_FOR_SOURCE,
     .default_text = "false",
     .help = "columns of several files are matched by name, missing ones are NULL"},
    {.name = "filename",
     .type = OPTION_BOOLEAN,
     .flags = OPTION_FOR_SOURCE,
     .default_text = "false",
     .help = "adds a column 'filename'"},
    {.name = "hive_partitioning",
     .type = OPTION_BOOLEAN,
     .flags = OPTION_FOR_SOURCE,
     .default_text = "false",
     .help = "folders such as year=2024 become columns"},
    {.name = NULL},
};

static bool json_scan(const struct options *options, struct relation **out, GError **error)
{
    AUTO(relation) relation = format_source("json", options, error);
    if (!relation)
        return false;
    if (!relation_get(relation, "hive_partitioning"))
        relation_set(relation, "hive_partitioning", SETTING_BOOLEAN, "false");
    *out = g_steal_pointer(&relation);
    return true;
}

static bool json_sink(const struct options *options, const char *destination, const char *path,
                      struct relation **out, GError **error)
{
    (void)error;
    const char *format = options_text(options, "format");
    if (strcmp(format, "auto") == 0) {
        format = "array";
        for (const char *const *extension = line_extensions; *extension; extension++)
            if (path_has_extension(destination, *extension))
                format = "newline_delimited";
    }
    const char *compression = path_compression(destination, options_text(options, "compression"));
    *out = format_destination("json", options, path);
    relation_set(*out, "format", SETTING_TEXT, format);
    relation_set(*out, "compression", SETTING_TEXT, compression);
    return true;
}

const struct connector json_connector = {
    .name = "json",
    .summary = "JSON files: one array, or one object a line",
    .abilities = CONNECTOR_SOURCE | CONNECTOR_EXPORT,
    .options = options_table,
    .extensions = extensions,
    .scan = json_scan,
    .sink = json_sink,
};
