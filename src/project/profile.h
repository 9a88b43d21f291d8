/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile (`profiles/NAME.yml`): engine, variables, connectors, execution. Read strictly: unknown
 * keys, wrong types and missing files are errors with file, line and nearest name. The keys of the
 * earlier Python program are known (cli.md).
 */
#pragma once

#include "base/value.h"
#include "project/project.h"

struct profile_connector {
    char *name;
    struct span at;
    char *type;
    const struct value *params; /* a map or NULL; belongs to the profile */
};

struct profile {
    char *name;
    struct text *text; /* secrets in it are stars. NULL: no file, all defaults */
    struct value *root;
    char *engine; /* "duckdb" */
    bool in_memory;
    char *database_path;   /* relative to the project; default target/NAME.duckdb */
    char *memory_limit;    /* as written, or NULL */
    gint threads;          /* 0: the engine's default */
    char *temp_directory;  /* NULL: beside the database */
    char *timezone;        /* "UTC" */
    GPtrArray *variables;  /* char * name, char * value alternating */
    GPtrArray *connectors; /* struct profile_connector */
    gint workers;          /* 0: min(4, cores) */
    gint retries;          /* -1: not given */
    gdouble retry_delay;   /* seconds; < 0: not given */
    GPtrArray *plugins;    /* char *: folders */
    char *log_level;       /* "debug", "info" or "error" */
};

/* Reads the profile `name`. A missing default profile ("dev" not asked for by the user,
 * `explicitly_named` false) gives the defaults; any other missing one is an error with the names
 * that exist. Mistakes go to the list, NULL then. Places in warnings are in the profile's text: it
 * must outlive the list's last use.
 *
 * `${NAME}` in a value is the environment. A variable without value is left out with a warning, as
 * it may be one that nobody uses; `params` are left as written until a connector is used. */
struct profile *profile_load(const struct project *project, const char *name, bool explicitly_named,
                             struct diagnostics *diagnostics);

/* The same from a text, which may be freed afterwards. */
struct profile *profile_parse(const struct project *project, const char *name,
                              const struct text *text, struct diagnostics *diagnostics);

void profile_free(struct profile *profile);
DEFINE_AUTO(profile, profile_free);

/* All profiles of the project, sorted. NULL-terminated. */
char **profile_names(const struct project *project);

const struct profile_connector *profile_connector(const struct profile *profile, const char *name);

/* What its database is called in SQL: the file's stem, "memory" without a file. */
char *profile_catalog(const struct profile *profile);
