/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/format.h"

#include "connect/format/rows.h"

static const char *const extensions[] = {".parquet", ".pq", NULL};
static const char *const columns_aliases[] = {"parquet_columns", NULL};
static const char *const compression_words[] = {
    "zstd", "snappy", "gzip", "lz4", "lz4_raw", "brotli", "uncompressed", "none=uncompressed",
    NULL};

static const struct option options_table[] = {
    FORMAT_PATH("data/*.parquet"),
    {.name = "columns",
     .aliases = columns_aliases,
     .type = OPTION_STRINGS,
     .flags = OPTION_FOR_SOURCE,
     .help = "only these columns, in this order"},
    FORMAT_UNION_BY_NAME,
    FORMAT_FILENAME,
    FORMAT_HIVE_PARTITIONING,
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
    FORMAT_PARTITION_BY,
    FORMAT_FILE_SIZE,
    {.name = NULL},
};

static bool parquet_scan(const struct options *options, const GPtrArray *files,
                         struct relation **out, GError **error)
{
    struct relation *relation = format_source("parquet", options, files, error);
    if (relation)
        *out = relation;
    return relation != NULL;
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

const struct format parquet_format = {
    .name = "parquet",
    .options = options_table,
    .extensions = extensions,
    .scan = parquet_scan,
    .sink = parquet_sink,
};
