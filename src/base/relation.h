/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows at rest: in which format, where, coded how. A connector describes a source or destination
 * so, an engine that can read or write the format itself makes its own statement from it.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* A part of a file. */
struct byte_range {
    gint64 offset;
    gint64 length;
};

enum setting_kind {
    SETTING_TEXT = 1,
    SETTING_INTEGER,
    SETTING_BOOLEAN,
    SETTING_LIST,  /* of texts */
    SETTING_PAIRS, /* name -> text, in order: columns with their types */
};

/* One option of the format by its canonical name (connectors.md). */
struct setting {
    const char *name; /* static: from the connector's option table */
    enum setting_kind kind;
    char *text;       /* TEXT, INTEGER ("10"), BOOLEAN ("true"/"false") */
    GPtrArray *items; /* LIST: char *; PAIRS: char * name, char * value alternating */
};

struct relation {
    const char *format;  /* "csv", "parquet", "json"; static */
    GPtrArray *paths;    /* char *: local paths, globs already expanded and sorted */
    GPtrArray *settings; /* struct setting */
    GPtrArray *origins;  /* char *: what the user calls path i, when that is a copy of ours (of an
                            object in a store); NULL: as the paths are */
};

struct relation *relation_new(const char *format);
struct relation *relation_copy(const struct relation *relation);
void relation_free(struct relation *relation);
DEFINE_AUTO(relation, relation_free);

/* What the user calls a path of it. */
const char *relation_origin(const struct relation *relation, guint index);

/* Adds or replaces. `text` is copied (NULL for LIST and PAIRS, whose empty `items` the caller
 * fills). */
struct setting *relation_set(struct relation *relation, const char *name, enum setting_kind kind,
                             const char *text);
const struct setting *relation_get(const struct relation *relation, const char *name);
/* One that isn't there is fine. */
void relation_remove(struct relation *relation, const char *name);

/* Is `key` in any case a name among the PAIRS of this setting, if there is one? */
bool relation_has_pair(const struct relation *relation, const char *name, const char *key);
