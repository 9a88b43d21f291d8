/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rows are coded in files that the engine reads and writes itself. A format is no connector: a
 * connector says which format its files have, and where they are.
 */
#pragma once

#include "base/unpack.h"
#include "connect/option.h"

struct format {
    const char *name;              /* "csv" */
    const struct option *options;  /* `path` among them: the files of a source */
    const char *const *extensions; /* ".csv", ".tsv": tell the type of an export without TYPE */
    /* Opens a source at run time: globs expanded, dialect found and pinned. The engine scans it.
     * `files` (char *) are read instead of those that the option `path` names, unless it is NULL.
     */
    bool (*scan)(const struct options *options, const GPtrArray *files, struct relation **out,
                 GError **error);
    /* The relation to write to `path`, a temporary place; the `destination`'s extension tells what
     * the options leave open (.tsv, .gz, .ndjson). */
    bool (*sink)(const struct options *options, const char *destination, const char *path,
                 struct relation **out, GError **error);
};

extern const struct format csv_format;
extern const struct format parquet_format;
extern const struct format json_format;

/* All, ended by NULL. */
const struct format *const *format_table(void);

/* NULL when there is none. Case-insensitive. */
const struct format *format_find(const char *name);

/* By the extension, compressed ones too (`.csv.gz`), or NULL. */
const struct format *format_for_path(const char *path);

/* The path ends so, whatever its case, a compression's extension left aside. */
bool path_has_extension(const char *path, const char *extension);

/* A relation over `files` (NULL: those of the option `path`), with all options that were given. */
struct relation *format_source(const char *format, const struct options *options,
                               const GPtrArray *files, GError **error);

/* A relation to be written to `path`, with all options that were given. */
struct relation *format_destination(const char *format, const struct options *options,
                                    const char *path);
