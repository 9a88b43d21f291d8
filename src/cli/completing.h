/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of completion share: what the user has begun, and where candidates go. */
#pragma once

#include "cli/complete.h"

struct completion {
    GString *out;
    const char *begun;  /* the word to complete */
    const char *prefix; /* of it, which isn't part of the candidates: `--flag=` */
    gsize prefix_length;
    const struct command *command;
    bool in_group;        /* `pipeline` stands before the command */
    bool flags_end;       /* `--` was met */
    enum flag waiting;    /* the flag whose value comes next, or 0 */
    const char *folder;   /* of --project, or NULL */
    GPtrArray *arguments; /* const char *, of the command, before the word */
    GPtrArray *settings;  /* char *: `--profile=prod` and what else a plan hangs on */
};

/* If it begins as the word does. `what` is a line about it. */
void completion_add(struct completion *completion, const char *word, const char *what);

/* Of the project: connectors of the profile, types of connectors with those of plugins, and steps,
 * tables and tags, as selectors have them. Nothing where the project can't be read. */
void complete_connectors(struct completion *completion);
void complete_types(struct completion *completion);
void complete_selectors(struct completion *completion);
