/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/connector.h"

#include "connect/format/format.h"

#include <string.h>

static const struct connector *const connectors[] = {
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
    "csv",
    "parquet",
    "json",
    "s3",
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

const struct connector *connector_find(const char *name)
{
    for (const struct connector *const *connector = connectors; *connector; connector++)
        if (g_ascii_strcasecmp((*connector)->name, name) == 0)
            return *connector;
    return NULL;
}

static bool has_suffix(const char *path, gsize length, const char *suffix)
{
    const gsize suffix_length = strlen(suffix);
    return length > suffix_length &&
           g_ascii_strncasecmp(path + length - suffix_length, suffix, suffix_length) == 0;
}

bool path_has_extension(const char *path, const char *extension)
{
    return has_suffix(path, path_stem_length(path), extension);
}

const struct connector *connector_for_path(const char *path)
{
    for (const struct connector *const *connector = connectors; *connector; connector++)
        for (const char *const *extension = (*connector)->extensions; *extension; extension++)
            if (path_has_extension(path, *extension))
                return *connector;
    return NULL;
}

const struct connector *const *connector_table(void)
{
    return connectors;
}

const char *connector_refusal(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (g_ascii_strcasecmp(refusals[i].name, name) == 0)
            return refusals[i].message;
    return NULL;
}

const char *const *connector_names(void)
{
    return names;
}

static bool table_has(const struct option *table, const char *name)
{
    for (const struct option *option = table; option->name; option++)
        if (strcmp(option->name, name) == 0 ||
            (option->aliases && g_strv_contains(option->aliases, name)))
            return true;
    return false;
}

const char *connector_with_option(const char *option)
{
    for (const struct connector *const *connector = connectors; *connector; connector++)
        if (table_has((*connector)->options, option))
            return (*connector)->name;
    for (gsize i = 0; i < G_N_ELEMENTS(tuning_options); i++)
        if (strcmp(tuning_options[i].name, option) == 0)
            return tuning_options[i].message;
    return NULL;
}

const GPtrArray *connector_paths(const struct options *options)
{
    return options_list(options, "path");
}
