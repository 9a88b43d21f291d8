/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of option tables that formats have in common. */
#pragma once

#include "connect/option.h"

extern const char *const format_compressions[]; /* of texts */
extern const char *const format_dateformat_aliases[];
extern const char *const format_timestampformat_aliases[];

#define FORMAT_FOR_BOTH (OPTION_FOR_SOURCE | OPTION_FOR_EXPORT)

/* `pattern`: an example of one */
#define FORMAT_PATH(pattern)                                                                       \
    {                                                                                              \
        .name = "path", .type = OPTION_STRINGS, .flags = OPTION_FOR_SOURCE | OPTION_REQUIRED,      \
        .help = "a file, a pattern such as " pattern ", or a list of them"                         \
    }

#define FORMAT_COMPRESSION                                                                         \
    {                                                                                              \
        .name = "compression", .type = OPTION_ENUM, .flags = FORMAT_FOR_BOTH,                      \
        .default_text = "auto", .words = format_compressions,                                      \
        .help = "auto: by the extension .gz or .zst"                                               \
    }

#define FORMAT_DATEFORMAT                                                                          \
    {                                                                                              \
        .name = "dateformat", .aliases = format_dateformat_aliases, .type = OPTION_STRING,         \
        .flags = FORMAT_FOR_BOTH, .help = "how dates are written, such as %d.%m.%Y"                \
    }

#define FORMAT_TIMESTAMPFORMAT                                                                     \
    {                                                                                              \
        .name = "timestampformat", .aliases = format_timestampformat_aliases,                      \
        .type = OPTION_STRING, .flags = FORMAT_FOR_BOTH,                                           \
        .help = "how timestamps are written, such as %d.%m.%Y %H:%M"                               \
    }

#define FORMAT_SWITCH(option_name, option_help)                                                    \
    {                                                                                              \
        .name = option_name, .type = OPTION_BOOLEAN, .flags = OPTION_FOR_SOURCE,                   \
        .default_text = "false", .help = option_help                                               \
    }

#define FORMAT_UNION_BY_NAME                                                                       \
    FORMAT_SWITCH("union_by_name",                                                                 \
                  "columns of several files are matched by name, missing ones are NULL")
#define FORMAT_FILENAME FORMAT_SWITCH("filename", "adds a column 'filename'")
#define FORMAT_HIVE_PARTITIONING                                                                   \
    FORMAT_SWITCH("hive_partitioning", "folders such as year=2024 become columns")

#define FORMAT_PARTITION_BY                                                                        \
    {                                                                                              \
        .name = "partition_by", .type = OPTION_STRINGS, .flags = OPTION_FOR_EXPORT,                \
        .help = "columns that become folders such as year=2024"                                    \
    }

#define FORMAT_FILE_SIZE                                                                           \
    {                                                                                              \
        .name = "file_size", .type = OPTION_SIZE, .flags = OPTION_FOR_EXPORT, .minimum = 1,        \
        .maximum = G_MAXINT64, .excludes = "partition_by",                                         \
        .help = "a folder of files of about this size instead of one file"                         \
    }
