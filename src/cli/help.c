/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include "base/codes.h"
#include "cli/manual.h"
#include "cli/report.h"

#include <string.h>

enum { FLAG_COLUMN = 28, COMMAND_COLUMN = 11, SCREEN_COLUMNS = 80 };

static void append_heading(GString *out, const struct terminal *terminal, const char *heading)
{
    g_string_append_printf(out, "\n%s%s%s\n", style_on(terminal->color, STYLE_BOLD), heading,
                           style_off(terminal->color));
}

static char *flag_usage(const struct flag_info *info)
{
    GString *out = g_string_new(NULL);
    if (info->letter)
        g_string_append_printf(out, "-%c, ", info->letter);
    else
        g_string_append(out, "    ");
    g_string_append_printf(out, "--%s", info->name);
    if (info->argument)
        g_string_append_printf(out, " %s", info->argument);
    return g_string_free(out, FALSE);
}

static void append_flags(GString *out, const enum flag *list)
{
    for (; list && *list; list++) {
        const struct flag_info *info = flag_info(*list);
        if (info->refused)
            continue;
        g_autofree char *usage = flag_usage(info);
        g_string_append_printf(out, "  %-*s %s\n", FLAG_COLUMN, usage, info->help);
    }
}

/* In as few lines as 80 columns allow: the help has to fit a screen. */
static void append_names(GString *out, const enum flag *list)
{
    guint column = SCREEN_COLUMNS;
    for (; *list; list++) {
        const struct flag_info *info = flag_info(*list);
        g_autofree char *name = info->letter ? g_strdup_printf("-%c/--%s", info->letter, info->name)
                                             : g_strconcat("--", info->name, NULL);
        const guint width = 1 + (guint)strlen(name);
        const bool begins_line = column + width > SCREEN_COLUMNS;
        g_string_append_printf(out, "%s %s", begins_line ? "\n " : "", name);
        column = (begins_line ? 1 : column) + width;
    }
    g_string_append_c(out, '\n');
}

static void append_program(GString *out, const struct terminal *terminal)
{
    g_string_append(out, "usage: sqlflow COMMAND [NAME] [FLAGS]\n"
                         "  sqlflow init demo && cd demo && sqlflow run\n");
    append_heading(out, terminal, "commands");
    for (const struct command *command = command_table; command->name; command++)
        if (command->run)
            g_string_append_printf(out, "  %-*s %s\n", COMMAND_COLUMN, command->name,
                                   command->summary);
    g_string_append_printf(out,
                           "\n%sflags of every command%s: sqlflow help flags tells what they do",
                           style_on(terminal->color, STYLE_BOLD), style_off(terminal->color));
    append_names(out, common_flags);
}

static void write_flags(const struct terminal *terminal)
{
    g_autoptr(GString) out = g_string_new("Flags of every command, before it or behind:\n\n");
    append_flags(out, common_flags);
    terminal_flush(terminal, out);
}

static void append_command(GString *out, const struct terminal *terminal,
                           const struct command *command)
{
    g_string_append_printf(out, "usage: sqlflow %s %s%s[FLAGS]\n%c%s", command->name,
                           command->arguments, *command->arguments ? " " : "",
                           g_ascii_toupper(command->summary[0]), command->summary + 1);
    g_string_append(out, ".\n");
    append_heading(out, terminal, "examples");
    g_string_append(out, command->examples);
    if (command->flags) {
        append_heading(out, terminal, "flags");
        append_flags(out, command->flags);
    }
    g_string_append(out,
                    "\nFlags of every command: see sqlflow help flags. Each flag has a twin in the "
                    "environment:\n--no-color is SQLFLOW_NO_COLOR=1.\n");
}

void help_write(const struct terminal *terminal, const struct command *command)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (command)
        append_command(out, terminal, command);
    else
        append_program(out, terminal);
    terminal_flush(terminal, out);
}

void help_write_codes(const struct terminal *terminal)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const struct code_info *info = code_table(); info->code; info++)
        g_string_append_printf(out, "SF%04d  %-8s %s\n", (int)info->code,
                               info->severity == SEVERITY_ERROR ? "error" : "warning", info->title);
    terminal_flush(terminal, out);
}

enum exit_code command_help(struct call *call)
{
    const char *name = call_argument(call, 0);
    if (g_strcmp0(name, "codes") == 0) {
        help_write_codes(&call->out);
        return EXIT_CODE_OK;
    }
    if (g_strcmp0(name, "flags") == 0) {
        write_flags(&call->out);
        return EXIT_CODE_OK;
    }
    if (g_strcmp0(name, "man") == 0) {
        g_autoptr(GString) page = g_string_new(NULL);
        manual_write(page);
        terminal_flush(&call->out, page);
        return EXIT_CODE_OK;
    }
    const struct command *command = name ? command_find(name) : NULL;
    if (name && !(command && command->run)) {
        g_autoptr(GError) error = NULL;
        error_set(&error, ERROR_USAGE,
                  command ? "'%s' is not supported yet" : "there is no command '%s'", name);
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    help_write(&call->out, command);
    return EXIT_CODE_OK;
}
