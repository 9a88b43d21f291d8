/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/connector.h"

#include "connect/files/files.h"
#include "connect/format/format.h"
#include "connect/storage/storage.h"

#include <string.h>

static const struct sqlflow_connector *const built_ins[] = {
    &csv_connector, &parquet_connector, &json_connector, &s3_connector, NULL,
};

/* Known, but not to be used: and why. */
struct refusal {
    const char *name;
    const char *message;
};

#define NOT_YET "is not supported yet"

#define REFUSED(X)                                                                                 \
    X("postgresql", "is called postgres")                                                          \
    X("mysql", NOT_YET)                                                                            \
    X("sqlite", NOT_YET)                                                                           \
    X("duckdb", NOT_YET)                                                                           \
    X("gcs", NOT_YET)                                                                              \
    X("azure", NOT_YET)                                                                            \
    X("http", "is no type: write TYPE CSV, PARQUET or JSON with a path of http://")                \
    X("https", "is no type: write TYPE CSV, PARQUET or JSON with a path of https://")              \
    X("delta", NOT_YET)                                                                            \
    X("iceberg", NOT_YET)                                                                          \
    X("excel", "is not supported: save the sheet as CSV and use TYPE CSV")                         \
    X("xlsx", "is not supported: save the sheet as CSV and use TYPE CSV")                          \
    X("shopify", "is not supported by name: its API is reached by TYPE REST")                      \
    X("google_sheets", "is not supported: download the sheet as CSV and use TYPE CSV")             \
    X("python", "is not supported: no Python code is run; let it write a file and read that")      \
    X("python_function", "is not supported: no Python code is run; write the function in SQL")     \
    X("pandas", "is not supported: no Python code is run; let it write Parquet and read that")

static const struct refusal refusals[] = {
#define AS_ROW(name, message) {name, message},
    REFUSED(AS_ROW)
#undef AS_ROW
};

static const char *const names[] = {
#define AS_NAME(name, message) name,
    REFUSED(AS_NAME)
#undef AS_NAME
        NULL,
};

/* Settings of how, not of what, on connectors that aren't here yet: without effect on a file. */
static const struct refusal tuning_options[] = {
    {"batch_size", "postgres"}, {"partitions", "postgres"}, {"connect_timeout", "postgres"},
    {"rate", "rest"},           {"max_bytes", "rest"},      {"application_name", "postgres"},
};

const struct sqlflow_connector *const *connector_built_ins(void)
{
    return built_ins;
}

const char *connector_refusal(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (g_ascii_strcasecmp(refusals[i].name, name) == 0)
            return refusals[i].message;
    return NULL;
}

const char *const *connector_refused(void)
{
    return names;
}

static bool is_named(const char *name, const char *const *aliases, const char *wanted)
{
    return strcmp(name, wanted) == 0 || (aliases && g_strv_contains(aliases, wanted));
}

static bool table_has(const struct option *table, const char *name)
{
    for (const struct option *option = table; option->name; option++)
        if (is_named(option->name, option->aliases, name))
            return true;
    return false;
}

static bool descriptor_has(const struct sqlflow_connector *descriptor, const char *name)
{
    for (const struct sqlflow_option *option = descriptor->options; option->name; option++)
        if (is_named(option->name, option->aliases, name))
            return true;
    return false;
}

const char *connector_with_option(const char *option)
{
    for (const struct format *const *format = format_table(); *format; format++)
        if (table_has((*format)->options, option))
            return (*format)->name;
    if (descriptor_has(&s3_connector, option) || table_has(storage_options(), option))
        return s3_connector.name;
    for (gsize i = 0; i < G_N_ELEMENTS(tuning_options); i++)
        if (strcmp(tuning_options[i].name, option) == 0)
            return tuning_options[i].message;
    return NULL;
}

const GPtrArray *connector_paths(const struct options *options)
{
    return options_list(options, "path");
}
