/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline for a file that the user has: `sqlflow init DIR --from FILE`. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct found_pipeline {
    char *name; /* of the pipeline and, with "raw_" before it, of its table */
    char *text;
};

/* Reads `file` (from where the user stands) from end to end and writes a pipeline that loads it,
 * with the columns and types that were found; for a project in `directory`. ERROR_USAGE for a file
 * of another kind than CSV, Parquet or JSON, and for a name that isn't UTF-8; else what reading it
 * gives. */
bool found_pipeline_init(struct found_pipeline *found, const char *file, const char *directory,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void found_pipeline_clear(struct found_pipeline *found);
