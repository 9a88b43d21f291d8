/* SPDX-License-Identifier: Apache-2.0 */
/* `sqlflow init`: a project that runs at once. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct init_options {
    bool minimal;              /* only a profile and a pipeline of one line */
    const char *pipeline_name; /* instead of the sample or that line: this pipeline; or NULL */
    const char *pipeline_text;
};

/* Makes the project in `directory` (made when missing). Never overwrites: a file that exists is an
 * ERROR_USAGE that names it, before anything is written. *out_files: the paths made, below
 * `directory`, sorted. */
bool init_project(const char *directory, const struct init_options *options, GPtrArray **out_files,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
