/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connector is. Nothing above this folder knows any of them by name; connect/registry.h has
 * them all.
 */
#pragma once

#include "connect/option.h"

enum connector_ability {
    CONNECTOR_SOURCE = 1 << 0,
    CONNECTOR_EXPORT = 1 << 1,
};

struct format;
struct sqlflow_connector;

/* A connector as the program knows it: all have a descriptor of the public interface, those that
 * come with the program and those in shared objects alike. It gives rows as batches of Arrow, as
 * records of text, or says which files have them (a relation): then the engine reads and writes
 * those itself, in a format (connect/format/format.h). */
struct connector {
    const char *name; /* "csv" */
    const char *summary;
    guint abilities;
    const struct option *options; /* own_options; of one with files that relates nothing those of
                                     the format */
    struct option *own_options;   /* the descriptor's */
    const struct sqlflow_connector *descriptor;
    const struct format *format; /* of all its files; NULL: of any format, or it has none */
    bool relates;                /* the plan asks it which files it means, and puts the connector of
                                    their format in its place */
    const char *origin;          /* the shared object that it was loaded from; NULL: our own */
};

/* Those that come with the program and are part of it, in their order, ended by NULL. */
const struct sqlflow_connector *const *connector_built_ins(void);

/* Names that are known but can't be used: "postgres" -> "not supported yet", "shopify" -> why and
 * what instead. NULL for a name that nobody knows. */
const char *connector_refusal(const char *name);

/* Those names, for "did you mean". NULL-terminated, static. */
const char *const *connector_refused(void);

/* The name of a connector, known or refused, that has a harmless option of this name: one that may
 * be left standing when the type changes ("batch_size" -> "postgres"). NULL: none has. */
const char *connector_with_option(const char *option);

/* The files of a source's `path` option as the plan names them (globs not expanded). */
const GPtrArray *connector_paths(const struct options *options);
