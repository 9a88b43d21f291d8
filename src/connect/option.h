/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Option tables: what a connector's PARAMS/OPTIONS may hold. From the table come checking (unknown
 * -> nearest name, wrong type, missing), `describe connector`, reference pages and completion. An
 * option is honoured, warned about, or an error: never ignored without a word.
 */
#pragma once

#include "base/diagnostics.h"
#include "base/relation.h"
#include "base/value.h"

enum option_type {
    OPTION_STRING = 1,
    OPTION_INTEGER,
    OPTION_SIZE,     /* 10, 64KB, 1.5MiB -> bytes */
    OPTION_DURATION, /* 5, 500ms, 1.5s, 2m -> seconds */
    OPTION_BOOLEAN,
    OPTION_STRINGS, /* a list of strings, or one */
    OPTION_TYPES,   /* {"column": "TYPE"} or a list of pairs */
    OPTION_ENUM,
    OPTION_CHARACTER, /* minimum to maximum bytes; "tab" is a tab */
    OPTION_MAP,       /* {"name": text, number or boolean, or a list of them} */
    OPTION_JSON,      /* any value, as JSON on one line; a string: its text */
};

enum option_flag {
    OPTION_REQUIRED = 1 << 0,
    OPTION_SECRET = 1 << 1,
    OPTION_FOR_SOURCE = 1 << 2,
    OPTION_FOR_EXPORT = 1 << 3,
    OPTION_GROWING = 1 << 4, /* of every SOURCE: connect/growing.h */
    OPTION_NUMBER = 1 << 5,  /* STRING: may also be a number, as it is written */
    OPTION_PLACE = 1 << 6,   /* says where the other side is: equal ones are read at one moment */
    OPTION_STORAGE = 1 << 7, /* of every s3:// and http://: connect/storage/storage.h */
};

struct option {
    const char *name;
    const char *const *aliases; /* NULL-terminated, or NULL */
    enum option_type type;
    guint flags;
    const char *default_text; /* as the user would write it, or NULL */
    gint64 minimum, maximum;  /* INTEGER, SIZE, CHARACTER, when maximum != 0 */
    const char *const *words; /* ENUM: what it may be (base/choice.h) */
    const char *excludes;     /* the option that can't be given beside this one, or NULL */
    const char *help;         /* one line */
};

/* A copy of the map in which {"auth": {"token": ..}} has become {"auth.token": ..}, where the table
 * has options "auth. .." and none "auth"; NULL: there is nothing to change. */
struct value *options_flatten(const struct option *table, const struct value *map);

/* The option of this name or alias for one of these uses, or NULL. */
const struct option *option_find(const struct option *table, guint use, const char *name);

/* The options that every statement takes: retries, retry_delay, timeout, tags, depends_on (and
 * aliases max_retries, timeout_seconds). Ended by an entry without name. */
const struct option *common_options(void);

/* Where a secret is kept that isn't written down: {"env": "PGPASSWORD"}, {"file": ..}, {"command":
 * ..}. It is read when it is used. */
enum secret_kind { SECRET_ENVIRONMENT = 1, SECRET_FILE, SECRET_COMMAND };

struct secret_place {
    enum secret_kind kind;
    char *text; /* the variable, the path, the command */
};

/* Values checked against a table. */
struct options; /* by canonical name */

/* Checks a map (NULL: empty) for source or export use (OPTION_FOR_SOURCE / _EXPORT). `connector` is
 * what messages call the table's owner ("csv", "CHECK"). The table is ended by an entry without
 * name; NULL is an empty one. Common options are passed over. Mistakes go to the list; `at` is
 * where a missing required option is reported. Returns NULL after an error. */
struct options *options_check(const struct option *table, guint use, const char *connector,
                              const struct value *map, struct span at,
                              struct diagnostics *diagnostics);

/* The same of a connector that relates files, whose map has options of formats and storages, too:
 * they are passed over. */
struct options *options_check_own(const struct option *table, guint use, const char *connector,
                                  const struct value *map, struct span at,
                                  struct diagnostics *diagnostics);

/* The options of a table that stands beside another one: all other names are passed over. NULL
 * after an error. */
struct options *options_check_some(const struct option *table, guint use, const struct value *map,
                                   struct diagnostics *diagnostics);

/* The common options of the same map; all others are passed over. NULL after an error. */
struct options *options_check_common(const struct value *map, struct diagnostics *diagnostics);

void options_free(struct options *options);
DEFINE_AUTO(options, options_free);

/* NULL when not given (and no default). */
const char *options_text(const struct options *options, const char *name);
gint64 options_integer(const struct options *options, const char *name, gint64 missing);
gdouble options_seconds(const struct options *options, const char *name, gdouble missing);
gboolean options_boolean(const struct options *options, const char *name, gboolean missing);
/* Of char *, or NULL. */
const GPtrArray *options_list(const struct options *options, const char *name);
/* The place of an OPTION_SECRET that is kept elsewhere (its options_text is NULL), or NULL. */
const struct secret_place *options_secret(const struct options *options, const char *name);
struct span options_place(const struct options *options, const char *name);

/* All options that were given go over to the relation, by canonical name; `path` doesn't. Sizes
 * become INTEGER (bytes), characters and enums TEXT, lists LIST, types PAIRS. */
void options_to_relation(const struct options *options, struct relation *relation);
