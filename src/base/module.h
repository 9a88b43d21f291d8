/* SPDX-License-Identifier: Apache-2.0 */
/* Shared objects of the program's own: parts that are loaded when they are first wanted. */
#pragma once

#include <glib.h>

struct module {
    const char *name;         /* "duckdb" */
    const char *file;         /* "engine_duckdb.so" */
    const char *build_folder; /* where the build tree has it, from the program on */
};

/* Its path: in SQLFLOW_LIBDIR alone when that is set; else the build tree's place, then the
 * installed one. NULL when there is none; then *out_tried names the place that was looked at last.
 * The caller's. */
char *module_path(const struct module *module, char **out_tried);
