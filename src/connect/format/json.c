/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/format.h"

#include "connect/format/rows.h"

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
static const char *const size_aliases[] = {"max_object_size", NULL};

static const struct option options_table[] = {
    FORMAT_PATH("data/*.json"),
    {.name = "format",
     .type = OPTION_ENUM,
     .flags = FORMAT_FOR_BOTH,
     .default_text = "auto",
     .words = format_words,
     .help = "one array, or one object a line; auto: as the file shows, or its extension"},
    FORMAT_COMPRESSION,
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
    FORMAT_DATEFORMAT,
    FORMAT_TIMESTAMPFORMAT,
    FORMAT_UNION_BY_NAME,
    FORMAT_FILENAME,
    FORMAT_HIVE_PARTITIONING,
    {.name = NULL},
};

static bool json_scan(const struct options *options, const GPtrArray *files, struct relation **out,
                      GError **error)
{
    struct relation *relation = format_source("json", options, files, error);
    if (relation)
        *out = relation;
    return relation != NULL;
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

const struct format json_format = {
    .name = "json",
    .options = options_table,
    .extensions = extensions,
    .scan = json_scan,
    .sink = json_sink,
};
