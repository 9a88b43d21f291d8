/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every flag of every command, in one table: name, aliases, kind, help. Reading them is GOption's
 * work; a flag that wasn't given takes the value of its environment twin (--fail-fast:
 * SQLFLOW_FAIL_FAST), if that is set and not empty.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

enum flag {
    FLAG_HELP = 1,
    FLAG_VERSION,
    FLAG_PROFILE,
    FLAG_VAR,
    FLAG_VARS,
    FLAG_PROJECT,
    FLAG_QUIET,
    FLAG_VERBOSE,
    FLAG_NO_COLOR,
    FLAG_LOG_FORMAT,
    FLAG_ALL,
    FLAG_SELECT,
    FLAG_EXCLUDE,
    FLAG_DRY_RUN,
    FLAG_WORKERS,
    FLAG_FAIL_FAST,
    FLAG_RETRIES,
    FLAG_RETRY_DELAY,
    FLAG_WAIT_LOCK,
    FLAG_LIMIT,
    FLAG_OUTPUT,
    FLAG_JSON,
    FLAG_OUT,
    FLAG_FORMAT,
    FLAG_MINIMAL,
    FLAG_RESUME,
    FLAG_RESTART,
    FLAG_FULL_REFRESH,
    FLAG_START,
    FLAG_END,
    FLAG_TIMING,
    FLAG_JUNIT,
    FLAG_FROM,
    FLAG_STATUS,
    FLAG_DOCS_FORMAT,
    FLAG_FOLDER,
    FLAG_PORT,
    FLAG_CHECK,
    FLAG_DIFF,
    FLAG_FOLLOW,
    FLAG_COUNT, /* how many there are; no flag */
};

enum flag_kind {
    FLAG_SWITCH = 1,
    FLAG_TEXT,
    FLAG_LIST,     /* may be given several times; one a line in the environment */
    FLAG_NUMBER,   /* from 1 on; or from 0 to maximum */
    FLAG_DURATION, /* 30s, 500ms, 2m, 5 (seconds) */
    FLAG_WORD,     /* one of words */
};

struct flag_info {
    const char *name;
    const char *alias; /* another long name, or NULL */
    char letter;       /* 0: none */
    enum flag_kind kind;
    const char *argument;     /* "NAME" in the help */
    const char *const *words; /* WORD; NULL-terminated */
    guint maximum;            /* NUMBER: 0 is allowed, and nothing above this; 0: no such bound */
    const char *help;
    bool refused; /* known, but not supported yet: giving it is an error; not in the help */
};

/* The flags that every command takes, ended by 0. */
extern const enum flag common_flags[];

const struct flag_info *flag_info(enum flag flag);

/* The flag of a list (or NULL) that is called so, `--name` or `-n`; 0: none. */
enum flag flag_find(const char *called, const enum flag *list);

/* What was given. */
struct flags;

struct flags *flags_new(void);
void flags_free(struct flags *flags);
DEFINE_AUTO(flags, flags_free);

/* Takes the flags of the lists (`more` may be NULL) out of argv, a vector that GLib owns; what is
 * left are the command's arguments. With `leading`, stops at the first that is no flag. ERROR_USAGE
 * with the nearest name for an unknown one. `command` is for the message. */
bool flags_parse(struct flags *flags, const char *command, const enum flag *more, bool leading,
                 char ***argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fills in what wasn't given from the environment. */
bool flags_read_environment(struct flags *flags, const enum flag *more,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

bool flags_given(const struct flags *flags, enum flag flag);
/* The last value, or NULL. */
const char *flags_text(const struct flags *flags, enum flag flag);
guint flags_number(const struct flags *flags, enum flag flag, guint missing);
gint64 flags_milliseconds(const struct flags *flags, enum flag flag, const char *missing);
/* All values, NULL-terminated; NULL when there are none. */
const char *const *flags_list(const struct flags *flags, enum flag flag);

/* "SQLFLOW_FAIL_FAST". */
char *flag_environment_name(enum flag flag);
