/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/format.h"

static const char *const extensions[] = {".parquet", ".pq", NULL};
static const char *const columns_aliases[] = {"parquet_columns", NULL};
static const char *const compression_words[] = {
    "zstd", "snappy", "gzip", "lz4", "lz4_raw", "brotli", "uncompressed", "none=uncompressed",
    NULL};

static const struct option options_table[] = {
    {.name = "path",
     .type = OPTION_STRINGS,
     .flags = OPTION_FOR_SOURCE | OPTION_REQUIRED,
     .help = "a file, a pattern such as data/*.parquet, or a list of them"},
    {.name = "columns",
     .aliases = columns_aliases,
     .type = OPTION_STRINGS,
     .flags = OPTION_FOR_SOURCE,
     .help = "only these columns, in this order"},
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
    {.name = "compression",
     .type = OPTION_ENUM,
     .flags = OPTION_FOR_EXPORT,
     .default_text = "zstd",
     .words = compression_words,
     .help = "how pages are compressed"},
    {.name = "row_group_size",
     .type = OPTION_INTEGER,
     .flags = OPTION_FOR_EXPORT,
     .default_text = "122880",
     .minimum = 1,
     .maximum = 1000000000,
     .help = "rows in a row group"},
    {.name = "partition_by",
     .type = OPTION_STRINGS,
     .flags = OPTION_FOR_EXPORT,
     .help = "columns that become folders such as year=2024"},
    {.name = "file_size",
     .type = OPTION_SIZE,
     .flags = OPTION_FOR_EXPORT,
     .minimum = 1,
     .maximum = G_MAXINT64,
     .excludes = "partition_by",
     .help = "a folder of files of about this size instead of one file"},
    {.name = NULL},
};

static bool parquet_scan(const struct options *options, struct relation **out, GError **error)
{
    AUTO(relation) relation = format_source("parquet", options, error);
    if (!relation)
        return false;
    if (!relation_get(relation, "hive_partitioning"))
        relation_set(relation, "hive_partitioning", SETTING_BOOLEAN, "false");
    *out = g_steal_pointer(&relation);
    return true;
}

static bool parquet_sink(const struct options *options, const char *destination, const char *path,
                         struct relation **out, GError **error)
{
    (void)destination;
    (void)error;
    *out = format_destination("parquet", options, path);
    relation_set(*out, "compression", SETTING_TEXT, options_text(options, "compression"));
    return true;
}

const struct connector parquet_connector = {
    .name = "parquet",
    .summary = "Parquet files",
    .abilities = CONNECTOR_SOURCE | CONNECTOR_EXPORT,
    .options = options_table,
    .extensions = extensions,
    .scan = parquet_scan,
    .sink = parquet_sink,
};
