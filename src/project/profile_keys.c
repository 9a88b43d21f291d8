/* SPDX-License-Identifier: Apache-2.0 */
#include "project/profile_keys.h"

#include <string.h>

static const char *const mode_words[] = {"persistent", "memory", "in_memory=memory", NULL};
/* Warnings are always shown, so that level is the usual one. */
static const char *const level_words[] = {"debug",     "info",           "error", "warning=info",
                                          "warn=info", "critical=error", NULL};

#define FIELD(name) G_STRUCT_OFFSET(struct profile, name)

const struct profile_key profile_keys[] = {
    {.section = PROFILE_ROOT,
     .name = "engines",
     .kind = PROFILE_MAP,
     .help = "engines and their settings"},
    {.section = PROFILE_ROOT,
     .name = "engine",
     .kind = PROFILE_TEXT,
     .offset = FIELD(engine),
     .help = "which of the engines: duckdb"},
    {.section = PROFILE_ROOT,
     .name = "variables",
     .kind = PROFILE_MAP,
     .help = "values of variables: {region: eu}"},
    {.section = PROFILE_ROOT,
     .name = "connectors",
     .kind = PROFILE_MAP,
     .help = "connections by name: {type: .., params: {..}}"},
    {.section = PROFILE_ROOT, .name = "execution", .kind = PROFILE_MAP, .help = "how a run goes"},
    {.section = PROFILE_ROOT,
     .name = "plugins",
     .kind = PROFILE_TEXTS,
     .offset = FIELD(plugins),
     .help = "folders of connectors"},
    {.section = PROFILE_ROOT,
     .name = "log_level",
     .kind = PROFILE_WORD,
     .offset = FIELD(log_level),
     .words = level_words,
     .help = "how much is said: debug as -v, error as -q"},
    {.section = PROFILE_ROOT,
     .name = "database_path",
     .kind = PROFILE_TEXT,
     .offset = FIELD(database_path),
     .help = "the same as engines.duckdb.path"},
    {.section = PROFILE_ROOT,
     .name = "version",
     .kind = PROFILE_NO_EFFECT,
     .help = "profiles have no version"},
    {.section = PROFILE_ROOT,
     .name = "module_log_levels",
     .kind = PROFILE_NO_EFFECT,
     .help = "there is one log_level"},
    {.section = PROFILE_ROOT,
     .name = "log_file",
     .kind = PROFILE_NO_EFFECT,
     .help = "logs are in target/run/"},
    {.section = PROFILE_ROOT,
     .name = "paths",
     .kind = PROFILE_NO_EFFECT,
     .help = "folders are pipelines/, profiles/ and target/"},

    {.section = PROFILE_DUCKDB,
     .name = "mode",
     .kind = PROFILE_WORD,
     .words = mode_words,
     .help = "a database file that stays, or one in memory"},
    {.section = PROFILE_DUCKDB,
     .name = "path",
     .kind = PROFILE_TEXT,
     .offset = FIELD(database_path),
     .help = "the database file"},
    {.section = PROFILE_DUCKDB,
     .name = "database_path",
     .kind = PROFILE_TEXT,
     .offset = FIELD(database_path),
     .help = "the same"},
    {.section = PROFILE_DUCKDB,
     .name = "memory_limit",
     .kind = PROFILE_SIZE,
     .offset = FIELD(memory_limit),
     .help = "such as 2GB"},
    {.section = PROFILE_DUCKDB,
     .name = "threads",
     .kind = PROFILE_COUNT,
     .offset = FIELD(threads),
     .minimum = 1,
     .maximum = 1024,
     .help = "threads of the engine"},
    {.section = PROFILE_DUCKDB,
     .name = "temp_directory",
     .kind = PROFILE_TEXT,
     .offset = FIELD(temp_directory),
     .help = "where what doesn't fit in memory goes"},
    {.section = PROFILE_DUCKDB,
     .name = "timezone",
     .kind = PROFILE_TEXT,
     .offset = FIELD(timezone),
     .help = "such as Europe/Berlin"},

    {.section = PROFILE_EXECUTION,
     .name = "workers",
     .kind = PROFILE_COUNT,
     .offset = FIELD(workers),
     .minimum = 1,
     .maximum = 256,
     .help = "steps at the same time"},
    {.section = PROFILE_EXECUTION,
     .name = "retries",
     .kind = PROFILE_COUNT,
     .offset = FIELD(retries),
     .minimum = 0,
     .maximum = 100,
     .help = "how often a failure outside is tried again (2)"},
    {.section = PROFILE_EXECUTION,
     .name = "retry_delay",
     .kind = PROFILE_DURATION,
     .offset = FIELD(retry_delay),
     .help = "the shortest wait before a new try (500ms)"},

    {.section = PROFILE_CONNECTOR,
     .name = "type",
     .kind = PROFILE_TEXT,
     .help = "the connector, such as postgres"},
    {.section = PROFILE_CONNECTOR, .name = "params", .kind = PROFILE_MAP, .help = "its options"},
    {.name = NULL},
};

const struct profile_key *profile_key_find(enum profile_section section, const char *name)
{
    for (const struct profile_key *key = profile_keys; key->name; key++)
        if (key->section == section && strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

const char **profile_key_names(enum profile_section section)
{
    const char **names = g_new0(const char *, 64);
    gsize count = 0;
    for (const struct profile_key *key = profile_keys; key->name; key++)
        if (key->section == section && key->kind != PROFILE_NO_EFFECT)
            names[count++] = key->name;
    return names;
}
