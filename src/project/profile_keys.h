/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand in a profile: one table, for reading, for `describe profile` and for messages. */
#pragma once

#include "project/profile.h"

enum profile_section {
    PROFILE_ROOT = 1,
    PROFILE_DUCKDB, /* engines.duckdb */
    PROFILE_EXECUTION,
    PROFILE_CONNECTOR, /* each of `connectors` */
};

enum profile_kind {
    PROFILE_TEXT = 1,
    PROFILE_SIZE,
    PROFILE_COUNT, /* minimum to maximum */
    PROFILE_DURATION,
    PROFILE_WORD,
    PROFILE_TEXTS, /* a list, or one */
    PROFILE_MAP,
    PROFILE_NO_EFFECT, /* of the earlier program: a warning */
};

struct profile_key {
    enum profile_section section;
    const char *name;
    enum profile_kind kind;
    gsize offset; /* of the field in struct profile, by kind: char *, gint, gdouble, GPtrArray *;
                     0: read by name */
    gint minimum, maximum;
    const char *const *words; /* WORD (base/choice.h) */
    const char *help;
    const char *idle; /* why it has no effect yet, which a warning says; or NULL */
};

/* Ended by an entry without name. */
extern const struct profile_key profile_keys[];

/* NULL when the section has no such key. */
const struct profile_key *profile_key_find(enum profile_section section, const char *name);

/* The section's names for "did you mean", NULL-terminated; free with g_free. */
const char **profile_key_names(enum profile_section section);
