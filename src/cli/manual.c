/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manual.h"

#include "cli/command.h"

#include <string.h>

/* What stands around the tables; each line of man(7) as it is. */
static const char before_commands[] =
    ".SH NAME\n"
    "sqlflow \\- SQL-first data pipelines in one text file\n"
    ".SH SYNOPSIS\n"
    ".B sqlflow\n"
    ".I COMMAND\n"
    ".RI [ NAME ]\n"
    ".RI [ FLAGS ]\n"
    ".SH DESCRIPTION\n"
    "A pipeline is a text file of statements: where rows come from, what SQL makes of them, what "
    "must\n"
    "hold, and where results go. SQLFlow finds the order from what statements read and write, "
    "runs\n"
    "independent ones at the same time, and publishes outputs whole or not at all.\n"
    ".PP\n"
    "A pipeline is named by its name\n"
    ".RI ( orders\n"
    "is\n"
    ".IR pipelines/orders.sf ),\n"
    "by its path, or not at all where there is only one. The project is the nearest folder upwards "
    "with\n"
    ".I pipelines/\n"
    "or\n"
    ".IR profiles/ ,\n"
    "or that of\n"
    ".BR \\-C .\n"
    ".PP\n"
    "Rows and documents go to standard output; progress, summaries, warnings and errors to "
    "standard\n"
    "error.\n"
    ".SH COMMANDS\n";

static const char after_flags[] = ".SH ENVIRONMENT\n"
                                  "Each flag has a twin:\n"
                                  ".B \\-\\-fail\\-fast\n"
                                  "is\n"
                                  ".BR SQLFLOW_FAIL_FAST=1 ,\n"
                                  ".B \\-\\-profile prod\n"
                                  "is\n"
                                  ".BR SQLFLOW_PROFILE=prod .\n"
                                  "The command line wins.\n"
                                  ".TP\n"
                                  ".B NO_COLOR\n"
                                  "if set and not empty, no colours.\n"
                                  ".SH FILES\n"
                                  ".TP\n"
                                  ".I pipelines/*.sf\n"
                                  "the pipelines of a project.\n"
                                  ".TP\n"
                                  ".I profiles/*.yml\n"
                                  "profiles: the engine, variables, connectors.\n"
                                  ".TP\n"
                                  ".I .env\n"
                                  "variables of the environment, one a line.\n"
                                  ".TP\n"
                                  ".I target/run/latest\n"
                                  "what the last run left: its plan, its results, its events.\n"
                                  ".SH EXIT STATUS\n";

static const char at_the_end[] =
    ".SH SEE ALSO\n"
    "The documentation of the language, of connectors and of runs is in the\n"
    "folder\n"
    ".I docs\n"
    "of the source.\n";

/* Text that roff takes as it is. */
static void append_text(GString *out, const char *text)
{
    bool at_line_start = true;
    for (; *text; text++) {
        if (at_line_start && (*text == '.' || *text == '\''))
            g_string_append(out, "\\&");
        if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '-')
            g_string_append(out, "\\-");
        else if (*text == '\'')
            g_string_append(out, "\\(aq");
        else
            g_string_append_c(out, *text);
        at_line_start = *text == '\n';
    }
}

/* ".TP", the flag, what it does. */
static void append_flags(GString *out, const enum flag *list)
{
    for (; list && *list; list++) {
        const struct flag_info *info = flag_info(*list);
        if (info->refused)
            continue;
        g_string_append(out, ".TP\n\\fB");
        if (info->letter)
            g_string_append_printf(out, "\\-%c\\fR, \\fB", info->letter);
        g_string_append(out, "\\-\\-");
        append_text(out, info->name);
        g_string_append(out, "\\fR");
        if (info->argument) {
            g_string_append(out, " \\fI");
            append_text(out, info->argument);
            g_string_append(out, "\\fR");
        }
        g_string_append_c(out, '\n');
        append_text(out, info->help);
        g_string_append(out, ".\n");
    }
}

static void append_command(GString *out, const struct command *command)
{
    g_string_append(out, ".SS \"");
    g_string_append_printf(out, "sqlflow %s", command->name);
    if (*command->arguments) {
        g_autofree char *arguments = g_strdelimit(g_strdup(command->arguments), "\"", '\'');
        g_string_append_c(out, ' ');
        append_text(out, arguments);
    }
    g_string_append_printf(out, "\"\n%c", g_ascii_toupper(command->summary[0]));
    append_text(out, command->summary + 1);
    g_string_append(out, command->alias ? " (also \\fB" : "");
    g_string_append(out, command->alias ? command->alias : "");
    g_string_append(out, command->alias ? "\\fR).\n" : ".\n");
    append_flags(out, command->flags);
    g_string_append(out, ".PP\n.nf\n");
    append_text(out, command->examples);
    g_string_append(out, ".fi\n");
}

void manual_write(GString *out)
{
    g_string_append(out, ".TH SQLFLOW 1 \"\" \"sqlflow " SQLFLOW_VERSION "\" \"User Commands\"\n");
    g_string_append(out, before_commands);
    for (const struct command *command = command_table; command->name; command++)
        if (command->run)
            append_command(out, command);
    g_string_append(out, ".SH FLAGS OF EVERY COMMAND\n");
    append_flags(out, common_flags);
    g_string_append(out, after_flags);
    for (const struct exit_meaning *row = exit_meanings; row->codes; row++) {
        g_string_append_printf(out, ".TP\n.B %s\n", row->codes);
        append_text(out, row->meaning);
        g_string_append(out, ".\n");
    }
    g_string_append(out, at_the_end);
}
