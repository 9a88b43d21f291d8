/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of connectors. A connector is one constant descriptor; nothing above this folder knows
 * any of them by name.
 */
#pragma once

#include "connect/option.h"

enum connector_ability {
    CONNECTOR_SOURCE = 1 << 0,
    CONNECTOR_EXPORT = 1 << 1,
};

struct sqlflow_connector;

/* A connector gives rows in one of two ways. Files are *relations*: it says which format, where and
 * coded how, and the engine reads and writes them itself (scan, sink). All others give and take
 * *batches* of Arrow, those that come with the program through the same public interface as those
 * in shared objects (connect/outside/). */
struct connector {
    const char *name; /* "csv" */
    const char *summary;
    guint abilities;
    const struct option *options;
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
    const struct sqlflow_connector *batches; /* instead of scan and sink; NULL: relations */
    const char *origin; /* the shared object that it was loaded from; NULL: our own */
};

/* No format but a storage: the plan makes TYPE S3 the connector of its format, over an address. It
 * has neither scan nor sink; its options are its own and storage_options. */
extern const struct connector s3_connector;

/* Of those that stand in the table; connect/registry.h knows all. NULL when there is none.
 * Case-insensitive. */
const struct connector *connector_find(const char *name);

/* The connector for a destination's extension, compressed ones too (`.csv.gz`), or NULL. */
const struct connector *connector_for_path(const char *path);

/* All, ended by NULL. */
const struct connector *const *connector_table(void);

/* Names that are known but can't be used: "postgres" -> "not supported yet", "shopify" -> why and
 * what instead. NULL for a name that nobody knows. */
const char *connector_refusal(const char *name);

/* For "did you mean": all names, known and refused. NULL-terminated, static. */
const char *const *connector_names(void);

/* The name of a connector, known or refused, that has a harmless option of this name: one that may
 * be left standing when the type changes ("batch_size" -> "postgres"). NULL: none has. */
const char *connector_with_option(const char *option);

/* The files of a source's `path` option as the plan names them (globs not expanded). */
const GPtrArray *connector_paths(const struct options *options);
