/* SPDX-License-Identifier: Apache-2.0 */
/* One format each: the option `path` names the files, EXPORT the destination. */
#include "connect/files/files.h"

static bool find_each(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                      struct sqlflow_error *error)
{
    const struct sqlflow_host *host = call->host;
    const uint32_t count = host->option_count(call->context, "path");
    for (uint32_t i = 0; i < count; i++)
        if (!host->find_files(call->context, host->option_item(call->context, "path", i), listing,
                              error))
            return false;
    return true;
}

static bool check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    return find_each(call, NULL, error);
}

static bool discover(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                     struct sqlflow_error *error)
{
    return find_each(call, listing, error);
}

static const struct sqlflow_option options[] = {
    {.name = "path",
     .type = SQLFLOW_OPTION_LIST,
     .flags = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_REQUIRED,
     .help = "a file, a pattern, or a list of them"},
    {.name = NULL},
};

#define FILES(file_format, text)                                                                   \
    {                                                                                              \
        .abi = SQLFLOW_CONNECTOR_ABI, .size = sizeof(struct sqlflow_connector),                    \
        .name = file_format, .summary = text, .abilities = SQLFLOW_SOURCE | SQLFLOW_EXPORT,        \
        .option_size = sizeof(struct sqlflow_option), .options = options, .check = check,          \
        .discover = discover, .format = file_format                                                \
    }

const struct sqlflow_connector csv_connector = FILES("csv", "text files of delimited fields");
const struct sqlflow_connector parquet_connector = FILES("parquet", "Parquet files");
const struct sqlflow_connector json_connector =
    FILES("json", "JSON files: one array, or one object a line");
