/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands. A command is one row here and one file beside; dispatch, `--help` and
 * `help` come from the table.
 */
#pragma once

#include "cli/exit.h"
#include "cli/flags.h"
#include "cli/terminal.h"

#include <jansson.h>

/* One call of the program: what was asked for, and where answers go. */
struct call {
    const struct command *command;
    struct flags *flags;
    char **arguments;    /* without command and flags; NULL-terminated */
    struct terminal out; /* data only */
    struct terminal err; /* everything else */
    bool quiet;
    bool verbose;
    bool json_log; /* --log-format json: messages are JSON lines */
    json_t *told; /* array that errors and warnings are added to as well; NULL: nobody wants them */
};

struct completion;

struct command {
    const char *name;
    const char *alias;
    const char *arguments; /* "[NAME]", or "" */
    const char *summary;
    const char *examples;                     /* lines with their end */
    const enum flag *flags;                   /* besides common_flags; ended by 0; or NULL */
    guint minimum, maximum;                   /* how many arguments */
    bool in_pipeline_group;                   /* also as `sqlflow pipeline NAME` */
    const char *wait_lock;                    /* without --wait-lock; NULL: not at all */
    enum exit_code (*run)(struct call *call); /* NULL: known, but not supported yet */
    /* Adds candidates for an argument; NULL: the command takes none. */
    void (*complete)(struct completion *completion);
};

/* All, ended by a row without name. */
extern const struct command command_table[];

/* By name or alias; NULL when there is none. */
const struct command *command_find(const char *name);

/* Does what the arguments of the program say. */
enum exit_code command_main(char **argv);

/* The argument or NULL. */
const char *call_argument(const struct call *call, guint index);

enum exit_code command_run(struct call *call);
enum exit_code command_retry(struct call *call);
enum exit_code command_state(struct call *call);
enum exit_code command_compile(struct call *call);
enum exit_code command_validate(struct call *call);
enum exit_code command_status(struct call *call);
enum exit_code command_list(struct call *call);
enum exit_code command_describe(struct call *call);
enum exit_code command_connect(struct call *call);
enum exit_code command_query(struct call *call);
enum exit_code command_show(struct call *call);
enum exit_code command_lineage(struct call *call);
enum exit_code command_docs(struct call *call);
enum exit_code command_viz(struct call *call);
enum exit_code command_completion(struct call *call);
enum exit_code command_explain(struct call *call);
enum exit_code command_fmt(struct call *call);
enum exit_code command_init(struct call *call);
enum exit_code command_version(struct call *call);
enum exit_code command_help(struct call *call);
