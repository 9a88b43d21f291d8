/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of files, and what they share. */
#pragma once

#include "base/unpack.h"
#include "connect/connector.h"

extern const struct connector csv_connector;
extern const struct connector parquet_connector;
extern const struct connector json_connector;

/* The path ends so, whatever its case, a compression's extension left aside. */
bool path_has_extension(const char *path, const char *extension);

/* A relation over `files` (NULL: those of the option `path`), with all options that were given. */
struct relation *format_source(const char *format, const struct options *options,
                               const GPtrArray *files, GError **error);

/* A relation to be written to `path`, with all options that were given. */
struct relation *format_destination(const char *format, const struct options *options,
                                    const char *path);
