/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are built into the program by tools/embed. */
#pragma once

#include <glib.h>

struct embedded_file {
    const char *name; /* "pipelines/shop.sf" */
    const char *data; /* NUL-terminated */
    gsize length;
};

/* What `sqlflow init` writes: src/project/template. Ended by an entry without name. */
extern const struct embedded_file embedded_templates[];

/* What the page of the documentation is made of: src/docs/page, its scripts in their order. */
extern const struct embedded_file embedded_page[];

/* How shells ask for words: src/cli/completion, by the shell's name. */
extern const struct embedded_file embedded_shells[];

/* A database of DuckDB's with nothing in it (engine/duckdb). */
extern const struct embedded_file embedded_blank[];
