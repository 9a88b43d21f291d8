/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A project on disk: where it is, which pipelines it has, its `.env`, its folders.
 */
#pragma once

#include "base/auto.h"
#include "base/diagnostics.h"

struct project {
    char *root; /* absolute, canonical: the nearest folder upwards with pipelines/ or profiles/,
                   else the start itself */
    bool is_project; /* such a folder was found */
    /* char * -> char *: from `.env`; the process' environment is asked after it. */
    GHashTable *environment;
};

/* Finds the project of `start` (a folder). Reads `.env`; mistakes in it go to the list. */
struct project *project_open(const char *start, struct diagnostics *diagnostics,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void project_free(struct project *project);
DEFINE_AUTO(project, project_free);

/* A variable of the environment: `.env` first, then the process. NULL when not set.
 * Fits environment_lookup of lang/variable.h; user_data is the project. */
const char *project_environment(const char *name, void *project);

/* All files *.sf in and below a folder, as paths from there, sorted; hidden ones and links to
 * folders are passed over. NULL-terminated. */
char **project_texts(const char *folder);

/* Names of all pipelines (stems of pipelines/NAME.sf, also `sub/NAME`), sorted. NULL-terminated. */
char **project_pipelines(const struct project *project);

/* The file of a pipeline given by name, by path (relative to `current`), or NULL when there is only
 * one. ERROR_USAGE with the nearest name or the list of names. Absolute path. */
char *project_find_pipeline(const struct project *project, const char *name_or_path,
                            const char *current, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The name of the pipeline in a file: its stem, with folders below pipelines/. */
char *project_pipeline_name(const struct project *project, const char *path);

/* `path` as messages show it: relative to the root when inside. */
char *project_display_path(const struct project *project, const char *path);
